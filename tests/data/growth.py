#!/usr/bin/env python3
"""Writes growth-1, -2 and -3.heapsnapshot, three snapshots of one small process, and growth-other,
one of another process, for the tests of `mortem diff`.

A module-level Map `offersByUrl` in pages/api/fill.js grows from 4 to 8 to 20 entries, each with a
buffer outside of V8's heap whose id changes every time; a bounded cache `recent` has 3 entries that
are replaced; an array of numbers, `samples`, gets longer in place.
"""
import json
import os

NODE_TYPES = ['hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native',
              'synthetic', 'concatenated string', 'sliced string', 'symbol', 'bigint']
EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak']


class Process:
    """Gives every object of a name the same id in all snapshots."""

    def __init__(self, first):
        self.ids = {}
        self.next = first

    def id(self, key):
        if key not in self.ids:
            self.ids[key] = self.next
            self.next += 2
        return self.ids[key]


class Snapshot:
    def __init__(self, process, number):
        self.process, self.number = process, number
        self.strings, self.nodes, self.locations = ['<dummy>', ''], [], []

    def string(self, text):
        if text not in self.strings:
            self.strings.append(text)
        return self.strings.index(text)

    def node(self, key, kind, name, size):
        """Native nodes get an id that is as good as random."""
        native = kind == 'native'
        ident = 1000000 * self.number + 2 * len(self.nodes) if native else self.process.id(key)
        self.nodes.append((NODE_TYPES.index(kind), self.string(name), ident, size, []))
        return len(self.nodes) - 1

    def edge(self, source, kind, name, target):
        index = name if kind in ('element', 'hidden') else self.string(name)
        self.nodes[source][4].append((EDGE_TYPES.index(kind), index, target))

    def write(self, path):
        meta = {
            'node_fields': ['type', 'name', 'id', 'self_size', 'edge_count'],
            'node_types': [NODE_TYPES, 'string', 'number', 'number', 'number'],
            'edge_fields': ['type', 'name_or_index', 'to_node'],
            'edge_types': [EDGE_TYPES, 'string_or_number', 'node'],
            'location_fields': ['object_index', 'script_id', 'line', 'column'],
        }
        edges = [(t, name, 5 * to) for n in self.nodes for t, name, to in n[4]]
        head = {'meta': meta, 'node_count': len(self.nodes), 'edge_count': len(edges),
                'trace_function_count': 0}
        rows = {
            'nodes': [[t, name, ident, size, len(out)] for t, name, ident, size, out in self.nodes],
            'edges': edges,
            'locations': [[5 * n, 7, 3, 12] for n in self.locations],
        }
        with open(path, 'w', encoding='ascii') as f:
            f.write('{"snapshot":' + json.dumps(head, separators=(',', ':')))
            for key, values in rows.items():
                lines = '\n,'.join(','.join(map(str, row)) for row in values)
                f.write(f',\n"{key}":[{lines}]')
            f.write(',\n"strings":' + json.dumps(self.strings, separators=(',\n', ':')) + '}\n')


def add_map(s, name, first, last):
    """A Map from URLs to answers, entries first..last-1; its table is new every time."""
    map_ = s.node(name, 'object', 'Map', 32)
    table = s.node(f'{name} table {s.number}', 'array', '', 16 * (last - first))
    s.edge(map_, 'internal', 'table', table)
    for i in range(first, last):
        url = s.node(f'{name} url {i}', 'string', f'https://shop.test/{name}/{i}', 40)
        answer = s.node(f'{name} answer {i}', 'object', 'Object', 56)
        offer = s.node(f'{name} offer {i}', 'object', 'Offer', 48)
        data = s.node('', 'native', 'system / JSArrayBufferData', 1000)
        s.locations.append(offer)
        s.edge(table, 'internal', str(3 + 3 * (i - first)), url)
        s.edge(table, 'internal', str(4 + 3 * (i - first)), answer)
        s.edge(answer, 'property', 'url', url)
        s.edge(answer, 'property', 'offer', offer)
        s.edge(offer, 'internal', 'data', data)
    return map_


def make(process, number, entries, samples, path):
    s = Snapshot(process, number)
    root = s.node('root', 'synthetic', '', 0)
    gc = s.node('gc', 'synthetic', '(GC roots)', 0)
    global_ = s.node('global', 'object', 'global', 64)
    closure = s.node('closure', 'closure', 'fill', 64)
    shared = s.node('shared', 'code', 'fill', 56)
    script = s.node('script', 'code', '/srv/app/.next/server/pages/api/fill.js', 80)
    context = s.node('context', 'object', 'system / Context', 48)
    s.edge(root, 'element', 1, gc)
    s.edge(root, 'shortcut', '1', global_)
    s.edge(gc, 'element', 1, global_)
    s.edge(global_, 'property', 'fill', closure)
    s.edge(closure, 'internal', 'shared', shared)
    s.edge(shared, 'internal', 'script', script)
    s.edge(closure, 'internal', 'context', context)
    s.edge(context, 'context', 'offersByUrl', add_map(s, 'offers', 0, entries))
    s.edge(context, 'context', 'recent', add_map(s, 'recent', 10 * number, 10 * number + 3))
    array = s.node('samples', 'object', 'Array', 16)
    elements = s.node(f'samples {number}', 'array', '', 8 * samples)
    s.edge(array, 'internal', 'elements', elements)
    s.edge(context, 'context', 'samples', array)
    s.write(path)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    process = Process(1)
    for number, entries, samples in ((1, 4, 10), (2, 8, 100), (3, 20, 1000)):
        make(process, number, entries, samples, f'{here}/growth-{number}.heapsnapshot')
    make(Process(31), 4, 6, 10, f'{here}/growth-other.heapsnapshot')


main()
