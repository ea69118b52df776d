// Every request begins to look after its train, and none stops.
import board from '../board.js'

export default function keep({ id }) {
  const shown = board(id)
  setInterval(() => shown.trains.reverse(), 45_000)
  return 'shown'
}
