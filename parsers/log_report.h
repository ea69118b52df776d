/* Kernel OOM reports while they are put together: private to the kernel's matchers.
 *
 * log_report.c decides which report a line belongs to and when one is over, log_kernel.c reads
 * heads and passes lines on, log_meminfo.c reads the state of memory, log_tasks.c the table,
 * log_verdict.c who is killed.
 */
#ifndef MORTEM_PARSERS_LOG_REPORT_H
#define MORTEM_PARSERS_LOG_REPORT_H

#include "parsers/log_module.h"
#include "parsers/log_tasks.h"
#include "parsers/pattern.h"

#define REPORTS_MAX 5         /* open at once, and the last that is complete */
#define REPORT_PIDS_BITS 4096 /* with 1000 tasks in the table one pid in five is wrongly in it */

struct oom_report {
    bool open;
    bool other;  /* of an allocation that failed: takes its Mem-Info, gets no kill */
    uint64_t id; /* counts the reports, so that the newest is known */
    uint64_t first_line, last_line;
    struct log_time time;
    struct number caller;    /* the task that prints it, where the kernel tells */
    struct number named_pid; /* by the oom-kill: line, else by "Kill process" */
    bool named_surely;       /* by the former: another pid's kill is another event */
    bool has_meminfo, has_table;
    char named_comm[COMM_MAX];
    uint8_t pids[REPORT_PIDS_BITS / 8]; /* which pids the table may have */
    struct oom_facts facts;
    struct task_table tasks;
};

struct kernel_log {
    struct log_module_state m;
    struct pattern kill, kill_short;
    struct oom_report reports[REPORTS_MAX];
    uint64_t newest;            /* the id given last */
    struct oom_report *meminfo; /* whose lines of each kind are coming */
    struct oom_report *memcg;
    struct oom_report *table;
    struct oom_report *done; /* the last that got its kill; not open */
    bool held;               /* its event waits for the next line */
    struct event kill_event; /* the last one of a report */
    bool group;              /* further kills belong to `done` */
    uint64_t group_line, manual_line;
};

/* What a report must not have yet, to take a line. */
enum lacks { LACKS_NOTHING, LACKS_TABLE, LACKS_MEMINFO, LACKS_CONSTRAINT, LACKS_NAME };

/* The newest open report that a line of this kind can belong to, NULL if there is none; the task
 * that prints the line decides where the kernel names it. */
struct oom_report *report_for(struct kernel_log *k, const struct log_line *line, enum oom_kind said,
                              enum lacks what);
/* The same, or a new one. NULL with *err filled if the sink fails: room may have to be made. */
struct oom_report *report_need(struct kernel_log *k, const struct log_line *line,
                               enum oom_kind said, enum lacks what, struct err *err);
struct oom_report *report_start(struct kernel_log *k, const struct log_line *line, struct err *err);
/* The open report whose verdict names `pid`. */
struct oom_report *report_named(struct kernel_log *k, uint64_t pid);
/* The open report that the kill of `pid` ends: the one that names the victim; else the newest if it
 * can be, an older one only if its table has the victim. NULL if there is none. */
struct oom_report *report_of_kill(struct kernel_log *k, const struct log_line *line,
                                  struct number pid, enum oom_kind said);
void report_add_pid(struct oom_report *r, uint64_t pid);
void report_store_tasks(struct oom_report *r);
void report_close(struct kernel_log *k, struct oom_report *r);
/* A report that ends without its kill is an event if its head or its verdict was seen. */
bool report_end(struct kernel_log *k, struct oom_report *r, struct err *err) WARN_UNUSED;
bool report_end_stale(struct kernel_log *k, const struct log_line *line,
                      struct err *err) WARN_UNUSED;
bool report_end_all(struct kernel_log *k, struct err *err) WARN_UNUSED;

/* The kill that waited is emitted. */
bool kill_release(struct kernel_log *k, struct err *err) WARN_UNUSED;
bool kill_emit(struct kernel_log *k, struct event *e, struct oom_facts *facts,
               struct err *err) WARN_UNUSED;

/* -- who is killed: matchers of log_verdict.c -- */

bool hit_constraint(void *state, const struct log_line *line, size_t at, struct err *err);
bool hit_kill_old(void *state, const struct log_line *line, size_t at, struct err *err);
bool hit_kill(void *state, const struct log_line *line, size_t at, struct err *err);
bool hit_group(void *state, const struct log_line *line, size_t at, struct err *err);
bool hit_nobody(void *state, const struct log_line *line, size_t at, struct err *err);
bool verdict_init(struct kernel_log *k, struct err *err) WARN_UNUSED;

/* -- the state of memory -- */

/* The number behind `key`, wherever that is; not known if there is none. */
struct number number_after(struct span s, const char *key);
/* Whether the line begins a Mem-Info ("Mem-Info:" itself, or its first numbers) or a block about a
 * cgroup's memory. */
bool meminfo_starts(struct span payload);
bool memcg_block_starts(struct span payload);
/* Reads what a line says about memory. False, *f untouched, if it says nothing. */
bool meminfo_line(struct oom_facts *f, struct span payload, uint64_t line);
bool memcg_line(struct oom_facts *f, struct span payload, uint64_t line);

#endif
