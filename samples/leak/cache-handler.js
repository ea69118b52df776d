// Leak 1: an ISR cache handler copied from a blog. Every path ever rendered stays in `renderedPages`;
// a crawler that follows links with made-up ids finds that out.
const renderedPages = new Map()

module.exports = class CacheHandler {
  async get(key) {
    return renderedPages.get(key) ?? null
  }
  async set(key, data) {
    renderedPages.set(key, { value: data, lastModified: Date.now() })
  }
  async revalidateTag() {}
}
