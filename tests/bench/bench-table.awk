# awk -v json=FILE -f bench-table.awk facts.tsv runs.tsv: the table of what was measured against what shall be reached, and
# the same as JSON, with every run. Medians of wall times; ratios are taken pair by pair, round by round.

BEGIN { FS = "\t" }

function text(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }

FILENAME ~ /facts.tsv$/ {
    if ($1 == "left out") { left[++left_count] = $2; left_why[left_count] = $3 }
    else if ($1 == "snapshot") { labels[++label_count] = $2; bytes[$2] = $3; nodes[$2] = $4 }
    else fact[$1] = $2
    next
}

# A run: key, snapshot, wall, cpu, peak KiB, anonymous KiB, KiB of the cgroup, how it ended.
{
    key = $1 == "curve" ? $1 " " $2 : $1
    n = ++count[key]
    wall[key, n] = $3; peak[key, n] = $5; anonymous[key, n] = $6; group[key, n] = $7
    if ($8 != "0") failed[key] = $8
    runs[++run_count] = sprintf("{\"what\": %s, \"snapshot\": %s, \"wall_s\": %s, \"cpu_s\": %s, " \
                                "\"peak_kib\": %s, \"anonymous_kib\": %s, \"cgroup_kib\": %s, \"ended\": %s}",
                                text($1), text($2), $3, $4, $5, $6, $7, text($8))
}

function comma(i) { return i > 1 ? "," : "" }

function median(values, n,  i, k, v, sorted) {
    for (i = 1; i <= n; i++) {
        v = values[i]
        for (k = i - 1; k > 0 && sorted[k] > v; k--) sorted[k + 1] = sorted[k]
        sorted[k + 1] = v
    }
    return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

function median_wall(key,  i, v) {
    for (i = 1; i <= count[key]; i++) v[i] = wall[key, i]
    return median(v, count[key])
}

function median_peak(key,  i, v) {
    for (i = 1; i <= count[key]; i++) v[i] = peak[key, i]
    return median(v, count[key])
}

function paired(a, b,  i, v) {
    for (i = 1; i <= count[a]; i++) v[i] = wall[b, i] > 0 ? wall[a, i] / wall[b, i] : 0
    return median(v, count[a])
}

# One row. `sign` is "<=" or ">=", or "" where nothing is asked.
function row(what, sign, reach, value, unit, detail, ended,  verdict, shown) {
    if (ended != "") verdict = "failed"
    else if (sign == "") verdict = "-"
    else verdict = (sign == "<=" ? value <= reach : value >= reach) ? "ok" : "missed"
    if (ended != "") detail = "ended with " ended
    shown = sign == "" ? "" : sign " " reach unit
    printf "%-46s %10s %10s  %-7s %s\n", what, shown, sprintf("%.2f%s", value, unit), verdict, detail
    rows[++row_count] = sprintf("{\"what\": %s, \"sign\": %s, \"reach\": %s, \"value\": %.4f, \"unit\": %s, " \
                                "\"verdict\": %s, \"detail\": %s}", text(what), text(sign), reach == "" ? "null" : reach,
                                value, text(unit), text(verdict), text(detail))
}

# `a` against `b`, run in turn.
function pair(what, sign, reach, a, b,  ended) {
    if (!count[a] || !count[b]) return
    ended = a in failed ? a " " failed[a] : b in failed ? b " " failed[b] : ""
    row(what, sign, reach, ended == "" ? paired(a, b) : 0, "x",
        sprintf("%.2f s against %.2f s", median_wall(a), median_wall(b)), ended)
}

# A peer: how many times longer it takes.
function peer(what, reach, name) {
    pair(what, reach == "" ? "" : ">=", reach, name, "beside-" name)
    if (count[name] && !(name in failed))
        row("   its peak memory against the file's size", "", "", median_peak(name) * 1024 / bytes[fact["main"]], "x", "", "")
}

function memory_rows(  size, bound, ended) {
    size = bytes[fact["main"]]
    ended = "mortem" in failed ? failed["mortem"] : ""
    row("peak resident memory, of the file's size", "<=", 0.35, median_peak("mortem") * 1024 / size, "x",
        sprintf("%.0f MiB of %.0f", median_peak("mortem") / 1024, size / 1048576), ended)
    if (count["anonymous"]) {
        bound = 65536 + nodes[fact["main"]] / 1024
        row("anonymous memory, of 64 MiB + 1 byte a node", "<=", 1, anonymous["anonymous", 1] / bound, "x",
            sprintf("%.0f MiB of %.0f", anonymous["anonymous", 1] / 1024, bound / 1024), failed["anonymous"])
    }
    if (count["limited"]) {
        ended = "limited" in failed ? failed["limited"] : fact["right"] != "yes" ? "a different report" : ""
        if (ended == "-9") ended = "-9: killed, out of memory"
        if (ended == "-14") ended = sprintf("-14: stopped, not done after %.0f s", wall["limited", 1])
        row("in a memory cgroup of 1/8 of the file", "<=", 4, wall["limited", 1] / wall["unlimited", 1], "x",
            sprintf("%.2f s, same report; file read from disk both times: %.1fx", wall["limited", 1],
                    wall["limited", 1] / wall["cold", 1]), ended)
    }
}

function index_rows() {
    if (!count["second"]) return
    row("second run, index present", "<=", 100, median_wall("second") * 1000, " ms", "", failed["second"])
    row("first screen of browse, index present", "<=", 100, median_wall("browse") * 1000, " ms", "", failed["browse"])
    row("index, of the file's size", "<=", 0.5, fact["index"] / bytes[fact["main"]], "x",
        sprintf("%.0f MiB", fact["index"] / 1048576), "")
    row("run that writes the index, against one without", "", "", wall["index-written", 1] / median_wall("mortem"), "x",
        sprintf("%.2f s", wall["index-written", 1]), failed["index-written"])
}

function curve_rows(  i, label, cost, low, high, detail, ended) {
    for (i = 1; i <= label_count; i++) {
        label = labels[i]
        if (!count["curve " label]) return
        cost = median_wall("curve " label) * 1e9 / bytes[label]
        low = i == 1 || cost < low ? cost : low
        high = i == 1 || cost > high ? cost : high
        detail = detail (i > 1 ? ", " : "") sprintf("%.0f MB: %.2f", bytes[label] / 1e6, cost)
        if (("curve " label) in failed) ended = failed["curve " label]
    }
    row("time a byte, dearest against cheapest", "<=", 1.3, high / low, "x", "ns a byte: " detail, ended)
}

function write_json(  i) {
    printf("{\n\"version\": %s,\n\"processor\": %s,\n\"processors\": %s,\n\"system\": %s,\n", text(fact["version"]),
           text(fact["processor"]), fact["processors"], text(fact["system"])) >json
    printf("\"rounds\": %s,\n\"peer_rounds\": %s,\n\"main\": %s,\n\"snapshots\": [", fact["rounds"],
           fact["peer_rounds"], text(fact["main"])) >json
    for (i = 1; i <= label_count; i++)
        printf("%s\n  {\"label\": %s, \"bytes\": %s, \"nodes\": %s}", comma(i), text(labels[i]), bytes[labels[i]],
               nodes[labels[i]]) >json
    printf("\n],\n\"rows\": [") >json
    for (i = 1; i <= row_count; i++) printf("%s\n  %s", comma(i), rows[i]) >json
    printf("\n],\n\"left_out\": [") >json
    for (i = 1; i <= left_count; i++)
        printf("%s\n  {\"what\": %s, \"why\": %s}", comma(i), text(left[i]), text(left_why[i])) >json
    printf("\n],\n\"runs\": [") >json
    for (i = 1; i <= run_count; i++) printf("%s\n  %s", comma(i), runs[i]) >json
    printf("\n]\n}\n") >json
}

END {
    printf "%.2f GB, %.1f M nodes; %s, %s processors, %s; medians of %s rounds in turn, peers %s\n\n",
        bytes[fact["main"]] / 1e9, nodes[fact["main"]] / 1e6, fact["processor"], fact["processors"], fact["system"],
        fact["rounds"], fact["peer_rounds"]
    printf "%-46s %10s %10s\n", "what", "reach", "measured"
    pair("mortem without index, against md5sum", "<=", 1, "mortem", "md5sum")
    peer("DevTools' engine, against mortem", 25, "devtools")
    peer("memlab, against mortem", 35, "memlab")
    peer("@heap-snapshot/tool, against mortem", "", "rust")
    memory_rows()
    index_rows()
    curve_rows()
    pair(".zst input, against zstd -dc", "<=", 1.2, "mortem-zst", "unpack-zst")
    pair(".gz input, against gzip -dc", "<=", 1.2, "mortem-gz", "unpack-gz")
    pair("one thread, against two (whole run)", "", "", "threads-1", "threads-2")
    if (left_count) print ""
    for (i = 1; i <= left_count; i++) printf "left out: %s: %s\n", left[i], left_why[i]
    write_json()
}
