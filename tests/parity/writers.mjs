// node writers.mjs DIR MAJOR=NODE... [chromium=PROGRAM]     (Node 22 or later, for its WebSocket)
//
// Snapshots of sink.js in DIR, from each given Node and from Chromium, in every way they are written:
//   NODE-plain.a, .b       v8.writeHeapSnapshot, before and after a change
//   NODE-numeric, -internals   with its options (Node 18 and later)
//   NODE-signal            --heapsnapshot-signal
//   NODE-inspector         HeapProfiler.takeHeapSnapshot with numeric values
//   NODE-timeline          HeapProfiler.startTrackingHeapObjects with allocation stacks (.heaptimeline)
// A way that a program does not have is told and left out.
import {spawn, spawnSync} from 'node:child_process';
import {closeSync, copyFileSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync,
        writeSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

const sink = fileURLToPath(new URL('sink.js', import.meta.url));
const PATIENCE = 60; // seconds

function fail(what) {
  throw new Error(what);
}

/** The first match of `pattern` in what the program says. */
function said(program, pattern) {
  return new Promise((yes, no) => {
    let text = '';
    const listen = piece => {
      const found = (text += piece).match(pattern);
      if (found)
        yes(found);
    };
    program.stdout.on('data', listen);
    program.stderr.on('data', listen);
    program.on('exit', status => no(new Error(`ended with ${status}: ${text.slice(-300)}`)));
    setTimeout(() => no(new Error('says nothing')), PATIENCE * 1000).unref();
  });
}

async function withProgram(command, options, use) {
  const program = spawn(command[0], command.slice(1), options);
  try {
    return await use(program);
  } finally {
    program.kill('SIGKILL');
  }
}

class Inspector {
  constructor(url) {
    this.socket = new WebSocket(url);
    this.waiting = new Map();
    this.opened = new Promise((yes, no) => Object.assign(this.socket, {onopen: yes, onerror: no}));
    this.socket.onmessage = ({data}) => this.take(JSON.parse(data));
  }

  take({id, method, params, result, error}) {
    if (method === 'HeapProfiler.addHeapSnapshotChunk')
      writeSync(this.file, params.chunk);
    const call = this.waiting.get(id);
    if (call && error)
      call.no(new Error(error.message));
    else if (call)
      call.yes(result);
  }

  call(method, params = {}) {
    const id = this.waiting.size + 1;
    return new Promise((yes, no) => {
      this.waiting.set(id, {yes, no});
      this.socket.send(JSON.stringify({id, method, params}));
    });
  }

  async evaluate(expression) {
    return (await this.call('Runtime.evaluate', {expression})).result.value;
  }

  async write(path, method, params) {
    this.file = openSync(path, 'w');
    await this.call(method, params);
    closeSync(this.file);
  }
}

async function inspect(url, use) {
  const inspector = new Inspector(url);
  await inspector.opened;
  await inspector.call('HeapProfiler.enable');
  await use(inspector);
  inspector.socket.close();
}

async function timeline(inspector, path) {
  await inspector.call('HeapProfiler.startTrackingHeapObjects', {trackAllocations: true});
  await inspector.evaluate('grow()');
  await inspector.write(path, 'HeapProfiler.stopTrackingHeapObjects', {captureNumericValue: true});
}

// -- Node --

function writeItself(node, a, b, options) {
  const {status, stderr} = spawnSync(node, [sink, 'write', a, b, JSON.stringify(options)], {encoding: 'utf8'});
  if (status)
    fail(stderr);
}

async function bySignal(node, path, dir) {
  const place = join(dir, 'signalled');
  mkdirSync(place, {recursive: true});
  await withProgram([node, '--heapsnapshot-signal=SIGUSR2', sink], {cwd: place}, async program => {
    await said(program, /ready/);
    program.kill('SIGUSR2');
    for (let tries = 0; tries < PATIENCE * 5; tries++) {
      await pause(200);
      const [file] = readdirSync(place);
      if (file && /\]\s*\}\s*$/.test(readFileSync(join(place, file), 'utf8')))
        return renameSync(join(place, file), path);
    }
    fail('no snapshot');
  }).finally(() => rmSync(place, {recursive: true}));
}

function byInspector(node, use) {
  return withProgram([node, '--inspect=127.0.0.1:0', sink], {}, async program => {
    const [, url] = await said(program, /(ws:\S+)[^]*ready/);
    await inspect(url, use);
  });
}

function waysOfNode(major, node, dir) {
  const path = way => join(dir, `node${major}-${way}.heapsnapshot`);
  const newer = use => major < 18 ? fail('no such option') : use();
  return {
    plain: () => writeItself(node, path('plain.a'), path('plain.b'), {}),
    numeric: () => newer(() => writeItself(node, path('numeric.a'), path('numeric.b'), {exposeNumericValues: true})),
    internals: () => newer(() => writeItself(node, path('internals.a'), path('internals.b'),
                                             {exposeInternals: true, exposeNumericValues: true})),
    signal: () => bySignal(node, path('signal'), dir),
    inspector: () => byInspector(node, i => i.write(path('inspector'), 'HeapProfiler.takeHeapSnapshot',
                                                    {captureNumericValue: true})),
    timeline: () => byInspector(node, i => timeline(i, join(dir, `node${major}-timeline.heaptimeline`))),
  };
}

// -- Chromium --

async function inPage(chromium, dir, use) {
  const profile = join(dir, 'profile'), page = join(dir, 'page.html');
  copyFileSync(sink, join(dir, 'sink.js'));
  writeFileSync(page, '<!doctype html><meta charset=utf-8><title>sink</title><body><script src=sink.js></script>');
  const command = [chromium, '--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0',
                   `--user-data-dir=${resolve(profile)}`, `file://${resolve(page)}`];
  await withProgram(command, {}, async program => {
    const [, host] = await said(program, /ws:\/\/([^/]+)/);
    const targets = await (await fetch(`http://${host}/json/list`)).json();
    await inspect(targets.find(t => t.type === 'page').webSocketDebuggerUrl, async inspector => {
      while (!await inspector.evaluate('document.readyState === "complete" && !!sink.foreign'))
        await pause(100);
      await use(inspector);
    });
  });
  await pause(500); // its children end
  rmSync(profile, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
}

function waysOfChromium(major, program, dir) {
  const take = (way, options) => inPage(program, dir, i => i.write(join(dir, `chromium-${way}.heapsnapshot`),
                                                                   'HeapProfiler.takeHeapSnapshot', options));
  return {
    plain: () => take('plain', {}),
    numeric: () => take('numeric', {captureNumericValue: true}),
    devtools: () => take('devtools', {exposeInternals: true, captureNumericValue: true}),
    timeline: () => inPage(program, dir, i => timeline(i, join(dir, 'chromium-timeline.heaptimeline'))),
  };
}

const [dir, ...programs] = process.argv.slice(2);
mkdirSync(dir, {recursive: true});
for (const given of programs) {
  const [name, path] = given.split('=');
  const ways = (name === 'chromium' ? waysOfChromium : waysOfNode)(name, resolve(path), dir);
  for (const [way, make] of Object.entries(ways)) {
    try {
      await make();
    } catch (error) {
      console.log(`${name} ${way}: ${String(error.message).split('\n')[0]}`);
    }
  }
}
