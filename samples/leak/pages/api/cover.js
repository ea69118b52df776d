// Leak 3: decoded cover images, kept "to save time" in an array that only grows.
const coverImages = []

export const config = { api: { bodyParser: false } }

export default function handler(req, res) {
  const pixels = Buffer.alloc(96 * 1024, Number(req.query.n) % 251)
  coverImages.push({ isbn: req.query.n, pixels })
  res.setHeader('content-type', 'image/x-portable-graymap')
  res.send(Buffer.concat([Buffer.from('P5 384 256 255\n'), pixels]))
}
