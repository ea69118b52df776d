/* Figures that programs write about their own memory, as series: `rss=67MB`, {"rss":70254592},
 * process.memoryUsage() over several lines, "memory usage: 1.2GB"; and earlyoom's reports of what
 * the machine has left.
 */
#include "parsers/json_fields.h"
#include "parsers/log_series.h"

#define BLOCK_LINES 8        /* of process.memoryUsage(), so that `external: 5` has its meaning */
#define BARE_IS_BYTES 100000 /* a smaller number without a unit is in megabytes */

struct memory_log {
    struct log_module_state m;
    uint64_t line;  /* already searched */
    uint64_t block; /* the last line with a figure of process.memoryUsage() */
};

static const struct {
    const char *key; /* in lower case, but where case tells words apart */
    enum series_metric metric;
    bool only_in_block;
} keys[] = {
    {"rss", SERIES_RSS, false},
    {"heapused", SERIES_HEAP_USED, false},
    {"heap_used", SERIES_HEAP_USED, false},
    {"heap used", SERIES_HEAP_USED, false},
    {"heaptotal", SERIES_HEAP_TOTAL, false},
    {"heap_total", SERIES_HEAP_TOTAL, false},
    {"heap total", SERIES_HEAP_TOTAL, false},
    {"arraybuffers", SERIES_ARRAY_BUFFERS, false},
    {"external", SERIES_EXTERNAL, true},
    {"memory usage", SERIES_RSS, false},
    {"memoryusage", SERIES_RSS, false},
};

/* The kernel's and other programs' figures have these words in their lines. */
static const char *const foreign[] = {"rss_huge",       "anon-rss",  "anon_rss",
                                      "total-vm",       "total_rss", "oom-killer:",
                                      "VmRSS",          "rss_anon",  "Current Memory Usage",
                                      "memory usage : "}; /* the last: of `pm2 ls -m` */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_word_char(char c)
{
    return char_is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || c == '-';
}

static bool key_at(struct span s, size_t at, const char *key)
{
    size_t n = strlen(key);
    if (s.len - at < n || (at && is_word_char(s.p[at - 1])))
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(s.p[at + i]) != key[i])
            return false;
    return true;
}

/* ": 512 MB", "=67MB", "\":123456", " is 1.2GB", ": ~512 MB" */
static bool take_separator(struct span *s)
{
    struct span rest = *s;
    if (!span_take(&rest, "\""))
        span_take(&rest, "'");
    rest = span_trim_left(rest);
    if (!span_take(&rest, ":") && !span_take(&rest, "=") && !span_take(&rest, "is "))
        return false;
    rest = span_trim_left(rest);
    if (!span_take(&rest, "\""))
        span_take(&rest, "'");
    span_take(&rest, "~");
    *s = rest;
    return true;
}

/* "47325184", "47_325_184", "1,234.5": the whole part and what is behind the point in millionths.
 */
static bool take_figure(struct span *s, uint64_t *ret_whole, uint64_t *ret_millionths,
                        bool *ret_point)
{
    uint64_t v = 0, part = 0, scale = 100000;
    size_t i = 0;
    if (!s->len || !char_is_digit(*s->p))
        return false;
    for (; i < s->len && i < 24; i++) {
        bool group = (s->p[i] == '_' || s->p[i] == ',') && i + 3 < s->len &&
                     char_is_digit(s->p[i + 1]) && char_is_digit(s->p[i + 2]) &&
                     char_is_digit(s->p[i + 3]);
        if (group)
            continue;
        if (!char_is_digit(s->p[i]))
            break;
        v = v > UINT64_MAX / 16 ? UINT64_MAX / 16 : v * 10 + (uint64_t)(s->p[i] - '0');
    }
    *ret_point = i + 1 < s->len && s->p[i] == '.' && char_is_digit(s->p[i + 1]);
    for (i += *ret_point; *ret_point && i < s->len && char_is_digit(s->p[i]); i++, scale /= 10)
        part += (uint64_t)(s->p[i] - '0') * scale;
    *s = span_from(*s, i);
    *ret_whole = v;
    *ret_millionths = part;
    return true;
}

/* "MB", " MiB", "G", " bytes"; 0: there is none; programs mean powers of 1024 mostly. */
static uint64_t unit_of(struct span s)
{
    s = span_trim_left(s);
    char c = s.len ? lower(*s.p) : 0;
    uint64_t unit = c == 'k' ? 1024 : c == 'm' ? 1048576 : c == 'g' ? UINT64_C(1) << 30 : 0;
    if (c == 'b')
        return s.len == 1 || !is_word_char(s.p[1]) || lower(s.p[1]) == 'y';
    if (!unit)
        return 0;
    size_t n = 1;
    n += s.len > n && s.p[n] == 'i';
    n += s.len > n && lower(s.p[n]) == 'b';
    return s.len > n && is_word_char(s.p[n]) ? 0 : unit;
}

static bool take_bytes(struct span s, int64_t *ret)
{
    uint64_t whole, part;
    bool point;
    bool separated = take_separator(&s);
    s = span_trim_left(s);
    if (!take_figure(&s, &whole, &part, &point))
        return false;
    uint64_t unit = unit_of(s);
    if (span_starts(s, "%") || (!unit && !separated))
        return false;
    if (!unit)
        unit = whole < BARE_IS_BYTES ? 1048576 : 1;
    if (whole > (uint64_t)INT64_MAX / 2 / unit || !(whole | part))
        return false;
    *ret = (int64_t)(whole * unit + part * (unit >> 10) / 1000000 * 1024);
    return true;
}

static bool is_foreign(const struct log_line *line)
{
    const struct log_form *form = line->prefix.form; /* NULL: a record's */
    if (line->prefix.kernel || line->prefix.time.uptime_us.known ||
        (form && !strncmp(form->name, "dmesg", 5)))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
        if (span_find(line->payload, foreign[i]) != SPAN_NONE)
            return true;
    return false;
}

static bool add(struct memory_log *m, const struct log_line *line, enum series_metric metric,
                int64_t bytes, struct err *err)
{
    char who[COMM_MAX];
    struct log_time time = line->prefix.time;
    struct number id = line->prefix.label_id.known ? line->prefix.label_id : m->m.out->app_id;
    log_who(m->m.out, line, who);
    struct series_sample s = {.metric = metric,
                              .pid = line->prefix.tag_pid,
                              .who = who,
                              .isolate = id.known ? (uint64_t)id.value + 1 : 0,
                              .time = &time,
                              .line = line->number,
                              .bytes = bytes};
    if (span_starts(line->raw, "{")) {
        if (!time.wall_us.known)
            json_line_time(line->raw, &time);
        if (!s.pid.known)
            s.pid = json_field_number(line->raw, "\"pid\"");
    }
    return log_series_add(m->m.out, &s, err);
}

/* All figures of the line, each metric once. */
static bool hit_key(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct memory_log *m = state;
    unsigned seen = 0;
    (void)at;
    if (m->line == line->number)
        return true;
    m->line = line->number;
    if (is_foreign(line))
        return true;
    bool in_block = m->block && line->number - m->block <= BLOCK_LINES;
    for (size_t i = 0; i < line->payload.len; i++) {
        if (!memchr("rRhHaAeEmM", line->payload.p[i], 10))
            continue;
        for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
            int64_t bytes;
            if ((seen & 1u << keys[k].metric) || (keys[k].only_in_block && !in_block && !seen) ||
                !key_at(line->payload, i, keys[k].key) ||
                !take_bytes(span_from(line->payload, i + strlen(keys[k].key)), &bytes))
                continue;
            seen |= 1u << keys[k].metric;
            m->block = line->number;
            if (!add(m, line, keys[k].metric, bytes, err))
                return false;
        }
    }
    return true;
}

/* "mem avail:  2430 of 31808 MiB ( 7.64%), swap free: 1419 of 15903 MiB ( 8.93%)" */
static bool hit_available(void *state, const struct log_line *line, size_t at, struct err *err)
{
    const struct memory_log *m = state;
    struct span s = span_from(line->payload, at + strlen("mem avail:"));
    struct series_sample sample = {.who = "", .time = &line->prefix.time, .line = line->number};
    uint64_t free_mib, total_mib;
    for (int swap = 0; swap < 2; swap++) {
        s = span_trim_left(s);
        if (!span_take_number(&s, &free_mib) || !span_take(&s, " of "))
            return true;
        s = span_trim_left(s);
        if (!span_take_number(&s, &total_mib) || (free_mib | total_mib) >> 40)
            return true;
        sample.metric = swap ? SERIES_FREE_SWAP : SERIES_FREE_MEMORY;
        sample.bytes = (int64_t)free_mib << 20;
        if (!log_series_add(m->m.out, &sample, err))
            return false;
        size_t next = span_find(s, "swap free:");
        if (next == SPAN_NONE)
            return true;
        s = span_from(s, next + strlen("swap free:"));
    }
    return true;
}

static const struct log_matcher matchers[] = {
    {"rss", hit_key},          {"RSS", hit_key},        {"Rss", hit_key},
    {"heapUsed", hit_key},     {"heap_used", hit_key},  {"eap used", hit_key},
    {"eap Used", hit_key},     {"heapTotal", hit_key},  {"heap_total", hit_key},
    {"arrayBuffers", hit_key}, {"external", hit_key},   {"emory usage", hit_key},
    {"emory Usage", hit_key},  {"emoryUsage", hit_key}, {"mem avail:", hit_available},
};

/* Fields beside the message: {"msg":"tick","rss":47325184} */
static const struct log_matcher documents[] = {
    {"\"rss", hit_key}, {"\"heap", hit_key}, {"\"external", hit_key}, {"\"arrayBuffers", hit_key}};

const struct log_module log_memory_module = {
    .name = "memory",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .documents = documents,
    .document_count = ARRAY_LEN(documents),
    .state_bytes = sizeof(struct memory_log),
};
