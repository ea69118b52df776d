/* The pass that marks the edges that count for dominators, and turns all edges round.
 *
 * Counting sort by target, in file order, of what has several retainers and is no hub.
 */
#include "analyzer/retainers.h"

#include "analyzer/passes.h"

#include <string.h>

/* Section order of the tests as in the DevTools engine. `u`'s edge `e` to `to`. */
static bool is_essential(const struct heap *h, const struct weak_pairs *w, uint32_t u, uint64_t e,
                         uint32_t to, unsigned to_flags)
{
    enum edge_type t = heap_edge_type(h, e);
    const struct weak_pair *pair = weak_pair_of(w, h, e);
    if (UNLIKELY(pair && pair->table_id == heap_id(h, u)))
        return false;
    if (t == EDGE_WEAK || u == to)
        return false;
    if (u == h->root)
        return true;
    if (t == EDGE_SHORTCUT)
        return false;
    return (heap_flags(h, u) & FLAG_PAGE_OWNED) || !(to_flags & FLAG_PAGE_OWNED);
}

/* Afterwards a shared node's word is the number of its retainers, at most UINT32_MAX. */
static void mark_and_count(struct heap *h, const struct weak_pairs *w)
{
    uint32_t *edges = h->edge_to.data, *retainer = h->retainer.data;
    uint8_t *flags = h->node_flags.data;
    uint64_t e = 0;
    for (uint32_t u = 0; u < h->node_count; u++) {
        column_sweep(&h->first_edge.low, u);
        for (uint64_t end = heap_first_edge(h, u + 1); e < end; e++) {
            column_sweep(&h->edge_label, e);
            column_sweep(&h->edge_to, e);
            uint32_t to = edges[e] & ~EDGE_SPECIAL, essential = 0;
            unsigned f = flags[to];
            if (is_essential(h, w, u, e, to, f)) {
                essential = EDGE_ESSENTIAL;
                f |= FLAG_RETAINED;
            }
            edges[e] = to | essential;
            if (f & FLAG_SHARED) {
                retainer[to] += retainer[to] < UINT32_MAX;
            } else if (retainer[to] == NO_NODE) {
                retainer[to] = u | essential;
            } else {
                f |= FLAG_SHARED;
                retainer[to] = 2;
            }
            if (f != flags[to])
                flags[to] = (uint8_t)f;
        }
    }
}

static bool add_hub(struct heap *h, uint32_t count, uint32_t *ret_number, struct err *err)
{
    struct column *hubs = &h->hub_retainers;
    *ret_number = (uint32_t)hubs->count;
    return column_push(hubs, count, err) || err_prefix(err, "retainers");
}

/* A shared node's word becomes its row, a hub's its number. */
static bool number_rows(struct heap *h, struct err *err)
{
    const uint32_t hub_least = h->hub_least ? h->hub_least : HUB_LEAST_RETAINERS;
    uint32_t *retainer = h->retainer.data, rows = 0;
    uint8_t *flags = h->node_flags.data;
    for (uint32_t n = 0; n < h->node_count; n++)
        rows += (flags[n] & FLAG_SHARED) && retainer[n] < hub_least;
    if (!places_make(&h->first_retainer, h->store, "first retainers", rows, err) ||
        !column_make(&h->hub_retainers, h->store, "retainers", 4, 0, err))
        return false;
    uint32_t *counts = h->first_retainer.low.data;
    rows = 0;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (!(flags[n] & FLAG_SHARED))
            continue;
        if (retainer[n] >= hub_least) {
            flags[n] |= FLAG_HUB;
            if (!add_hub(h, retainer[n], &retainer[n], err))
                return false;
        } else {
            counts[rows] = retainer[n];
            retainer[n] = rows++;
        }
    }
    return true;
}

static void fill_lists(struct heap *h)
{
    const uint32_t *edges = h->edge_to.data, *row = h->retainer.data;
    const uint8_t *flags = h->node_flags.data;
    uint32_t *retainers = h->retainers.data;
    uint64_t e = 0;
    for (uint32_t u = 0; u < h->node_count; u++) {
        column_sweep(&h->first_edge.low, u);
        for (uint64_t end = heap_first_edge(h, u + 1); e < end; e++) {
            column_sweep(&h->edge_to, e);
            uint32_t to = edges[e] & ~EDGE_ESSENTIAL;
            if ((flags[to] & (FLAG_SHARED | FLAG_HUB)) == FLAG_SHARED)
                retainers[places_take(&h->first_retainer, row[to])] =
                    u | (edges[e] & EDGE_ESSENTIAL);
        }
    }
    places_rewind(&h->first_retainer);
}

bool pass_retainers(struct heap *h, const struct weak_pairs *w, struct err *err)
{
    if (!column_make_raw(&h->retainer, h->store, "retainers", 4, h->node_count, err))
        return false;
    memset(h->retainer.data, 0xff, (size_t)h->node_count * 4);
    mark_and_count(h, w);
    if (!number_rows(h, err) || !column_make_raw(&h->retainers, h->store, "retainers", 4,
                                                 places_from_counts(&h->first_retainer), err))
        return false;
    fill_lists(h);
    return true;
}

struct retainer_walk heap_retainers(const struct heap *h, uint32_t n)
{
    const uint32_t *word = (const uint32_t *)h->retainer.data + n, *list = h->retainers.data;
    struct retainer_walk w = {.h = h, .node = n, .from = NO_NODE};
    unsigned flags = heap_flags(h, n);
    if (flags & FLAG_HUB) {
        w.from = 0;
    } else if (flags & FLAG_SHARED) {
        w.at = list + places_at(&h->first_retainer, *word);
        w.end = list + places_at(&h->first_retainer, (uint64_t)*word + 1);
    } else if (*word != NO_NODE) {
        w.at = word;
        w.end = word + 1;
    }
    return w;
}

bool retainer_next_of_hub(struct retainer_walk *w)
{
    const uint32_t *edges = w->h->edge_to.data;
    for (; w->from < w->h->node_count; w->from++) {
        uint64_t end = heap_first_edge(w->h, w->from + 1);
        while (w->edge < end) {
            uint32_t to = edges[w->edge++];
            if ((to & ~EDGE_ESSENTIAL) == w->node) {
                w->source = w->from;
                w->essential = to & EDGE_ESSENTIAL;
                return true;
            }
        }
    }
    w->from = NO_NODE;
    return false;
}

uint64_t heap_retainer_count(const struct heap *h, uint32_t n)
{
    struct retainer_walk w = heap_retainers(h, n);
    uint64_t count = (uint64_t)(w.end - w.at);
    if (w.from == NO_NODE)
        return count;
    uint32_t hub = ((const uint32_t *)h->retainer.data)[n];
    count = ((const uint32_t *)h->hub_retainers.data)[hub];
    if (count < UINT32_MAX)
        return count;
    count = 0;
    while (retainer_next(&w))
        count++;
    return count;
}
