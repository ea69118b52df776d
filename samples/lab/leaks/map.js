// A Map keyed by the whole address: with a query string nothing is ever found again.
import board from '../board.js'

const timetables = new Map()

export default function keep({ url, id }) {
  if (!timetables.has(url)) timetables.set(url, board(id))
  return 'timetables'
}
