#!/bin/sh
# tests/cli/test_lab.sh: the parts of the lab that need neither npm nor a server: its table, its load, its verdicts.
# The lab itself is `make lab`. Skipped without node.
set -u
cd "$(dirname "$0")/../.." || exit 1
if ! command -v node >/dev/null; then
    echo "skip the lab: no node"
    exit 0
fi
node tests/cli/lab_checks.js
