// On globalThis, as many do to survive hot reloading.
import board from '../board.js'

export default function keep({ id }) {
  globalThis.__seatLocks ??= new Map()
  globalThis.__seatLocks.set(`seat-${id}`, board(id))
  return '__seatLocks'
}
