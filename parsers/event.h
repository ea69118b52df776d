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
#include "parsers/cgroup_identity.h"

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
#define BOOT_ID_MAX 33
#define LOG_YEARLESS_YEAR 1972 /* a leap year, so that 29 February exists */

struct log_time {
    enum log_clock clock;         /* of wall_us if that is known */
    struct number wall_us;        /* microseconds since 1970, as if a local time were UTC */
    struct number uptime_us;      /* microseconds since boot */
    char text[LOG_TIME_TEXT_MAX]; /* the stamp as the log has it, "" if none */
    uint32_t sure_ms; /* how far wall_us may be off, by what wrote the stamp; 0: not told */
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
    /* who else kills, and what is no kill */
    EVENT_OOM_NOTE,        /* the OOM killer says more than a kill; text: see log_kernel_notes.c */
    EVENT_ALLOC_FAILURE,   /* an allocation failed, nobody was killed; comm: whose; note */
    EVENT_HUNG_TASK,       /* a task waits, on disk or swap mostly; note->seconds */
    EVENT_LOG_GAP,         /* lines were lost before this one; note->count; text: who says so */
    EVENT_PROCESS_CRASH,   /* a trap, a segfault, a core dump: no kill; text: which */
    EVENT_MEMORY,          /* free memory and swap of the machine at a time; memory */
    EVENT_USER_KILL,       /* a program killed for want of memory; killer; pid if it tells */
    EVENT_UNIT_OOM,        /* systemd: a process of the unit was killed; unit */
    EVENT_UNIT_EXIT,       /* systemd: the unit's main process ended; unit */
    EVENT_UNIT_FAILED,     /* systemd: the unit's result; unit */
    EVENT_UNIT_USAGE,      /* systemd: what the unit took; unit */
    EVENT_UNIT_RESTART,    /* systemd: the unit will start again; unit */
    EVENT_CONTAINER_OOM,   /* docker, containerd, kubelet, kubectl: out of memory; container */
    EVENT_CONTAINER_EXIT,  /* its end with an exit code that is not 0; container */
    EVENT_CONTAINER_STATE, /* what kubectl says about one that is not well; container */
    EVENT_SERIES,      /* a figure over time, at the end of the input; text: the metric's word */
    EVENT_REQUESTS,    /* requests of one route, at the end of the input; text: the route */
    EVENT_NODE_ERROR,  /* want of memory that need not end the process; text: the message */
    EVENT_PM2_START,   /* PM2 starts a process, or it is online; comm: the application */
    EVENT_PM2_STOP,    /* PM2 was told to stop a process, or does so itself to restart it */
    EVENT_PM2_BACKOFF, /* PM2 waits before it starts the process again */
    EVENT_PM2_ERRORED, /* PM2 gave up: it stays down; text: PM2's sentence */
    EVENT_PM2_PROCESS, /* how a process was doing when PM2 was asked */
    EVENT_STAMP,       /* nothing but a line's time: see log_watch_clock() */
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
#define REPORT_SPACES_MAX 16
#define OOM_TOP_TASKS 8
#define OOM_ZONES_MAX 12

/* One zone of the machine's memory when it was short. */
struct oom_zone {
    char name[16]; /* "Normal" */
    struct number node;
    struct number free_kib, min_kib, low_kib, high_kib, present_kib, managed_kib;
};

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
    char gfp_flags[96]; /* "GFP_KERNEL|__GFP_COMP" */
    char nodemask[32], mems_allowed[32], cpuset[CGROUP_PATH_MAX];
    char group_memcg[CGROUP_PATH_MAX]; /* whose tasks all go, "" if not told */
    struct cgroup_identity identity;   /* of task_memcg, else of oom_memcg */
    /* the machine's pages, from Mem-Info */
    struct number active_anon_pages, inactive_anon_pages, active_file_pages, inactive_file_pages;
    struct number unevictable_pages, slab_reclaimable_pages, slab_unreclaimable_pages;
    struct number shmem_pages, mapped_pages, pagetables_pages, pagecache_pages, swap_cache_pages;
    struct number kernel_stack_kib, hugepages_total_kib, hugepages_free_kib;
    struct oom_zone zones[OOM_ZONES_MAX];
    size_t zone_count;
    /* what the cgroup's memory was, its descendants included */
    struct number cgroup_anon_kib, cgroup_file_kib, cgroup_shmem_kib, cgroup_kernel_kib;
    struct number cgroup_slab_kib, cgroup_sock_kib, cgroup_swap_kib;
};

/* A limit in KiB that means "none" in any kernel. */
static inline bool kib_is_unlimited(struct number kib)
{
    return kib.known && kib.value >= INT64_C(9000000000000000);
}

/* -- V8 and Node -- */

/* What V8 could not do when it gave up. */
enum v8_cause {
    V8_CAUSE_UNKNOWN,
    V8_CAUSE_HEAP_LIMIT,   /* the heap is full, or collecting it brings nothing any more */
    V8_CAUSE_YOUNG,        /* no memory from the system for new objects or for moving them */
    V8_CAUSE_TABLE_SIZE,   /* one Map, Set or object had too many entries: no matter of the limit */
    V8_CAUSE_INVALID_SIZE, /* one array or buffer was longer than any may be */
    V8_CAUSE_ZONE,         /* the compiler's memory, outside of the heap */
    V8_CAUSE_NATIVE,       /* malloc() or the system refused memory outside of the heap */
    V8_CAUSE_COUNT,
};

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
    enum v8_cause cause; /* of a fatal */
    uint64_t isolate;    /* address of the one that the collection was in, 0 if not told */
    char gc_reason[96];  /* "allocation failure; scavenge might not succeed" */
};

struct report_facts {
    char event[160], trigger[32], node_version[32], time[32]; /* node_version without "v" */
    char command[256];           /* the arguments, joined with spaces */
    struct number old_space_mib; /* --max-old-space-size among them */
    struct number heap_used_bytes, heap_limit_bytes, heap_committed_bytes, external_bytes;
    struct number rss_bytes, max_rss_bytes, constrained_bytes, total_bytes;
    struct number available_bytes, free_bytes; /* of the machine */
    struct number heap_total_bytes, heap_available_bytes, malloced_bytes;
    struct number contexts, detached_contexts; /* native contexts, and those that nothing uses */
    struct number thread_id, version, cpus, timestamp_ms;
    struct number user_cpu_us, kernel_cpu_us;
    struct number handles, sockets, open_sockets, timers; /* of libuv; open: with a peer */
    struct number workers;
    char os_release[COMM_MAX], error[160], frame[160]; /* the JavaScript error, its first frame */
    struct report_space {
        char name[32]; /* "old_space" */
        int64_t used_bytes, committed_bytes;
    } spaces[REPORT_SPACES_MAX];
    size_t space_count;
};

/* Of errors that the program may survive. */
enum node_error {
    NODE_ERROR_NONE,
    NODE_ERROR_WORKER_OOM,   /* a worker thread hit its heap limit; the process goes on */
    NODE_ERROR_ENOMEM,       /* the system refused memory; spawn: a new process */
    NODE_ERROR_ARRAY_BUFFER, /* no memory for a buffer */
    NODE_ERROR_STRING_LENGTH,
    NODE_ERROR_BUFFER_SIZE,
    NODE_ERROR_COLLECTION_SIZE, /* a Map, Set or array had too many entries */
    NODE_ERROR_WASM_MEMORY,
    NODE_ERROR_LISTENERS, /* MaxListenersExceededWarning */
    NODE_ERROR_COUNT,
};

struct node_error_facts {
    enum node_error error;
    char call[16];            /* of ENOMEM: "spawn" */
    char emitter[COMM_MAX];   /* of listeners: "[Socket]" without its brackets */
    char listener[COMM_MAX];  /* of listeners: the event's name */
    struct number listeners;  /* of listeners: how many there were */
    struct number size_bytes; /* that was asked for */
};

/* -- figures over time -- */

enum series_metric {
    SERIES_HEAP_AFTER_GC, /* after full collections: what is really held */
    SERIES_HEAP_USED,
    SERIES_HEAP_TOTAL,
    SERIES_RSS,
    SERIES_EXTERNAL,
    SERIES_ARRAY_BUFFERS,
    SERIES_PM2_MEMORY,
    SERIES_FREE_MEMORY, /* of the machine */
    SERIES_FREE_SWAP,
    SERIES_TOTAL_SWAP,
    SERIES_METRIC_COUNT,
};

enum series_axis {
    SERIES_AXIS_LINE,    /* x: the line's number, there was no clock */
    SERIES_AXIS_WALL,    /* x: microseconds since 1970, see log_time.wall_us */
    SERIES_AXIS_UPTIME,  /* x: microseconds since the machine's boot */
    SERIES_AXIS_ISOLATE, /* x: microseconds since V8's isolate began */
    SERIES_AXIS_COUNT,
};

#define SERIES_POINTS_MAX 128

struct series_point {
    int64_t x, bytes;
};

/* The event's pid and comm say whose it is, its line and time are the last sample's. */
struct series_facts {
    enum series_metric metric;
    enum series_axis axis;
    uint64_t count; /* samples, more than there are points */
    struct log_time first_time;
    struct series_point first, last, min, max;
    uint64_t restarts; /* falls of resident memory that only another process explains */
    /* What follows is of the longest stretch without one. */
    struct number slope_bytes_per_hour; /* median of slopes; not of lines */
    /* The lowest after the warm-up and at the end; what comes back after each collection. */
    struct number floor_first_bytes, floor_last_bytes;
    bool growing;                                  /* the floor rises, and clearly */
    struct series_point points[SERIES_POINTS_MAX]; /* thinned: lows and highs are kept */
    size_t point_count;
};

/* Requests of one route ("/blog/a#####", never a query) by spans of whole minutes. */
struct request_facts {
    uint64_t count;
    uint64_t status[6];         /* [2]: answers 200 to 299; [0]: not told */
    uint64_t untimed;           /* of count, those that are in no bucket */
    bool all;                   /* of all routes together */
    bool other;                 /* of all routes that have no event of their own */
    struct log_time first_time; /* the event's time is the last one */
    int64_t begin_us;           /* of buckets[0], in the clock of first_time */
    int64_t bucket_us;          /* a minute times a power of two; 0: nothing has a time */
    const uint32_t *buckets;
    size_t bucket_count;
};

/* -- PM2 -- */

struct pm2_facts {
    struct number id; /* pm_id */
    struct number memory_bytes, limit_bytes;
    struct number exit_code;
    char signal[16];
    bool old;               /* the outgoing one of a reload: "_old_0" */
    bool tiny_limit;        /* limit_bytes was most likely meant in another unit */
    bool online;            /* of a start: it is up; false: it is about to be */
    struct number delay_ms; /* of a back-off */
    /* of a process in a list */
    char status[16], mode[16];        /* "online", "cluster" */
    char node_version[32], args[128]; /* args of Node itself: "--max-old-space-size=64" */
    struct number restarts, unstable_restarts, instances, uptime_ms, started_ms, heap_bytes;
};

/* -- who else kills, and what is no kill -- */

struct note_facts {
    struct number count;      /* lines that were lost */
    struct number order, gfp; /* of an allocation */
    struct number seconds;    /* how long a task has waited */
    char signal[16];          /* that a process dumped core for, or what it means: "SIGABRT" */
    char executable[COMM_MAX];
};

struct memory_facts {
    struct number available_kib, total_kib, swap_free_kib, swap_total_kib;
};

enum killer {
    KILLER_EARLYOOM,
    KILLER_SYSTEMD_OOMD,
    KILLER_NOHANG,
    KILLER_FACEBOOK_OOMD,
    KILLER_TALOS,
    KILLER_LMKD,
    KILLER_KUBELET, /* evicts */
    KILLER_COUNT,
};

struct killer_facts {
    enum killer killer;
    char signal[16];  /* "SIGTERM", "" if it does not tell */
    uint64_t attempt; /* 1, then 2, ... for the same pid */
    struct number uid, score, oom_score_adj;
    struct number rss_kib;                             /* of the process, or memory of the cgroup */
    struct number processes;                           /* that went with a cgroup */
    char cgroup[CGROUP_PATH_MAX];                      /* that was killed, "" if it was a process */
    char pressured[CGROUP_PATH_MAX];                   /* whose pressure was too high */
    struct number pressure_permyriad, limit_permyriad; /* 6177: 61.77 % */
    struct number memory_used_bytes, memory_total_bytes, swap_used_bytes, swap_total_bytes;
    struct cgroup_identity identity; /* of cgroup */
    bool dry_run;
};

struct unit_facts {
    char unit[160];
    char code[16], status[24]; /* "killed" and "9/KILL" */
    char result[24];           /* "oom-kill" */
    bool by_oomd;              /* of an OOM: systemd-oomd's, not the kernel's */
    bool slice;                /* an ancestor: says again what a unit in it says */
    struct number processes, restarts;
    struct number memory_peak_kib, swap_peak_kib;
};

struct container_facts {
    char id[72]; /* as long as the log has it */
    char name[COMM_MAX], pod[160], namespace[COMM_MAX], image[160];
    char reason[40];  /* "OOMKilled", "CrashLoopBackOff" */
    char said_by[16]; /* "docker", "containerd", "kubelet", "kubectl" */
    struct number exit_code, restarts, pid;
    struct number limit_kib, request_kib, memory_kib;
    struct number started_us, finished_us; /* as log_time's wall_us */
};

struct event {
    enum event_kind kind;
    const char *file;
    uint64_t line;       /* 1-based, of the decisive line */
    uint64_t first_line; /* where what it rests on began */
    struct log_time time;
    unsigned boot;       /* counts the boots that were seen in the file */
    const char *boot_id; /* 32 hexadecimal digits, where the log has them; NULL */
    struct number pid;
    char comm[COMM_MAX];
    const char *text; /* NULL if the kind has none */
    struct number swap_kib;
    const struct oom_facts *oom;
    const struct v8_facts *v8;
    const struct report_facts *report;
    const struct pm2_facts *pm2;
    const struct note_facts *note;
    const struct memory_facts *memory;
    const struct killer_facts *killer;
    const struct unit_facts *unit;
    const struct container_facts *container;
    const char *also_file; /* where another capture has the same event, NULL if none does */
    uint64_t also_line;
    const struct series_facts *series;
    const struct request_facts *requests;
    const struct node_error_facts *error;
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
const char *killer_word(enum killer k);               /* "earlyoom" */
const char *v8_cause_word(enum v8_cause c);           /* "heap-limit" */
const char *node_error_word(enum node_error n);       /* "worker-oom" */
const char *series_metric_word(enum series_metric m); /* "heap-after-gc" */
const char *series_axis_word(enum series_axis a);     /* "wall" */

#endif
