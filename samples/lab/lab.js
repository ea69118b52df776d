// The lab: an application with one leak, loaded until it shows, its heap snapshot and what mortem says about it.
//
//   node lab.js run APP LEAK            one, ends with mortem's page
//   node lab.js matrix 'APP..' 'LEAK..' all of them, precision and recall
//   node lab.js list                    the leaks
//
// README.md has the words for APP and the environment that is read: NODE, BUNDLER, OUTPUT, PORT, MORTEM, LAB.
const fs = require('node:fs')
const { once } = require('node:events')
const http = require('node:http')
const path = require('node:path')
const { execFileSync, spawn, spawnSync } = require('node:child_process')
const { setTimeout: sleep } = require('node:timers/promises')
const table = require('./table')
const { parseApp, prepare } = require('./apps')
const { load, stayOpen, WEBSOCKET } = require('./load')
const { judge, failed, total } = require('./judge')

const env = process.env
const OUT = path.resolve(env.LAB || 'build/lab')
const MORTEM = path.resolve(env.MORTEM || 'build/release/mortem')
const PORT = Number(env.PORT || 3950)
const BASE = `http://127.0.0.1:${PORT}`
const REQUESTS = 400
const OPEN = 12
const PATIENCE = 300_000 // milliseconds, for what takes seconds on a machine that has nothing else to do
const PLACE = { page: 'trip', api: 'api', route: 'feed', board: 'board' }
const say = text => process.stderr.write(`lab: ${text}\n`)

// The node to run with: the one that runs this, or another version from the npm package of that name.
function findNode(version) {
  if (!version) return process.execPath
  const dir = path.join(OUT, `node-${version}`)
  const node = path.join(dir, 'node_modules/node/bin/node')
  if (!fs.existsSync(node)) {
    fs.mkdirSync(dir, { recursive: true })
    execFileSync('npm', ['install', '--prefix', dir, '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`])
  }
  return node
}

// Another server, whose answers some leaks keep.
function startUpstream() {
  const body = 'departures of today, '.repeat(1000)
  return http.createServer((req, res) => res.end(`${req.url} ${body}`)).listen(PORT + 1, '127.0.0.1')
}

async function startServer(app, leak, node) {
  const log = fs.openSync(`${app.dir}-server.log`, 'w')
  const flags = ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${app.dir}/heaps`, ...(table[leak].flags ?? [])]
  fs.rmSync(`${app.dir}/heaps`, { recursive: true, force: true })
  fs.mkdirSync(`${app.dir}/heaps`)
  // A heap holds the environment, so that is nearly empty.
  const server = spawn(node, app.command, {
    cwd: app.dir,
    stdio: ['ignore', log, log],
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: app.dir,
      NODE_ENV: 'production',
      NODE_OPTIONS: flags.join(' '),
      PORT: String(PORT),
      HOSTNAME: '127.0.0.1',
      LAB_UPSTREAM: `http://127.0.0.1:${PORT + 1}`,
    },
  })
  const end = Date.now() + PATIENCE
  while (Date.now() < end && server.exitCode === null) {
    if (await load(BASE, '/nowhere/0', 1).catch(() => null)) return server
    await sleep(500)
  }
  server.kill()
  throw new Error(`${app.name} does not answer: see ${app.dir}-server.log`)
}

// What is requested: addresses of Next.js, where the leak is, or with a server of one's own both.
function requestsFor(app, leak) {
  const row = table[leak]
  const addresses = app.next && Array.isArray(row.load) ? row.load : []
  if (addresses.length && !app.server) return addresses
  const place = app.server ? '' : `/${PLACE[row.in]}`
  return [...addresses, [`${place}/${leak}/#`, Number.isInteger(row.load) ? row.load : REQUESTS]]
}

async function drive(app, leak) {
  for (const [path, count] of requestsFor(app, leak)) {
    const statuses = await load(BASE, path, count)
    say(`${path} ${JSON.stringify(statuses)}`)
    if (statuses[500]) throw new Error(`${path}: ${statuses[500]} errors, see ${app.dir}-server.log`)
  }
  if (leak !== 'healthy') return () => {}
  const closeEvents = await stayOpen(BASE, app.server ? '/live/' : '/api/live', OPEN)
  const closeSockets = app.server ? await stayOpen(BASE, '/socket', OPEN, WEBSOCKET) : () => {}
  return () => (closeEvents(), closeSockets())
}

// The process that holds the application: 13.5 starts it as a child.
function innermost(pid) {
  const child = spawnSync('pgrep', ['-P', pid]).stdout?.toString().trim().split('\n').pop()
  return child ? innermost(Number(child)) : pid
}

async function takeSnapshot(app, server, file) {
  await sleep(1500) // connections close, bodies are read
  process.kill(innermost(server.pid), 'SIGUSR2')
  const dir = `${app.dir}/heaps`
  const end = Date.now() + PATIENCE
  while (Date.now() < end) {
    await sleep(200)
    const [name] = fs.readdirSync(dir)
    if (name && endsWell(path.join(dir, name))) return fs.renameSync(path.join(dir, name), file)
  }
  throw new Error(`no snapshot in ${dir}`)
}

function endsWell(file) {
  const { size } = fs.statSync(file)
  const end = Buffer.alloc(2)
  const handle = fs.openSync(file)
  fs.readSync(handle, end, 0, 2, Math.max(0, size - 2))
  fs.closeSync(handle)
  return end.includes('}') && size > 1 << 20
}

// The files of the build in which the variable's name still stands, as a string that the leak returns.
function scriptsOf(app, row) {
  if (!row.variable) return null
  const found = []
  const look = dir => {
    for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
      const file = path.join(dir, entry.name)
      if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== 'cache') look(file)
      else if (/\.[mc]?js$/.test(entry.name) && mentions(file, row.variable[0])) found.push(file.slice(app.dir.length))
    }
  }
  look(app.next && !app.server ? `${app.dir}/.next/server` : app.dir)
  return found
}
const mentions = (file, word) => fs.readFileSync(file, 'utf8').includes(word)

// What must be found in this version.
function expected(app, leak, node) {
  const row = table[leak]
  const hit = !row.affected || row.affected(app.version)
  return {
    app: app.name,
    version: app.version,
    node: execFileSync(node, ['-p', 'process.versions.node']).toString().trim(),
    leak,
    rules: hit ? row.rules : [],
    level: hit ? row.level : 'none',
    variable: hit ? row.variable : null,
    scripts: scriptsOf(app, row),
  }
}

// Makes the snapshot of one leak in one application; returns what to expect of it.
async function make(name, leak) {
  const app = parseApp(name, { bundler: env.BUNDLER, output: env.OUTPUT })
  const row = table[leak]
  if (!row) throw new Error(`no leak ${leak}: one of ${Object.keys(table).join(' ')}`)
  if (row.only && (row.only === 'next') !== Boolean(app.next)) return null

  const node = findNode(/^\d/.test(env.NODE) && env.NODE) // npm sets it to a path
  say(`${name} ${leak}: install and build`)
  prepare(app, leak, node, OUT)
  const upstream = startUpstream()
  const server = await startServer(app, leak, node)
  try {
    const close = await drive(app, leak)
    const expect = expected(app, leak, node)
    const nodeName = `node${expect.node.split('.')[0]}`
    const appName = app.next ? `next-${app.name.replace(app.next, app.version)}` : app.name
    const file = path.join(OUT, 'heaps', `${appName}-${nodeName}-${leak}.heapsnapshot`)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    await takeSnapshot(app, server, file)
    close()
    fs.writeFileSync(`${file}.expect.json`, JSON.stringify({ file: path.basename(file), ...expect }) + '\n')
    return { ...expect, path: file }
  } finally {
    if (server.exitCode === null) {
      const gone = once(server, 'exit')
      server.kill('SIGKILL')
      await gone
    }
    upstream.close()
    upstream.closeAllConnections()
  }
}

const ask = (...args) => spawnSync(MORTEM, args, { maxBuffer: 1 << 28 }).stdout.toString()
const findingsOf = file => JSON.parse(ask('-q', '--format', 'json', file)).findings

async function run(name, leak) {
  const made = await make(name, leak)
  if (!made) throw new Error(`${leak} cannot be done in ${name}`)
  process.stdout.write(ask('-q', made.path))
  console.log(`\n${made.path}`)
  console.log(judge(made, findingsOf(made.path)).text)
}

async function judged(name, leak) {
  try {
    const made = await make(name, leak)
    return made && judge(made, findingsOf(made.path))
  } catch (error) {
    return failed(name, leak, error)
  }
}

async function matrix(names, leaks) {
  const verdicts = []
  for (const name of names)
    for (const leak of leaks) {
      const verdict = await judged(name, leak)
      if (!verdict) continue
      verdicts.push(verdict)
      console.log(verdict.text)
    }
  console.log(`\n${total(verdicts)}`)
}

const words = text => text.split(/\s+/).filter(Boolean)

async function main([command, apps, leaks]) {
  if (command === 'run' && apps && leaks) return run(apps, leaks)
  if (command === 'matrix') {
    const all = Object.keys(table)
    return matrix(words(apps || '14 16'), leaks && leaks !== 'all' ? words(leaks) : all)
  }
  for (const [leak, row] of Object.entries(table))
    console.log(`${leak.padEnd(18)}${row.level.padEnd(6)}${row.rules.join(' ').padEnd(50)}${row.only ?? ''}`)
}

main(process.argv.slice(2)).catch(error => {
  say(error.message)
  process.exitCode = 1
})
