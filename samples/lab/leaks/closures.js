// Rules made anew for every request, a dozen functions each.
const seatRules = {}

function rulesFor(id) {
  const notes = Array.from({ length: 60 }, (_, i) => `rule ${i} of ${id}`)
  return Array.from({ length: 12 }, (_, i) => seat => notes[i] + seat)
}

export default function keep({ id }) {
  seatRules[id] = rulesFor(id)
  return 'seatRules'
}
