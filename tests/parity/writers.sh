#!/bin/sh
# tests/parity/writers.sh DIR MORTEM: snapshots from every writer there is - Node 12 to 26 from npm, Debian's
# chromium if it is installed - into DIR/writers, the DevTools engine's tables of them, and the comparison.
# KEEP=1 compares with the snapshots and tables of the last time. Needs DIR/devtools.mjs (install-engine.sh).
set -eu
dir=$1 mortem=$2
here=$(dirname "$0")
out=$dir/writers
programs=
for major in 12 14 16 18 20 22 24 26; do
    node=$dir/node$major/node_modules/node/bin/node
    [ -x "$node" ] || npm install --prefix "$dir/node$major" --no-fund --no-audit --loglevel=error "node@$major" || true
    if [ -x "$node" ]; then
        programs="$programs $major=$node" newest=$node
    else
        echo "skip Node $major: npm did not install it"
    fi
done
if chromium=$(command -v chromium); then
    programs="$programs chromium=$chromium"
else
    echo "skip chromium: not installed"
fi
if [ -z "${KEEP:-}" ]; then
    rm -rf "$out"
    # shellcheck disable=SC2086 # many words
    "$newest" "$here/writers.mjs" "$out" $programs
    "$newest" --max-old-space-size=4000 "$here/engine.mjs" "$dir/devtools.mjs" "$out" "$out"/*.heap*[et]
fi
"$here/parity.py" "$mortem" "$out"/*.heap*[et]
