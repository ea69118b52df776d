// A store per request that a timer started inside of it keeps.
import { AsyncLocalStorage } from 'node:async_hooks'
import board from '../board.js'

const trace = new AsyncLocalStorage()

export default function keep({ id, req, res }) {
  return trace.run({ req, res, shown: board(id, 60) }, () => {
    setInterval(() => trace.getStore().shown.trains.length, 60_000).unref()
    return 'trace'
  })
}
