/* What holds most of many objects that came to be one by one: the container, variable or list that
 * a person would empty.
 *
 * Where a collection dominates them it is that. Otherwise the nearest node that dominates most of a
 * sample: the head of a linked list, a promise they all wait for.
 */
#ifndef MORTEM_ANALYZER_COMMON_HOLDER_H
#define MORTEM_ANALYZER_COMMON_HOLDER_H

#include "analyzer/owner.h"

struct common_holder {
    uint32_t node;       /* NO_NODE: nothing holds most of them */
    uint32_t sample;     /* one that it holds; any of them if nothing does */
    uint64_t entries;    /* of a collection, 0 for other things */
    struct owner owner;  /* of the node, or of the sample */
    struct owner user;   /* a package's variable: the application's that leads to it, else none */
    bool held_by_system; /* timers, sockets, native handles: work that is under way */
    bool in_lru;         /* a cache that evicts */
    bool in_call;        /* a local variable of a call that has not returned */
};

/* nodes[0..count), count > 0, any order. A few are looked at. */
bool common_holder_find(const struct js *js, const uint32_t *nodes, size_t count,
                        struct common_holder *ret, struct err *err) WARN_UNUSED;

#endif
