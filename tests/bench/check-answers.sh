#!/bin/sh
# tests/bench/check-answers.sh MORTEM FILE: does mortem find in a synthetic snapshot what synth wrote into it
# (FILE.answers.json)? Compares the numbers of nodes and edges, all bytes, every container's entries and retained
# bytes, every class's count. Prints each difference; exits 1 when there is one.
set -eu
mortem=$1 file=$2
answers=$file.answers.json
[ -f "$answers" ] || { echo "$answers is missing: it is written by synth" >&2; exit 2; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# An index would make the second of the two runs say what the first one wrote.
index=
if "$mortem" --help | grep -q -e --no-index; then index=--no-index; fi
# shellcheck disable=SC2086 # one word or none
"$mortem" -q $index --format json "$file" >"$dir/report"
# shellcheck disable=SC2086
"$mortem" -q $index dump "$file" classes >"$dir/classes"

# The expected facts, one a line: KIND NAME VALUE, tabs between.
awk '
    function field(name,  rest) {
        rest = $0
        if (!sub(".*\"" name "\": ", "", rest)) return ""
        if (rest ~ /^"/) { sub(/^"/, "", rest); sub(/"[,}].*/, "", rest) } else sub(/[,}].*/, "", rest)
        return rest
    }
    /^  "(nodes|edges|total_bytes)"/ { split($0, part, "\""); print "heap\t" part[2] "\t" field(part[2]) }
    /"variable"/ {
        print "entries\t" field("variable") "\t" field("entries")
        print "retained_bytes\t" field("variable") "\t" field("retained_bytes")
    }
    /"name"/ { print "class\t" field("name") "\t" field("count") }
' "$answers" | sort >"$dir/expected"

# The same facts as mortem has them: the report is JSON with sorted keys, one a line.
awk -F '\t' '
    FILENAME ~ /classes$/ { if (FNR > 1) { gsub(/^"|"$/, "", $1); count[$1] += $3 } next }
    { key = $0; gsub(/^ *"|".*/, "", key); value = $0; sub(/^[^:]*: /, "", value); gsub(/^"|"?,?$/, "", value) }
    /^    "(nodes|edges|total_bytes)": / { print "heap\t" key "\t" value }
    /^      "(entries|retained_bytes)": / { of[key] = value }
    /^      "variable": / {
        for (k in of) print k "\t" value "\t" of[k]
        split("", of)
    }
    END { for (name in count) print "class\t" name "\t" count[name] }
' "$dir/report" "$dir/classes" | sort >"$dir/found"

if comm -23 "$dir/expected" "$dir/found" >"$dir/missing" && [ ! -s "$dir/missing" ]; then
    echo "ok $file: $(wc -l <"$dir/expected") answers are right"
    exit 0
fi
sed 's/^/expected: /' "$dir/missing"
cut -f 1,2 "$dir/missing" | while read -r fact; do grep -F "$fact" "$dir/found" || true; done | sed 's/^/found:    /'
exit 1
