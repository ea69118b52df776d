// Memoized by its arguments, for ever.
import board from '../board.js'

function memoize(make) {
  const alreadyKnown = {}
  return (...args) => (alreadyKnown[JSON.stringify(args)] ??= make(...args))
}

const connections = memoize((id, url) => ({ url, found: board(id) }))

export default function keep({ id, url }) {
  connections(id, url)
  return 'alreadyKnown'
}
