// The web's Request of a route handler, kept.
const asked = []

export default function keep({ req }) {
  asked.push(req)
  return 'asked'
}
