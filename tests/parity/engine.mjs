// node engine.mjs ENGINE DIR FILE...    what Chrome DevTools says of each snapshot, as tables in DIR:
//                                       STEM.nodes.devtools.tsv, STEM.classes..., STEM.stats.devtools.json
//                                       and STEM.diff.devtools.tsv, compared with the file before it
//
// ENGINE is the bundle that install-engine.sh makes. The tables are those of `mortem dump`; the rules behind them
// are the engine's, nothing is computed here. A snapshot that the engine cannot load is reported and left out.
import {spawn} from 'node:child_process';
import {closeSync, openSync, writeSync} from 'node:fs';
import {basename, join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

Promise.withResolvers ??= function () { // before Node 22
  const made = {};
  made.promise = new Promise((yes, no) => Object.assign(made, {resolve: yes, reject: no}));
  return made;
};

const CHUNK = 8 << 20;
const text = value => JSON.stringify(value);

/** Decompressed if need be, in pieces of some size: the engine's parser rescans what it was not given whole. */
async function feed(loader, file) {
  const unpack = spawn('zstd', ['-dcfq', file], {stdio: ['ignore', 'pipe', 'inherit']});
  const decoder = new TextDecoder();
  let pieces = [], bytes = 0;
  const flush = last => {
    loader.write(decoder.decode(Buffer.concat(pieces), {stream: !last}));
    pieces = [], bytes = 0;
    return new Promise(done => setImmediate(done)); // lets the parser run
  };
  for await (const piece of unpack.stdout) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > CHUNK)
      await flush(false);
  }
  await flush(true);
  loader.close();
}

async function load(engine, file) {
  const loader = new engine.HeapSnapshotLoader.HeapSnapshotLoader({sendEvent() {}});
  await feed(loader, file);
  const {port1, port2} = new MessageChannel(); // its second thread, in this one
  new engine.HeapSnapshot.SecondaryInitManager(port2);
  const lost = new Promise((_, no) => process.removeAllListeners('unhandledRejection').on('unhandledRejection', no));
  const snapshot = await Promise.race([loader.buildSnapshot(port1), lost]);
  port1.close();
  return snapshot;
}

function writeRows(path, rows) {
  const fd = openSync(path, 'w');
  let block = '';
  for (const row of rows) {
    block += row + '\n';
    if (block.length > 1 << 20) {
      writeSync(fd, block);
      block = '';
    }
  }
  writeSync(fd, block);
  closeSync(fd);
}

function* nodeRows(s) {
  yield 'ord id type self retained distance detached dom edges retainers class classKey name'.replaceAll(' ', '\t');
  const node = s.createNode(0);
  for (let ord = 0; ord < s.nodeCount; ord++) {
    node.nodeIndex = ord * s.nodeFieldCount;
    const key = node.classKeyInternal();
    yield [ord, node.id(), node.type(), node.selfSize(), node.retainedSize(), node.distance(), node.detachedness(),
           node.dominatorIndex() / s.nodeFieldCount, node.edgesCount(), node.retainersCount(), text(node.className()),
           text(typeof key === 'number' ? `,${s.strings[key]}` : key), text(node.name())].join('\t');
  }
}

const byName = (a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

function* classRows(s) {
  yield 'name\tclassKey\tcount\tdistance\tshallow\tretained';
  const rows = Object.entries(s.aggregatesWithFilter({}));
  rows.sort(([, a], [, b]) => b.maxRet - a.maxRet || byName(a, b));
  for (const [key, c] of rows)
    yield [text(c.name), text(key), c.count, c.distance, c.self, c.maxRet].join('\t');
}

function* diffRows(older, s) {
  yield 'name\tclassKey\tnew\tdeleted\tdelta\tallocSize\tfreedSize\tsizeDelta';
  const rows = Object.entries(s.calculateSnapshotDiff(0, older.aggregatesForDiff(s.interfaceDefinitions())));
  rows.sort(([, a], [, b]) => b.addedSize - a.addedSize || byName(a, b));
  for (const [key, d] of rows)
    yield [text(d.name), text(key), d.addedCount, d.removedCount, d.countDelta, d.addedSize, d.removedSize,
           d.sizeDelta].join('\t');
}

const stem = file => basename(file).replace(/(\.(zst|gz))?$/, '').replace(/\.heap(snapshot|timeline)$/, '');

async function tabulate(engine, dir, file) {
  const s = await load(engine, file);
  const place = join(dir, stem(file));
  const statistics = {...s.getStatistics(), extra_native_bytes: s.profile.snapshot.extra_native_bytes};
  writeRows(`${place}.nodes.devtools.tsv`, nodeRows(s));
  writeRows(`${place}.classes.devtools.tsv`, classRows(s));
  writeRows(`${place}.stats.devtools.json`, [JSON.stringify(statistics, null, 1)]);
  return s;
}

const [bundle, dir, ...files] = process.argv.slice(2);
const engine = await import(pathToFileURL(resolve(bundle)));
console.warn = () => {}; // it names unreachable nodes
let older = null;
for (const file of files) {
  let s = null;
  try {
    s = await tabulate(engine, dir, file);
    if (older)
      writeRows(join(dir, `${stem(file)}.diff.devtools.tsv`), diffRows(older, s));
  } catch (error) {
    console.error(`${file}: the engine fails: ${error.message ?? error}`);
  }
  older = s;
}
