// A hundred bytes of each download, and with them all of it.
import { randomFillSync } from 'node:crypto'

const imageHeaders = []

export default function keep() {
  const download = randomFillSync(new Uint8Array(96 << 10))
  imageHeaders.push(download.subarray(0, 100))
  return 'imageHeaders'
}
