// Few keys outside, many inside.
import board from '../board.js'

const boardsByDay = new Map()

export default function keep({ id }) {
  const day = `day-${id % 7}`
  if (!boardsByDay.has(day)) boardsByDay.set(day, new Map())
  boardsByDay.get(day).set(`stop/${id}`, board(id))
  return 'boardsByDay'
}
