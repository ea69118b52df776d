/* The tables that PM2 draws: `pm2 describe` (a key and a value in each row), `pm2 ls` (a process in
 * each row, below a header that says what the columns are; it differs between versions) and `-m`.
 */
#include "parsers/log_module.h"

#define COLUMNS_MAX 20
#define QUIET_LINES_MAX 6
#define LIMIT_MIN (INT64_C(16) << 20)

enum column {
    COLUMN_OTHER,
    COLUMN_NAME,
    COLUMN_ID,
    COLUMN_MODE,
    COLUMN_PID,
    COLUMN_STATUS,
    COLUMN_RESTARTS,
    COLUMN_UNSTABLE,
    COLUMN_UPTIME,
    COLUMN_MEMORY,
    COLUMN_LIMIT,
    COLUMN_NODE,
    COLUMN_ARGS,
    COLUMN_HEAP,
};

struct tables {
    struct log_module_state m;
    bool described; /* a process of `pm2 describe` is open */
    bool listed;    /* rows of `pm2 ls` follow */
    enum column columns[COLUMNS_MAX];
    size_t column_count;
    uint64_t last_line;
    struct event event;
    struct pm2_facts facts;
};

static const struct {
    const char *name;
    enum column column;
} names[] = {
    {"name", COLUMN_NAME},
    {"App name", COLUMN_NAME},
    {"Name", COLUMN_NAME},
    {"id", COLUMN_ID},
    {"script id", COLUMN_ID},
    {"pm2 id", COLUMN_ID},
    {"mode", COLUMN_MODE},
    {"exec mode", COLUMN_MODE},
    {"pid", COLUMN_PID},
    {"PID", COLUMN_PID},
    {"status", COLUMN_STATUS},
    {"restarts", COLUMN_RESTARTS},
    {"restart", COLUMN_RESTARTS},
    {"restarted", COLUMN_RESTARTS},
    {"↺", COLUMN_RESTARTS},
    {"unstable restarts", COLUMN_UNSTABLE},
    {"uptime", COLUMN_UPTIME},
    {"mem", COLUMN_MEMORY},
    {"memory", COLUMN_MEMORY},
    {"memory usage", COLUMN_MEMORY},
    {"max memory restart", COLUMN_LIMIT},
    {"node.js version", COLUMN_NODE},
    {"interpreter args", COLUMN_ARGS},
    {"node args", COLUMN_ARGS},
    {"Used Heap Size", COLUMN_HEAP},
};

static enum column column_named(struct span s)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (span_is(s, names[i].name))
            return names[i].column;
    return COLUMN_OTHER;
}

/* -- cells -- */

/* "62.9mb", "5.22 MiB", "1.2 GB", "125829120", "0 B" */
static struct number bytes_in(struct span s)
{
    uint64_t whole, part = 0, unit = 1, scale = 10;
    if (!span_take_number(&s, &whole) || whole >> 40)
        return (struct number){0};
    if (span_take(&s, ".") && s.len && char_is_digit(*s.p)) {
        for (; s.len && char_is_digit(*s.p) && scale <= 1000; s = span_from(s, 1), scale *= 10)
            part += (uint64_t)(*s.p - '0') * 1000 / scale;
    }
    s = span_trim_left(s);
    switch (s.len ? *s.p | 0x20 : 0) {
    case 'k':
        unit = UINT64_C(1) << 10;
        break;
    case 'm':
        unit = UINT64_C(1) << 20;
        break;
    case 'g':
        unit = UINT64_C(1) << 30;
        break;
    default:
        break;
    }
    return number_of(whole * unit + part * unit / 1000);
}

/* "3s", "5m", "2h", "8D": what PM2 calls an uptime */
static struct number uptime_in(struct span s)
{
    uint64_t v;
    if (!span_take_number(&s, &v) || v >> 32 || !s.len)
        return (struct number){0};
    uint64_t unit = *s.p == 's'            ? 1000
                    : *s.p == 'm'          ? 60000
                    : *s.p == 'h'          ? 3600000
                    : (*s.p | 0x20) == 'd' ? 86400000
                                           : 0;
    return unit ? number_of(v * unit) : (struct number){0};
}

static struct number number_in(struct span s)
{
    uint64_t v;
    return span_take_number(&s, &v) ? number_of(v) : (struct number){0};
}

static void take_cell(struct tables *t, enum column column, struct span s)
{
    struct pm2_facts *f = &t->facts;
    if (!s.len || span_is(s, "N/A") || span_starts(s, "…"))
        return;
    switch (column) {
    case COLUMN_NAME:
        span_copy(t->event.comm, sizeof t->event.comm, s);
        break;
    case COLUMN_ID:
        f->id = number_in(s);
        break;
    case COLUMN_MODE:
        span_copy(f->mode, sizeof f->mode,
                  span_starts(s, "fork")      ? span_head(s, 4)
                  : span_starts(s, "cluster") ? span_head(s, 7)
                                              : s);
        break;
    case COLUMN_PID:
        t->event.pid = number_in(s);
        break;
    case COLUMN_STATUS:
        span_copy(f->status, sizeof f->status, s);
        break;
    case COLUMN_RESTARTS:
        f->restarts = number_in(s);
        break;
    case COLUMN_UNSTABLE:
        f->unstable_restarts = number_in(s);
        break;
    case COLUMN_UPTIME:
        f->uptime_ms = uptime_in(s);
        break;
    case COLUMN_MEMORY:
        f->memory_bytes = bytes_in(s);
        break;
    case COLUMN_LIMIT:
        f->limit_bytes = bytes_in(s);
        break;
    case COLUMN_NODE:
        span_copy(f->node_version, sizeof f->node_version, s);
        break;
    case COLUMN_ARGS:
        span_copy(f->args, sizeof f->args, s);
        break;
    case COLUMN_HEAP:
        f->heap_bytes = bytes_in(s);
        break;
    case COLUMN_OTHER:
        break;
    }
}

/* The next cell of a row whose outer borders are gone or not. */
static bool next_cell(struct span *s, struct span *ret)
{
    if (!span_take(s, "│"))
        span_take(s, "|");
    if (!s->len)
        return false;
    size_t end = span_find(*s, "│");
    if (end == SPAN_NONE)
        end = span_find(*s, "|");
    *ret = span_trim(end == SPAN_NONE ? *s : span_head(*s, end));
    *s = end == SPAN_NONE ? span_from(*s, s->len) : span_from(*s, end);
    return true;
}

/* -- processes -- */

static void begin(struct tables *t, const struct log_line *line)
{
    t->event = log_event(EVENT_PM2_PROCESS, line);
    t->facts = (struct pm2_facts){.old = false};
    t->last_line = line->number;
}

static bool emit_process(struct tables *t, struct err *err)
{
    struct pm2_facts *f = &t->facts;
    if (!t->event.comm[0] || (!f->status[0] && !f->id.known))
        return true;
    f->tiny_limit = f->limit_bytes.known && f->limit_bytes.value < LIMIT_MIN;
    t->event.pm2 = f;
    return log_emit(t->m.out, &t->event, err);
}

static bool tables_flush(void *state, struct err *err)
{
    struct tables *t = state;
    bool described = t->described;
    t->m.wants_lines = t->described = t->listed = false;
    return !described || emit_process(t, err);
}

/* "Describing process with id 0 - name shop" */
static bool hit_describe(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct tables *t = state;
    struct span s = span_from(line->payload, at + strlen("Describing process with id "));
    uint64_t id;
    if (!tables_flush(t, err))
        return false;
    if (!span_take_number(&s, &id))
        return true;
    begin(t, line);
    t->facts.id = number_of(id);
    t->described = t->m.wants_lines = true;
    return true;
}

/* "│ id │ name │ namespace │ version │ mode │ pid │ uptime │ ↺ │ status │ cpu │ mem │ user │":
 * which columns there are, if it is such a header. */
static bool hit_header(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct tables *t = state;
    struct span s = line->payload, cell;
    unsigned known = 0;
    (void)at;
    size_t count = 0;
    enum column columns[COLUMNS_MAX];
    while (count < COLUMNS_MAX && next_cell(&s, &cell)) {
        columns[count] = column_named(cell);
        known |= 1u << columns[count++];
    }
    const unsigned needed = 1u << COLUMN_NAME | 1u << COLUMN_ID | 1u << COLUMN_STATUS;
    if ((known & needed) != needed)
        return true;
    if (!tables_flush(t, err))
        return false;
    memcpy(t->columns, columns, sizeof columns);
    t->column_count = count;
    t->last_line = line->number;
    t->listed = t->m.wants_lines = true;
    return true;
}

/* "+--- shop" of `pm2 ls -m`, below which each line is "key : value" */
static bool hit_mini(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct tables *t = state;
    struct span name = span_trim(span_from(line->payload, at + strlen("+--- ")));
    if (at || !name.len)
        return true;
    if (!tables_flush(t, err))
        return false;
    begin(t, line);
    span_copy(t->event.comm, sizeof t->event.comm, name);
    t->described = t->m.wants_lines = true;
    return true;
}

/* "status : online" */
static bool split_mini(struct span s, struct span *ret_key, struct span *ret_value)
{
    size_t colon = span_find(s, " : ");
    if (colon == SPAN_NONE || colon > 32)
        return false;
    *ret_key = span_head(s, colon);
    *ret_value = span_trim(span_from(s, colon + 3));
    return true;
}

static bool take_described(struct tables *t, const struct log_line *line, struct err *err)
{
    struct span s = line->payload, key, value;
    (void)err;
    if (split_mini(s, &key, &value) || (next_cell(&s, &key) && next_cell(&s, &value))) {
        enum column column = column_named(key);
        t->last_line = line->number;
        if (column != COLUMN_OTHER)
            t->event.line = line->number;
        take_cell(t, column, value);
    }
    return true;
}

static bool take_listed(struct tables *t, const struct log_line *line, struct err *err)
{
    struct span s = line->payload, cell;
    if (t->last_line == line->number ||
        (span_find(s, "│") == SPAN_NONE && span_find(s, "|") == SPAN_NONE))
        return true;
    begin(t, line);
    for (size_t i = 0; i < t->column_count && next_cell(&s, &cell); i++)
        take_cell(t, t->columns[i], cell);
    return emit_process(t, err);
}

static bool tables_line(void *state, const struct log_line *line, struct err *err)
{
    struct tables *t = state;
    if (line->number - t->last_line > QUIET_LINES_MAX * (t->described ? 3 : 1))
        return tables_flush(t, err);
    return t->described ? take_described(t, line, err) : take_listed(t, line, err);
}

static const struct log_matcher matchers[] = {
    {"Describing process with id ", hit_describe},
    {" status ", hit_header},
    {"+--- ", hit_mini},
};

const struct log_module log_pm2_tables_module = {
    .name = "pm2-tables",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct tables),
    .line = tables_line,
    .flush = tables_flush,
};
