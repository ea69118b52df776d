#!/bin/sh
# tests/cli/test_golden.sh [CASE...]: runs the program and compares everything it says with what it
# should say. A case is a directory of tests/cli/cases with
#   cmd      a shell fragment that calls `mortem`; $ROOT is the checkout; exit 77 skips
#   stdout, stderr, status   what is expected; none: empty, 0
# and whatever files the fragment reads: it runs in a copy of the directory, without colours.
# MORTEM names the program. UPDATE=1 writes what is expected anew and shows the difference.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
cases=$ROOT/tests/cli/cases
program=${MORTEM:-build/release/mortem}
case $program in
/*) ;;
*) program=$ROOT/$program ;;
esac
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
export ROOT program LC_ALL=C TERM=dumb
unset NO_COLOR COLUMNS
failed=0

# shellcheck disable=SC2317 # called by the cases
mortem() {
    "$program" "$@"
}

# run CASE: leaves stdout, stderr and status in $scratch/got
run() {
    rm -rf "$scratch/got" "$scratch/work"
    mkdir "$scratch/got"
    cp -R "$cases/$1" "$scratch/work"
    (
        cd "$scratch/work" || exit 1
        rm -f stdout stderr status
        # shellcheck source=/dev/null # one of the cases
        . ./cmd
    ) >"$scratch/got/stdout" 2>"$scratch/got/stderr" </dev/null
    echo $? >"$scratch/got/status"
}

# compare CASE: shows every difference; with UPDATE takes what was got
compare() {
    same=0
    for part in stdout stderr status; do
        want=$cases/$1/$part
        if [ ! -e "$want" ]; then
            want=$scratch/none
            case $part in
            status) echo 0 >"$want" ;;
            *) : >"$want" ;;
            esac
        fi
        diff -u "$want" "$scratch/got/$part" >"$scratch/diff" && continue
        same=1
        cat "$scratch/diff"
        [ -n "${UPDATE:-}" ] && cp "$scratch/got/$part" "$cases/$1/$part"
    done
    return $same
}

# shellcheck disable=SC2046,SC2012 # names without spaces
[ $# -gt 0 ] || set -- $(ls "$cases")
for name in "$@"; do
    run "$name"
    if [ "$(cat "$scratch/got/status")" = 77 ]; then
        echo "skip $name: $(cat "$scratch/got/stdout")"
    elif compare "$name"; then
        echo "ok $name"
    elif [ -n "${UPDATE:-}" ]; then
        echo "ok $name: updated"
    else
        echo "not ok $name"
        failed=1
    fi
done
exit $failed
