// Writes a real heap snapshot of about MB megabytes: a server that keeps all it has seen.
//
//     node --max-old-space-size=16384 make-snapshot.js MB FILE
//
// Mixed as a real one is: parsed responses in a Map, sessions of a class with buffers, Maps, Sets and dates, jobs
// that wait as closures, promises, a linked list, strings that were cut and joined, a WeakMap. Node needs
// several times the snapshot's size in memory to write it.
'use strict'
const v8 = require('v8')

const [megabytes, file] = [Number(process.argv[2]), process.argv[3]]
if (!megabytes || !file) {
  console.error('usage: node make-snapshot.js MB FILE')
  process.exit(2)
}

const BASE_BYTES = 3.1e6 // of a snapshot of Node alone, and of a visit: measured
const VISIT_BYTES = 9500

const responsesByUrl = new Map()
const sessionsById = new Map()
const pendingJobs = []
const metaByResponse = new WeakMap()
let newest = null // of a linked list

// What is never read again would be collected.
exports.lookup = url => metaByResponse.get(responsesByUrl.get(url))
exports.session = id => sessionsById.get(id)
exports.runAll = () => pendingJobs.forEach(job => job.run())
exports.newest = () => newest

function row(n, i) {
  return {
    sku: `sku-${n}-${i}`,
    title: `Item ${n * 10 + i} of the catalogue`,
    price: { amount: n * 1.19 + i / 3, currency: 'EUR', tiers: [n + 0.5, n + 0.25] },
    stock: { warehouse: `w${i % 7}`, reserved: i % 3 === 0 },
    tags: [`t${n % 97}`, `t${i}`],
    seller: { id: `s${n % 1009}`, rating: n % 5 + 0.1 },
  }
}

function response(n) {
  const rows = Array.from({ length: 2 + n * 7 % 9 }, (_, i) => row(n, i))
  return JSON.parse(JSON.stringify({ url: `/catalogue/${n}`, fetchedAt: 1.7e12 + n, rows }))
}

class Session {
  #secret
  constructor(n) {
    this.id = `session-${n}`
    this.#secret = Buffer.alloc(64 + n % 5 * 100, n)
    this.body = n % 8 ? null : Buffer.alloc(9000)
    this.since = new Date(1.7e12 + n)
    this.seen = new Map([[`/a/${n}`, n + 0.5], [`/b/${n}`, n * 1e6]])
    this.roles = new Set(['user', `team-${n % 31}`])
    this.agent = `Mozilla/5.0 (X11; Linux x86_64) build ${n % 50}`.slice(13)
    this.log = 'GET /' + this.id + ' ' + n // joined by V8 when read
  }

  check(given) {
    return this.#secret.equals(given)
  }
}

function job(n, session) {
  const request = { path: `/queue/${n}`, headers: { host: 'shop.example.test', cookie: `sid=${n}` } }
  const attempts = []
  return {
    run: () => attempts.push(session.id, request.path),
    done: new Promise(resolve => { request.resolve = resolve }).then(() => request),
    retry: n % 4 ? undefined : function retry() { return request.headers.cookie.match(/sid=(\d+)/) },
  }
}

function visit(n) {
  const answer = response(n), session = new Session(n)
  responsesByUrl.set(`https://api.example.test/catalogue/${n}?page=1`, answer)
  sessionsById.set(session.id, session)
  pendingJobs.push(job(n, session))
  newest = { value: Float64Array.of(n, n / 2), symbol: Symbol(`visit ${n}`), big: BigInt(n) << 70n, older: newest }
  if (n % 16 === 0)
    metaByResponse.set(answer, { hits: n, etag: `W/"${n.toString(36)}"` })
}

for (let n = 0; BASE_BYTES + n * VISIT_BYTES < megabytes * 1e6; n++)
  visit(n)
v8.writeHeapSnapshot(file)
