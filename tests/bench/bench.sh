#!/bin/sh
# tests/bench/bench.sh MORTEM MEASURE DIR: mortem beside md5sum, the decompressors and its peers, on the same snapshots
# in the same run. Everything that is compared runs in turn, so that a machine whose speed drifts is fair to
# all. Prints the table of bench-table.awk, and writes it to DIR/bench.json. Nothing here passes or fails.
#
#   ROUNDS=5 PEER_ROUNDS=1   how often; the peers take a minute each (0: leave them out)
#   SNAP=FILE                one's own snapshot instead of those made here with node
#   SIZES='50 250 1000'      MB of those made here; the last is the one that all is measured on
#   BENCH_BIG=1              one of 4 GB as well, for the time a byte: node needs about 25 GB of memory to write it
#
# What is missing on the machine (node, npm, root, an option of mortem) is left out, and the table says so.
set -eu
mortem=$1 measure=$2 dir=$3
here=$(dirname "$0")
rounds=${ROUNDS:-5} peer_rounds=${PEER_ROUNDS:-1} sizes=${SIZES:-50 250 1000}
mkdir -p "$dir"
runs=$dir/runs.tsv facts=$dir/facts.tsv
: >"$runs"
: >"$facts"

has() { command -v "$1" >/dev/null; }
offers() { "$mortem" --help | grep -q -e "$1"; }
fact() { printf '%s\t%s\n' "$1" "$2" >>"$facts"; }
left_out() { printf 'left out\t%s\t%s\n' "$1" "$2" >>"$facts"; }
size_of() { wc -c <"$1" | tr -d ' '; }
say() { echo "bench: $*" >&2; }

# run KEY SNAPSHOT [OPTION OF MEASURE]... -- COMMAND...: one line of runs.tsv
run() {
    key=$1 of=$2
    shift 2
    took=$("$measure" "$@" 2>>"$dir/errors.log") || took=$(printf '0\t0\t0\t0\t0\tfailed')
    printf '%s\t%s\t%s\n' "$key" "$of" "$took" >>"$runs"
}

# Every run but those of the index reads the snapshot anew.
plain='-q'
if offers --no-index; then plain='-q --no-index'; fi

# run_mortem KEY SNAPSHOT FILE [OPTION OF MEASURE]...
run_mortem() {
    key=$1 of=$2 input=$3
    shift 3
    # shellcheck disable=SC2086 # two words
    run "$key" "$of" "$@" -- "$mortem" $plain "$input"
}

# -- inputs --

# A name of its own here: what mortem writes beside its input goes to DIR.
own_snapshot() {
    case $1 in
    /*) ln -sf "$1" "$dir/own.heapsnapshot" ;;
    *) ln -sf "$PWD/$1" "$dir/own.heapsnapshot" ;;
    esac
    labels=own
}

# snapshot LABEL: its path
snapshot() { echo "$dir/$1.heapsnapshot"; }

make_snapshot() {
    file=$(snapshot "$1")
    [ -f "$file" ] && return
    has node || { say "node is not here: give a snapshot, SNAP=FILE"; exit 1; }
    say "making a snapshot of about $1 MB"
    node --max-old-space-size=$((4096 + $1 * 5)) "$here/make-snapshot.js" "$1" "$file.new" &&
        mv "$file.new" "$file"
}

make_inputs() {
    labels=
    for size in $sizes; do
        make_snapshot "$size" && labels="$labels $size"
    done
    for label in $labels; do main=$label; done
    if [ -n "${BENCH_BIG:-}" ]; then
        if make_snapshot 4000; then
            labels="$labels 4000"
        else
            left_out 'the snapshot of 4 GB' 'node could not write it here'
        fi
    fi
}

describe_inputs() {
    for label in $labels; do
        file=$(snapshot "$label")
        nodes=$(head -c 8192 "$file" | tr ',' '\n' | sed -n 's/^"node_count":\([0-9]*\)$/\1/p')
        printf 'snapshot\t%s\t%s\t%s\n' "$label" "$(size_of "$file")" "${nodes:-0}" >>"$facts"
        cat "$file" >/dev/null # into the page cache
    done
}

# packed SUFFIX COMMAND...: the main snapshot compressed, made once
packed() {
    suffix=$1
    shift
    # Made after the snapshot, or it is of another one.
    if [ -z "$(find "$file.$suffix" -newer "$file" 2>/dev/null)" ]; then "$@" <"$file" >"$file.$suffix"; fi
    cat "$file.$suffix" >/dev/null
}

# -- what is measured on the main snapshot --

measure_in_turn() {
    file=$(snapshot "$main") unpackers='' threads=''
    if has zstd; then unpackers="zst" && packed zst zstd -q -c; else left_out '.zst input' 'zstd is not here'; fi
    if has gzip; then unpackers="$unpackers gz" && packed gz gzip -c; else left_out '.gz input' 'gzip is not here'; fi
    if offers --threads; then threads='1 2'; else left_out 'one thread against two' 'no option --threads yet'; fi
    run_mortem warm-up "$main" "$file"
    round=0
    while [ $((round += 1)) -le "$rounds" ]; do
        say "round $round of $rounds"
        run md5sum "$main" -- md5sum "$file"
        run_mortem mortem "$main" "$file"
        for suffix in $unpackers; do
            case $suffix in zst) unpack=zstd ;; *) unpack=gzip ;; esac
            run "unpack-$suffix" "$main" -- $unpack -dc "$file.$suffix"
            run_mortem "mortem-$suffix" "$main" "$file.$suffix"
        done
        for n in $threads; do
            # shellcheck disable=SC2086
            run "threads-$n" "$main" -- "$mortem" $plain --threads "$n" "$file"
        done
    done
}

measure_memory() {
    file=$(snapshot "$main")
    if [ -r /proc/self/status ]; then
        run_mortem anonymous "$main" "$file" -p 2
    else
        left_out 'anonymous memory' 'no /proc here'
    fi
    if ! why=$("$measure" -m 100000000 -- true 2>&1 >/dev/null); then
        left_out 'a memory cgroup of 1/8 of the file' "$why"
        return
    fi
    say 'in a memory cgroup of 1/8 of the file'
    run_mortem unlimited "$main" "$file" -o "$dir/unlimited.txt"
    run_mortem cold "$main" "$file" -c "$file"
    # Far from the reach it is not worth an hour.
    patience=$(awk '$1 == "unlimited" { print int(60 + 20 * $3) }' "$runs")
    run_mortem limited "$main" "$file" -c "$file" -o "$dir/limited.txt" -t "$patience" \
        -m $(($(size_of "$file") / 8))
    if cmp -s "$dir/unlimited.txt" "$dir/limited.txt"; then
        fact right yes
    else
        fact right no
    fi
    cat "$file" >/dev/null
}

measure_index() {
    file=$(snapshot "$main") index=$(snapshot "$main").mortem
    if ! offers --no-index; then
        left_out 'second run, browse, size of the index' 'no option --no-index yet'
        return
    fi
    rm -f "$index"
    run index-written "$main" -- "$mortem" -q "$file"
    if [ ! -f "$index" ]; then
        left_out 'second run, browse, size of the index' 'no index was written beside the snapshot'
        return
    fi
    fact index "$(size_of "$index")"
    round=0
    while [ $((round += 1)) -le "$rounds" ]; do
        run second "$main" -- "$mortem" -q "$file"
        run browse "$main" -s Quit -- "$mortem" browse "$file"
    done
    rm -f "$index"
}

# -- peers --

peers=$dir/peers
packages='heap-snapshot-toolkit@1.1.3 memlab@2.0.5 @heap-snapshot/tool@0.0.10'

install_peers() {
    has node || { why='node is not here'; return 1; }
    [ "$(cat "$peers/installed" 2>/dev/null)" = "$packages" ] && return
    has npm || { why='npm is not here'; return 1; }
    say 'installing the peers with npm'
    mkdir -p "$peers"
    why="npm could not install it: $peers/npm.log"
    # Browsers and other extras of theirs are not needed.
    # shellcheck disable=SC2086 # one word each
    PUPPETEER_SKIP_DOWNLOAD=1 npm install --prefix "$peers" --no-audit --no-fund --ignore-scripts $packages \
        >"$peers/npm.log" 2>&1 && echo "$packages" >"$peers/installed"
}

measure_peers() {
    file=$(snapshot "$main") rust=$peers/node_modules/.bin/heap-snapshot
    [ "$peer_rounds" -gt 0 ] || why='PEER_ROUNDS=0'
    if [ "$peer_rounds" -le 0 ] || ! install_peers; then
        left_out "DevTools' engine, memlab, @heap-snapshot/tool" "$why"
        return
    fi
    heap=--max-old-space-size=${PEER_HEAP_MB:-12000}
    if ! "$rust" --help >"$peers/rust.log" 2>&1; then
        needs=$(sed -n 's/.*\(GLIBC_[0-9.]*\).*/ needs \1/p' "$peers/rust.log" | tail -n 1)
        left_out '@heap-snapshot/tool' "it does not start here:${needs:- see $peers/rust.log}"
        rust=
    fi
    round=0
    while [ $((round += 1)) -le "$peer_rounds" ]; do
        say "peers, round $round of $peer_rounds"
        run_mortem beside-devtools "$main" "$file"
        run devtools "$main" -- node "$heap" "$here/peer-devtools.mjs" "$peers" "$file"
        run_mortem beside-memlab "$main" "$file"
        run memlab "$main" -- node "$heap" "$here/peer-memlab.cjs" "$peers" "$file"
        [ -z "$rust" ] && continue
        run_mortem beside-rust "$main" "$file"
        run rust "$main" -- "$rust" summary "$file"
    done
}

# -- time a byte --

measure_curve() {
    case $labels in
    *' '*[0-9]*' '*) ;;
    *) left_out 'time a byte' 'one snapshot only'; return ;;
    esac
    round=0
    while [ $((round += 1)) -le "$rounds" ]; do
        for label in $labels; do
            run_mortem curve "$label" "$(snapshot "$label")"
        done
    done
}

if [ -n "${SNAP:-}" ]; then
    own_snapshot "$SNAP"
    main=own
else
    make_inputs
fi
fact rounds "$rounds"
fact peer_rounds "$peer_rounds"
fact main "$main"
fact processors "$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)"
fact processor "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)"
fact system "$(uname -sr)"
fact version "$("$mortem" --version | head -n 1)"
describe_inputs
measure_in_turn
measure_curve
measure_memory
measure_index
measure_peers
awk -v json="$dir/bench.json" -f "$here/bench-table.awk" "$facts" "$runs"
