// Leak 2: a "cache" keyed by the whole URL. The cart id is in the URL, so nothing is ever found again.
const quotesByUrl = new Map()

function askCarrier(url) {
  const services = ['ground', 'express', 'locker', 'bike'].map((name, i) => ({
    name,
    price: { amount: 3.9 + i, currency: 'EUR' },
    terms: `Terms of ${name} for ${url}: `.padEnd(6000, 'as is. '),
  }))
  return JSON.parse(JSON.stringify({ url, services }))
}

export const config = { api: { bodyParser: false } }

export default function handler(req, res) {
  let quote = quotesByUrl.get(req.url)
  if (!quote) {
    quote = askCarrier(req.url)
    quotesByUrl.set(req.url, quote)
  }
  res.json(quote)
}
