# awk -v json=FILE -f synth-table.awk synth.tsv: the cost curve on synthetic snapshots, as a table and as JSON.
# A line is a run: size, bytes, nodes, edges, whether the answers were right, md5sum's seconds, and what
# measure printed. Of several runs of a size the medians count.

BEGIN { FS = "\t" }

{
    if (!($1 in count)) sizes[++size_count] = $1
    n = ++count[$1]
    bytes[$1] = $2; nodes[$1] = $3; edges[$1] = $4; right[$1] = $5
    md5[$1, n] = $6; wall[$1, n] = $7; peak[$1, n] = $9; anonymous[$1, n] = $10
    if ($12 != "0") right[$1] = "ended with " $12
}

function median(of, size,  i, k, v, sorted, n) {
    n = count[size]
    for (i = 1; i <= n; i++) {
        v = of[size, i]
        for (k = i - 1; k > 0 && sorted[k] > v; k--) sorted[k + 1] = sorted[k]
        sorted[k + 1] = v
    }
    return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

END {
    printf("%-6s %8s %8s %8s %9s %9s %9s %10s %10s  %s\n", "size", "GB", "M nodes", "M edges", "seconds", "of md5sum",
           "ns a byte", "peak/file", "anon. MiB", "answers right")
    printf("[") >json
    for (i = 1; i <= size_count; i++) {
        s = sizes[i]
        w = median(wall, s); m = median(md5, s); p = median(peak, s); a = median(anonymous, s)
        printf("%-6s %8.2f %8.1f %8.1f %9.2f %9.2f %9.2f %10.2f %10.0f  %s\n", s, bytes[s] / 1e9, nodes[s] / 1e6, edges[s] / 1e6,
               w, w / m, w * 1e9 / bytes[s], p * 1024 / bytes[s], a / 1024, right[s])
        printf("%s\n  {\"bytes\": %s, \"nodes\": %s, \"edges\": %s, \"rounds\": %d, \"wall_s\": %s, \"md5sum_s\": %s, " \
               "\"peak_kib\": %s, \"anonymous_kib\": %s, \"answers_right\": \"%s\"}", i > 1 ? "," : "", bytes[s], nodes[s],
               edges[s], count[s], w, m, p, a, right[s]) >json
    }
    printf("\n]\n") >json
}
