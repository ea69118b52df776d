// node peer-devtools.mjs PEERS FILE: what `mortem FILE` does, done by Chrome DevTools' engine from npm
// (heap-snapshot-toolkit in the folder PEERS): parse, distances, dominators, retained sizes, classes, statistics.
// Prints a line of each class, and how many nodes there are.
import {createReadStream} from 'node:fs';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

Promise.withResolvers ??= function () { // before Node 22
  const made = {};
  made.promise = new Promise((yes, no) => Object.assign(made, {resolve: yes, reject: no}));
  return made;
};

const CHUNK = 10e6; // as DevTools reads a file

const [peers, file] = process.argv.slice(2);
const {parse} = await import(pathToFileURL(resolve(peers, 'node_modules/heap-snapshot-toolkit/index.js')));
const snapshot = await parse(createReadStream(file, {encoding: 'utf-8', highWaterMark: CHUNK}));
const classes = Object.values(snapshot.aggregatesWithFilter({}));
classes.sort((a, b) => b.maxRet - a.maxRet);
for (const c of classes)
  console.log([c.name, c.count, c.distance, c.self, c.maxRet].join('\t'));
console.log(JSON.stringify({nodes: snapshot.nodeCount, ...snapshot.getStatistics()}));
process.exit(0);
