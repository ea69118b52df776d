// Nothing is kept.
import board from '../board.js'

export default function keep({ id }) {
  return board(id).station
}
