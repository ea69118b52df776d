#!/bin/sh
# tests/run.sh LOG-DIR PROGRAM...: runs every test program, whatever the others did, and ends with the line
# "N passed, N failed, N skipped". Exits 1 when one failed. The output of each goes to LOG-DIR, and is
# shown when it failed. Two kinds are understood: cmocka's summary, and lines of scripts that begin with
# "ok", "not ok" or "skip". A program that dies before its summary, or exits non-zero without a failed
# test, is one failure.
set -u
logs=$1
shift
mkdir -p "$logs"
export MORTEM_NO_INDEX=1 # no test writes beside samples; those of indexes unset it, in a folder of their own
passed=0 failed=0 skipped=0

# count LOG STATUS: prints the three numbers of one program
count() {
    awk -v status="$2" '
        /^\[  PASSED  \] [0-9]+ test/ { p += $4 }
        /^\[  FAILED  \] [0-9]+ test/ { f += $4 }
        /^\[  SKIPPED \] [0-9]+ test/ { s += $4 }
        /^ok / { p++ }
        /^not ok / { f++ }
        /^skip / { s++ }
        END {
            if (!f && (status != 0 || p + s == 0)) f = 1
            print p + 0, f + 0, s + 0
        }' "$1"
}

for t in "$@"; do
    name=$(basename "$t")
    "$t" >"$logs/$name.log" 2>&1 </dev/null
    status=$?
    # shellcheck disable=SC2046 # three numbers
    set -- $(count "$logs/$name.log" $status)
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    [ "$2" = 0 ] || cat "$logs/$name.log"
    printf '%-32s %3d passed, %d failed, %d skipped\n' "$name" "$1" "$2" "$3"
    awk '/^skip /' "$logs/$name.log"
done

# One line for people and machines alike.
line="$passed passed, $failed failed"
[ $skipped = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed = 0 ]
