/* The model's end of life and its enums' words: see analysis.h. */
#include "analyzer/analysis.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/heap.h"

void analysis_release(struct analysis *a)
{
    if (!a)
        return;
    if (a->graph) {
        heap_release(a->graph);
        free(a->graph);
    }
    arena_release(&a->arena);
    *a = (struct analysis){0};
}

void input_info_set_problem(struct input_info *info, struct arena *arena, const struct err *e)
{
    bool named = strstr(e->msg, info->file) != NULL;
    info->problem = e->code;
    info->complete = false;
    info->remark =
        named ? arena_strdup(arena, e->msg) : arena_printf(arena, "%s: %s", info->file, e->msg);
}

const char *input_kind_word(enum input_kind k)
{
    static const char *const words[] = {
        [INPUT_UNKNOWN] = "unknown",
        [INPUT_HEAP_SNAPSHOT] = "heap-snapshot",
        [INPUT_LOG] = "log",
        [INPUT_NODE_REPORT] = "node-report",
        [INPUT_CONFIG] = "configuration",
    };
    static_assert(ARRAY_LEN(words) == INPUT_KIND_COUNT, "a word for each kind of input");
    return words[k];
}

const char *severity_word(enum severity s)
{
    static const char *const words[] = {
        [SEVERITY_INFO] = "info",
        [SEVERITY_WARN] = "warn",
        [SEVERITY_LEAK] = "leak",
    };
    static_assert(ARRAY_LEN(words) == SEVERITY_LEAK + 1, "a word for each severity");
    return words[s];
}

const char *certainty_word(enum certainty c)
{
    static const char *const words[] = {
        [CERTAINTY_NONE] = "none",
        [CERTAINTY_RANGE] = "range",
        [CERTAINTY_LIKELY] = "likely",
        [CERTAINTY_EXACT] = "exact",
    };
    static_assert(ARRAY_LEN(words) == CERTAINTY_EXACT + 1, "a word for each certainty");
    return words[c];
}

const char *death_cause_word(enum death_cause c)
{
    static const char *const words[] = {
        [DEATH_UNKNOWN] = "unknown",
        [DEATH_KERNEL_OOM] = "kernel-oom",
        [DEATH_CGROUP_OOM] = "cgroup-oom",
        [DEATH_V8_HEAP] = "v8-heap-limit",
        [DEATH_PM2_MEMORY] = "pm2-memory-restart",
        [DEATH_USER_KILL] = "userspace-kill",
    };
    static_assert(ARRAY_LEN(words) == DEATH_CAUSE_COUNT, "a word for each cause of death");
    return words[c];
}

const char *setting_role_word(enum setting_role r)
{
    static const char *const words[] = {
        [SAYS_OTHER] = "other",
        [SAYS_HEAP_LIMIT] = "heap-limit",
        [SAYS_RESTART_LIMIT] = "restart-limit",
        [SAYS_MEMORY_LIMIT] = "memory-limit",
        [SAYS_MEMORY_REQUEST] = "memory-request",
        [SAYS_SWAP_LIMIT] = "swap-limit",
        [SAYS_INSTANCES] = "instances",
        [SAYS_EXEC_MODE] = "exec-mode",
        [SAYS_ARENAS] = "malloc-arenas",
        [SAYS_IMAGE] = "image",
        [SAYS_PACKAGE] = "package",
        [SAYS_NEXT_OPTION] = "next-option",
    };
    static_assert(ARRAY_LEN(words) == SAYS_COUNT, "a word for each role");
    return words[r];
}

const char *bundler_word(enum bundler b)
{
    static const char *const words[] = {
        [BUNDLER_UNKNOWN] = NULL,
        [BUNDLER_WEBPACK] = "webpack",
        [BUNDLER_TURBOPACK] = "turbopack",
    };
    return words[b];
}

const char *next_server_word(enum next_server s)
{
    static const char *const words[] = {
        [NEXT_SERVER_UNKNOWN] = NULL,
        [NEXT_SERVER_START] = "next-start",
        [NEXT_SERVER_STANDALONE] = "standalone",
        [NEXT_SERVER_CUSTOM] = "custom",
    };
    return words[s];
}
