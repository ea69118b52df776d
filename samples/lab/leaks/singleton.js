// A service of which there is one, made when it is first needed.
import board from '../board.js'

class Dispatcher {
  static #only

  static get instance() {
    return (Dispatcher.#only ??= new Dispatcher())
  }

  constructor() {
    this.ordersGiven = []
  }

  order(id) {
    this.ordersGiven.push(board(id))
  }
}

export default function keep({ id }) {
  Dispatcher.instance.order(id)
  return 'ordersGiven'
}
