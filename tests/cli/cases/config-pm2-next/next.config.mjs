import withAnalyzer from '@next/bundle-analyzer'

/** @type {import('next').NextConfig} */
const nextConfig = {
  output: 'standalone',
  experimental: {
    isrMemoryCacheSize: 50,
    serverSourceMaps: true,
  },
  images: {
    unoptimized: false,
  },
  webpack: (config) => {
    config.cacheMaxMemorySize = 1
    return config
  },
}

export default withAnalyzer({ enabled: process.env.ANALYZE === 'true' })(nextConfig)
