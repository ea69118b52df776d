/* The pass that turns the edges round, and marks those that count for dominators.
 *
 * Counting sort by target, in file order. Two sweeps over the edges; no edge names are kept with the
 * retainers, the source's edges have them.
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

/* Counts in `low`, and marks. */
static void count_retainers(struct heap *h, const struct weak_pairs *w)
{
    uint32_t *low = h->retainer_first_low.data;
    uint32_t *edges = h->edge_to.data;
    uint8_t *flags = h->node_flags.data;
    uint64_t e = 0;
    for (uint32_t u = 0; u < h->node_count; u++) {
        for (uint64_t end = heap_first_edge(h, u + 1); e < end; e++) {
            uint32_t to = edges[e];
            low[to]++;
            if (is_essential(h, w, u, e, to)) {
                edges[e] = to | EDGE_ESSENTIAL;
                flags[to] |= FLAG_RETAINED;
            }
        }
    }
}

static void counts_to_places(struct heap *h)
{
    uint32_t *low = h->retainer_first_low.data;
    uint64_t *base = h->retainer_first_base.data;
    uint64_t place = 0;
    for (uint32_t n = 0; n <= h->node_count; n++) {
        uint32_t count = low[n];
        if ((n & 0xffff) == 0)
            base[n >> 16] = place;
        low[n] = (uint32_t)(place - base[n >> 16]);
        place += count;
    }
}

/* Uses `low` as cursors: afterwards every node's is where the next one's was. */
static void fill_retainers(struct heap *h)
{
    uint32_t *low = h->retainer_first_low.data;
    const uint64_t *base = h->retainer_first_base.data;
    const uint32_t *edges = h->edge_to.data;
    uint32_t *retainers = h->retainers.data;
    uint64_t e = 0;
    for (uint32_t u = 0; u < h->node_count; u++) {
        for (uint64_t end = heap_first_edge(h, u + 1); e < end; e++) {
            uint32_t to = edges[e] & ~EDGE_ESSENTIAL;
            retainers[base[to >> 16] + low[to]++] = u | (edges[e] & EDGE_ESSENTIAL);
        }
    }
    for (uint32_t n = h->node_count; n > 0; n--)
        low[n] = n & 0xffff ? low[n - 1] : 0;
    low[0] = 0;
}

bool pass_retainers(struct heap *h, const struct weak_pairs *w, struct err *err)
{
    const uint64_t n = h->node_count;
    if (!column_make(&h->retainer_first_low, &h->store, "first retainers", 4, n + 1, err) ||
        !column_make(&h->retainer_first_base, &h->store, "first retainers", 8, (n >> 16) + 1, err) ||
        !column_make(&h->retainers, &h->store, "retainers", 4, h->edge_count, err))
        return false;
    count_retainers(h, w);
    counts_to_places(h);
    fill_retainers(h);
    return true;
}
