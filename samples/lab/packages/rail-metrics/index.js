// Collects spans for a server that was switched off.
const unsentSpans = []

module.exports = function track(name, attributes) {
  unsentSpans.push({ name, attributes })
}
