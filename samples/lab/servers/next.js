// Next.js behind a server of one's own: what the leak answers never reaches it.
import { createServer } from 'node:http'
import next from 'next'
import answer from './answer.js'

const app = next({ dev: false, hostname: '127.0.0.1', port: Number(process.env.PORT) })
const handle = app.getRequestHandler()

app.prepare().then(() =>
  createServer((req, res) => (/^\/(LEAK|live)\//.test(req.url) ? answer(req, res) : handle(req, res)))
    .on('upgrade', answer.upgrade)
    .listen(process.env.PORT, '127.0.0.1', () => console.log('ready'))
)
