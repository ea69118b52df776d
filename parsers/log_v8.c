/* V8's last words: GC records, the fatal error, its native frames, and the files it says it writes.
 *
 * A block is "<--- Last few GCs --->", records, "FATAL ERROR: ...", frames; on old versions the two
 * halves are in two files. Records are glued and cut, so they are searched for inside the line. The
 * fatal event is emitted when the block is over, with what the frames said about the process.
 */
#include "parsers/log_module.h"
#include "parsers/log_time.h"
#include "parsers/pattern.h"

#define QUIET_LINES_MAX 40 /* this many lines without a frame end the block */
#define RECORD_GROUPS 9

struct v8_log {
    struct log_module_state m;
    struct pattern record, utilisation, node_path;
    bool pending; /* a block is open: fatal, fatal_text and facts are its */
    struct event fatal;
    char fatal_text[256]; /* "" until the error itself is seen, which may be in another file */
    struct v8_facts facts;
    char node_version[32];
    uint64_t last_line;     /* of what belongs to the block */
    struct number last_pid; /* of the last record, with which no block may have begun */
    struct v8_facts last;
    uint64_t record_line; /* already searched for records */
};

static const char record_text[] =
    "\\[(\\d+):(?:0x)?[0-9a-fA-F]+(?::\\d+)?\\]\\s+(\\d+) ms: "
    "((?:Scavenge|Mark-sweep|Mark-Compact|Incremental Mark-Compact|Minor Mark-Compact)?)[^\\[]*?"
    "([0-9.]+) \\(([0-9.]+)\\)\\s*->\\s*([0-9.]+)\\s"
    "(?:\\(([0-9.]+)\\) MB,(?: pooled: [0-9.]+ MB,)? ([0-9.]+) /)?";
static const char utilisation_text[] = "average mu = ([0-9]\\.[0-9]+),";
static const char node_path_text[] =
    "[/\\\\]v?(\\d+\\.\\d+\\.\\d+)[/\\\\](?:bin[/\\\\])?node(?:\\.exe)?\\]";

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

/* -- the end of a block -- */

static bool emit_version(const struct v8_log *v, enum event_kind kind, const char *text,
                         struct err *err)
{
    struct event e = {.kind = kind,
                      .line = v->last_line,
                      .first_line = v->fatal.first_line,
                      .time = v->fatal.time,
                      .pid = v->fatal.pid,
                      .text = text};
    return log_emit(v->m.out, &e, err);
}

/* "next-server (v14.2.3)" anywhere: the title that Next.js gives its process. */
static bool take_title_version(struct span s, char *ret, size_t cap)
{
    size_t at = span_find(s, "next-server (v");
    if (at == SPAN_NONE)
        return false;
    s = span_from(s, at + strlen("next-server (v"));
    size_t end = span_find(s, ")"), dot = span_find(s, ".");
    if (end == SPAN_NONE || end > 24 || dot == SPAN_NONE || dot > end || !char_is_digit(*s.p))
        return false;
    span_copy(ret, cap, span_head(s, end));
    return true;
}

static bool v8_flush(void *state, struct err *err)
{
    struct v8_log *v = state;
    char next[32];
    if (!v->pending)
        return true;
    v->pending = false;
    v->m.wants_lines = false;
    v->fatal.text = v->fatal_text[0] ? v->fatal_text : NULL;
    v->fatal.v8 = &v->facts;
    struct span title = {v->facts.title, strlen(v->facts.title)};
    if (take_title_version(title, next, sizeof next) &&
        !emit_version(v, EVENT_NEXT_VERSION, next, err))
        return false;
    if (v->node_version[0] && !emit_version(v, EVENT_NODE_VERSION, v->node_version, err))
        return false;
    v->last_pid = (struct number){0};
    return log_emit(v->m.out, &v->fatal, err);
}

/* -- records -- */

/* Everything of one record, up to where the next begins. */
static void record_rest(struct v8_log *v, struct span line, size_t from)
{
    struct span rest = span_from(line, from), g[2];
    size_t next = span_find(rest, "[");
    if (next != SPAN_NONE)
        rest = span_head(rest, next);
    uint64_t mu;
    if (pattern_match(&v->utilisation, rest, 0, false, g, 2) && millionths(g[1], &mu))
        v->last.mutator_permille = number_of(mu / 1000);
}

static void block_take_record(struct v8_log *v, uint64_t line)
{
    bool js_stack = v->facts.js_stack, native_stack = v->facts.native_stack;
    v->facts = v->last;
    v->facts.js_stack = js_stack;
    v->facts.native_stack = native_stack;
    v->fatal.pid = v->last_pid;
    v->last_line = line;
}

static bool emit_record(struct v8_log *v, const struct log_line *line, const struct span *g,
                        struct err *err)
{
    uint64_t pause;
    struct v8_facts *f = &v->last;
    size_t end = (size_t)(g[0].p + g[0].len - line->payload.p);
    *f = (struct v8_facts){.uptime_ms = whole(g[2]),
                           .used_before_bytes = megabytes(g[4]),
                           .committed_before_bytes = megabytes(g[5]),
                           .used_bytes = megabytes(g[6]),
                           .committed_bytes = megabytes(g[7]),
                           .gc_line = line->number};
    if (millionths(g[8], &pause))
        f->pause_us = number_of(pause / 1000);
    span_copy(f->gc_kind, sizeof f->gc_kind, g[3]);
    record_rest(v, line->payload, end);
    struct event e = log_event(EVENT_V8_GC, line);
    e.pid = v->last_pid = whole(g[1]);
    e.v8 = f;
    if (v->pending && !v->fatal_text[0])
        block_take_record(v, line->number);
    return log_emit(v->m.out, &e, err);
}

/* A line may hold several records and several of the needles. */
static bool hit_record(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct v8_log *v = state;
    struct span g[RECORD_GROUPS];
    size_t from = 0;
    (void)at;
    if (v->record_line == line->number)
        return true;
    v->record_line = line->number;
    while (pattern_match(&v->record, line->payload, from, false, g, RECORD_GROUPS)) {
        if (!emit_record(v, line, g, err))
            return false;
        from = (size_t)(g[0].p + g[0].len - line->payload.p);
    }
    return true;
}

/* -- the block -- */

static void block_start(struct v8_log *v, const struct log_line *line)
{
    v->pending = true;
    v->m.wants_lines = true;
    v->last_line = line->number;
    v->fatal = log_event(EVENT_V8_FATAL, line);
    v->fatal.pid = line->prefix.tag_pid;
    v->fatal_text[0] = '\0';
    v->facts = (struct v8_facts){0};
    v->node_version[0] = '\0';
}

static bool hit_last_gcs(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct v8_log *v = state;
    (void)at;
    if (!v8_flush(v, err))
        return false;
    block_start(v, line);
    return true;
}

static bool hit_stack_header(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct v8_log *v = state;
    (void)err;
    if (!v->pending)
        return true;
    v->last_line = line->number;
    if (span_starts(span_from(line->payload, at), "<--- JS"))
        v->facts.js_stack = true;
    else
        v->facts.native_stack = true;
    return true;
}

static bool hit_fatal(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct v8_log *v = state;
    struct span text = span_trim(span_from(line->payload, at + strlen("FATAL ERROR: ")));
    if (span_find(text, "out of memory") == SPAN_NONE &&
        span_find(text, "Allocation failed") == SPAN_NONE)
        return true;
    if (v->pending && v->fatal_text[0] && !v8_flush(v, err))
        return false;
    if (!v->pending) {
        block_start(v, line);
        if (v->last_pid.known && line->number - v->last.gc_line < QUIET_LINES_MAX) {
            block_take_record(v, line->number);
            v->fatal.first_line = v->last.gc_line;
        }
    }
    span_copy(v->fatal_text, sizeof v->fatal_text, text);
    v->fatal.line = v->last_line = line->number;
    v->fatal.time = line->prefix.time;
    return true;
}

/* " 1: 0xb78db3 node::OOMErrorHandler(char const*, ...) [next-server (v14.2.3)]" */
static bool take_frame(struct v8_log *v, const struct log_line *line)
{
    struct span s = span_trim(line->payload), head = s, g[2];
    uint64_t n;
    if (!s.len || s.p[s.len - 1] != ']')
        return false;
    bool numbered = span_take_number(&head, &n) && span_take(&head, ": ");
    if (!numbered && span_find(s, ": 0x") == SPAN_NONE)
        return false;
    size_t open = span_find_last(s, " [");
    if (open == SPAN_NONE)
        return false;
    struct span title = span_head(span_from(s, open + 2), s.len - open - 3);
    if (!v->facts.title[0])
        span_copy(v->facts.title, sizeof v->facts.title, title);
    if (!v->node_version[0] && pattern_match(&v->node_path, s, open, false, g, 2))
        span_copy(v->node_version, sizeof v->node_version, g[1]);
    return true;
}

static bool v8_line(void *state, const struct log_line *line, struct err *err)
{
    struct v8_log *v = state;
    if (v->fatal_text[0] && take_frame(v, line))
        v->last_line = line->number;
    else if (line->number - v->last_line > QUIET_LINES_MAX)
        return v8_flush(v, err);
    return true;
}

/* -- files -- */

/* "report.20261123.140407.17727.0.002.json", "Heap.20261123.140355.17727.0.001.heapsnapshot" */
static struct number pid_in_file_name(struct span path)
{
    size_t slash = span_find_last(path, "/");
    if (slash != SPAN_NONE)
        path = span_from(path, slash + 1);
    uint64_t value = 0;
    for (int field = 0; field < 4; field++) {
        if (field && !span_take_number(&path, &value))
            return (struct number){0};
        size_t dot = span_find(path, ".");
        if (dot == SPAN_NONE || (field && dot))
            return (struct number){0};
        path = span_from(path, dot + 1);
    }
    return number_of(value);
}

static bool hit_report(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct v8_log *v = state;
    struct span path = span_trim(span_from(line->payload, at));
    char text[CGROUP_PATH_MAX];
    if (!span_take(&path, "Writing Node.js report to file: ") || !path.len)
        return true;
    span_copy(text, sizeof text, path);
    struct event e = log_event(EVENT_NODE_REPORT, line);
    e.pid = pid_in_file_name(path);
    e.text = text;
    if (v->pending) {
        v->last_line = line->number;
        v->facts.report_line = line->number;
        memcpy(v->facts.report_file, text, sizeof text);
        if (!v->fatal.pid.known)
            v->fatal.pid = e.pid;
    }
    return log_emit(v->m.out, &e, err);
}

static bool hit_snapshot(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct v8_log *v = state;
    struct span path = span_trim(span_from(line->payload, at + strlen("Wrote snapshot to ")));
    char text[CGROUP_PATH_MAX];
    if (!path.len)
        return true;
    span_copy(text, sizeof text, path);
    struct event e = log_event(EVENT_HEAP_SNAPSHOT, line);
    e.pid = pid_in_file_name(path);
    if (!e.pid.known)
        e.pid = line->prefix.tag_pid;
    e.text = text;
    return log_emit(v->m.out, &e, err);
}

static const struct log_matcher matchers[] = {
    {" ms: Scavenge ", hit_record},
    {" ms: Mark-", hit_record},
    {" ms: Incremental Mark-", hit_record},
    {" ms: Minor Mark-", hit_record},
    {"<--- Last few GCs", hit_last_gcs},
    {"<--- JS stacktrace", hit_stack_header},
    {"FATAL ERROR: ", hit_fatal},
    {"----- Native stack trace", hit_stack_header},
    {"Writing Node.js report to file: ", hit_report},
    {"Wrote snapshot to ", hit_snapshot},
};

static bool v8_init(void *state, struct err *err)
{
    struct v8_log *v = state;
    return pattern_init(&v->record, record_text, err) &&
           pattern_init(&v->utilisation, utilisation_text, err) &&
           pattern_init(&v->node_path, node_path_text, err);
}

static void v8_release(void *state)
{
    struct v8_log *v = state;
    pattern_release(&v->record);
    pattern_release(&v->utilisation);
    pattern_release(&v->node_path);
}

const struct log_module log_v8_module = {
    .name = "v8",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct v8_log),
    .init = v8_init,
    .line = v8_line,
    .flush = v8_flush,
    .release = v8_release,
};
