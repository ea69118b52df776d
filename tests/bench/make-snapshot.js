// Writes a real heap snapshot of about MB megabytes: a server's module-level Map of parsed responses.
//
//     node --max-old-space-size=8192 make-snapshot.js MB FILE
'use strict'
const v8 = require('v8')

const [megabytes, file] = [Number(process.argv[2]), process.argv[3]]
if (!megabytes || !file) {
  console.error('usage: node make-snapshot.js MB FILE')
  process.exit(2)
}

const BYTES_AN_ENTRY = 9800 // in the snapshot, measured
const responsesByUrl = new Map()
exports.lookup = (url) => responsesByUrl.get(url) // what is never read again would be collected

function response(n) {
  const rows = []
  for (let i = 0; i < 10; i++) {
    rows.push({
      sku: `sku-${n}-${i}`,
      title: `Item ${n * 10 + i} of the catalogue`,
      price: { amount: n * 1.19 + i / 3, currency: 'EUR', tiers: [n + 0.5, n + 0.25] },
      stock: { warehouse: `w${i % 7}`, reserved: i % 3 === 0 },
      tags: [`t${n % 97}`, `t${i}`],
      seller: { id: `s${n % 1009}`, rating: n % 5 + 0.1 },
    })
  }
  return JSON.parse(JSON.stringify({ url: `/catalogue/${n}`, fetchedAt: 1.7e12 + n, rows }))
}

for (let n = 0; n * BYTES_AN_ENTRY < megabytes * 1e6; n++)
  responsesByUrl.set(`https://api.example.test/catalogue/${n}?page=1`, response(n))
v8.writeHeapSnapshot(file)
