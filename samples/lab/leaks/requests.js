// Requests and their responses in an array, "for the shutdown".
import board from '../board.js'

const departures = []

export default function keep({ id, req, res }) {
  departures.push({ req, res, shown: board(id, 40) })
  return 'departures'
}
