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
    if (!column_reserve(stack, 1, err))
        return err_prefix(err, "page-owned nodes");
    ((uint32_t *)stack->data)[stack->count++] = n;
    return true;
}

static bool mark_roots(struct heap *h, struct column *stack, struct err *err)
{
    for (uint64_t e = heap_first_edge(h, h->root), end = heap_first_edge(h, h->root + 1); e < end;
         e++) {
        uint32_t to = heap_edge_to(h, e);
        enum edge_type t = heap_edge_type(h, e);
        bool user = heap_is_user_root(h, to);
        h->has_user_roots |= user;
        bool dom_trees = t == EDGE_ELEMENT && user && heap_type(h, to) == NODE_SYNTHETIC;
        if ((t == EDGE_SHORTCUT || dom_trees) && !mark(h, stack, to, err))
            return false;
    }
    return true;
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

bool pass_page_ownership(struct heap *h, struct err *err)
{
    struct column stack = {0};
    h->has_user_roots = false;
    bool ok = column_make(&stack, h->store, "page-owned nodes", 4, 0, err) &&
              mark_roots(h, &stack, err) && flood(h, &stack, err);
    column_release(&stack);
    return ok;
}
