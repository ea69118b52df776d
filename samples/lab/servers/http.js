// Node's http and nothing else.
import { createServer } from 'node:http'
import answer from './answer.js'

createServer(answer)
  .on('upgrade', answer.upgrade)
  .listen(process.env.PORT, '127.0.0.1', () => console.log('ready'))
