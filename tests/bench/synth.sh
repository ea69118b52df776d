#!/bin/sh
# tests/bench/synth.sh MORTEM MEASURE SYNTH DIR: how time and memory grow with the file, on synthetic snapshots of any size.
# Each is written, its known answers are compared with what mortem finds, runs are timed beside md5sum, and it is
# deleted. Prints a table, and writes it to DIR/synth.json. Exits 1 when an answer was wrong; times are never judged.
#
#   SIZES='50M 250M 1G'   20G has 300 M nodes; the disk must take the file and mortem's columns, about as much again
#   ROUNDS=3              timed runs of each
#   SEED=1 KEEP=1         another snapshot of the same size; leave the files in DIR
set -eu
mortem=$1 measure=$2 synth=$3 dir=$4
here=$(dirname "$0")
rounds=${ROUNDS:-3} seed=${SEED:-1} wrong=0
mkdir -p "$dir"
rows=$dir/synth.tsv
: >"$rows"
plain=-q
if "$mortem" --help | grep -q -e --no-index; then plain='-q --no-index'; fi

answer() { sed -n "s/^  \"$1\": \([0-9]*\),$/\1/p" "$file.answers.json"; }

for size in ${SIZES:-50M 250M 1G}; do
    file=$dir/synth-$size.heapsnapshot
    "$synth" "$size" "$file" "$seed"
    right=yes
    "$here/check-answers.sh" "$mortem" "$file" >&2 || right=no wrong=1
    round=0
    while [ $((round += 1)) -le "$rounds" ]; do
        other=$("$measure" -- md5sum "$file" | cut -f 1)
        # shellcheck disable=SC2086 # two words
        took=$("$measure" -p 5 -- "$mortem" $plain "$file")
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$size" "$(answer bytes)" "$(answer nodes)" "$(answer edges)" "$right" \
            "$other" "$took" >>"$rows"
    done
    [ -n "${KEEP:-}" ] || rm -f "$file" "$file.answers.json" "$file.mortem"
done
awk -v json="$dir/synth.json" -f "$here/synth-table.awk" "$rows"
exit $wrong
