#!/bin/sh
# tests/lint.sh FILE...: what the house promises about its files (docs/ARCHITECTURE.md), checked on the
# given C files and headers: includes follow the table of folders, every header compiles alone, names
# are unique, no file is over 600 lines, clang-format has nothing to change (when it is installed).
# CC and CFLAGS come from the Makefile. Prints every breach; exits 1 when there is one.
set -u
bad=0
breach() {
    echo "$*"
    bad=1
}

# Which folders a folder may include from. tests/ and cli/ see everything.
may_include='base: base
parsers: parsers base
analyzer: analyzer parsers base
report: report analyzer base
tui: tui analyzer base'

includes=$(printf '%s\n' "$may_include" | awk '
    FNR == NR { split($0, part, ": "); allowed[part[1]] = " " part[2] " "; next }
    /^#include "/ {
        split(FILENAME, from, "/"); split($2, to, /["\/]/)
        if (from[1] in allowed && !index(allowed[from[1]], " " to[2] " "))
            print FILENAME ":" FNR ": " from[1] "/ must not include " $2
    }' - "$@")
[ -z "$includes" ] || breach "$includes"

same=$(for f in "$@"; do basename "$f"; done | sort | uniq -d)
[ -z "$same" ] || breach "file names used twice: $same"

for f in "$@"; do
    lines=$(wc -l <"$f")
    [ "$lines" -le 600 ] || breach "$f: $lines lines, 600 are the limit"
    case $f in
    *.h)
        # A header is included, not compiled: some warnings are about main files only.
        # shellcheck disable=SC2086 # CFLAGS is many words
        echo "#include \"$f\"" | ${CC:-cc} ${CFLAGS:--I.} -fsyntax-only -x c - ||
            breach "$f: does not compile alone" ;;
    esac
done

if command -v clang-format >/dev/null; then
    for f in "$@"; do
        clang-format --dry-run --Werror "$f" 2>/dev/null || breach "$f: not formatted, run make format"
    done
else
    echo "skip clang-format: not installed"
fi
[ $bad = 0 ] && echo "lint: $# files, nothing to say"
exit $bad
