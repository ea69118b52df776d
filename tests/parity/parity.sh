#!/bin/sh
# tests/parity/parity.sh MORTEM DIR: every number of mortem against that of Chrome DevTools; exits 1 when one differs.
#   (nothing set)          the snapshots in ../shared/data/heaps, with the tables beside them
#   SNAP=FILE [OLD=FILE]   any snapshot (and its comparison with OLD), with the engine itself, installed into DIR
#   RANDOM_SNAPSHOTS=PROGRAM N=300 SEED=0   random graphs, with the engine
#   WRITERS=1 [KEEP=1]     snapshots from Node 12 to 26 and Chromium: writers.sh
set -eu
mortem=$1 dir=$2
here=$(dirname "$0")
shared=${MORTEM_SHARED:-../shared}

need_engine() {
    [ -f "$dir/devtools.mjs" ] || "$here/install-engine.sh" "$dir"
}

# engine OUT FILE...
engine() {
    node --max-old-space-size="${ENGINE_MB:-14000}" "$here/engine.mjs" "$dir/devtools.mjs" "$@"
}

if [ -n "${WRITERS:-}" ]; then
    need_engine
    exec "$here/writers.sh" "$dir" "$mortem"
elif [ -n "${RANDOM_SNAPSHOTS:-}" ]; then
    need_engine
    rm -rf "$dir/random"
    mkdir -p "$dir/random"
    "$RANDOM_SNAPSHOTS" "$dir/random" "${SEED:-0}" "${N:-300}"
    engine "$dir/random" "$dir"/random/*.heapsnapshot
    exec "$here/parity.py" --brief "$mortem" "$dir"/random/*.heapsnapshot
elif [ -n "${SNAP:-}" ]; then
    need_engine
    mkdir -p "$dir/tables"
    engine "$dir/tables" ${OLD:+"$OLD"} "$SNAP"
    exec "$here/parity.py" --tables "$dir/tables" "$mortem" ${OLD:+"$OLD"} "$SNAP"
elif [ -d "$shared/data/heaps" ]; then
    exec "$here/parity.py" "$mortem" "$shared"/data/heaps/*.heap*.zst
else
    echo "skip parity: no snapshots at $shared/data/heaps; give one: make parity SNAP=FILE"
fi
