/* The pass for retained sizes, of nodes and of classes.
 *
 * In preorder of the dominator tree what a node dominates comes behind it: from the end on, each
 * gives its sum to its dominator. A class is covered from its topmost node to where that node's
 * subtree ends.
 */
#include "analyzer/classes.h"
#include "analyzer/passes.h"

#include <stdlib.h>

static uint64_t sum_of_sizes(const struct heap *h)
{
    uint64_t sum = 0;
    for (uint32_t n = 0; n < h->node_count; n++)
        sum += heap_self_bytes(h, n);
    return sum;
}

static void add_up_narrow(struct heap *h)
{
    const uint32_t *order = h->dom_order.data, *dominator = h->dominator.data;
    uint32_t *retained = h->retained.data;
    for (uint32_t n = 0; n < h->node_count; n++)
        retained[n] = (uint32_t)heap_self_bytes(h, n);
    for (uint32_t p = h->node_count; p-- > 1;)
        retained[dominator[order[p]]] += retained[order[p]];
}

static void add_up_wide(struct heap *h)
{
    const uint32_t *order = h->dom_order.data, *dominator = h->dominator.data;
    uint64_t *retained = h->retained.data;
    for (uint32_t n = 0; n < h->node_count; n++)
        retained[n] = heap_self_bytes(h, n);
    for (uint32_t p = h->node_count; p-- > 1;)
        retained[dominator[order[p]]] += retained[order[p]];
}

/* `covered`, by class: the place behind its topmost node's subtree. */
static void give_to_classes(struct heap *h, uint32_t *covered)
{
    const uint32_t *order = h->dom_order.data;
    struct class_info *rows = h->classes->rows.data;
    for (uint32_t p = 0; p < h->node_count; p++) {
        uint32_t n = order[p], row = heap_class(h, n);
        if (p < covered[row] || !heap_self_bytes(h, n))
            continue;
        rows[row].retained_bytes += heap_retained_bytes(h, n);
        covered[row] = heap_subtree_end(h, p);
    }
}

bool pass_retained_sizes(struct heap *h, struct err *err)
{
    const uint32_t elem = sum_of_sizes(h) > UINT32_MAX ? sizeof(uint64_t) : sizeof(uint32_t);
    uint32_t *covered = calloc(class_count(h) + 1, sizeof *covered);
    bool ok = covered || err_nomem(err, class_count(h) * sizeof *covered, "classes");
    ok = ok && column_make_raw(&h->retained, h->store, "retained sizes", elem, h->node_count, err);
    if (ok) {
        if (elem == sizeof(uint32_t))
            add_up_narrow(h);
        else
            add_up_wide(h);
        heap_cool(h);
        give_to_classes(h, covered);
    }
    free(covered);
    return ok;
}
