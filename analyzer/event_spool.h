/* Events on their way into a list, in order of time: of any number, in bounded memory.
 *
 * What is told of an event is made when it comes (the body: bytes that are the caller's) and lies,
 * with the little that its time depends on, in columns of a file without a name. When all are there
 * they are sorted in parts that fit into memory, and the parts are merged as they are read.
 */
#ifndef MORTEM_ANALYZER_EVENT_SPOOL_H
#define MORTEM_ANALYZER_EVENT_SPOOL_H

#include "analyzer/event_times.h"

struct event_spool;

/* What is kept of an event; the body is apart. */
struct spooled_event {
    struct event_time at;
    bool hidden;       /* only its time counts */
    bool reaped;       /* of a kill: the victim's memory was freed later */
    bool placed;       /* order_us is known */
    int64_t order_us;  /* its time; if it has none, that of the one before in its file */
    uint64_t sequence; /* in which they came */
    const char *file;
    uint64_t line, first_line;
    enum event_kind kind;
    unsigned boot; /* of the file */
    struct number pid;
    enum log_clock clock;
    uint32_t sure_ms;
    struct number wall_us, uptime_us;
    uint32_t body_part;
    uint64_t body_at, body_len;
};

/* `dir` for the file; NULL: see base/store.h. */
bool event_spool_new(const char *dir, struct event_spool **ret, struct err *err) WARN_UNUSED;
void event_spool_free(struct event_spool *s);

/* `body` NULL: the event is not listed, but it may be the last one. */
bool event_spool_add(struct event_spool *s, const struct event *e, const void *body, size_t len,
                     struct err *err) WARN_UNUSED;

/* All are there, `t` is settled. What has no time stays behind the one before in its file; a file
 * without any comes last. Equal times stay in the order in which they came. */
bool event_spool_sort(struct event_spool *s, const struct event_times *t,
                      struct err *err) WARN_UNUSED;

/* The latest time of any of them; false if none has one. */
bool event_spool_last(const struct event_spool *s, int64_t *ret_us);

/* The next one; false behind the last. *ret_body is valid until the next call. */
bool event_spool_next(struct event_spool *s, struct spooled_event *ret, const char **ret_body);

#endif
