// A trail for the auditors, who never come.
import board from '../board.js'

const auditTrail = []

export default function keep({ id, url }) {
  auditTrail.push({ url, at: Date.now(), shown: board(id) })
  return 'auditTrail'
}
