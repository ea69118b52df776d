#!/bin/sh
# docs/rules.sh MORTEM [FILE]: the list of rules as rows of a Markdown table, from `mortem explain --list`.
# With FILE its table under "| rule |" is written anew; `make man` does that to README.md.
set -eu
rows=$("$1" explain --list | awk '
    /^ / { sub(/^ +/, " "); row = row $0; next }
    { if (row) print row " |"; id = $1; sub(/^[^ ]+ +/, ""); row = "| `" id "` | " $0 }
    END { print row " |" }')
[ $# -gt 1 ] || { printf '%s\n' "$rows"; exit 0; }
new=$(mktemp)
trap 'rm -f "$new"' EXIT
ROWS=$rows awk '
    /^\| rule \|/ { inside = 1; print; getline; print; print ENVIRON["ROWS"]; next }
    inside && /^\|/ { next }
    { inside = 0; print }' "$2" >"$new"
cat "$new" >"$2"
