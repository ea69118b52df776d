// Fastify.
import Fastify from 'fastify'
import answer from './answer.js'

const app = Fastify()
app.all('/*', (request, reply) => {
  reply.hijack()
  return answer(request.raw, reply.raw)
})
app.server.on('upgrade', answer.upgrade)
app.listen({ port: process.env.PORT, host: '127.0.0.1' }, () => console.log('ready'))
