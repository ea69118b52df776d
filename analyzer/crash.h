/* One crash while it is being joined: the events that are about it. Private to the deaths.
 *
 * deaths.c joins, deaths_others.c what others than the kernel, V8 and PM2 say; death_report.c says
 * what happened, death_others.c by whom else; death_advice.c what to do.
 */
#ifndef MORTEM_ANALYZER_CRASH_H
#define MORTEM_ANALYZER_CRASH_H

#include "analyzer/analysis.h"
#include "analyzer/event_list.h"
#include "parsers/event.h"

struct crash {
    enum death_cause cause;
    const struct event *kernel;            /* the kill */
    const struct event *v8;                /* the fatal error */
    const struct event *v8_stdout;         /* its collections, where they are in another file */
    const struct event *report;            /* the diagnostic report itself */
    const struct event *report_line;       /* where the log says that one was written */
    const struct event *snapshot;          /* where the log says that a snapshot was written */
    const struct input_info *cut_snapshot; /* an input: its snapshot is empty or not complete */
    const struct event *pm2, *pm2_last;    /* first and last of the restarts or exits */
    const struct event *pm2_high;          /* the one with the most memory */
    uint64_t pm2_count;
    const char *pm2_app;      /* its name, "" if the log has none */
    const struct event *user; /* a kill by a program: EVENT_USER_KILL */
    const struct event *free; /* the reading of free memory before it */
    const struct event *unit; /* what systemd says of it, and of the unit's end */
    const struct event *unit_exit, *unit_usage, *unit_restart;
    const struct event *container; /* what docker or Kubernetes says of it */
    unsigned node_major;           /* 0: not known */
    struct number at_us;           /* when, comparable with the others */
    size_t order;                  /* of its decisive event in the list */
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
    const struct event_list *events;
    struct crash *crashes;
    size_t count;
};

static inline bool same_number(struct number a, struct number b)
{
    return a.known && b.known && a.value == b.value;
}

/* NULL if there is no memory. */
struct crash *crash_add(struct crash_list *l, enum death_cause cause, size_t order);
struct crash *crash_of_pid(const struct crash_list *l, struct number pid);
/* Whether two events cannot be of one death; false where their clocks cannot be compared. */
bool events_far_apart(const struct crash_list *l, const struct event *a, const struct event *b,
                      int64_t more_us);
#define SAME_DEATH_US                                                                              \
    INT64_C(30000000) /* within these, all logs have said what they say of one                     \
                       */
/* Joins what systemd, docker, Kubernetes and the killers that are programs say. */
void join_others(struct crash_list *l, const struct event_list *events);

/* The pid by whichever log knows it. */
struct number crash_pid(const struct crash *c);
/* The time by whichever log knows it best; NULL if none. */
const struct log_time *crash_time(const struct crash *c);
/* "shop", "process 0" */
const char *crash_pm2_app(struct arena *arena, const struct crash *c);

void crash_say(struct arena *arena, struct death *d, const char *file, uint64_t line,
               const char *text);
/* "512 MiB", "980 KiB", "unlimited" */
const char *crash_kib(struct arena *arena, struct number kib);
/* Evidence of the others for a death that the kernel tells, and all of a death that it does not. */
void crash_say_others(struct arena *arena, const struct crash *c, struct death *d);
void crash_tell_other(struct arena *arena, const struct crash *c, struct death *d);

/* Fills all of *d but the advice. */
void crash_tell(struct arena *arena, const struct crash *c, struct death *d);
/* Appends what to do about it to `d`. */
void crash_advise(struct arena *arena, const struct crash *c, struct death *d);

#endif
