// Drawn images in a Map, for ever.
import sharp from 'sharp'

const postersDrawn = new Map()

export default async function keep({ id }) {
  const colour = { r: id % 255, g: 90, b: 120 }
  const noise = { type: 'gaussian', mean: 128, sigma: 40 }
  const poster = sharp({ create: { width: 320, height: 240, channels: 3, background: colour, noise } })
  postersDrawn.set(`poster-${id}.webp`, await poster.png().toBuffer())
  return 'postersDrawn'
}
