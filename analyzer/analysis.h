/* The answers: one model that every renderer draws.
 *
 * Everything lives in `arena` and is read-only for renderers. Texts are plain UTF-8 or WTF-8 that
 * may hold anything an input held: escaping is the renderer's. Sizes are bytes.
 */
#ifndef MORTEM_ANALYZER_ANALYSIS_H
#define MORTEM_ANALYZER_ANALYSIS_H

#include "base/arena.h"
#include "base/err.h"
#include "parsers/setting.h"

struct heap;

/* -- what was given -- */

enum input_kind {
    INPUT_UNKNOWN,
    INPUT_HEAP_SNAPSHOT,
    INPUT_LOG, /* text lines of any mix of forms */
    INPUT_NODE_REPORT,
    INPUT_CONFIG, /* a configuration file of any kind */
    INPUT_KIND_COUNT,
};

/* Some objects of a snapshot: what their ids name tells processes apart. */
#define SKETCH_OBJECTS_MAX 128

struct process_sketch {
    uint32_t max_js_id; /* all objects of a later snapshot are younger; 0: none was taken */
    uint32_t count;
    struct {
        uint32_t id, hash; /* of its type and name */
    } objects[SKETCH_OBJECTS_MAX];
};

struct input_info {
    const char *file;
    enum input_kind kind;
    uint64_t bytes;        /* read, decompressed */
    bool complete;         /* read to its proper end */
    enum err_code problem; /* ERR_NONE: fine; otherwise what could be salvaged is in the model */
    const char *remark; /* one sentence: what was wrong or what was not covered; NULL if nothing */
    struct process_sketch sketch; /* of a snapshot */
};

/* -- who it was -- */

enum certainty {
    CERTAINTY_NONE, /* not known */
    CERTAINTY_RANGE,
    CERTAINTY_LIKELY,
    CERTAINTY_EXACT,
};

enum bundler {
    BUNDLER_UNKNOWN,
    BUNDLER_WEBPACK,
    BUNDLER_TURBOPACK,
};

/* What was started. */
enum next_server {
    NEXT_SERVER_UNKNOWN,
    NEXT_SERVER_START,      /* next start */
    NEXT_SERVER_STANDALONE, /* the server.js of `output: 'standalone'` */
    NEXT_SERVER_CUSTOM,     /* a server of the application's that calls Next.js */
};

#define ROUTER_PAGES 1u
#define ROUTER_APP 2u

/* A setting of next.config.js that matters for memory, as the server loaded it. */
struct next_option {
    const char *key; /* "experimental.serverMinification" */
    const char *value;
};

/* Next.js: `version` is "14.2.3", a range "14.1 to 14.2", or NULL. The comparable bounds,
 * inclusive, as major*1000000 + minor*1000 + patch. */
struct next_info {
    bool found;
    const char *version;
    enum certainty certainty;
    const char *source; /* how it is known: "package.json of next in the heap" */
    uint32_t version_min;
    uint32_t version_max;
    const char *node_version; /* "20.x", from the heap or a log; NULL */
    /* How it is built and set up, where a heap shows it. */
    enum bundler bundler;
    enum next_server server;
    unsigned routers;          /* ROUTER_PAGES | ROUTER_APP */
    const char *cache_handler; /* script of the application's own; NULL: none is seen */
    const char **routes;       /* the first of them: "/blog/[slug]" */
    size_t route_count;
    uint64_t routes_total;
    struct next_option *options;
    size_t option_count;
};

/* What else ran in the process. Names only: an environment's values are never read. */
struct runtime_info {
    const char *node_range; /* "22" where no version is told; NULL */
    const char *v8_version;
    const char *framework; /* that serves requests, Next.js aside: "Express"; NULL */
    const char *pm2;       /* "cluster" or "fork" mode; NULL: not under PM2 */
    const char *images;    /* "sharp" or "squoosh" if it is loaded */
};

/* -- what the configuration says -- */

enum setting_role {
    SAYS_OTHER,          /* told, and joined with nothing */
    SAYS_HEAP_LIMIT,     /* --max-old-space-size, wherever it stands */
    SAYS_RESTART_LIMIT,  /* PM2's max_memory_restart */
    SAYS_MEMORY_LIMIT,   /* of a container or a unit */
    SAYS_MEMORY_REQUEST, /* what is set aside for it */
    SAYS_SWAP_LIMIT,
    SAYS_INSTANCES,
    SAYS_EXEC_MODE,
    SAYS_ARENAS, /* MALLOC_ARENA_MAX */
    SAYS_IMAGE,  /* of a container */
    SAYS_PACKAGE,
    SAYS_NEXT_OPTION,
    SAYS_COUNT,
};

/* One setting that matters for memory. Other settings are not kept: they may be secrets. */
struct memory_setting {
    enum setting_role role;
    const char *subject; /* the application, service or container it is of; NULL */
    bool environment;    /* it comes through a variable of the environment */
    struct setting is;
};

/* -- what held the memory -- */

struct class_row {
    const char *name;
    uint64_t count, shallow_bytes, retained_bytes;
    int32_t distance;
};

struct heap_summary {
    bool present;
    const char *file;
    uint64_t nodes, edges, total_bytes;
    uint64_t explained_bytes; /* retained by what the findings name, each byte once */
    uint64_t code_bytes, string_bytes, js_array_bytes, typed_array_bytes, system_bytes,
        native_bytes;
    struct class_row *top_classes; /* by retained size */
    size_t top_class_count;
};

enum severity {
    SEVERITY_INFO,
    SEVERITY_WARN,
    SEVERITY_LEAK,
};

/* One fact that a person can check. */
struct evidence {
    const char *text;
    const char *file; /* NULL if it is about the heap */
    uint64_t line;    /* 1-based, 0 if none */
    uint32_t node_id; /* the heap's @id, 0 if none */
};

/* One thing to do. */
struct advice {
    const char *title; /* "Bound the cache" */
    const char *why;   /* one or two sentences; NULL */
    const char *where; /* file to paste into: "next.config.js"; NULL: a shell */
    const char *paste; /* exact lines, may have newlines; NULL */
};

/* One step of a retaining path, from the root to the object. */
struct path_step {
    const char
        *edge; /* how it is reached: ".cache", "[17]", "pageCache (variable)"; NULL: the root */
    const char *node; /* what it is: "Map", "Context of pages/x.js" */
    uint32_t node_id;
};

/* Between the first and the last of several snapshots; of one there is nothing to say. */
struct growth_figures {
    size_t snapshots; /* 0: not compared, or it did not grow */
    uint64_t bytes;
    uint64_t entries;
    uint64_t requests; /* served meanwhile, 0: not known */
};

struct finding {
    const char *rule; /* stable id: "isr-cache" */
    enum severity severity;
    unsigned confidence; /* percent */
    const char *title;   /* one sentence */
    const char *variable;
    const char *script;
    uint32_t line; /* in the script, 1-based; 0: not known */
    const char
        *kind; /* of what holds: "Map"; of cached entries: "PAGE"; NULL if it does not apply */
    const char *route; /* that it comes from: "/blog/a#####", NULL if not known */
    const char *issue; /* of a leak known to its project: "#89033", NULL */
    uint64_t entries;
    uint64_t retained_bytes; /* of all that it explains */
    struct growth_figures growth;
    uint32_t node;                /* ordinal of the container, UINT32_MAX if none */
    uint32_t node_id;             /* its @id */
    uint64_t node_retained_bytes; /* by itself, as DevTools shows it */
    const char *file;             /* the snapshot */
    struct path_step *path;
    size_t path_count;
    struct evidence *evidence;
    size_t evidence_count;
    struct advice *advice;
    size_t advice_count;
};

/* Is it of many objects, more than its container retains by itself? A twentieth is rounding. */
static inline bool finding_is_sum(const struct finding *f)
{
    return f->node_retained_bytes && !f->growth.snapshots &&
           f->retained_bytes > f->node_retained_bytes + f->node_retained_bytes / 20;
}

/* -- who killed it -- */

enum death_cause {
    DEATH_UNKNOWN,
    DEATH_KERNEL_OOM, /* the machine was out of memory */
    DEATH_CGROUP_OOM, /* a memory cgroup's limit */
    DEATH_V8_HEAP,    /* V8 gave up at its heap limit */
    DEATH_PM2_MEMORY, /* PM2 restarted it above max_memory_restart */
    DEATH_USER_KILL,  /* a program that watches memory: earlyoom, systemd-oomd, the kubelet */
    DEATH_CAUSE_COUNT,
};

struct death {
    enum death_cause cause;
    uint32_t pid; /* 0 if unknown */
    const char *comm;
    const char *time;  /* as precise as the log has it; NULL */
    const char *title; /* one sentence: who, what, how much */
    bool is_node;      /* who died is a Node process; false: somebody else on the machine */
    struct evidence *evidence;
    size_t evidence_count;
    struct advice *advice;
    size_t advice_count;
};

struct analysis {
    struct arena arena;
    struct input_info *inputs;
    size_t input_count;
    struct next_info next;
    struct runtime_info runtime;
    struct heap_summary heap;
    struct memory_setting *settings; /* in the order of the files */
    size_t setting_count;
    struct finding *findings; /* worst first */
    size_t finding_count;
    struct death *deaths; /* in order of time */
    size_t death_count;
    struct evidence *observations; /* what logs say beside deaths: trends, requests, errors */
    size_t observation_count;
    struct heap *graph; /* of heap.file, for the browser; NULL unless asked for. Owned. */
};

void analysis_release(struct analysis *a);

/* What was wrong with an input: code and remark, which names the file and lives in `arena`. */
void input_info_set_problem(struct input_info *info, struct arena *arena, const struct err *e);

/* Stable words for enums, as the JSON shows them: "heap-snapshot", "leak", "exact", "cgroup-oom".
 */
const char *input_kind_word(enum input_kind k);
const char *severity_word(enum severity s);
const char *certainty_word(enum certainty c);
const char *death_cause_word(enum death_cause c);
const char *setting_role_word(enum setting_role r);
const char *bundler_word(enum bundler b);         /* "webpack"; NULL if unknown */
const char *next_server_word(enum next_server s); /* "next-start"; NULL if unknown */

#endif
