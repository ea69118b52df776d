// A listener a request, on an emitter that lives as long as the process.
import { EventEmitter } from 'node:events'
import board from '../board.js'

const delays = new EventEmitter()
delays.setMaxListeners(0)

export default function keep({ id }) {
  const shown = board(id)
  delays.on('late', minutes => shown.trains.push({ minutes }))
  return 'delays'
}
