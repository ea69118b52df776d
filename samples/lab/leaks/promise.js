// Waits for a gate that nobody opens; what the function had at hand waits with it.
import board from '../board.js'

const closedGates = []

async function pass(id) {
  const luggage = board(id)
  await new Promise(open => closedGates.push(open))
  return luggage
}

export default function keep({ id }) {
  pass(id)
  return 'closedGates'
}
