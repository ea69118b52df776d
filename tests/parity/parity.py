#!/usr/bin/env python3
"""parity.py [--tables DIR] [--brief] MORTEM SNAPSHOT...

Compares what `MORTEM dump SNAPSHOT nodes|classes|stats|diff` prints with the DevTools engine's tables of the same
snapshot, cell by cell, and prints one line a snapshot: how many cells of each column differ. Exits 1 when one does.

The tables lie beside the snapshot, or in DIR: STEM.nodes.devtools.tsv, STEM.classes..., STEM.stats.devtools.json, each
also as .zst. STEM.diff.devtools.tsv is the comparison with the SNAPSHOT before it, or of the pair STEM.a, STEM.b.

One difference is meant: where two classes publish the same key the engine shows one of them, mortem shows their union.
The row that is expected is then added up here from the engine's table of nodes. (Not in a comparison where plain
objects are in it: the engine classes the older ones anew, which no table shows. These are counted as not checked.)
"""
import argparse
import array
import collections
import itertools
import json
import os
import re
import subprocess
import sys

SHOWN = 3  # differences told of a column
NODE_COLUMNS = "class classKey name self distance retained detached dom type edges retainers".split()
COLUMNS = NODE_COLUMNS + ["rows", "stats", "diff"]


def open_lines(path):
    """The lines of a file, decompressed; bytes, since a cell may hold anything."""
    if not path.endswith(".zst"):
        return open(path, "rb")
    return subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE).stdout


def cells_of(line):
    return line.rstrip(b"\n").split(b"\t")


def rows_of(lines):
    names = cells_of(next(lines, b""))
    return [dict(zip(names, cells_of(line))) for line in lines]


class Snapshot:
    def __init__(self, path, tables, mortem, errors):
        self.path, self.mortem, self.errors = path, mortem, errors
        stem = re.sub(r"\.heap(snapshot|timeline)(\.zst|\.gz)?$", "", path)
        self.stem = os.path.join(tables, os.path.basename(stem)) if tables else stem
        self.nodes = 0
        self.differences = collections.Counter()
        self.lost_rows = self.unchecked = 0
        self.told = []

    def table(self, ending):
        for path in (f"{self.stem}.{ending}", f"{self.stem}.{ending}.zst"):
            if os.path.exists(path):
                return path
        return None

    def dump(self, *what):
        command = [self.mortem, "dump", self.path, *what]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors)

    def differ(self, column, place, expected, found):
        self.differences[column] += 1
        if self.differences[column] <= SHOWN:
            self.told.append(f"  {self.path}: {column} of {place}: the engine says {expected}, mortem {found}")

    def check_exit(self, process, column):
        if process.wait():
            self.differ(column, "the program", "nothing", f"exit status {process.returncode}")

    # -- nodes --

    def compare_nodes(self):
        process = self.dump("nodes")
        with open_lines(self.table("nodes.devtools.tsv")) as theirs:
            their_names, our_names = cells_of(next(theirs)), cells_of(next(process.stdout, b""))
            both = [(n.decode(), their_names.index(n), our_names.index(n)) for n in their_names if n in our_names]
            for column in set(NODE_COLUMNS) - {name for name, _, _ in both}:
                self.differ(column, "every node", "something", "nothing")
            same_form = their_names == our_names
            for a, b in itertools.zip_longest(theirs, process.stdout, fillvalue=b""):
                if not (same_form and a == b):
                    self.compare_node(both, cells_of(a), cells_of(b))
                self.nodes += 1
        self.check_exit(process, "name")

    def compare_node(self, both, a, b):
        if len(a) == 1 or len(b) == 1:
            self.differ("edges", f"node {self.nodes}", "a line" if len(a) > 1 else "no line", "the other")
            return
        for column, i, k in both:
            if a[i] != b[k]:
                self.differ(column if column in COLUMNS else "type", f"node {self.nodes}", a[i], b[k])

    # -- classes --

    def compare_classes(self):
        process = self.dump("classes")
        with open_lines(self.table("classes.devtools.tsv")) as lines:
            theirs = rows_of(lines)
        ours = rows_of(process.stdout)
        self.check_exit(process, "rows")
        key = lambda row: row[b"classKey"]
        a, b = {key(row): row for row in theirs}, {key(row): row for row in ours}
        suspects = {k for k in a.keys() | b.keys() if a.get(k) != b.get(k)}
        order = [[k for k in map(key, rows) if k not in suspects] for rows in (theirs, ours)]
        if order[0] != order[1]:
            self.differ("rows", "the table", "another order", "this one")
        unions = self.unions(suspects) if suspects else {}
        for k in suspects:
            if unions.get(k) != b.get(k):
                self.differ("rows", k, unions.get(k), b.get(k))
            else:
                self.lost_rows += 1

    def unions(self, keys):
        """The rows of these class keys, from the engine's table of nodes."""
        dominator, self_bytes, row_of = array.array("I"), array.array("Q"), array.array("i")
        index = {k: i for i, k in enumerate(keys)}
        rows = [None] * len(keys)
        retained = [0] * len(keys)
        members = []
        with open_lines(self.table("nodes.devtools.tsv")) as lines:
            names = cells_of(next(lines))
            at = [names.index(n) for n in (b"dom", b"self", b"classKey", b"class", b"retained", b"distance")]
            for n, line in enumerate(lines):
                cells = cells_of(line)
                dom, size, k, name, held, distance = (cells[i] for i in at)
                dominator.append(int(dom))
                self_bytes.append(int(size))
                row_of.append(index.get(k, -1) if int(size) else -1)
                if row_of[n] < 0:
                    continue
                members.append((n, int(held)))
                row = rows[row_of[n]] or [name, k, 0, int(distance), 0]
                rows[row_of[n]] = row[:2] + [row[2] + 1, min(row[3], int(distance)), row[4] + int(size)]
        for n, held in members:
            up = n
            while dominator[up] != up and row_of[dominator[up]] != row_of[n]:
                up = dominator[up]
            if dominator[up] == up:  # none of its class above it
                retained[row_of[n]] += held
        names = [b"name", b"classKey", b"count", b"distance", b"shallow", b"retained"]
        texts = ([c if isinstance(c, bytes) else b"%d" % c for c in r + [retained[i]]] for i, r in enumerate(rows) if r)
        return {r[1]: dict(zip(names, r)) for r in texts}

    # -- statistics, comparison --

    def compare_stats(self):
        def flat(value, name=""):
            if not isinstance(value, dict):
                return {name: value}
            return {k: v for part in value for k, v in flat(value[part], f"{name}.{part}").items()}

        process = self.dump("stats")
        with open_lines(self.table("stats.devtools.json")) as text:
            theirs = {".extra_native_bytes": 0, **flat(json.load(text))}
        ours = {".extra_native_bytes": 0, **flat(json.loads(process.stdout.read() or b"{}"))}
        self.check_exit(process, "stats")
        for k in theirs.keys() | ours.keys():
            if theirs.get(k) != ours.get(k):
                self.differ("stats", k, theirs.get(k), ours.get(k))

    def ids_of(self, keys):
        """{class key: {id: shallow size}} of what counts."""
        found = {k: {} for k in keys}
        with open_lines(self.table("nodes.devtools.tsv")) as lines:
            names = cells_of(next(lines))
            at = [names.index(n) for n in (b"classKey", b"id", b"self")]
            for line in lines:
                k, node_id, size = (cells_of(line)[i] for i in at)
                if k in found and size != b"0":
                    found[k][int(node_id)] = int(size)
        return found

    def compare_diff(self, table, old):
        process = self.dump("diff", old.path)
        with open_lines(table) as lines:
            theirs = {row[b"classKey"]: row for row in rows_of(lines)}
        ours = {row[b"classKey"]: row for row in rows_of(process.stdout)}
        self.check_exit(process, "diff")
        suspects = {k for k in theirs.keys() | ours.keys() if theirs.get(k) != ours.get(k)}
        before, after = (old.ids_of(suspects), self.ids_of(suspects)) if suspects else ({}, {})
        for k in suspects:
            is_lossy = old.count_of(k) < len(before[k]) or self.count_of(k) < len(after[k])
            new = [size for i, size in after[k].items() if i not in before[k]]
            deleted = [size for i, size in before[k].items() if i not in after[k]]
            figures = (len(new), len(deleted), len(new) - len(deleted), sum(new), sum(deleted), sum(new) - sum(deleted))
            expected = [b"%d" % figure for figure in figures]
            if is_lossy and expected == list(ours.get(k, {}).values())[2:]:
                self.lost_rows += 1
            elif is_lossy and k.startswith((b'",{', b'",Object"')):
                self.unchecked += 1  # the older plain objects are classed anew, which no table shows
            else:
                self.differ("diff", k, theirs.get(k), ours.get(k))

    def count_of(self, wanted):
        with open_lines(self.table("classes.devtools.tsv")) as lines:
            return next((int(row[b"count"]) for row in rows_of(lines) if row[b"classKey"] == wanted), 0)

    def compare(self):
        if not self.table("nodes.devtools.tsv"):
            return False
        self.compare_nodes()
        self.compare_classes()
        self.compare_stats()
        return True


def find_older(s, all_of_them):
    """The comparison's table and its older snapshot, (None, None) if there is none."""
    table, at = s.table("diff.devtools.tsv"), all_of_them.index(s)
    if table and at and all_of_them[at - 1].table("nodes.devtools.tsv"):
        return table, all_of_them[at - 1]
    table = s.stem[:-2] + ".diff.devtools.tsv"
    if at and s.stem.endswith(".b") and all_of_them[at - 1].stem == s.stem[:-2] + ".a" and os.path.exists(table):
        return table, all_of_them[at - 1]
    return None, None


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--tables")
    arguments.add_argument("--brief", action="store_true", help="only lines with differences, no warnings")
    arguments.add_argument("mortem")
    arguments.add_argument("snapshots", nargs="+")
    a = arguments.parse_args()
    errors = subprocess.DEVNULL if a.brief else None
    all_of_them = [Snapshot(path, a.tables, a.mortem, errors) for path in a.snapshots]
    width = max(len(os.path.basename(path)) for path in a.snapshots)
    heading = f"{'file':{width}} {'nodes':>9} " + " ".join(f"{c:>8}" for c in COLUMNS)
    print(heading)
    total, compared, without, unchecked = collections.Counter(), 0, 0, 0
    for s in all_of_them:
        if not s.compare():
            without += 1
            print(f"{os.path.basename(s.path):{width}} no tables of the engine")
            continue
        table, older = find_older(s, all_of_them)
        if table:
            s.compare_diff(table, older)
        compared += 1
        total += s.differences
        unchecked += s.unchecked
        counts = [s.differences[c] if c != "diff" or table else "-" for c in COLUMNS]
        lost = f"  rows lost by the engine: {s.lost_rows}" if s.lost_rows else ""
        lost += f", not checked: {s.unchecked}" if s.unchecked else ""
        if not a.brief or s.differences:
            print(f"{os.path.basename(s.path):{width}} {s.nodes:9} " + " ".join(f"{c:>8}" for c in counts) + lost)
            print("\n".join(s.told), end="\n" if s.told else "", flush=True)
    print(f"{compared} compared, {without} without tables, {unchecked} rows not checked: {total.total()} differences")
    return 1 if total or not compared else 0


sys.exit(main())
