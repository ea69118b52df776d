/* The pass that tells the page's objects (in Node: those of the user's globals) from the runtime's.
 *
 * What the root's shortcut edges reach is owned by the page. Edges from other nodes into it do not
 * count for dominators.
 */
#include "analyzer/passes.h"

/* A root edge to something that is not the runtime's own bookkeeping. */
bool heap_is_user_root(const struct heap *h, uint32_t n)
{
    return heap_type(h, n) != NODE_SYNTHETIC || str_equal(heap_name(h, n), "(Document DOM trees)");
}

static bool mark(struct heap *h, struct column *stack, uint32_t n, struct err *err)
{
    uint8_t *flags = &((uint8_t *)h->node_flags.data)[n];
    if (*flags & FLAG_PAGE_OWNED)
        return true;
    *flags |= FLAG_PAGE_OWNED;
    return column_push(stack, n, err) || err_prefix(err, "page-owned nodes");
}

static bool is_page_root(const struct heap *h, uint64_t e)
{
    uint32_t to = heap_edge_to(h, e);
    if (heap_edge_type(h, e) == EDGE_SHORTCUT)
        return true;
    return heap_edge_type(h, e) == EDGE_ELEMENT && heap_type(h, to) == NODE_SYNTHETIC &&
           heap_is_user_root(h, to);
}

static bool flood(struct heap *h, struct column *stack, struct err *err)
{
    while (stack->count) {
        uint32_t n = ((uint32_t *)stack->data)[--stack->count];
        for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
            if (heap_edge_type(h, e) != EDGE_WEAK && !mark(h, stack, heap_edge_to(h, e), err))
                return false;
        }
    }
    return true;
}

void pass_user_roots(struct heap *h)
{
    h->has_user_roots = false;
    for (uint64_t e = heap_first_edge(h, h->root), end = heap_first_edge(h, h->root + 1); e < end;
         e++)
        h->has_user_roots |= heap_is_user_root(h, heap_edge_to(h, e));
}

/* Do the page's roots and those that distances are measured from agree? V8's do. */
static bool roots_agree(const struct heap *h)
{
    bool agree = true;
    for (uint64_t e = heap_first_edge(h, h->root), end = heap_first_edge(h, h->root + 1); e < end;
         e++) {
        bool user = heap_is_user_root(h, heap_edge_to(h, e));
        agree = agree && user == is_page_root(h, e);
    }
    return agree;
}

/* From the same roots the search for distances went the same way, but for the edges that it
 * skipped: the flood goes on from those. */
static bool flood_from_distances(struct heap *h, const struct column *skipped, struct column *stack,
                                 struct err *err)
{
    uint8_t *flags = h->node_flags.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        int32_t distance = heap_distance(h, n);
        if (distance > 0 && distance < SYSTEM_DISTANCE)
            flags[n] |= FLAG_PAGE_OWNED;
    }
    for (uint64_t i = 0; i < skipped->count; i++) {
        if (!mark(h, stack, ((const uint32_t *)skipped->data)[i], err))
            return false;
    }
    return flood(h, stack, err);
}

static bool flood_from_roots(struct heap *h, struct column *stack, struct err *err)
{
    for (uint64_t e = heap_first_edge(h, h->root), end = heap_first_edge(h, h->root + 1); e < end;
         e++) {
        if (is_page_root(h, e) && !mark(h, stack, heap_edge_to(h, e), err))
            return false;
    }
    return flood(h, stack, err);
}

bool pass_page_ownership(struct heap *h, const struct column *skipped, struct err *err)
{
    struct column stack = {0};
    bool agree = roots_agree(h);
    if (agree && !h->has_user_roots)
        return true; /* the page has no roots: distances were measured from the runtime's */
    bool ok =
        column_make(&stack, h->store, "page-owned nodes", 4, 0, err) &&
        (agree ? flood_from_distances(h, skipped, &stack, err) : flood_from_roots(h, &stack, err));
    column_release(&stack);
    return ok;
}
