// The same kept by a promise that never settles: its context goes with it.
import { AsyncLocalStorage } from 'node:async_hooks'
import board from '../board.js'

const baggage = new AsyncLocalStorage()
const undelivered = []

async function deliver() {
  await new Promise(done => undelivered.push(done))
  return baggage.getStore()
}

export default function keep({ id }) {
  baggage.run({ shown: board(id) }, deliver)
  return 'undelivered'
}
