/* Who holds a node: the sources of its incoming edges of any type, weak and self edges too, in file
 * order, one for each edge.
 *
 * Most nodes have one incoming edge, and a few (maps, `undefined`) have most of the others. So the
 * only retainer stands with its node, several stand in a list, and those of a hub are found in the
 * edges when they are asked for: that is a sweep over all of them.
 */
#ifndef MORTEM_ANALYZER_RETAINERS_H
#define MORTEM_ANALYZER_RETAINERS_H

#include "analyzer/heap.h"

/* From so many retainers on a node is a hub. A few such sweeps cost less than all such lists. */
#define HUB_LEAST_RETAINERS 65536u

struct retainer_walk {
    const struct heap *h;
    uint32_t node;
    const uint32_t *at, *end; /* of a list, or of the node's own word */
    uint32_t from;            /* of a hub: the next source, NO_NODE for the others */
    uint64_t edge;            /* and its next edge */
    uint32_t source;          /* what retainer_next() found */
    bool essential;
};

struct retainer_walk heap_retainers(const struct heap *h, uint32_t n);
bool retainer_next_of_hub(struct retainer_walk *w);

static inline bool retainer_next(struct retainer_walk *w)
{
    if (w->at == w->end)
        return w->from != NO_NODE && retainer_next_of_hub(w);
    w->source = *w->at & ~EDGE_ESSENTIAL;
    w->essential = *w->at & EDGE_ESSENTIAL;
    w->at++;
    return true;
}

uint64_t heap_retainer_count(const struct heap *h, uint32_t n);

#endif
