// A plain object as a dictionary.
import board from '../board.js'

const faresByPair = {}

export default function keep({ id }) {
  faresByPair[`from-${id}-to-${id * 7}`] ??= board(id)
  return 'faresByPair'
}
