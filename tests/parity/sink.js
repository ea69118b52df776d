// Something of everything that a heap can hold, for writers.mjs: in any Node from 12 on, or in a page.
//   node sink.js                          waits; `grow()` changes it
//   node sink.js write FILE.a FILE.b JSON writes a snapshot, changes, writes another; JSON: writeHeapSnapshot's options
'use strict';

class Item {
  constructor(n) {
    this.n = n;
    this.half = n + 0.5;
    this.text = 'item ' + n;
  }
  get twice() { return this.n * 2; }
}
class Derived extends Item {}
const named = name => ({[name]: class {}})[name];
const Plain = named('Object'); // a plain object's name with a location
const Tag = named('<div id="x y">');
const Gone = named('Detached <span a>');
const Lines = named('two\nlines');
const Quoted = named('a "quoted", {odd} \u2028 name');

function closureOf(n) {
  const kept = new Array(20).fill(n);
  const unused = new Item(n);
  return function reader() { return kept[0] + (unused ? 1 : 0); };
}

function weakEntries(count) {
  const map = new WeakMap(), keys = [];
  const values = ['plain', 'with\nnewline', 'cr\r', 'ls\u2028', 'a (b @3) -> c', '\ud83d\ude00', '\ud83d', 7, 1.5];
  for (let i = 0; i < count; i++) {
    const key = i % 3 ? new Item(i) : i % 2 ? new Lines() : new Quoted();
    keys.push(key);
    map.set(key, i % 4 ? values[i % values.length] : {value: new Item(i), map: i % 8 ? map : null});
  }
  return {map, keys, other: new WeakMap([[keys[0], keys[1]], [map, keys]]), set: new WeakSet(keys)};
}

function strings() {
  const long = 'a long text, of which a slice is kept; '.repeat(60);
  let rope = 'rope';
  for (let i = 0; i < 50; i++)
    rope += ' ' + i;
  return {long, slice: long.slice(100, 900), rope, cons: rope + long, twoByte: '\u0436'.repeat(300),
          lone: 'x\ud83dx', back: '\ude00', astral: '\ud83d\ude00 smile', nul: 'a\0b', controls: '\x01\x1f\x7f\u2028',
          same: [1, 2, 3].map(i => 'the same ' + (i ? 'text' : ''))};
}

function objects() {
  const dictionary = {}, deep = {};
  for (let i = 0; i < 1500; i++)
    dictionary['key ' + i] = i % 2 ? i : {i};
  let end = deep;
  for (let i = 0; i < 20000; i++)
    end = end.next = {};
  const cycle = {name: 'cycle'};
  cycle.self = cycle;
  return {dictionary, deep, cycle,
          same: Array.from({length: 300}, (_, i) => ({id: {}, title: 'title ' + i, 'odd, {name}': []})),
          less: Array.from({length: 40}, () => ({id: {}, title: 'x'})),
          many: Object.fromEntries('abcdefghijklmnopqrstuvwxyz'.split('').map(c => [c.repeat(9), {}])),
          noProto: Object.create(null), own: {['__proto__']: {}, after: {}}, frozen: Object.freeze({a: [1]}),
          calls: Object.create(Function.prototype), // its class is "Function": the engine loses a row
          accessor: Object.defineProperty({}, 'late', {get() { return 1; }, enumerable: true})};
}

function builtins() {
  const buffer = new ArrayBuffer(5000);
  const kinds = {
    map: new Map([[{}, new Item(1)], ['k', 'v']]), set: new Set([1, 'two', {}]), date: new Date(0), regexp: /a(b)+c/giu,
    symbol: Symbol('a symbol'), [Symbol.for('shared')]: Symbol.iterator, big: BigInt('123456789012345678901234567890'),
    buffer, views: [new Uint8Array(buffer), new Float64Array(buffer, 8, 4), new DataView(buffer)],
    small: new Uint8Array(3),
    error: new Error('kept'), promise: Promise.resolve({}), never: new Promise(() => {}), proxy: new Proxy({}, {}),
    generator: (function* () { yield new Item(2); })(), bound: closureOf(3).bind({}),
    args: (function () { return arguments; })(1, {}),
    doubles: [1.5, 2.5, , NaN], holes: [1, , 3], nested: [[[]]],
    boxed: [Object(1), Object('s'), Object(Symbol.iterator)],
    async: (async () => { await new Promise(() => {}); })(),
  };
  if (typeof WeakRef !== 'undefined')
    kinds.weak = [new WeakRef(kinds.map), new FinalizationRegistry(() => {})];
  if (typeof WebAssembly !== 'undefined') {
    kinds.module = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    kinds.memory = new WebAssembly.Memory({initial: 1});
    kinds.table = new WebAssembly.Table({initial: 4, element: 'anyfunc'});
  }
  kinds.generator.next();
  return kinds;
}

function fill() {
  return {
    items: Array.from({length: 500}, (_, n) => n % 5 ? new Item(n) : new Derived(n)),
    odd: [new Plain(), Object.assign(new Plain(), {a: {}, b: {}}), new Tag(), new Gone(), new Lines(), new Quoted()],
    closures: Array.from({length: 30}, (_, n) => closureOf(n)),
    weak: weakEntries(40), strings: strings(), objects: objects(), builtins: builtins(),
  };
}

globalThis.sink = fill();

/** Some come, some go, some change their class. */
globalThis.grow = function grow() {
  sink.items = sink.items.slice(100).concat(Array.from({length: 250}, (_, n) => new Item(n + 1000)));
  sink.more = Array.from({length: 400}, (_, i) => ({id: {}, added: [i]}));
  sink.objects.less.forEach(o => { o.title = {}; o.late = []; });
  sink.weak.keys.splice(0, 10);
  sink.text = 'new text '.repeat(100);
  return sink.items.length;
};

if (typeof require === 'undefined') {
  const page = document.createElement('div');
  page.innerHTML = '<p class="a b">text<span>'.repeat(20);
  sink.detached = page; // never in the document
  document.body.appendChild(page.cloneNode(true)).onclick = closureOf(1);
  for (let i = 0; i < 2; i++)
    document.body.appendChild(document.createElement('iframe')).contentWindow.held = sink.items[i];
  const frame = document.body.appendChild(document.createElement('iframe'));
  sink.foreign = frame.contentWindow.Array.from([sink.builtins]);
  frame.remove(); // a detached window
} else {
  const vm = require('vm'), v8 = require('v8');
  sink.context = vm.createContext({shared: sink.items[0]});
  vm.runInContext('var inside = {shared}; class InContext { x = {} }; var made = [new InContext()];', sink.context);
  sink.external = Buffer.alloc(100000, 'x');
  const [command, first, second, options] = process.argv.slice(2);
  if (command === 'write') {
    v8.writeHeapSnapshot(first, JSON.parse(options));
    grow();
    v8.writeHeapSnapshot(second, JSON.parse(options));
  } else {
    setInterval(() => {}, 1000);
    console.log('ready');
  }
}
