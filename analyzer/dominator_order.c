/* The pass that puts the nodes in preorder of the dominator tree, so that every subtree is one
 * range.
 *
 * The file's order is nearly a tree's: each sweep climbs from a node as far as it can, and the
 * memory that it touches is near.
 */
#include "analyzer/passes.h"

#include <string.h>

/* In `next`, for a node that has no place yet. */
#define NO_PLACE UINT32_MAX

struct order {
    struct heap *h;
    const uint32_t *dominator;
    struct column next_c, stack;
    uint32_t *size; /* h->subtree */
    uint32_t *next; /* by node: children not summed up yet, then the place for the next child */
};

static bool make_arrays(struct order *o, struct err *err)
{
    struct heap *h = o->h;
    if (!column_make_raw(&h->subtree, h->store, "dominator tree", 4, h->node_count, err) ||
        !column_make(&o->next_c, h->store, "dominator tree", 4, h->node_count, err) ||
        !column_make(&o->stack, h->store, "dominator tree", 4, 0, err) ||
        !column_make_raw(&h->dom_order, h->store, "dominator tree", 4, h->node_count, err))
        return false;
    o->size = h->subtree.data;
    o->next = o->next_c.data;
    return true;
}

/* Goes up from each leaf while the node above has no other child left. Larger numbers get their
 * turn in the sweep. */
static void measure_subtrees(struct order *o)
{
    const uint32_t root = o->h->root, count = o->h->node_count;
    uint32_t *size = o->size, *left = o->next;
    for (uint32_t n = 0; n < count; n++) {
        size[n] = 1;
        left[o->dominator[n]] += n != root;
    }
    for (uint32_t n = 0; n < count; n++) {
        for (uint32_t m = n; m <= n && m != root && left[m] == 0;) {
            uint32_t above = o->dominator[m];
            size[above] += size[m];
            left[above]--;
            m = above;
        }
    }
}

static void put(struct order *o, uint32_t n, uint32_t place)
{
    o->next[n] = place + 1;
    ((uint32_t *)o->h->dom_order.data)[place] = n;
}

/* A node follows its dominator, and those of its siblings that were met before with all that is
 * below them. */
static bool put_with_all_above(struct order *o, uint32_t n, struct err *err)
{
    o->stack.count = 0;
    for (; o->next[n] == NO_PLACE; n = o->dominator[n]) {
        if (!column_push(&o->stack, n, err))
            return err_prefix(err, "dominator tree");
    }
    while (o->stack.count) {
        uint32_t m = ((const uint32_t *)o->stack.data)[--o->stack.count];
        put(o, m, o->next[n]);
        o->next[n] += o->size[m];
        n = m;
    }
    return true;
}

bool pass_dominator_order(struct heap *h, struct err *err)
{
    struct order o = {.h = h, .dominator = h->dominator.data};
    bool ok = make_arrays(&o, err);
    if (ok) {
        measure_subtrees(&o);
        memset(o.next, 0xff, (size_t)h->node_count * sizeof *o.next);
        put(&o, h->root, 0);
    }
    for (uint32_t n = 0; ok && n < h->node_count; n++)
        ok = o.next[n] != NO_PLACE || put_with_all_above(&o, n, err);
    struct column *const columns[] = {&o.next_c, &o.stack};
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        column_release(columns[i]);
    return ok;
}
