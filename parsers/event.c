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
