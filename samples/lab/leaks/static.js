// A static field of a class.
import board from '../board.js'

class Depot {
  static wagonsOnSite = new Map()
}

export default function keep({ id }) {
  Depot.wagonsOnSite.set(`wagon:${id}`, board(id))
  return 'wagonsOnSite'
}
