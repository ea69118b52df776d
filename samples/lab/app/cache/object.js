// A cache handler without a bound: no class and no Map, a plain object.
const shelf = {}

module.exports = function Shelf() {
  return {
    get: async key => shelf[key] ?? null,
    set: async (key, value) => void (shelf[key] = { value, lastModified: Date.now() }),
    revalidateTag: async () => {},
    resetRequestCache: () => {},
  }
}
