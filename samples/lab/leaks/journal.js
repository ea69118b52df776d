// One string that only grows.
let journalText = ''

export default function keep({ id, url }) {
  journalText += `${new Date(1.79e12 + id * 1000).toISOString()} ${url} `.padEnd(30_000, `train ${id} passed; `)
  return journalText.length ? 'journalText' : ''
}
