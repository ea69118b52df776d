module.exports = {
  cacheHandler: require.resolve('./cache-handler.js'),
  compress: false, // the proxy in front does it
  optimizeFonts: false,
  experimental: { serverMinification: false }, // variables keep their names in the bundles
}
