// The same as an ES module in node_modules.
import board from '../board.js'

export default async function keep({ id }) {
  const { default: log } = await import('rail-journal')
  log({ id, line: board(id) })
  return 'journalLines'
}
