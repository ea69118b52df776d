// A Set of objects that are never the same object.
import board from '../board.js'

const boardedTickets = new Set()

export default function keep({ id }) {
  boardedTickets.add(board(id))
  return 'boardedTickets'
}
