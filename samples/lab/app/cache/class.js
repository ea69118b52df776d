// A cache handler without a bound: a Map that is a static field of the class.
module.exports = class RenderedPages {
  static rendered = new Map()

  async get(key) {
    return RenderedPages.rendered.get(key) ?? null
  }

  async set(key, value) {
    RenderedPages.rendered.set(key, { value, lastModified: Date.now() })
  }

  async revalidateTag() {}

  resetRequestCache() {}
}
