/* Collections in lines: see gc_record.h. */
#include "parsers/gc_record.h"

#include "parsers/log_time.h"

#define HEAD_GROUPS 5
#define SIZE_GROUPS 6

/* "[17258:0x436b5000:0]      516 ms: " and what kind of record follows. */
static const char head_text[] =
    "\\[(\\d+):(?:0x)?([0-9a-fA-F]+)(?::\\d+)?\\]\\s+(\\d+) ms: "
    "(Scavenge|Mark-sweep|Mark-Compact|Incremental Mark-Compact|Minor Mark-Compact|"
    "Minor Mark-Sweep|pause=|GC: \\{)";
/* "(reduce) 86.9 (120.3) -> 85.5 (121.3) MB, pooled: 0 MB, 1.79 /" behind the kind */
static const char sizes_text[] = "[^\\[]*?([0-9.]+) \\(([0-9.]+)\\)\\s*->\\s*([0-9.]+)\\s"
                                 "(?:\\(([0-9.]+)\\) MB,(?: pooled: [0-9.]+ MB,)? ([0-9.]+) /)?";
static const char utilisation_text[] = "average mu = ([0-9]\\.[0-9]+),";

bool gc_patterns_init(struct gc_patterns *p, struct err *err)
{
    return pattern_init(&p->head, head_text, err) && pattern_init(&p->sizes, sizes_text, err) &&
           pattern_init(&p->utilisation, utilisation_text, err);
}

void gc_patterns_release(struct gc_patterns *p)
{
    pattern_release(&p->head);
    pattern_release(&p->sizes);
    pattern_release(&p->utilisation);
}

/* "86.9" in millionths. */
static bool millionths(struct span s, uint64_t *ret)
{
    return s.p && take_seconds(&s, ret);
}

static struct number megabytes(struct span s)
{
    uint64_t millionth;
    if (!millionths(s, &millionth))
        return (struct number){0};
    return number_of(millionth / 1000000 * 1048576 + millionth % 1000000 * 1048576 / 1000000);
}

static struct number whole(struct span s)
{
    uint64_t v;
    return s.p && span_take_number(&s, &v) ? number_of(v) : (struct number){0};
}

static uint64_t hex(struct span s)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.len && i < 16; i++) {
        char c = s.p[i];
        v = v << 4 | (uint64_t)(char_is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return v;
}

/* -- the plain form -- */

/* Behind the last parenthesis, or behind the times where there is none: "allocation failure; ".
 * What is cut is no reason. */
static void take_reason(struct v8_facts *f, struct span rest)
{
    size_t at = span_find_last(rest, ") ");
    if (at != SPAN_NONE)
        at += 2;
    else if ((at = span_find(rest, " ms ")) != SPAN_NONE)
        at += 4;
    else
        return;
    struct span reason = span_trim(span_from(rest, at));
    if (span_starts(reason, "("))
        return;
    while (reason.len && (reason.p[reason.len - 1] == ';' || reason.p[reason.len - 1] == '.'))
        reason.len--;
    span_copy(f->gc_reason, sizeof f->gc_reason, reason);
}

/* Everything of one record, up to where the next begins. */
static void take_rest(const struct gc_patterns *p, struct v8_facts *f, struct span line,
                      size_t from)
{
    struct span rest = span_from(line, from), g[2];
    size_t next = span_find(rest, "[");
    if (next != SPAN_NONE)
        rest = span_head(rest, next);
    uint64_t mu;
    if (pattern_match(&p->utilisation, rest, 0, false, g, 2) && millionths(g[1], &mu))
        f->mutator_permille = number_of(mu / 1000);
    if (next == SPAN_NONE)
        take_reason(f, rest);
}

static bool take_plain(const struct gc_patterns *p, struct span line, size_t at, struct v8_facts *f,
                       size_t *ret_end)
{
    struct span g[SIZE_GROUPS];
    uint64_t pause;
    if (!pattern_match(&p->sizes, line, at, true, g, SIZE_GROUPS))
        return false;
    f->used_before_bytes = megabytes(g[1]);
    f->committed_before_bytes = megabytes(g[2]);
    f->used_bytes = megabytes(g[3]);
    f->committed_bytes = megabytes(g[4]);
    if (millionths(g[5], &pause))
        f->pause_us = number_of(pause / 1000);
    *ret_end = (size_t)(g[0].p + g[0].len - line.p);
    take_rest(p, f, line, *ret_end);
    return true;
}

/* -- names and values -- */

/* " total_size_after=3249384" or "\"end_object_size\":4869264"; whole names only. */
static bool value_of(struct span s, const char *name, bool json, struct span *ret)
{
    size_t n = strlen(name);
    for (size_t at = 0; at < s.len;) {
        struct span rest = span_from(s, at);
        size_t hit = span_find(rest, name);
        if (hit == SPAN_NONE)
            return false;
        at += hit + n;
        struct span behind = span_from(s, at);
        char before = at > n ? s.p[at - n - 1] : ' ';
        if (json ? before == '"' && span_take(&behind, "\":")
                 : (before == ' ' || char_is_digit(before)) && span_take(&behind, "=")) {
            *ret = behind;
            return true;
        }
    }
    return false;
}

static struct number number_named(struct span s, const char *name, bool json)
{
    struct span v;
    return value_of(s, name, json, &v) ? whole(v) : (struct number){0};
}

static const char *kind_of(struct span v)
{
    if (span_starts(v, "mm"))
        return "Minor Mark-Compact";
    if (span_starts(v, "ms"))
        return "Mark-sweep";
    if (span_starts(v, "mc"))
        return "Mark-Compact";
    return span_starts(v, "s") ? "Scavenge" : "";
}

/* Node 24 changed the names, Node 26 the form. */
static struct number either_named(struct span s, const char *old, const char *name, bool json)
{
    struct number n = number_named(s, old, json);
    return n.known ? n : number_named(s, name, json);
}

static bool take_named(struct span s, bool json, struct v8_facts *f)
{
    struct span v, end;
    uint64_t pause;
    f->used_before_bytes = either_named(s, "total_size_before", "start_object_size", json);
    f->used_bytes = either_named(s, "total_size_after", "end_object_size", json);
    if (!f->used_bytes.known || !value_of(s, "gc", json, &v))
        return false;
    span_take(&v, "\"");
    const char *kind = kind_of(v);
    memcpy(f->gc_kind, kind, strlen(kind) + 1);
    f->committed_before_bytes = number_named(s, "start_memory_size", json);
    f->committed_bytes = number_named(s, "end_memory_size", json);
    if (json && value_of(s, "reason", true, &v) && span_take(&v, "\"")) {
        size_t quote = span_find(v, "\"");
        end = quote == SPAN_NONE ? v : span_head(v, quote);
        span_copy(f->gc_reason, sizeof f->gc_reason, end);
    }
    if (value_of(s, "pause", json, &v) && millionths(v, &pause))
        f->pause_us = number_of(pause / 1000);
    else if (number_named(s, "pause", json).known)
        f->pause_us = number_of((uint64_t)number_named(s, "pause", json).value * 1000);
    return true;
}

bool gc_record_find(const struct gc_patterns *p, struct span line, size_t from,
                    struct number *ret_pid, struct v8_facts *ret, size_t *ret_end)
{
    struct span g[HEAD_GROUPS];
    while (pattern_match(&p->head, line, from, false, g, HEAD_GROUPS)) {
        size_t behind = (size_t)(g[0].p + g[0].len - line.p), end = line.len;
        bool json = span_starts(g[4], "GC"), named = json || span_starts(g[4], "pause");
        struct v8_facts f = {.uptime_ms = whole(g[3]), .isolate = hex(g[2])};
        struct span rest = span_from(line, behind - (named ? g[4].len : 0));
        if (!named)
            span_copy(f.gc_kind, sizeof f.gc_kind, g[4]);
        if (named ? take_named(rest, json, &f) : take_plain(p, line, behind, &f, &end)) {
            *ret_pid = whole(g[1]);
            *ret = f;
            *ret_end = end;
            return true;
        }
        from = behind;
    }
    return false;
}
