/* What the text log parser and its families of matchers (kernel, V8, PM2, Next.js) share.
 *
 * A matcher is one row: a needle and what to do with a line that holds it. Finding needles is the
 * parser's, once for all rows, so that a line that says nothing costs one pass over its bytes. A
 * family that is inside a block (a task table, a stack) asks for every line until it says
 * otherwise.
 */
#ifndef MORTEM_PARSERS_LOG_MODULE_H
#define MORTEM_PARSERS_LOG_MODULE_H

#include "parsers/log_prefix.h"

struct log_line {
    uint64_t number; /* 1-based */
    struct log_prefix prefix;
    struct span payload; /* prefix.payload */
    struct span raw;     /* with all prefixes, without escapes */
};

/* Where events go; file and boot are filled in on the way. */
struct log_out {
    struct event_sink sink;
    const char *file;
    unsigned boot;
    char boot_id[BOOT_ID_MAX]; /* "" if the log does not tell it */
    struct log_series *series; /* see log_series.h */
    char app[COMM_MAX];   /* PM2's name of the application whose log it is, by the file's name */
    struct number app_id; /* PM2's number of the process */
};

bool log_emit(const struct log_out *out, struct event *e, struct err *err) WARN_UNUSED;

/* An event that `line` decides. */
static inline struct event log_event(enum event_kind kind, const struct log_line *line)
{
    return (struct event){
        .kind = kind, .line = line->number, .first_line = line->number, .time = line->prefix.time};
}

/* Whose line it is: the application by the label of a stream (PM2's own is nobody's) or, in a log
 * of its own, by the file's name; "" if neither tells. */
static inline void log_who(const struct log_out *out, const struct log_line *line,
                           char ret[COMM_MAX])
{
    if (line->prefix.label.len && !span_is(line->prefix.label, "PM2"))
        span_copy(ret, COMM_MAX, line->prefix.label);
    else
        memcpy(ret, out->app, COMM_MAX);
}

/* Whether the line is more than `lines` lines of text behind line `from`, as far as the numbers
 * tell: those of several journals that are read together go back and forth. */
static inline bool log_is_beyond(const struct log_line *line, uint64_t from, uint64_t lines)
{
    unsigned spread = line->prefix.spread ? line->prefix.spread : 1;
    return line->number > from && line->number - from > lines * spread;
}

struct log_matcher {
    const char *needle; /* at least two bytes; rare first two bytes are cheap */
    /* `at` is the needle's first place in line->payload. */
    bool (*hit)(void *state, const struct log_line *line, size_t at, struct err *err);
};

struct log_module {
    const char *name;
    const struct log_matcher *matchers;
    size_t matcher_count;
    /* Matchers whose needles are a part of JSON: of a record whose message is known, its whole text
     * is searched and not the message. Lines of text are searched for these as well. */
    const struct log_matcher *documents;
    size_t document_count;
    size_t state_bytes; /* the state begins zeroed, but for its struct log_module_state */
    bool (*init)(void *state, struct err *err); /* NULL if nothing is to be prepared */
    /* Each line while wants_lines, before the matchers. May be NULL. */
    bool (*line)(void *state, const struct log_line *line, struct err *err);
    /* A new boot or the end of the input: what is open is emitted. May be NULL. */
    bool (*flush)(void *state, struct err *err);
    /* The end of the input, behind flush: what is counted over all of it. May be NULL. */
    bool (*finish)(void *state, struct err *err);
    void (*release)(void *state); /* NULL if nothing is owned */
};

/* The first member of every family's state. */
struct log_module_state {
    const struct log_out *out;
    bool wants_lines;
};

extern const struct log_module log_kernel_module;
extern const struct log_module log_v8_module;
extern const struct log_module log_pm2_module;
extern const struct log_module log_next_module;
extern const struct log_module log_kernel_notes_module;
extern const struct log_module log_killers_module;
extern const struct log_module log_oomd_module;
extern const struct log_module log_systemd_module;
extern const struct log_module log_docker_module;
extern const struct log_module log_kubectl_module;
extern const struct log_module log_kube_status_module;
extern const struct log_module log_node_errors_module;
extern const struct log_module log_memory_module;
extern const struct log_module log_requests_module;
extern const struct log_module log_pm2_tables_module;
extern const struct log_module log_text_report_module;

#endif
