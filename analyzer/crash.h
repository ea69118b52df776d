/* One crash while it is being joined: the events that are about it. Private to the deaths.
 *
 * deaths.c joins, death_report.c says what happened, death_advice.c what to do.
 */
#ifndef MORTEM_ANALYZER_CRASH_H
#define MORTEM_ANALYZER_CRASH_H

#include "analyzer/analysis.h"
#include "parsers/event.h"

struct crash {
    enum death_cause cause;
    const struct event *kernel;            /* the kill */
    const struct event *kernel_copy;       /* the same kill in another capture */
    const struct event *v8;                /* the fatal error */
    const struct event *v8_stdout;         /* its collections, where they are in another file */
    const struct event *report;            /* the diagnostic report itself */
    const struct event *report_line;       /* where the log says that one was written */
    const struct event *snapshot;          /* where the log says that a snapshot was written */
    const struct input_info *cut_snapshot; /* an input: its snapshot is empty or not complete */
    const struct event *pm2, *pm2_last;    /* first and last of the restarts or exits */
    const struct event *pm2_high;          /* the one with the most memory */
    uint64_t pm2_count;
    const char *pm2_app; /* its name, "" if the log has none */
    unsigned node_major; /* 0: not known */
    size_t order;        /* of its decisive event in the list */
};

/* Names that the kernel prints for Node processes: node, MainThread, node-MainThread and whatever
 * Next.js and PM2 set as a title, cut to 15 bytes. */
bool comm_is_node(const char *comm);

static inline int64_t kib_to_mib(int64_t kib)
{
    return kib / 1024;
}

static inline int64_t bytes_to_mib(int64_t bytes)
{
    return bytes / (1024 * 1024);
}

struct crash_list {
    struct arena *arena;
    struct crash *crashes;
    size_t count;
};

/* The pid by whichever log knows it. */
struct number crash_pid(const struct crash *c);
/* The time by whichever log knows it best; NULL if none. */
const struct log_time *crash_time(const struct crash *c);
/* "shop", "process 0" */
const char *crash_pm2_app(struct arena *arena, const struct crash *c);

/* Fills all of *d but the advice. */
void crash_tell(struct arena *arena, const struct crash *c, struct death *d);
/* Appends what to do about it to `d`. */
void crash_advise(struct arena *arena, const struct crash *c, struct death *d);

#endif
