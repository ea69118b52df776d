// A custom server, as many shops have one: Next.js behind a plain http.Server on 127.0.0.1:3922.
const http = require('http')
const next = require('next/package.json')
const { default: NextServer } = require('next/dist/server/next-server')
const { config: conf } = require('./.next/required-server-files.json')

const port = 3922
const app = new NextServer({ dir: __dirname, dev: false, conf, hostname: '127.0.0.1', port })
const handle = app.getRequestHandler()

process.title = `next-server (v${next.version})`
http
  .createServer((req, res) => handle(req, res))
  .listen(port, '127.0.0.1', () => console.log(`Next.js ${next.version} on http://127.0.0.1:${port}`))
