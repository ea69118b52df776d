/* One sweep over the nodes that finds what the rules start from.
 */
#ifndef MORTEM_ANALYZER_CENSUS_H
#define MORTEM_ANALYZER_CENSUS_H

#include "analyzer/js.h"

struct node_list {
    uint32_t *nodes;
    size_t count, cap;
};

struct census {
    struct node_list collections;  /* large by bytes or by entries, see thresholds.h */
    struct node_list responses;    /* ServerResponse objects, prototypes left out */
    struct node_list buffers;      /* backing stores of ArrayBuffers */
    struct node_list kind_strings; /* "PAGE", "FETCH", ...: the kinds of cached entries */
    struct node_list next_strings; /* "next": the name in its package.json */
    struct node_list old_keys;     /* "isrMemoryCacheSize" */
    struct node_list configs;      /* texts that set the size of the in-memory cache */
    uint32_t process;              /* the process object, NO_NODE if not there */
    uint64_t sockets;              /* live TCP connections */
    uint64_t buffer_bytes;
};

bool census_take(const struct js *js, struct census *ret, struct err *err) WARN_UNUSED;
void census_release(struct census *c);

#endif
