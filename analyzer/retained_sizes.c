/* The pass for retained sizes, of nodes and of classes.
 *
 * In preorder of the dominator tree a node's subtree is one range: its sum is a difference of
 * running sums, and a class is covered from its topmost node to where that node's subtree ends.
 */
#include "analyzer/classes.h"
#include "analyzer/passes.h"

#include <stdlib.h>

static void sum_up(struct heap *h, uint64_t *sums)
{
    const uint32_t *order = h->dom_order.data;
    sums[0] = 0;
    for (uint32_t p = 0; p < h->node_count; p++)
        sums[p + 1] = sums[p] + heap_self_bytes(h, order[p]);
}

static void give_out(struct heap *h, const uint64_t *sums, uint32_t *covered)
{
    const uint32_t *order = h->dom_order.data, *end = h->dom_end.data;
    uint64_t *retained = h->retained.data;
    struct class_info *rows = h->classes->rows.data;
    for (uint32_t p = 0; p < h->node_count; p++) {
        uint32_t n = order[p], row = heap_class(h, n);
        uint64_t bytes = sums[end[p]] - sums[p];
        retained[n] = bytes;
        if (p < covered[row] || sums[p + 1] == sums[p])
            continue;
        rows[row].retained_bytes += bytes;
        covered[row] = end[p];
    }
}

bool pass_retained_sizes(struct heap *h, struct err *err)
{
    struct column sums = {0};
    uint32_t *covered = calloc(class_count(h) + 1, sizeof *covered);
    bool ok = covered || err_nomem(err, class_count(h) * sizeof *covered, "classes");
    ok = ok && column_make_raw(&h->retained, h->store, "retained sizes", 8, h->node_count, err) &&
         column_make_raw(&sums, h->store, "retained sizes", 8, (uint64_t)h->node_count + 1, err);
    if (ok) {
        sum_up(h, sums.data);
        give_out(h, sums.data, covered);
    }
    column_release(&sums);
    free(covered);
    return ok;
}
