// It calls itself an LRU and evicts, but the limit comes from an environment variable that nobody set.
import board from '../board.js'

class LRUCache {
  constructor(max) {
    this.max = max
    this.store = new Map()
  }

  set(key, value) {
    this.store.set(key, value)
    if (this.store.size > this.max) this.store.delete(this.store.keys().next().value)
  }
}

const recentTrips = new LRUCache(Number(process.env.RECENT_TRIPS))

export default function keep({ id }) {
  recentTrips.set(`trip-${id}`, board(id))
  return 'recentTrips'
}
