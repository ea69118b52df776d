/* The words of events: see event.h. */
#include "parsers/event.h"

static const char *const kind_words[EVENT_KIND_COUNT] = {
    [EVENT_NONE] = "none",
    [EVENT_KERNEL_OOM] = "kernel-oom",
    [EVENT_OOM_REAPED] = "oom-reaped",
    [EVENT_V8_FATAL] = "v8-fatal",
    [EVENT_V8_GC] = "v8-gc",
    [EVENT_NODE_REPORT] = "node-report",
    [EVENT_HEAP_SNAPSHOT] = "heap-snapshot",
    [EVENT_PM2_MEMORY] = "pm2-memory",
    [EVENT_PM2_EXIT] = "pm2-exit",
    [EVENT_NEXT_VERSION] = "next-version",
    [EVENT_NODE_VERSION] = "node-version",
    [EVENT_NEXT_BAD_OPTION] = "next-bad-option",
    [EVENT_SWAP_ADDED] = "swap-added",
    [EVENT_OOM_NOTE] = "oom-note",
    [EVENT_ALLOC_FAILURE] = "alloc-failure",
    [EVENT_HUNG_TASK] = "hung-task",
    [EVENT_LOG_GAP] = "log-gap",
    [EVENT_PROCESS_CRASH] = "process-crash",
    [EVENT_MEMORY] = "memory",
    [EVENT_USER_KILL] = "user-kill",
    [EVENT_UNIT_OOM] = "unit-oom",
    [EVENT_UNIT_EXIT] = "unit-exit",
    [EVENT_UNIT_FAILED] = "unit-failed",
    [EVENT_UNIT_USAGE] = "unit-usage",
    [EVENT_UNIT_RESTART] = "unit-restart",
    [EVENT_CONTAINER_OOM] = "container-oom",
    [EVENT_CONTAINER_EXIT] = "container-exit",
    [EVENT_CONTAINER_STATE] = "container-state",
    [EVENT_SERIES] = "series",
    [EVENT_REQUESTS] = "requests",
    [EVENT_NODE_ERROR] = "node-error",
    [EVENT_PM2_START] = "pm2-start",
    [EVENT_PM2_STOP] = "pm2-stop",
    [EVENT_PM2_BACKOFF] = "pm2-backoff",
    [EVENT_PM2_ERRORED] = "pm2-errored",
    [EVENT_PM2_PROCESS] = "pm2-process",
    [EVENT_STAMP] = "stamp",
};

static const char *const cause_words[V8_CAUSE_COUNT] = {
    [V8_CAUSE_UNKNOWN] = "unknown",
    [V8_CAUSE_HEAP_LIMIT] = "heap-limit",
    [V8_CAUSE_YOUNG] = "young-generation",
    [V8_CAUSE_TABLE_SIZE] = "table-size",
    [V8_CAUSE_INVALID_SIZE] = "invalid-size",
    [V8_CAUSE_ZONE] = "zone",
    [V8_CAUSE_NATIVE] = "native",
};

static const char *const error_words[NODE_ERROR_COUNT] = {
    [NODE_ERROR_NONE] = "none",
    [NODE_ERROR_WORKER_OOM] = "worker-oom",
    [NODE_ERROR_ENOMEM] = "enomem",
    [NODE_ERROR_ARRAY_BUFFER] = "array-buffer",
    [NODE_ERROR_STRING_LENGTH] = "string-length",
    [NODE_ERROR_BUFFER_SIZE] = "buffer-size",
    [NODE_ERROR_COLLECTION_SIZE] = "collection-size",
    [NODE_ERROR_WASM_MEMORY] = "wasm-memory",
    [NODE_ERROR_LISTENERS] = "max-listeners",
};

static const char *const metric_words[SERIES_METRIC_COUNT] = {
    [SERIES_HEAP_AFTER_GC] = "heap-after-gc", [SERIES_HEAP_USED] = "heap-used",
    [SERIES_HEAP_TOTAL] = "heap-total",       [SERIES_RSS] = "rss",
    [SERIES_EXTERNAL] = "external",           [SERIES_ARRAY_BUFFERS] = "array-buffers",
    [SERIES_PM2_MEMORY] = "pm2-memory",       [SERIES_FREE_MEMORY] = "free-memory",
    [SERIES_FREE_SWAP] = "free-swap",         [SERIES_TOTAL_SWAP] = "total-swap",
};

static const char *const axis_words[SERIES_AXIS_COUNT] = {
    [SERIES_AXIS_LINE] = "line",
    [SERIES_AXIS_WALL] = "wall",
    [SERIES_AXIS_UPTIME] = "uptime",
    [SERIES_AXIS_ISOLATE] = "isolate",
};

static const char *const clock_words[LOG_CLOCK_COUNT] = {
    [LOG_CLOCK_NONE] = "none",     [LOG_CLOCK_ZONED] = "zoned",
    [LOG_CLOCK_LOCAL] = "local",   [LOG_CLOCK_YEARLESS] = "yearless",
    [LOG_CLOCK_UPTIME] = "uptime", [LOG_CLOCK_RELATIVE] = "relative",
};

static const char *const oom_words[OOM_KIND_COUNT] = {
    [OOM_UNKNOWN] = "unknown", [OOM_GLOBAL] = "global",       [OOM_MEMCG] = "memcg",
    [OOM_CPUSET] = "cpuset",   [OOM_MEMPOLICY] = "mempolicy",
};

static const char *const killer_words[KILLER_COUNT] = {
    [KILLER_EARLYOOM] = "earlyoom", [KILLER_SYSTEMD_OOMD] = "systemd-oomd",
    [KILLER_NOHANG] = "nohang",     [KILLER_FACEBOOK_OOMD] = "oomd",
    [KILLER_TALOS] = "talos",       [KILLER_LMKD] = "lmkd",
    [KILLER_KUBELET] = "kubelet",
};

const char *event_kind_word(enum event_kind k)
{
    return kind_words[k];
}

const char *log_clock_word(enum log_clock c)
{
    return clock_words[c];
}

const char *oom_kind_word(enum oom_kind k)
{
    return oom_words[k];
}

const char *killer_word(enum killer k)
{
    return killer_words[k];
}

const char *v8_cause_word(enum v8_cause c)
{
    return cause_words[c];
}

const char *node_error_word(enum node_error n)
{
    return error_words[n];
}

const char *series_metric_word(enum series_metric m)
{
    return metric_words[m];
}

const char *series_axis_word(enum series_axis a)
{
    return axis_words[a];
}
