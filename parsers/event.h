/* What every log format ends in: one kind of event.
 *
 * A parser emits events in the order of its input; joining them is somebody else's work. Every
 * number says whether it is known: a zeroed event knows nothing. What belongs to one family of
 * events is behind a pointer that is NULL for all others. Texts are bytes of the input, cut to
 * their arrays, NUL-terminated, never escaped.
 */
#ifndef MORTEM_PARSERS_EVENT_H
#define MORTEM_PARSERS_EVENT_H

#include "base/err.h"

struct number {
    bool known;
    int64_t value;
};

static inline struct number number_of(uint64_t value)
{
    return (struct number){true, value > INT64_MAX ? INT64_MAX : (int64_t)value};
}

static inline bool number_is(struct number n, int64_t value)
{
    return n.known && n.value == value;
}

enum log_clock {
    LOG_CLOCK_NONE,
    LOG_CLOCK_ZONED,    /* wall time, zone known */
    LOG_CLOCK_LOCAL,    /* wall time of a zone that is not told */
    LOG_CLOCK_YEARLESS, /* local wall time without its year */
    LOG_CLOCK_UPTIME,   /* since boot */
    LOG_CLOCK_RELATIVE, /* since the line before: only the order is of use */
    LOG_CLOCK_COUNT,
};

#define LOG_TIME_TEXT_MAX 48
#define LOG_YEARLESS_YEAR 1972 /* a leap year, so that 29 February exists */

struct log_time {
    enum log_clock clock;         /* of wall_us if that is known */
    struct number wall_us;        /* microseconds since 1970, as if a local time were UTC */
    struct number uptime_us;      /* microseconds since boot */
    char text[LOG_TIME_TEXT_MAX]; /* the stamp as the log has it, "" if none */
};

enum event_kind {
    EVENT_NONE,
    EVENT_KERNEL_OOM,  /* one victim of the kernel; or a report whose victim is not in the log */
    EVENT_OOM_REAPED,  /* the victim's memory is free */
    EVENT_V8_FATAL,    /* V8 gave up; text: what it said */
    EVENT_V8_GC,       /* one garbage collection */
    EVENT_NODE_REPORT, /* a diagnostic report; or the line that says one is written, text: the file
                        */
    EVENT_HEAP_SNAPSHOT, /* a heap snapshot was written; text: the file */
    EVENT_PM2_MEMORY,    /* PM2 restarts a process above its memory limit; comm: the application */
    EVENT_PM2_EXIT,      /* PM2 saw a process end; comm: the application */
    EVENT_NEXT_VERSION,  /* text: "14.2.3" */
    EVENT_NODE_VERSION,  /* text: "20.19.5" */
    EVENT_NEXT_BAD_OPTION, /* Next.js does not know an option; text: its name */
    EVENT_SWAP_ADDED,      /* swap_kib came; text: the device */
    EVENT_KIND_COUNT,
};

/* -- the kernel -- */

enum oom_kind {
    OOM_UNKNOWN,
    OOM_GLOBAL,
    OOM_MEMCG,
    OOM_CPUSET,
    OOM_MEMPOLICY,
    OOM_KIND_COUNT,
};

#define COMM_MAX 64
#define CGROUP_PATH_MAX 384
#define OOM_TOP_TASKS 8

struct oom_task {
    uint32_t pid;
    int64_t rss_kib, swap_kib, total_vm_kib;
    struct number oom_score_adj;
    uint64_t line;
    char name[COMM_MAX];
};

struct oom_facts {
    enum oom_kind kind;
    bool manual;            /* asked for by hand: no shortage */
    bool group;             /* killed along with its whole cgroup */
    bool complete;          /* both the head of the report and the kill were seen */
    char trigger[COMM_MAX]; /* the thread whose allocation failed: neither culprit nor victim */
    struct number trigger_pid, order, gfp, trigger_adj;
    char kernel[COMM_MAX]; /* "5.15.0-91-generic" */
    /* the victim; its pid and name are the event's */
    struct number uid, score, oom_score_adj;
    struct number total_vm_kib, anon_rss_kib, file_rss_kib, shmem_rss_kib, pgtables_kib;
    char constraint[32];              /* "CONSTRAINT_MEMCG" */
    char oom_memcg[CGROUP_PATH_MAX];  /* whose limit was hit */
    char task_memcg[CGROUP_PATH_MAX]; /* where the victim lived */
    struct number cgroup_version;
    struct number usage_kib, limit_kib, failcnt;    /* of the memory of oom_memcg */
    struct number swap_usage_kib, swap_limit_kib;   /* cgroup v2 */
    struct number memsw_usage_kib, memsw_limit_kib; /* cgroup v1: memory and swap together */
    struct number swap_free_kib, swap_total_kib;    /* of the machine */
    struct number ram_pages, reserved_pages, free_pages;
    int64_t page_kib;
    struct oom_task top[OOM_TOP_TASKS]; /* by resident plus swapped, largest first */
    size_t top_count;
    uint64_t task_count; /* rows of the table */
    /* where each was read, 0 if nowhere */
    uint64_t trigger_line, limit_line, swap_line, constraint_line;
};

/* A limit in KiB that means "none" in any kernel. */
static inline bool kib_is_unlimited(struct number kib)
{
    return kib.known && kib.value >= INT64_C(9000000000000000);
}

/* -- V8 and Node -- */

struct v8_facts {
    struct number uptime_ms; /* since the isolate's start */
    struct number used_before_bytes, committed_before_bytes;
    struct number used_bytes,
        committed_bytes; /* after the collection; of a fatal: after the last */
    struct number pause_us;
    struct number mutator_permille; /* time left for the program, averaged */
    uint64_t gc_line;
    bool js_stack, native_stack; /* headers that tell Node's version */
    char gc_kind[32];
    char title[COMM_MAX]; /* of the process, from the native frames: "next-server (v14.2.3)" */
    char report_file[CGROUP_PATH_MAX];
    uint64_t report_line;
};

struct report_facts {
    char event[160], trigger[32], node_version[32], time[32]; /* node_version without "v" */
    char command[256];           /* the arguments, joined with spaces */
    struct number old_space_mib; /* --max-old-space-size among them */
    struct number heap_used_bytes, heap_limit_bytes, heap_committed_bytes, external_bytes;
    struct number rss_bytes, max_rss_bytes, constrained_bytes, total_bytes;
};

/* -- PM2 -- */

struct pm2_facts {
    struct number id; /* pm_id */
    struct number memory_bytes, limit_bytes;
    struct number exit_code;
    char signal[16];
    bool old; /* the outgoing one of a reload: "_old_0" */
};

struct event {
    enum event_kind kind;
    const char *file;
    uint64_t line;       /* 1-based, of the decisive line */
    uint64_t first_line; /* where what it rests on began */
    struct log_time time;
    unsigned boot; /* counts the boots that were seen in the file */
    struct number pid;
    char comm[COMM_MAX];
    const char *text; /* NULL if the kind has none */
    struct number swap_kib;
    const struct oom_facts *oom;
    const struct v8_facts *v8;
    const struct report_facts *report;
    const struct pm2_facts *pm2;
};

/* Receives events. The event and all it points to are the parser's and valid during the call only,
 * `file` as long as the string that the parser was given. False ends the parse with *err filled. */
struct event_sink {
    void *ctx;
    bool (*event)(void *ctx, const struct event *e, struct err *err);
};

/* Stable words, as machine-readable output shows them: "kernel-oom", "zoned", "memcg". */
const char *event_kind_word(enum event_kind k);
const char *log_clock_word(enum log_clock c);
const char *oom_kind_word(enum oom_kind k);

#endif
