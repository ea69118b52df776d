/* V8's last words: GC records, the fatal error, its native frames, and the files it says it writes.
 *
 * A block is "<--- Last few GCs --->", records, "FATAL ERROR: ...", frames; on old versions the two
 * halves are in two files. Records are glued and cut, so they are searched for inside the line. The
 * fatal event is emitted when the block is over, with what the frames said about the process.
 */
#include "parsers/gc_record.h"
#include "parsers/log_module.h"
#include "parsers/log_time.h"

#define SAME_FATAL_LINES 10 /* so near, it is the same fatal in other words */
#define QUIET_LINES_MAX 40  /* this many lines without a frame end the block */

struct v8_log {
    struct log_module_state m;
    struct gc_patterns gc;
    struct pattern node_path;
    bool pending; /* a block is open: fatal, fatal_text and facts are its */
    struct event fatal;
    char fatal_text[256]; /* "" until the error itself is seen, which may be in another file */
    struct v8_facts facts;
    char node_version[32];
    uint64_t last_line;     /* of what belongs to the block */
    struct number last_pid; /* of the last record, with which no block may have begun */
    struct v8_facts last;
    uint64_t record_line; /* already searched for records */
    uint64_t snapshot_line;
};

static const char node_path_text[] =
    "[/\\\\]v?(\\d+\\.\\d+\\.\\d+)[/\\\\](?:bin[/\\\\])?node(?:\\.exe)?\\]";

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

static void block_take_record(struct v8_log *v, uint64_t line)
{
    bool js_stack = v->facts.js_stack, native_stack = v->facts.native_stack;
    v->facts = v->last;
    v->facts.js_stack = js_stack;
    v->facts.native_stack = native_stack;
    v->fatal.pid = v->last_pid;
    v->last_line = line;
}

static bool emit_record(struct v8_log *v, const struct log_line *line, struct err *err)
{
    v->last.gc_line = line->number;
    struct event e = log_event(EVENT_V8_GC, line);
    e.pid = v->last_pid;
    e.v8 = &v->last;
    if (v->pending && !v->fatal_text[0])
        block_take_record(v, line->number);
    return log_emit(v->m.out, &e, err);
}

/* A line may hold several records and several of the needles. */
static bool hit_record(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct v8_log *v = state;
    size_t from = 0;
    (void)at;
    if (v->record_line == line->number)
        return true;
    v->record_line = line->number;
    while (gc_record_find(&v->gc, line->payload, from, &v->last_pid, &v->last, &from)) {
        if (!emit_record(v, line, err))
            return false;
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
    log_who(v->m.out, line, v->fatal.comm);
    v->fatal_text[0] = '\0';
    v->facts = (struct v8_facts){0};
    v->node_version[0] = '\0';
}

static bool hit_last_gcs(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct v8_log *v = state;
    (void)at;
    struct number traced = v->last_pid;
    if (!v8_flush(v, err))
        return false;
    block_start(v, line);
    /* Behind a trace of names and values the block repeats but pieces of it. */
    if (traced.known && !log_is_beyond(line, v->last.gc_line, QUIET_LINES_MAX)) {
        v->last_pid = traced;
        block_take_record(v, line->number);
    }
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

/* What V8 says, and what it could not do; the first row that is in the text counts. */
static const struct {
    const char *text;
    enum v8_cause cause;
} causes[] = {
    {"invalid table size", V8_CAUSE_TABLE_SIZE},
    {"invalid size error", V8_CAUSE_INVALID_SIZE},
    {"invalid array length", V8_CAUSE_INVALID_SIZE},
    {"invalid string length", V8_CAUSE_INVALID_SIZE},
    {"Zone", V8_CAUSE_ZONE},
    {"semi space", V8_CAUSE_YOUNG},
    {"NewSpace", V8_CAUSE_YOUNG},
    {"heap limit", V8_CAUSE_HEAP_LIMIT},
    {"CALL_AND_RETRY", V8_CAUSE_HEAP_LIMIT},
    {"JavaScript heap out of memory", V8_CAUSE_HEAP_LIMIT},
    {"Heap", V8_CAUSE_HEAP_LIMIT},
    {"bad_alloc", V8_CAUSE_NATIVE},
    {"process out of memory", V8_CAUSE_NATIVE},
};

static enum v8_cause cause_of(struct span text)
{
    for (size_t i = 0; i < ARRAY_LEN(causes); i++)
        if (span_find(text, causes[i].text) != SPAN_NONE)
            return causes[i].cause;
    return V8_CAUSE_UNKNOWN;
}

static bool take_fatal(struct v8_log *v, const struct log_line *line, struct span text,
                       struct err *err)
{
    if (v->pending && v->fatal_text[0] && !v8_flush(v, err))
        return false;
    if (!v->pending) {
        block_start(v, line);
        if (v->last_pid.known && !log_is_beyond(line, v->last.gc_line, QUIET_LINES_MAX)) {
            block_take_record(v, line->number);
            v->fatal.first_line = v->last.gc_line;
        }
    }
    span_copy(v->fatal_text, sizeof v->fatal_text, text);
    v->facts.cause = cause_of(text);
    v->fatal.line = v->last_line = line->number;
    v->fatal.time = line->prefix.time;
    return true;
}

static bool hit_fatal(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct span text = span_trim(span_from(line->payload, at + strlen("FATAL ERROR: ")));
    if (span_find(text, "out of memory") == SPAN_NONE &&
        span_find(text, "Allocation failed") == SPAN_NONE)
        return true;
    return take_fatal(state, line, text, err);
}

/* "# Fatal process out of memory: Zone", "# Fatal JavaScript invalid size error 169220804", and
 * "what():  std::bad_alloc" of C++ */
static bool hit_hash_fatal(void *state, const struct log_line *line, size_t at, struct err *err)
{
    const struct v8_log *v = state;
    bool same =
        v->pending && v->fatal_text[0] && !log_is_beyond(line, v->fatal.line, SAME_FATAL_LINES);
    return same || take_fatal(state, line, span_trim(span_from(line->payload, at)), err);
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
    else if (log_is_beyond(line, v->last_line, QUIET_LINES_MAX))
        return v8_flush(v, err);
    return true;
}

/* -- files -- */

/* "report.20261123.140407.17727.0.002.json", "Heap.20261123.140355.17727.0.001.heapsnapshot": a
 * name, the local time, the process. */
static bool stamp_in_file_name(struct span path, struct number *ret_pid, struct log_time *ret_time)
{
    size_t slash = span_find_last(path, "/"), back = span_find_last(path, "\\");
    if (slash == SPAN_NONE || (back != SPAN_NONE && back > slash))
        slash = back;
    struct span s = slash == SPAN_NONE ? path : span_from(path, slash + 1);
    struct civil_time t = {.month = 0};
    uint64_t pid;
    size_t dot = span_find(s, ".");
    if (dot == SPAN_NONE)
        return false;
    struct span stamp = s = span_from(s, dot + 1);
    if (!span_take_digits(&s, 4, &t.year) || !span_take_digits(&s, 2, &t.month) ||
        !span_take_digits(&s, 2, &t.day) || !span_take(&s, ".") ||
        !span_take_digits(&s, 2, &t.hour) || !span_take_digits(&s, 2, &t.minute) ||
        !span_take_digits(&s, 2, &t.second))
        return false;
    stamp = span_head(stamp, (size_t)(s.p - stamp.p));
    if (!span_take(&s, ".") || !span_take_number(&s, &pid) || !span_starts(s, "."))
        return false;
    *ret_pid = number_of(pid);
    if (t.month < 1 || t.month > 12 || t.day < 1 || t.day > 31 || t.hour > 23 || t.minute > 59)
        return true;
    *ret_time = (struct log_time){0};
    civil_time_store(&t, LOG_CLOCK_LOCAL, ret_time);
    span_copy(ret_time->text, sizeof ret_time->text, stamp);
    return true;
}

/* The line's own time is surer than the one in the name. */
static void take_file_stamp(struct event *e, struct span path)
{
    struct log_time time = {0};
    if (stamp_in_file_name(path, &e->pid, &time) && !e->time.wall_us.known &&
        !e->time.uptime_us.known)
        e->time = time;
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
    take_file_stamp(&e, path);
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

/* Where the file's name begins: what cannot be in the middle of one, but a space can. */
static struct span path_before(struct span s, size_t end)
{
    size_t from = end;
    while (from && !memchr(" \t'\"`=([", s.p[from - 1], 8))
        from--;
    return span_from(span_head(s, end), from);
}

/* "Wrote snapshot to /srv/Heap.20261123.140355.17727.0.001.heapsnapshot", or the name of such a
 * file anywhere: programs print what v8.writeHeapSnapshot() returns. */
static bool hit_snapshot(void *state, const struct log_line *line, size_t at, struct err *err)
{
    static const char *const before[] = {"Wrote snapshot to ", "Writing snapshot to ",
                                         "snapshot written to ", "snapshot saved to "};
    struct v8_log *v = state;
    struct span s = line->payload, path = {s.p, 0};
    char text[CGROUP_PATH_MAX];
    if (v->snapshot_line == line->number)
        return true;
    v->snapshot_line = line->number;
    for (size_t i = 0; i < ARRAY_LEN(before) && !path.len; i++) {
        size_t word = span_find(s, before[i]);
        if (word != SPAN_NONE)
            path = span_trim(span_from(s, word + strlen(before[i])));
    }
    struct number pid = {0};
    struct log_time time = {0};
    if (!path.len) {
        size_t end = span_find(span_from(s, at), ".heapsnapshot");
        path = end == SPAN_NONE ? path : path_before(s, at + end + strlen(".heapsnapshot"));
        if (!stamp_in_file_name(path, &pid, &time))
            return true;
    }
    span_copy(text, sizeof text, path);
    struct event e = log_event(EVENT_HEAP_SNAPSHOT, line);
    e.pid = line->prefix.tag_pid;
    take_file_stamp(&e, path);
    log_who(v->m.out, line, e.comm);
    e.text = text;
    if (v->pending)
        v->last_line = line->number;
    return log_emit(v->m.out, &e, err);
}

static const struct log_matcher matchers[] = {
    {" ms: Scavenge ", hit_record},
    {" ms: Mark-", hit_record},
    {" ms: Incremental Mark-", hit_record},
    {" ms: Minor Mark-", hit_record},
    {" ms: pause=", hit_record},
    {" ms: GC: {", hit_record},
    {"<--- Last few GCs", hit_last_gcs},
    {"<--- JS stacktrace", hit_stack_header},
    {"FATAL ERROR: ", hit_fatal},
    {"Fatal process out of memory", hit_hash_fatal},
    {"Fatal process OOM in ", hit_hash_fatal},
    {"Fatal JavaScript invalid size error", hit_hash_fatal},
    {"Fatal JavaScript out of memory", hit_hash_fatal},
    {"instance of 'std::bad_alloc'", hit_hash_fatal},
    {"----- Native stack trace", hit_stack_header},
    {"Writing Node.js report to file: ", hit_report},
    {"Wrote snapshot to ", hit_snapshot},
    {".heapsnapshot", hit_snapshot},
};

static bool v8_init(void *state, struct err *err)
{
    struct v8_log *v = state;
    return gc_patterns_init(&v->gc, err) && pattern_init(&v->node_path, node_path_text, err);
}

static void v8_release(void *state)
{
    struct v8_log *v = state;
    gc_patterns_release(&v->gc);
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
