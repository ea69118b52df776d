/* The passes that mark the edges that count for dominators, and turn all edges round.
 *
 * Counting sort by target, in file order. Two sweeps over the edges; no edge names are kept with
 * the retainers, the source's edges have them.
 */
#include "analyzer/passes.h"

/* Section order of the tests as in the DevTools engine. `u`'s edge `e` to `to`. */
static bool is_essential(const struct heap *h, const struct weak_pairs *w, uint32_t u, uint64_t e,
                         uint32_t to)
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
    return (heap_flags(h, u) & FLAG_PAGE_OWNED) || !(heap_flags(h, to) & FLAG_PAGE_OWNED);
}

void pass_essential_edges(struct heap *h, const struct weak_pairs *w)
{
    uint32_t *edges = h->edge_to.data;
    uint8_t *flags = h->node_flags.data;
    uint64_t e = 0;
    for (uint32_t u = 0; u < h->node_count; u++) {
        for (uint64_t end = heap_first_edge(h, u + 1); e < end; e++) {
            uint32_t to = edges[e];
            if (is_essential(h, w, u, e, to)) {
                edges[e] = to | EDGE_ESSENTIAL;
                flags[to] |= FLAG_RETAINED;
            }
        }
    }
}

static void count_retainers(struct heap *h)
{
    uint32_t *counts = h->first_retainer.low.data;
    for (uint64_t e = 0; e < h->edge_count; e++)
        counts[heap_edge_to(h, e)]++;
    places_from_counts(&h->first_retainer);
}

static void fill_retainers(struct heap *h)
{
    const uint32_t *edges = h->edge_to.data;
    uint32_t *retainers = h->retainers.data;
    uint64_t e = 0;
    for (uint32_t u = 0; u < h->node_count; u++) {
        for (uint64_t end = heap_first_edge(h, u + 1); e < end; e++) {
            uint32_t to = edges[e] & ~EDGE_ESSENTIAL;
            retainers[places_take(&h->first_retainer, to)] = u | (edges[e] & EDGE_ESSENTIAL);
        }
    }
    places_rewind(&h->first_retainer);
}

bool pass_retainers(struct heap *h, struct err *err)
{
    if (!places_make(&h->first_retainer, h->store, "first retainers", h->node_count, err) ||
        !column_make_raw(&h->retainers, h->store, "retainers", 4, h->edge_count, err))
        return false;
    column_warm(&h->edge_to);
    count_retainers(h);
    fill_retainers(h);
    column_cool(&h->retainers);
    column_cool(&h->first_retainer.low);
    return true;
}
