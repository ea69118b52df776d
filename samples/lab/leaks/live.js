// Long answers: server-sent events to whoever listens. Who leaves is forgotten.
const riders = new Set()
setInterval(() => riders.forEach(res => res.write('data: tick\n\n')), 500).unref()

export default function keep({ req, res }) {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  res.write(': hello\n\n')
  riders.add(res)
  res.on('close', () => riders.delete(res))
  return null
}
