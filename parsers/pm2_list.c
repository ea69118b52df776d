/* PM2's list of processes: see pm2_list.h. */
#include "parsers/pm2_list.h"

#include "parsers/span.h"

#include <stdlib.h>

#define KEYS_MAX 7 /* depths whose keys are known; deeper ones are passed over */
#define WORD_MAX 128
#define PROCESS_DEPTH 2
#define LIMIT_MIN (INT64_C(16) << 20)

enum scan {
    BETWEEN,
    IN_WORD,
    IN_STRING,
    BEHIND_BACKSLASH,
    IN_ESCAPE, /* of a terminal: colours of util.inspect */
};

struct pm2_list {
    struct event_sink sink;
    enum scan scan;
    char quote;
    char word[WORD_MAX]; /* the last token; "" if there was none since the last separator */
    size_t word_len;
    unsigned depth;
    char keys[KEYS_MAX][48]; /* of each open depth */
    char heap_value[24];     /* of "Used Heap Size", until its unit comes */
    bool closed;
    uint64_t line;
    struct event event;
    struct pm2_facts facts;
};

bool pm2_list_new(const char *file, const struct event_sink *sink, struct pm2_list **ret,
                  struct err *err)
{
    struct pm2_list *l = calloc(1, sizeof *l);
    if (!l)
        return err_nomem(err, sizeof *l, "PM2's list");
    l->sink = *sink;
    l->line = 1;
    l->event = (struct event){.kind = EVENT_PM2_PROCESS, .file = file};
    *ret = l;
    return true;
}

void pm2_list_free(struct pm2_list *l)
{
    free(l);
}

/* -- fields -- */

enum field_type { FIELD_NUMBER, FIELD_TEXT };

static const struct {
    const char *section; /* "" of the process itself */
    const char *key;
    enum field_type type;
    size_t offset, size;
} fields[] = {
#define NUMBER(section, key, member)                                                               \
    {                                                                                              \
        section, key, FIELD_NUMBER, offsetof(struct pm2_facts, member), 0                          \
    }
#define TEXT(section, key, member)                                                                 \
    {                                                                                              \
        section, key, FIELD_TEXT, offsetof(struct pm2_facts, member),                              \
            sizeof(((struct pm2_facts *)0)->member)                                                \
    }
    NUMBER("", "pm_id", id),
    NUMBER("monit", "memory", memory_bytes),
    NUMBER("pm2_env", "pm_id", id),
    NUMBER("pm2_env", "restart_time", restarts),
    NUMBER("pm2_env", "unstable_restarts", unstable_restarts),
    NUMBER("pm2_env", "pm_uptime", started_ms),
    NUMBER("pm2_env", "max_memory_restart", limit_bytes),
    NUMBER("pm2_env", "instances", instances),
    NUMBER("pm2_env", "exit_code", exit_code),
    TEXT("pm2_env", "status", status),
    TEXT("pm2_env", "exec_mode", mode),
    TEXT("pm2_env", "node_version", node_version),
};

static const char *key_at(const struct pm2_list *l, unsigned depth)
{
    return depth < KEYS_MAX ? l->keys[depth] : "";
}

static void add_argument(struct pm2_list *l, struct span s)
{
    char *args = l->facts.args;
    size_t used = strlen(args);
    if (used && used + 1 < sizeof l->facts.args) {
        args[used++] = ' ';
        args[used] = '\0';
    }
    span_copy(args + used, sizeof l->facts.args - used, s);
}

/* "5.56" and then "MiB" */
static void take_heap(struct pm2_list *l, const char *key, struct span s)
{
    if (!strcmp(key, "value")) {
        span_copy(l->heap_value, sizeof l->heap_value, s);
    } else if (!strcmp(key, "unit")) {
        double value = strtod(l->heap_value, NULL);
        double unit = span_starts(s, "G")   ? 1073741824.0
                      : span_starts(s, "M") ? 1048576.0
                      : span_starts(s, "K") ? 1024.0
                                            : 1.0;
        if (value > 0 && value < 1e9)
            l->facts.heap_bytes = number_of((uint64_t)(value * unit));
    }
}

static void take_field(struct pm2_list *l, struct span s)
{
    const char *section = l->depth == PROCESS_DEPTH ? "" : key_at(l, PROCESS_DEPTH);
    const char *key = key_at(l, l->depth);
    uint64_t v;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        char *to = (char *)&l->facts + fields[i].offset;
        if (strcmp(fields[i].section, section) || strcmp(fields[i].key, key))
            continue;
        if (fields[i].type == FIELD_TEXT)
            span_copy(to, fields[i].size, s);
        else if (span_take_number(&s, &v) && !s.len)
            *(struct number *)to = number_of(v);
        return;
    }
    if (l->depth != PROCESS_DEPTH)
        return;
    if (!strcmp(key, "name"))
        span_copy(l->event.comm, sizeof l->event.comm, s);
    else if (!strcmp(key, "pid") && span_take_number(&s, &v) && v)
        l->event.pid = number_of(v);
}

/* A value is over: its key is that of the depth. */
static void take_value(struct pm2_list *l)
{
    struct span s = {l->word, l->word_len};
    if (!l->word_len)
        return;
    if (l->depth == PROCESS_DEPTH || l->depth == PROCESS_DEPTH + 1)
        take_field(l, s);
    else if (l->depth == PROCESS_DEPTH + 2 && !strcmp(key_at(l, 2), "pm2_env") &&
             !strcmp(key_at(l, 3), "node_args"))
        add_argument(l, s);
    else if (l->depth == PROCESS_DEPTH + 3 && !strcmp(key_at(l, 3), "axm_monitor") &&
             !strcmp(key_at(l, 4), "Used Heap Size"))
        take_heap(l, key_at(l, 5), s);
    l->word_len = 0;
}

static bool emit_process(struct pm2_list *l, struct err *err)
{
    struct pm2_facts *f = &l->facts;
    bool known = l->event.comm[0] && (f->id.known || f->status[0]);
    if (known) {
        struct span mode = {f->mode, strlen(f->mode)};
        size_t tail = span_find(mode, "_mode");
        if (tail != SPAN_NONE)
            f->mode[tail] = '\0';
        f->tiny_limit = f->limit_bytes.known && f->limit_bytes.value < LIMIT_MIN;
        l->event.line = l->line;
        l->event.pm2 = f;
    }
    bool ok = !known || l->sink.event(l->sink.ctx, &l->event, err);
    *f = (struct pm2_facts){.old = false};
    l->event = (struct event){.kind = EVENT_PM2_PROCESS, .file = l->event.file};
    return ok;
}

/* -- the text -- */

static void put(struct pm2_list *l, char c)
{
    if (l->word_len < WORD_MAX)
        l->word[l->word_len++] = c;
}

static void open_depth(struct pm2_list *l)
{
    l->word_len = 0; /* the name of a class */
    l->depth++;
    if (l->depth < KEYS_MAX)
        l->keys[l->depth][0] = '\0';
    if (l->depth == PROCESS_DEPTH)
        l->event.first_line = l->line;
}

static bool close_depth(struct pm2_list *l, struct err *err)
{
    take_value(l);
    if (!l->depth)
        return true;
    l->closed = --l->depth == 0;
    return l->depth != PROCESS_DEPTH - 1 || emit_process(l, err);
}

static void begin_string(struct pm2_list *l, char quote)
{
    /* Long texts are several strings with a plus in between. */
    bool goes_on = l->word_len && l->word[l->word_len - 1] == '+';
    l->word_len = goes_on ? l->word_len - 1 : 0;
    l->quote = quote;
    l->scan = IN_STRING;
}

static bool take_separator(struct pm2_list *l, char c, struct err *err)
{
    if (c == '{' || c == '[')
        open_depth(l);
    else if (c == '}' || c == ']')
        return close_depth(l, err);
    else if (c == ',')
        take_value(l);
    else if (c == ':' && l->depth && l->depth < KEYS_MAX)
        span_copy(l->keys[l->depth], sizeof l->keys[0], (struct span){l->word, l->word_len});
    if (c == ':')
        l->word_len = 0;
    return true;
}

static bool take_char(struct pm2_list *l, char c, struct err *err)
{
    if (l->scan == IN_STRING) {
        if (c == '\\')
            l->scan = BEHIND_BACKSLASH;
        else if (c == l->quote)
            l->scan = BETWEEN;
        else
            put(l, c);
        return true;
    }
    if (l->scan == BEHIND_BACKSLASH) {
        put(l, c);
        l->scan = IN_STRING;
        return true;
    }
    if (l->scan == IN_ESCAPE) {
        if (c >= '@' && c <= '~' && c != '[')
            l->scan = BETWEEN;
        return true;
    }
    if (c == '\x1b') {
        l->scan = IN_ESCAPE;
    } else if (c == '"' || c == '\'' || c == '`') {
        begin_string(l, c);
    } else if (memchr("{}[],:", c, 6)) {
        l->scan = BETWEEN;
        return take_separator(l, c, err);
    } else if (memchr(" \t\r\n", c, 4)) {
        l->scan = BETWEEN;
    } else {
        if (l->scan == BETWEEN && c != '+')
            l->word_len = 0;
        l->scan = IN_WORD;
        put(l, c);
    }
    return true;
}

bool pm2_list_feed(struct pm2_list *l, const uint8_t *buf, size_t len, struct err *err)
{
    for (size_t i = 0; i < len; i++) {
        l->line += buf[i] == '\n';
        /* What PM2 says before its list is none of it. */
        if (!l->depth && l->scan == BETWEEN && (buf[i] != '[' || l->closed))
            continue;
        if (!take_char(l, (char)buf[i], err))
            return false;
    }
    return true;
}

bool pm2_list_finish(struct pm2_list *l, bool *ret_complete, struct err *err)
{
    if (l->depth && !emit_process(l, err))
        return false;
    *ret_complete = l->closed;
    return true;
}

bool bytes_are_pm2_list(const uint8_t *bytes, size_t len)
{
    struct span s = {(const char *)bytes, len < 4096 ? len : 4096};
    if (span_find(s, "pm2_env") == SPAN_NONE)
        return false;
    for (size_t at = 0; at < s.len; at++) {
        struct span rest = span_from(s, at);
        if ((at && s.p[at - 1] != '\n') || !span_take(&rest, "["))
            continue;
        while (rest.len && memchr(" \t\r\n", *rest.p, 4))
            rest = span_from(rest, 1);
        return span_starts(rest, "{");
    }
    return false;
}
