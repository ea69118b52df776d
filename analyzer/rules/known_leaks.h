/* The leaks of Next.js itself: in which versions, and what to do. How each looks in a heap is known
 * in next_known_leak.c.
 */
#ifndef MORTEM_ANALYZER_RULES_KNOWN_LEAKS_H
#define MORTEM_ANALYZER_RULES_KNOWN_LEAKS_H

#include "analyzer/rules/rule.h"

enum known_leak_id {
    LEAK_ROUTER_UNBOUNDED,
    LEAK_ROUTER_CAPPED,
    LEAK_FETCH_METRICS,
    LEAK_USE_CACHE_REQUESTS,
    LEAK_USE_CACHE_ENTRIES,
    LEAK_TIMEOUT_IDS,
    LEAK_CLONED_BODIES,
    LEAK_ABORT_SIGNALS,
    LEAK_ROUTE_INDEX,
    LEAK_ERRORS,
    LEAK_COUNT,
};

struct version_range {
    uint32_t from, to; /* comparable versions, inclusive; 0, 0: none */
};

#define KNOWN_RANGES_MAX 3

struct known_leak {
    const char *issue; /* "#89033", NULL: it has none of its own */
    struct version_range affected[KNOWN_RANGES_MAX];
    const char *affected_text; /* "15.5.0 .. 15.5.10, 16.0.0 .. 16.1.7" */
    const char *fixed_text;    /* "15.5.11, 16.2.0" */
    const char *upgrade;       /* lines; NULL: no version helps */
    const char *upgrade_why;
    const char *around_title; /* what helps without an upgrade; NULL: nothing */
    const char *around_where;
    const char *around;
    const char *around_why;
};

const struct known_leak *known_leak(enum known_leak_id id);

enum standing {
    STANDING_AFFECTED, /* every version that it can be has it */
    STANDING_POSSIBLE, /* some of them, or nothing is known of it */
    STANDING_FIXED,    /* none */
};

enum standing known_leak_standing(const struct known_leak *k, const struct next_info *next);

/* -- what the rule's files say with it -- */

#define KNOWN_LEAK_RULE "next-known-leak"

/* A finding about n with issue, confidence, versions and advice: a leak in full where the version
 * is sure to have it or the shape proves it, no more than a warning where it may, else for
 * information. NULL when memory is out. */
struct finding *known_leak_report(struct rule_input *in, enum known_leak_id which,
                                  enum severity severity, uint32_t n, bool proven);
void known_leak_advise(struct rule_input *in, struct finding *f, const struct known_leak *k);
void known_leak_put_versions(struct rule_input *in, struct finding *f, const struct known_leak *k,
                             enum standing standing);

/* Parts of the rule: what 'use cache' and forgotten streams hold. */
bool known_leak_use_cache(struct rule_input *in, struct err *err) WARN_UNUSED;
bool known_leak_bodies(struct rule_input *in, struct err *err) WARN_UNUSED;

#endif
