/* Which events are listed: --kind, --pid, --boot, --since, --until.
 */
#ifndef MORTEM_CLI_EVENT_FILTER_H
#define MORTEM_CLI_EVENT_FILTER_H

#include "analyzer/event_facts.h"
#include "analyzer/event_spool.h"

struct event_filter {
    struct event_kinds kinds;
    bool has_pid, has_boot, has_since, has_until;
    uint64_t pid;
    int64_t boot;        /* from 1 on; 0: the last, -1: the one before it */
    const char *boot_id; /* its beginning; NULL: boot counts */
    struct time_word since, until;
};

/* "kernel-oom,v8-fatal": errors are ERR_USAGE and say what was probably meant. */
bool event_filter_take_kinds(struct event_filter *f, const char *words,
                             struct err *err) WARN_UNUSED;
/* "2", "-1", "5f1d6a0f..." */
bool event_filter_take_boot(struct event_filter *f, const char *value, struct err *err) WARN_UNUSED;

/* By what an event says of itself, before any time is known. */
bool event_filter_lets_in(const struct event_filter *f, const struct event *e);

/* What lets through when the clocks are settled. */
struct event_window {
    int64_t since_us, until_us;
    bool timed; /* what has no time is left out */
    bool by_boot;
    unsigned boot;
    const char *boot_id;
    const struct event_times *times;
};

/* Fails (ERR_USAGE) if there is no such boot, or no last event to count from. */
bool event_filter_settle(const struct event_filter *f, const struct event_times *t,
                         const struct event_spool *spool, const struct time_zone *zone,
                         struct event_window *ret, struct err *err) WARN_UNUSED;

bool event_window_has(const struct event_window *w, const struct spooled_event *e);

#endif
