/* One sweep over the nodes that finds what the rules start from.
 */
#ifndef MORTEM_ANALYZER_CENSUS_H
#define MORTEM_ANALYZER_CENSUS_H

#include "analyzer/js.h"

struct node_list {
    uint32_t *nodes;
    size_t count, cap;
};

/* What is collected by name alone: the list, the name of its nodes, their type. Several names may
 * share a list. */
#define CENSUS_NAMED(X)                                                                            \
    X(KIND_WORDS, "PAGE", STRING) /* the kinds of cached entries */                                \
    X(KIND_WORDS, "PAGES", STRING)                                                                 \
    X(KIND_WORDS, "APP_PAGE", STRING)                                                              \
    X(KIND_WORDS, "ROUTE", STRING)                                                                 \
    X(KIND_WORDS, "APP_ROUTE", STRING)                                                             \
    X(KIND_WORDS, "FETCH", STRING)                                                                 \
    X(NEXT_WORDS, "next", STRING) /* the name in its package.json */                               \
    X(OLD_KEYS, "isrMemoryCacheSize", STRING)

enum census_list {
    CENSUS_KIND_WORDS,
    CENSUS_NEXT_WORDS,
    CENSUS_OLD_KEYS,
    CENSUS_LIST_COUNT,
};

struct census {
    struct node_list named[CENSUS_LIST_COUNT];
    struct node_list collections; /* large by bytes or by entries, see thresholds.h */
    struct node_list responses;   /* ServerResponse objects, prototypes left out */
    struct node_list buffers;     /* backing stores of ArrayBuffers */
    struct node_list configs;     /* texts that set the size of the in-memory cache */
    uint32_t process;             /* the process object, NO_NODE if not there */
    uint64_t sockets;             /* live TCP connections */
    uint64_t buffer_bytes;
};

bool census_take(const struct js *js, struct census *ret, struct err *err) WARN_UNUSED;
void census_release(struct census *c);

#endif
