// The load: that many different pages, quotes and covers, one after the other.  node load.js COUNT
// Ends early, and says so, when the server is gone.
const count = Number(process.argv[2])
const base = 'http://127.0.0.1:3922'

async function main() {
  for (let i = 1; i <= count; i++) {
    const paths = [`/book/978-${100000 + i}`, `/api/quote?cart=${i * 7919}&to=${i % 90}`, `/api/cover?n=${i}`]
    for (const path of paths) await (await fetch(base + path)).arrayBuffer()
  }
  console.log(`${count} rounds`)
}

main().catch((e) => console.log(`stopped: ${e.message}`))
