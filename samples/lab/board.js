// What the railway's pages show: a departure board of a station as a service sends it. About 200 bytes of heap a row,
// every string its own.
export default function board(id, rows = 120) {
  const trains = Array.from({ length: rows }, (_, i) => ({
    train: `ICE ${id}-${i}`,
    leaves: `2026-11-${10 + (i % 20)}T${10 + (i % 14)}:${10 + (i % 50)}, train ${id}-${i}`,
    via: `${id} Harbour, ${i} Junction, Upper Valley`,
  }))
  return JSON.parse(JSON.stringify({ station: `Station ${id}`, trains }))
}
