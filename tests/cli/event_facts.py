#!/usr/bin/env python3
"""tests/cli/event_facts.py MORTEM DIR: what `mortem events --format json` says about every file of DIR/MANIFEST.json
against the facts there. A fact whose key some event of the file has must be that event's; facts that count events
are counted. Files in which nothing is read yet, and facts that no event has a key for, are told. Exits 1 at
differences."""

import json
import os
import subprocess
import sys

COUNTS = {  # a fact: what of the events it counts
    "killed_lines": lambda e: e["type"] == "kernel-oom" and e["victim"] is not None,
    "invocations": lambda e: "trigger_line" in e and e["type"] == "kernel-oom",
    "gc_records": lambda e: e["type"] == "v8-gc",
    "gc_lines": lambda e: e["type"] == "v8-gc",
    "records": lambda e: e["type"] == "v8-gc",
    "max_memory_restarts": lambda e: e["type"] == "pm2-memory",
    "sigkill": lambda e: e.get("signal") == "SIGKILL" and e["type"] == "pm2-exit",
    "sigabrt": lambda e: e.get("signal") == "SIGABRT" and e["type"] == "pm2-exit",
}
LISTS = {"pids": "pid", "kills": "pid", "comms": "comm"}
ANY_COMM = {"hostile_comm": None, "next_comm": None, "node24_comm": "MainThread", "node26_comm": "node-MainThread"}
NOT_YET = {"dmesg-json": "dmesg JSON"}  # read by accident only: a part of the name, and why
REMARKS = {"note", "format", "stream", "exit", "ts", "misconfig"}
SURE_KEYS = {"type", "time", "time_sure_s", "time_from", "clock", "mono", "boot", "file", "line", "pid"}


def once(pairs):
    keys = [k for k, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key comes twice: {keys}"
    return dict(pairs)


def events_of(mortem, path):
    run = subprocess.run([mortem, "events", "--format", "json", "--quiet", path], capture_output=True)
    events = [json.loads(line, object_pairs_hook=once) for line in run.stdout.decode("utf-8").splitlines()]
    for e in events:
        assert SURE_KEYS <= e.keys(), f"{path}: a key is missing: {SURE_KEYS - e.keys()}"
        assert e["file"] == path and (e["time"] is None) == (e["time_sure_s"] is None), e
    return events


def same(fact, value):
    if isinstance(fact, float):
        return isinstance(value, (int, float)) and abs(fact - value) < 0.1
    if isinstance(fact, str) and isinstance(value, str):
        return fact == value or (len(fact) > 20 and fact in value)
    return fact == value and isinstance(fact, bool) == isinstance(value, bool)


class File:
    def __init__(self, events):
        self.events = events
        self.kills = [e for e in events if e["type"] == "kernel-oom"]
        self.victims = [e for e in self.kills if e["victim"] is not None]
        self.unread = set()

    def has(self, key, fact, among):
        """None: no event has the key."""
        if fact is None:
            return any(key in e and e[key] is None for e in among)
        values = [e[key] for e in among if e.get(key) is not None]
        if not values:
            self.unread.add(key)
            return None
        return any(same(fact, v) for v in values)

    def check(self, key, fact):
        if key in REMARKS:
            return True
        if key == "events":
            return not self.kills and fact > 0 or fact == len(self.victims or self.kills)
        if key in COUNTS:
            return fact == sum(map(COUNTS[key], self.events)) or bool(self.unread.add(key) or not fact)
        if key in LISTS and isinstance(fact, list):
            return all(self.has(LISTS[key], f, self.events) is not False for f in fact)
        if key in ANY_COMM:
            return self.has("comm", ANY_COMM[key] or fact, self.events)
        if key == "global_pid":
            return any(e["pid"] == fact and e["kind"] == "global" for e in self.kills)
        if key in ("first", "last"):
            event = [self.kills[0 if key == "first" else -1]]
            return all(self.has(k, f, event) is not False for k, f in fact.items() if k != "events")
        if isinstance(fact, list) and len(fact) == len(self.kills):
            return all(self.has(key, f, [e]) is not False for f, e in zip(fact, self.kills))
        among = [e for e in self.kills if key in e] or self.events
        return self.has(key, fact, among) is not False


def main(mortem, folder):
    with open(os.path.join(folder, "MANIFEST.json"), encoding="utf-8") as f:
        manifest = json.load(f)
    checked, failed, unread = 0, 0, {}
    for entry in manifest:
        name, facts = entry["file"], entry["facts"]
        why = [NOT_YET[part] for part in NOT_YET if part in name]
        if why:
            print(f"skip {name}: {why[0]} is not read yet")
            continue
        of_file = File(events_of(mortem, os.path.join(folder, name)))
        if not of_file.events:
            if facts.get("events") != 0:
                print(f"skip {name}: no events")
            continue
        for key, fact in facts.items():
            checked += 1
            if not of_file.check(key, fact):
                failed += 1
                print(f"not ok {name}: {key} is not {fact!r}")
        for key in of_file.unread:
            unread[key] = unread.get(key, 0) + 1
    print("no event has:", ", ".join(f"{k} ({n})" for k, n in sorted(unread.items())) or "nothing")
    print(f"{checked} facts checked, {failed} do not hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
