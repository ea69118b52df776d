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
};

/* Where events go; file and boot are filled in on the way. */
struct log_out {
    struct event_sink sink;
    const char *file;
    unsigned boot;
};

bool log_emit(const struct log_out *out, struct event *e, struct err *err) WARN_UNUSED;

/* An event that `line` decides. */
static inline struct event log_event(enum event_kind kind, const struct log_line *line)
{
    return (struct event){
        .kind = kind, .line = line->number, .first_line = line->number, .time = line->prefix.time};
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
    size_t state_bytes; /* the state begins zeroed, but for its struct log_module_state */
    bool (*init)(void *state, struct err *err); /* NULL if nothing is to be prepared */
    /* Each line while wants_lines, before the matchers. May be NULL. */
    bool (*line)(void *state, const struct log_line *line, struct err *err);
    /* A new boot or the end of the input: what is open is emitted. May be NULL. */
    bool (*flush)(void *state, struct err *err);
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

#endif
