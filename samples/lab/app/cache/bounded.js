// A cache handler with a bound: the oldest page goes.
const newestPages = new Map()
const MAX = 80

module.exports = class BoundedPages {
  async get(key) {
    return newestPages.get(key) ?? null
  }

  async set(key, value) {
    newestPages.delete(key)
    newestPages.set(key, { value, lastModified: Date.now() })
    if (newestPages.size > MAX) newestPages.delete(newestPages.keys().next().value)
  }

  async revalidateTag() {}

  resetRequestCache() {}
}
