/* The pass for retained sizes, of nodes and of classes.
 *
 * In preorder of the dominator tree a node's subtree is one range: its sum is a difference of
 * running sums, and a class is covered from its topmost node to where that node's subtree ends.
 */
#include "analyzer/classes.h"
#include "analyzer/passes.h"
#include "base/tasks.h"

#include <stdlib.h>

struct sums {
    struct heap *h;
    uint64_t *sums;    /* by place: of the sizes before it */
    uint32_t *covered; /* by class: the place behind its topmost node's subtree */
};

static void sum_up(const struct sums *s)
{
    const struct heap *h = s->h;
    const uint32_t *order = h->dom_order.data;
    s->sums[0] = 0;
    for (uint32_t p = 0; p < h->node_count; p++)
        s->sums[p + 1] = s->sums[p] + heap_self_bytes(h, order[p]);
}

static uint64_t subtree_bytes(const struct sums *s, uint32_t p)
{
    return s->sums[((const uint32_t *)s->h->dom_end.data)[p]] - s->sums[p];
}

static bool give_to_nodes(void *ctx, struct err *err)
{
    const struct sums *s = ctx;
    const uint32_t *order = s->h->dom_order.data;
    struct column *c = &s->h->retained;
    (void)err;
    for (uint32_t p = 0; p < s->h->node_count; p++) {
        if (c->elem == sizeof(uint32_t))
            ((uint32_t *)c->data)[order[p]] = (uint32_t)subtree_bytes(s, p);
        else
            ((uint64_t *)c->data)[order[p]] = subtree_bytes(s, p);
    }
    return true;
}

static bool give_to_classes(void *ctx, struct err *err)
{
    const struct sums *s = ctx;
    const uint32_t *order = s->h->dom_order.data, *end = s->h->dom_end.data;
    struct class_info *rows = s->h->classes->rows.data;
    (void)err;
    for (uint32_t p = 0; p < s->h->node_count; p++) {
        uint32_t row = heap_class(s->h, order[p]);
        if (p < s->covered[row] || s->sums[p + 1] == s->sums[p])
            continue;
        rows[row].retained_bytes += subtree_bytes(s, p);
        s->covered[row] = end[p];
    }
    return true;
}

bool pass_retained_sizes(struct heap *h, struct err *err)
{
    struct column sums = {0};
    struct sums s = {.h = h, .covered = calloc(class_count(h) + 1, sizeof *s.covered)};
    bool ok = s.covered || err_nomem(err, class_count(h) * sizeof *s.covered, "classes");
    ok = ok &&
         column_make_raw(&sums, h->store, "retained sizes", 8, (uint64_t)h->node_count + 1, err);
    s.sums = sums.data;
    if (ok) {
        sum_up(&s);
        uint32_t elem = s.sums[h->node_count] > UINT32_MAX ? 8 : 4;
        ok = column_make_raw(&h->retained, h->store, "retained sizes", elem, h->node_count, err);
    }
    if (ok) {
        const struct task tasks[] = {{give_to_nodes, &s}, {give_to_classes, &s}};
        ok = tasks_run(tasks, ARRAY_LEN(tasks), err);
    }
    column_release(&sums);
    free(s.covered);
    return ok;
}
