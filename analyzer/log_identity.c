/* Which Next.js and which Node the logs are of: logs_identify_next() of deaths.h. */
#include "analyzer/deaths.h"

#include <stdlib.h>
#include <string.h>

/* "14.2.3" as 14002003; 0 if it is no version. */
static uint32_t version_number(const char *text)
{
    uint32_t number = 0;
    for (int part = 0; part < 3; part++) {
        char *end;
        unsigned long v = strtoul(text, &end, 10);
        if (end == text || v > 999)
            return 0;
        number = number * 1000 + (uint32_t)v;
        if (part < 2 && *end != '.')
            return 0;
        text = end + 1;
    }
    return number;
}

static void take_next(const struct event *e, struct analysis *a)
{
    uint32_t number = version_number(e->text);
    if (!number || a->next.certainty >= CERTAINTY_EXACT)
        return;
    a->next.found = true;
    a->next.version = arena_strdup(&a->arena, e->text);
    a->next.certainty = CERTAINTY_EXACT;
    a->next.version_min = a->next.version_max = number;
    a->next.source =
        arena_printf(&a->arena, "Next.js itself at %s:%llu", e->file, (unsigned long long)e->line);
}

/* The server's own report says it exactly; PM2's banner is of its daemon, mostly the same Node. */
static const char *node_version_of(const struct event *e, unsigned *ret_rank)
{
    *ret_rank = 0;
    if (e->report && e->report->node_version[0]) {
        *ret_rank = 3;
        return e->report->node_version;
    }
    if (e->kind != EVENT_NODE_VERSION || !e->text)
        return NULL;
    *ret_rank = e->pid.known ? 2 : 1;
    return e->text;
}

static bool says_exact(const char *version)
{
    return version && version_number(version) != 0;
}

void logs_identify_next(const struct event_list *events, struct analysis *a)
{
    unsigned best = 0;
    const char *node = NULL;
    bool server_seen = false;
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->events[i];
        unsigned rank;
        if (e->kind == EVENT_NEXT_VERSION && e->text)
            take_next(e, a);
        server_seen |= e->kind == EVENT_KERNEL_OOM && !strncmp(e->comm, "next-server", 11);
        const char *version = node_version_of(e, &rank);
        if (version && rank > best) {
            best = rank;
            node = version;
        }
    }
    if (!a->next.found && server_seen) {
        a->next.found = true;
        a->next.source = "the process name next-server in a kernel log";
    }
    if (node && !says_exact(a->next.node_version))
        a->next.node_version = arena_strdup(&a->arena, node);
}
