// What the servers have in common: /LEAK/17 is answered by the leak, /live stays open, and so does what upgrades.
import { createHash } from 'node:crypto'
import keep from './leaks/LEAK.js'
import live from './leaks/live.js'

export default async function answer(req, res) {
  const [, name, id] = req.url.split(/[/?]/)
  if (name === 'live') return live({ req, res })
  if (name !== 'LEAK') res.statusCode = 404
  const kept = name === 'LEAK' ? await keep({ req, res, url: req.url, id: Number(id) }) : 'nothing'
  res.setHeader('content-type', 'application/json')
  res.end(JSON.stringify({ kept }))
}

const rooms = new Set()

// A WebSocket that only says hello.
answer.upgrade = (req, socket) => {
  const key = req.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
  const accept = createHash('sha1').update(key).digest('base64')
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
      `sec-websocket-accept: ${accept}\r\n\r\n\x81\x05hello`
  )
  rooms.add(socket)
  socket.on('close', () => rooms.delete(socket))
  socket.on('error', () => socket.destroy())
}
