// Express.
import express from 'express'
import answer from './answer.js'

const app = express()
app.use(express.json())
app.use((req, res) => answer(req, res))
app.listen(process.env.PORT, '127.0.0.1', () => console.log('ready')).on('upgrade', answer.upgrade)
