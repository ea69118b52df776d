// Checks of samples/lab, in the words of tests/run.sh: "ok NAME" or "not ok NAME" and why.
const assert = require('node:assert')
const fs = require('node:fs')
const http = require('node:http')
const table = require('../../samples/lab/table')
const { judge, failed, total } = require('../../samples/lab/judge')
const { load, stayOpen } = require('../../samples/lab/load')
const { parseApp } = require('../../samples/lab/apps')
const { atLeast } = require('../../samples/lab/versions')

const lab = `${__dirname}/../../samples/lab`
const expect = (rules, more) => ({ app: '16', leak: 'x', rules, level: 'leak', ...more })
const finding = (severity, rule, variable, script) => ({ severity, rule, variable, script })
const verdict = (what, ...findings) => judge(what, findings).verdict

const checks = {
  'every leak has its code, or a configuration or a load of its own'() {
    for (const [name, row] of Object.entries(table))
      assert(fs.existsSync(`${lab}/leaks/${name}.js`) || row.config || row.load, name)
  },
  'a leak answers with the name of what it fills'() {
    for (const [name, row] of Object.entries(table)) {
      const file = `${lab}/leaks/${name}.js`
      if (row.variable && fs.existsSync(file)) assert(fs.readFileSync(file, 'utf8').includes(`'${row.variable[0]}'`), name)
    }
  },
  'versions are compared as numbers'() {
    assert(atLeast('14.10.0', '14.2') && atLeast('16.0.3', '16') && atLeast('14.1.0', '14.1'))
    assert(!atLeast('14.0.4', '14.1') && !atLeast('9.5.0', '13'))
  },
  'a configuration has the key of its version'() {
    assert.equal(table['config-unit'].config('14.2.3').cacheMaxMemorySize, 50)
    assert.equal(table['config-unit'].config('13.5.6').experimental.isrMemoryCacheSize, 50)
    assert.equal(table['not-found'].affected('15.5.29'), false)
    assert.equal(table['not-found'].affected('16.0.3'), true)
  },
  'the name of an application tells what to build'() {
    const app = parseApp('16-custom-esm', { bundler: 'webpack' })
    assert.deepEqual([app.next, app.server, app.esm, app.bundler], ['16', 'next', true, 'webpack'])
    assert.equal(parseApp('express').next, false)
  },
  'the planted leak is the main finding'() {
    const planted = expect(['timer-leak'], { variable: ['shown'], scripts: ['/a.js'] })
    assert.equal(verdict(planted, finding('leak', 'timer-leak', 'shown', '/x/b.js')), 'ok')
    assert.equal(verdict(planted, finding('leak', 'timer-leak', 'n', '/x/a.js')), 'ok')
    assert.equal(verdict(planted, finding('leak', 'timer-leak', 'n', '/x/b.js')), 'place')
    assert.equal(verdict(planted, finding('leak', 'timer-leak', 'other', '/x/a.js')), 'place')
    assert.equal(verdict(planted, finding('warn', 'timer-leak', 'shown')), 'level')
    assert.equal(verdict(planted, finding('leak', 'isr-cache'), finding('leak', 'timer-leak', 'shown')), 'missed')
    assert.equal(verdict(planted), 'missed')
  },
  'nothing planted, nothing found'() {
    assert.equal(verdict(expect([]), finding('info', 'isr-cache')), 'ok')
    assert.equal(verdict(expect([]), finding('warn', 'isr-cache')), 'false')
  },
  'an info is expected to be no more'() {
    const planted = expect(['isr-cache'], { level: 'info' })
    assert.equal(verdict(planted, finding('info', 'next-known-leak'), finding('info', 'isr-cache')), 'ok')
    assert.equal(verdict(planted, finding('warn', 'isr-cache')), 'missed')
  },
  'precision and recall'() {
    const planted = expect(['timer-leak'])
    const figures = total([
      judge(planted, [finding('leak', 'timer-leak'), finding('leak', 'module-collection')]),
      judge(planted, []),
      judge(expect([]), [finding('warn', 'isr-cache')]),
      judge(expect([]), []),
      failed('15', 'map', new Error('no network')),
    ])
    assert.match(figures, /recall +50 %/)
    assert.match(figures, /precision +33 %/)
    assert.match(figures, /healthy +50 %/)
    assert.match(figures, /failed +1/)
  },
  async 'the load makes every request once, and stays open when told'() {
    const seen = new Set()
    let closed = 0
    const server = http.createServer((req, res) => {
      seen.add(req.url)
      if (req.url !== '/live') return res.end()
      res.write('hello')
      res.on('close', () => closed++)
    })
    await new Promise(done => server.listen(0, '127.0.0.1', done))
    const base = `http://127.0.0.1:${server.address().port}`
    assert.deepEqual(await load(base, '/trip/#?q=1', 40), { 200: 40 })
    assert(seen.size === 40 && seen.has('/trip/40?q=1'))
    const close = await stayOpen(base, '/live', 3)
    assert.equal(closed, 0)
    close()
    while (closed < 3) await new Promise(done => setTimeout(done, 5))
    server.close()
  },
}

async function main() {
  for (const [name, check] of Object.entries(checks))
    try {
      await check()
      console.log(`ok ${name}`)
    } catch (error) {
      console.log(`not ok ${name}\n${error.stack}`)
    }
}
main()
