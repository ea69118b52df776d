/* The pass for immediate dominators.
 *
 * A node with one essential retainer has it as its dominator. These make a forest, and as far as
 * all retainers of another node stand in one tree of it, their nearest common ancestor is that
 * node's dominator: every node on the way from the ancestor down to a retainer dominates that
 * retainer but not the others. In a real heap this settles all but one node in hundreds (those on
 * cycles and behind several of them: closures, contexts, prototypes).
 *
 * For the rest, the core, it makes no difference if all edges from one tree are taken for one that
 * comes from the nearest common ancestor of their sources; the core and those ancestors are a small
 * graph, which flow_graph.h solves (analyzer/core.h).
 *
 * Nodes without an essential retainer hang from the root; so do those that still are not reached,
 * without passing anything on to others.
 */
#include "analyzer/core.h"
#include "analyzer/passes.h"
#include "analyzer/retainers.h"

/* How far a nearest common ancestor is looked for before the node is left to the core. */
#define CLIMB_MAX 24

/* NO_NODE: none within reach. The first loop is for what is nearly always so: one retainer is close
 * above the other (an array and its elements). */
static uint32_t common_ancestor(const uint32_t *parent, uint32_t a, uint32_t b)
{
    enum { CLOSE = 4 };
    uint32_t way[CLIMB_MAX], steps = 0;
    for (uint32_t x = a, y = b, i = 0; i < CLOSE && x != NO_NODE && y != NO_NODE; i++) {
        if (x == b || y == a)
            return x == b ? b : a;
        x = parent[x];
        y = parent[y];
    }
    for (uint32_t x = a; x != NO_NODE && steps < CLIMB_MAX; x = parent[x])
        way[steps++] = x;
    for (uint32_t y = b, i = 0; y != NO_NODE && i < CLIMB_MAX; y = parent[y], i++) {
        for (uint32_t k = 0; k < steps; k++) {
            if (way[k] == y)
                return y;
        }
    }
    return NO_NODE;
}

/* The dominator as far as the forest tells, NO_NODE if it does not. */
static uint32_t settle(const struct heap *h, const uint32_t *parent, uint32_t n)
{
    if (heap_flags(h, n) & FLAG_HUB)
        return NO_NODE;
    uint32_t found = NO_NODE;
    struct retainer_walk w = heap_retainers(h, n);
    while (retainer_next(&w)) {
        if (!w.essential || w.source == found)
            continue;
        found = found == NO_NODE ? w.source : common_ancestor(parent, found, w.source);
        if (found == NO_NODE)
            return NO_NODE;
    }
    return found == n ? NO_NODE : found;
}

static bool plant_forest(struct heap *h, struct column *open, struct err *err)
{
    uint32_t *parent = h->dominator.data;
    const uint32_t *retainer = h->retainer.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        unsigned flags = heap_flags(h, n);
        parent[n] = NO_NODE;
        if (n == h->root)
            continue;
        if (!(flags & FLAG_RETAINED)) {
            parent[n] = h->root;
        } else if (!(flags & FLAG_SHARED)) {
            parent[n] = retainer[n] & ~EDGE_ESSENTIAL;
        } else {
            if (!column_push(open, n, err))
                return err_prefix(err, "dominators");
        }
    }
    return true;
}

/* Each node that is settled may join trees and so settle others; most settle in file order. Sweeps
 * go up and down in turn until one of them hardly pays. */
static void settle_all(struct heap *h, struct column *open)
{
    enum { SWEEPS_MAX = 16 };
    uint32_t *nodes = open->data, *parent = h->dominator.data;
    uint64_t before = UINT64_MAX;
    for (unsigned i = 0; i < SWEEPS_MAX && before - open->count > open->count / 64; i++) {
        uint64_t kept = 0;
        before = open->count;
        for (uint64_t k = 0; k < before; k++)
            parent[nodes[k]] = settle(h, parent, nodes[k]);
        for (uint64_t k = before; k-- > 0;) {
            if (parent[nodes[k]] == NO_NODE)
                parent[nodes[k]] = settle(h, parent, nodes[k]);
        }
        for (uint64_t k = 0; k < before; k++) {
            if (parent[nodes[k]] == NO_NODE)
                nodes[kept++] = nodes[k];
        }
        open->count = kept;
    }
}

bool pass_dominators(struct heap *h, struct err *err)
{
    struct column open = {0};
    bool ok = column_make_raw(&h->dominator, h->store, "dominators", 4, h->node_count, err) &&
              column_make(&open, h->store, "dominators", 4, 0, err) && plant_forest(h, &open, err);
    if (ok) {
        settle_all(h, &open);
        ok = core_settle(h, &open, err);
    }
    column_release(&open);
    if (ok)
        ((uint32_t *)h->dominator.data)[h->root] = h->root;
    return ok;
}
