// Versions as numbers.
const parts = version => version.split(/[.-]/).map(Number)

// atLeast('14.2.3', '14.1'): is the first not older than the second?
exports.atLeast = (version, other) => {
  const mine = parts(version)
  for (const [i, part] of parts(other).entries()) if (mine[i] !== part) return mine[i] > part
  return true
}
