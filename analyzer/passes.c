/* The order of the passes: see passes.h. */
#include "analyzer/passes.h"

#include "base/tasks.h"

struct run {
    struct heap *h;
    struct weak_pairs weak;
    struct column skipped; /* by the search for distances */
};

/* Columns are taken out of memory when their last user for a while is done. */
static void cool(const struct column *const *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        column_cool(columns[i]);
}

static bool measure(void *ctx, struct err *err)
{
    struct run *r = ctx;
    return pass_distances(r->h, &r->weak, &r->skipped, err);
}

static bool transfer(void *ctx, struct err *err)
{
    return pass_size_transfer(((struct run *)ctx)->h, err);
}

static bool link_objects(struct run *r, struct err *err)
{
    struct heap *h = r->h;
    const struct task tasks[] = {{measure, r}, {transfer, r}};
    const struct column *const used[] = {&h->node_id,        &h->node_self, &h->node_name,
                                         &h->distance,       &h->edge_to,   &h->strings.bytes,
                                         &h->strings.offsets};
    bool ok = pass_detachedness(h, err) && pass_special_edges(h, &r->weak, err);
    if (!ok)
        return false;
    pass_user_roots(h);
    cool(used, ARRAY_LEN(used));
    ok = tasks_run(tasks, ARRAY_LEN(tasks), err) && pass_page_ownership(h, &r->skipped, err);
    cool(used, ARRAY_LEN(used));
    return ok && pass_retainers(h, &r->weak, err);
}

static bool dominate(void *ctx, struct err *err)
{
    struct heap *h = ((struct run *)ctx)->h;
    const struct column *const used[] = {&h->retainer, &h->retainers, &h->first_retainer.low};
    bool ok = pass_dominators(h, err);
    cool(used, ARRAY_LEN(used));
    return ok && pass_dominator_order(h, err);
}

static bool classify(void *ctx, struct err *err)
{
    struct heap *h = ((struct run *)ctx)->h;
    const struct column *const used[] = {&h->edge_label,     &h->node_name, &h->distance,
                                         &h->class_of,       &h->node_self, &h->strings.bytes,
                                         &h->strings.offsets};
    bool ok = pass_classes(h, err);
    cool(used, ARRAY_LEN(used));
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
    column_release(&r.skipped);
    progress_step(p, "finding dominators", 1, STEPS);
    ok = ok && progress_goes_on(p, err) && tasks_run(tasks, ARRAY_LEN(tasks), err);
    progress_step(p, "adding up sizes", 3, STEPS);
    heap_cool(h);
    ok = ok && progress_goes_on(p, err) && pass_retained_sizes(h, err);
    progress_step(p, "adding up sizes", STEPS, STEPS);
    heap_cool(h);
    return ok;
}
