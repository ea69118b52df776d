// A thread a request that nobody ends.
import { Worker } from 'node:worker_threads'

export default async function keep({ id }) {
  const planner = new Worker('require("worker_threads").parentPort.on("message", () => {})', {
    eval: true,
    workerData: { id },
  })
  await new Promise(online => planner.once('online', online))
  planner.unref()
  return 'planner'
}
