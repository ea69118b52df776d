// Makes the applications of the lab: copies the sources into a folder, installs, builds, and says how to start. An app's name is a version of Next.js (16, 14.2.3, 15-standalone, 16-custom-esm) or a plain server
// (http, express, fastify, http-esm).
const fs = require('node:fs')
const path = require('node:path')
const { execFileSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const { inspect } = require('node:util')
const { atLeast } = require('./versions')
const table = require('./table')

const PLACES = {
  page: 'pages/trip/LEAK/[id].js',
  api: 'pages/api/LEAK/[id].js',
  route: 'app/feed/LEAK/[id]/route.js',
  board: 'app/board/LEAK/[id]/page.js',
}

// parseApp('16-standalone', 'webpack'): what is asked for
function parseApp(name, { bundler, output } = {}) {
  const words = name.split('-')
  const [kind] = words
  const has = word => words.includes(word) || output === word
  const isNext = /^\d/.test(kind)
  return {
    name: [name, bundler, output].filter(Boolean).join('-'),
    next: isNext && kind,
    server: isNext ? (has('custom') ? 'next' : null) : kind,
    standalone: has('standalone'),
    esm: has('esm'),
    bundler: bundler ?? (has('webpack') ? 'webpack' : has('turbopack') ? 'turbopack' : null),
    readable: has('readable'),
  }
}

// Imports to require, and what is exported to module.exports: as little as the sources here need.
const toCommonJs = code =>
  code
    .replace(/^import (.+) from (.+)$/gm, 'const $1 = require($2)')
    .replace(/^export default (async )?function (\w+)/gm, 'module.exports = $2\n$1function $2')
const toEsModule = code => code.replace(/^(import .+\.json')$/gm, "$1 with { type: 'json' }")

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text)
}

// Copies a file or folder; LEAK in names and texts becomes LEAK's name.
function copy(from, to, leak = 'LEAK', change = text => text) {
  if (fs.statSync(from).isDirectory())
    for (const name of fs.readdirSync(from)) copy(path.join(from, name), path.join(to, name), leak, change)
  else write(to.replace('LEAK', leak), change(fs.readFileSync(from, 'utf8')).replaceAll('LEAK', leak))
}

// A package whose source map is larger than itself.
function writeRailGeo(dir) {
  const points = Array.from({ length: 30_000 }, (_, i) => `at(${i})`)
  const map = {
    version: 3,
    sources: ['geo.ts'],
    names: [],
    sourcesContent: [points.map(point => `export const ${point} // a point of the network\n`).join('')],
    mappings: points.map(() => 'AACA').join(),
  }
  write(`${dir}/package.json`, '{ "name": "rail-geo", "version": "1.0.0" }')
  write(
    `${dir}/index.js`,
    'const at = n => n;' +
      'module.exports = id => { try { throw new Error(id) } catch (e) { return e.stack } };' +
      points.join(';') +
      '\n//# sourceMappingURL=index.js.map\n'
  )
  write(`${dir}/index.js.map`, JSON.stringify(map))
}

// Tables as they come with an application, constant.
function writeConstants(dir) {
  const count = (length, make) => Array.from({ length }, (_, i) => make(i))
  const stations = count(4000, i => ({ code: `S${i}`, name: `Station ${i}`, zone: `zone ${i % 40}` }))
  const phrases = Object.fromEntries(count(3000, i => [`phrase.${i}`, `Phrase number ${i} of the dictionary`]))
  write(`${dir}/stations.json`, JSON.stringify(stations))
  write(`${dir}/phrases.json`, JSON.stringify(phrases))
}

function dependencies(app) {
  if (!app.next) return { sharp: '*', ...(app.server !== 'http' && { [app.server]: '*' }) }
  const react = atLeast(app.next, '15') ? '19' : '18'
  return { next: app.next, react, 'react-dom': react, sharp: '*' }
}

function nextConfig(app, leak) {
  const config = table[leak].config?.(app.version) ?? {}
  if (typeof config.cacheHandler === 'string') config.cacheHandler = path.join(app.dir, 'cache', config.cacheHandler)
  const handlerPath = config.experimental?.incrementalCacheHandlerPath
  if (handlerPath) config.experimental.incrementalCacheHandlerPath = path.join(app.dir, 'cache', handlerPath)
  if (app.standalone) config.output = 'standalone'
  if (app.readable) config.experimental = { ...config.experimental, serverMinification: false }
  return `module.exports = ${inspect(config, { depth: null })}\n`
}

function prepareNext(app, source, leak) {
  for (const [name, row] of Object.entries(table)) {
    if (!fs.existsSync(`${source}/leaks/${name}.js`)) continue
    for (const place of [row.in].flat()) copy(`${source}/app/${PLACES[place]}`, `${app.dir}/${PLACES[place]}`, name)
  }
  for (const file of ['pages/index.js', 'pages/api/live.js', 'pages/line', 'app/layout.js', 'app/stop', 'cache'])
    copy(`${source}/app/${file}`, `${app.dir}/${file}`)
  write(`${app.dir}/next.config.js`, nextConfig(app, leak))
}

// The server of one's own is a folder beside the sources that Next.js bundles: its modules are others.
function prepareServer(app, source, leak) {
  const dir = app.next ? `${app.dir}/server` : app.dir
  const change = app.esm ? toEsModule : toCommonJs
  const planted = fs.existsSync(`${source}/leaks/${leak}.js`) ? leak : 'none'
  for (const file of ['board.js', 'leaks']) copy(`${source}/${file}`, `${dir}/${file}`, planted, change)
  copy(`${source}/servers/answer.js`, `${dir}/answer.js`, planted, change)
  copy(`${source}/servers/${app.server}.js`, `${dir}/server.js`, planted, change)
  write(`${dir}/package.json`, JSON.stringify({ type: app.esm ? 'module' : 'commonjs' }))
  writeConstants(dir)
  return `${dir}/server.js`
}

function run(app, node, args, env = {}) {
  const PATH = `${path.dirname(node)}:${process.env.PATH}`
  const log = fs.openSync(`${app.dir}.log`, 'a')
  try {
    execFileSync(args[0], args.slice(1), {
      cwd: app.dir,
      stdio: ['ignore', log, log],
      env: { ...process.env, PATH, NEXT_TELEMETRY_DISABLED: '1', ...env },
    })
  } catch {
    throw new Error(`${args.join(' ')} failed: see ${app.dir}.log`)
  }
}

function install(app, node) {
  if (fs.existsSync(`${app.dir}/installed`)) return
  write(`${app.dir}/package.json`, JSON.stringify({ private: true, dependencies: dependencies(app) }))
  run(app, node, ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error'])
  const packages = path.join(__dirname, 'packages')
  copy(packages, `${app.dir}/node_modules`)
  writeRailGeo(`${app.dir}/node_modules/rail-geo`)
  const draw = `require('sharp')({ create: { width: 1600, height: 1200, channels: 3, background: '#468',
    noise: { type: 'gaussian', mean: 128, sigma: 30 } } }).png().toFile('public/photo.png')`
  fs.mkdirSync(`${app.dir}/public`, { recursive: true })
  run(app, node, [node, '-e', draw])
  write(`${app.dir}/installed`, '')
}

// What a build depends on, as one number. A standalone server has its configuration built in, others read it.
function fingerprint(app) {
  const hash = createHash('sha1')
  for (const name of fs.readdirSync(__dirname, { recursive: true }).sort()) {
    const file = path.join(__dirname, name)
    if (/\/|board|table/.test(name) && fs.statSync(file).isFile()) hash.update(fs.readFileSync(file))
  }
  if (app.standalone) hash.update(fs.readFileSync(`${app.dir}/next.config.js`))
  return hash.digest('hex')
}

function build(app, node) {
  const stamp = `${app.dir}/built`
  const asked = fingerprint(app)
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === asked) return
  const flag = app.bundler === 'webpack' ? atLeast(app.version, '16') && '--webpack' : app.bundler && '--turbopack'
  run(app, node, [node, 'node_modules/next/dist/bin/next', 'build', ...(flag ? [flag] : [])])
  write(stamp, asked)
}

// Installs and builds what is missing. Adds to APP its folder, its version and the command that starts it.
function prepare(app, leak, node, out) {
  const source = __dirname
  app.dir = path.join(out, app.name)
  install(app, node)
  const package_ = app.next ? 'next' : app.server
  const file = `${app.dir}/node_modules/${package_}/package.json`
  app.version = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')).version : ''
  const server = app.server && prepareServer(app, source, leak)
  if (!app.next) return (app.command = [server])

  copy(`${source}/board.js`, `${app.dir}/board.js`)
  copy(`${source}/leaks`, `${app.dir}/leaks`)
  writeConstants(app.dir)
  prepareNext(app, source, leak)
  build(app, node)
  app.command = server ? [server] : ['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1']
  if (!app.standalone) return
  for (const folder of ['.next/static', 'public'])
    fs.cpSync(`${app.dir}/${folder}`, `${app.dir}/.next/standalone/${folder}`, { recursive: true })
  app.command = ['.next/standalone/server.js']
}

module.exports = { parseApp, prepare }
