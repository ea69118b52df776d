#!/bin/sh
# tests/cli/test_events.sh: `mortem events --format json` on real logs, against the facts that are known about them.
# Skipped, with a word, where the logs or python3 are not there. MORTEM names the program.
set -u
cd "$(dirname "$0")/../.." || exit 1
data=../shared/data/logs
if ! [ -e $data/MANIFEST.json ] || ! command -v python3 >/dev/null; then
    echo "skip the facts of real logs: no $data, or no python3"
    exit 0
fi
python3 tests/cli/event_facts.py "${MORTEM:-build/release/mortem}" $data
