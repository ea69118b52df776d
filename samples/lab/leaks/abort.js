// The same on an EventTarget: the signal that says the server closes.
import { setMaxListeners } from 'node:events'
import board from '../board.js'

const closing = new AbortController()
setMaxListeners(0, closing.signal)

export default function keep({ id }) {
  const shown = board(id)
  closing.signal.addEventListener('abort', () => (shown.trains.length = 0))
  return 'closing'
}
