// A realm of its own for every template, kept.
import vm from 'node:vm'

const templateRealms = []

export default function keep({ id }) {
  const realm = vm.createContext({ id })
  vm.runInContext('globalThis.lines = Array.from({ length: 50 }, (_, i) => `line ${i} of ${id}`)', realm)
  templateRealms.push(realm)
  return 'templateRealms'
}
