#!/bin/sh
# docs/events.sh MORTEM [FILE]: the kinds of events and what is told of them as Markdown, from `mortem
# events --list`. With FILE what follows its line "<!-- tables -->" is written anew; `make man` does that
# to docs/events.md.
set -eu
tables=$("$1" events --list | awk '
    /^  / { word = $1; sub(/^ +[^ ]+ +/, ""); gsub(/\|/, "\\|"); print "| `" word "` | " $0 " |"; next }
    /:$/ { sub(/:$/, ""); print "## " $0 "\n\n| word | meaning |\n|---|---|"; next }
    { print }')
[ $# -gt 1 ] || { printf '%s\n' "$tables"; exit 0; }
new=$(mktemp)
trap 'rm -f "$new"' EXIT
sed '/^<!-- tables -->$/q' "$2" >"$new"
printf '\n%s\n' "$tables" >>"$new"
cat "$new" >"$2"
