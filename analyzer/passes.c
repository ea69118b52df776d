/* The order of the passes: see passes.h. */
#include "analyzer/passes.h"

#include "base/tasks.h"

struct run {
    struct heap *h;
    struct weak_pairs weak;
};

static bool dominate(void *ctx, struct err *err)
{
    struct heap *h = ((struct run *)ctx)->h;
    return pass_dominators(h, err) && pass_dominator_order(h, err);
}

/* Columns are taken out of memory when their last user for a while is done: the other thread needs
 * the room. */
static bool classify(void *ctx, struct err *err)
{
    struct heap *h = ((struct run *)ctx)->h;
    if (!pass_size_transfer(h, err) || !pass_classes(h, err))
        return false;
    column_cool(&h->edge_label);
    column_cool(&h->node_name);
    column_cool(&h->distance);
    column_cool(&h->class_of);
    column_cool(&h->strings.bytes);
    return true;
}

static bool link_objects(struct run *r, struct err *err)
{
    struct heap *h = r->h;
    struct column skipped = {0};
    bool ok = pass_detachedness(h, err) && weak_pairs_find(h, &r->weak, err) &&
              pass_distances(h, &r->weak, &skipped, err) && pass_page_ownership(h, &skipped, err) &&
              pass_retainers(h, &r->weak, err);
    column_release(&skipped);
    column_cool(&h->node_id);
    column_cool(&h->node_self);
    column_cool(&h->distance);
    column_cool(&h->strings.bytes);
    return ok;
}

bool heap_analyze(struct heap *h, const struct progress *p, struct err *err)
{
    enum { STEPS = 4 };
    struct run r = {.h = h};
    const struct task tasks[] = {{dominate, &r}, {classify, &r}};
    progress_step(p, "linking objects", 0, STEPS);
    bool ok = link_objects(&r, err);
    weak_pairs_release(&r.weak);
    progress_step(p, "finding dominators", 1, STEPS);
    ok = ok && tasks_run(tasks, ARRAY_LEN(tasks), err);
    progress_step(p, "adding up sizes", 3, STEPS);
    ok = ok && pass_retained_sizes(h, err);
    progress_step(p, "adding up sizes", STEPS, STEPS);
    return ok;
}
