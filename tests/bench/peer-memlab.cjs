// node peer-memlab.cjs PEERS FILE: what `mortem FILE` does, done by memlab from npm (in the folder PEERS): parse,
// shortest paths, dominators, retained sizes, and a table of classes. Prints a line of each, and how many nodes there are.
'use strict'
const { createRequire } = require('node:module')
const { join, resolve } = require('node:path')

async function main([peers, file]) {
  const load = createRequire(join(resolve(peers), 'package.json'))
  const { getFullHeapFromFile } = load('@memlab/heap-analysis')
  const heap = await getFullHeapFromFile(resolve(file))
  const classes = new Map()
  let nodes = 0
  heap.nodes.forEach(node => {
    const name = node.type === 'object' || node.type === 'native' ? node.name : `(${node.type})`
    let c = classes.get(name)
    if (!c)
      classes.set(name, c = { count: 0, shallow: 0, largest: 0 })
    nodes++
    c.count++
    c.shallow += node.self_size
    c.largest = Math.max(c.largest, node.retainedSize)
  })
  const rows = [...classes].sort(([, a], [, b]) => b.largest - a.largest)
  for (const [name, c] of rows)
    console.log([name, c.count, c.shallow, c.largest].join('\t'))
  console.log(JSON.stringify({ nodes }))
}

main(process.argv.slice(2)).then(() => process.exit(0), error => {
  console.error(error)
  process.exit(1)
})
