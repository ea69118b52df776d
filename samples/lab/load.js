// The load: requests of an own keep-alive agent, so many at once. Needs Node 18 and nothing else.
//
//   node load.js http://127.0.0.1:3950 /trip/map/# 400        # is 1, 2, 3 ...
const http = require('node:http')

const AT_ONCE = 8
const WIDTHS = [640, 750, 828, 1080, 1200, 1920, 2048, 3840] // that next/image takes

function get(agent, address) {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/html,image/webp,*/*', cookie: 'rider=17' }
    const request = http.get(address, { agent, headers }, answer => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode)).on('error', reject)
    })
    // The server may close an idle connection just when it is used again.
    request.on('error', error => (request.reusedSocket ? resolve(get(agent, address)) : reject(error)))
  })
}

// Returns how many of COUNT requests got which status.
async function load(base, path, count) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const statuses = {}
  let next = 1
  const address = n => base + path.replace('#', path.includes('image') ? WIDTHS[(n - 1) % WIDTHS.length] : n)
  const work = async () => {
    for (let n = next++; n <= count; n = next++) {
      const status = await get(agent, address(n))
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  agent.destroy()
  return statuses
}

// Requests whose answers go on: returns what closes them.
async function stayOpen(base, path, count, headers = {}) {
  const requests = Array.from({ length: count }, () => http.get(base + path, { headers, agent: false }))
  const answers = requests.map(
    request =>
      new Promise((resolve, reject) => {
        request.on('response', answer =>
          answer.statusCode === 200 ? resolve(answer.resume()) : reject(new Error(`${path}: ${answer.statusCode}`))
        )
        request.on('upgrade', (answer, socket) => resolve(socket.resume()))
        request.on('error', reject)
      })
  )
  for (const answer of await Promise.all(answers)) answer.on('error', () => {})
  return () => requests.forEach(request => request.destroy())
}

const WEBSOCKET = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': 13,
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

module.exports = { load, stayOpen, WEBSOCKET }

if (require.main === module) {
  const [base, path, count] = process.argv.slice(2)
  load(base, path, Number(count)).then(statuses => console.log(JSON.stringify(statuses)))
}
