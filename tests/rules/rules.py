#!/usr/bin/env python3
"""tests/rules/rules.py MORTEM [DIR]: what the rules say of real snapshots, against what was planted.

DIR (default: ../shared/data/next beside the checkout) has a MANIFEST.json, a list of
  file, expect_rules, expect_level (none, info, warn, leak), containers [{var, script}]
The rules of one file are alternatives for one cause; with several containers each rule and each
container has to be found. A finding of `leak` or `warn` that nothing explains is a false alarm.
X-before and X-after are of one process: compared, the same has to be found, and to have grown.
Prints a row a file and the totals; exits 1 on a miss or a false alarm, 0 when there is no DIR.
"""
import json
import os
import subprocess
import sys

ALARMS = ('leak', 'warn')


def ask(mortem, command, files):
    run = subprocess.run([mortem, *command, '-q', '--no-index', '--format', 'json', *files],
                         stdout=subprocess.PIPE, check=False)
    if run.returncode:
        sys.exit(f'{files[-1]}: mortem ended with status {run.returncode}')
    return json.loads(run.stdout)['findings']


def holds(finding, container):
    variable = (finding['variable'] or '').split('.')[-1]
    return (container['var'] in (variable, finding['variable']) and
            (finding['script'] or '').endswith(container['script']))


def judge_one(row, findings):
    """One cause: the worst finding has to name it; of no alarm, any of them."""
    level, rules, containers = row['expect_level'], row['expect_rules'], row.get('containers', [])
    main = findings[:1] if level in ALARMS else findings
    found = [f for f in main if f['rule'] in rules and f['severity'] == level and
             all(holds(f, c) for c in containers)]
    missed = [f'{"|".join(rules)} {level}'] if rules and not found else []
    alarms = [f for f in findings if f['severity'] in ALARMS]
    false = [f for f in alarms if f not in found and not (missed and f['rule'] in rules)]
    return found[:1], missed, false


def judge_many(row, findings):
    """Several causes: every rule and every container; what else there is may be of the same."""
    alarms = [f for f in findings if f['severity'] == row['expect_level']]
    wants = [(r, lambda f, r=r: f['rule'] == r) for r in row['expect_rules']]
    wants += [(f'{c["var"]} in {c["script"]}', lambda f, c=c: holds(f, c))
              for c in row['containers']]
    hits = [(name, next((f for f in alarms if match(f)), None)) for name, match in wants]
    return [f for _, f in hits if f], [name for name, f in hits if not f], []


def judge(row, findings):
    return (judge_many if len(row.get('containers', [])) > 1 else judge_one)(row, findings)


def describe(f):
    where = os.path.basename(f['script'] or '')
    return f'{f["severity"]} {f["rule"]} {f["variable"] or "-"} {where}'.rstrip()


def show(name, row, findings, verdict):
    found, missed, false = verdict
    words = [f'{len(x)} {w}' for x, w in zip(verdict, ('found', 'missed', 'false')) if x]
    expected = '|'.join(row['expect_rules']) or 'nothing'
    print(f'{name:34} {row["expect_level"]:5} {expected:34.34} {", ".join(words) or "quiet"}')
    print(f'{"":40} main: {describe(findings[0]) if findings else "none"}')
    for name in missed:
        print(f'{"":40} MISSED {name}')
    for f in false:
        print(f'{"":40} FALSE  {describe(f)}')


def pairs(manifest):
    """The older snapshot of each that has one."""
    names = {row['file']: row for row in manifest}
    for row in manifest:
        before = row['file'].replace('-after.', '-before.')
        if before != row['file'] and before in names:
            yield before, row


def main():
    mortem, folder = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else '../shared/data/next'
    try:
        with open(os.path.join(folder, 'MANIFEST.json'), encoding='utf-8') as f:
            manifest = json.load(f)
    except FileNotFoundError:
        print(f'skip: no MANIFEST.json in {folder}')
        return 0
    totals = [0, 0, 0]

    def take(name, row, findings):
        verdict = judge(row, findings)
        show(name, row, findings, verdict)
        for i, part in enumerate(verdict):
            totals[i] += len(part)

    for row in manifest:
        findings = ask(mortem, [], [os.path.join(folder, row['file'])])
        take(row['file'].split('.heapsnapshot')[0], row, findings)
    for before, row in pairs(manifest):
        files = [os.path.join(folder, name) for name in (before, row['file'])]
        grown = ask(mortem, ['diff'], files)
        rules = [*row['expect_rules'], 'growth'] if row['expect_rules'] else []
        take(row['file'].split('-after')[0] + ' grown', {**row, 'expect_rules': rules}, grown)
    found, missed, false = totals
    precision = 100 * found / (found + false) if found + false else 100
    recall = 100 * found / (found + missed) if found + missed else 100
    print(f'{found} found, {missed} missed, {false} false: '
          f'precision {precision:.1f} %, recall {recall:.1f} %')
    return 1 if missed or false else 0


if __name__ == '__main__':
    sys.exit(main())
