/* The order of the passes: see passes.h. */
#include "analyzer/passes.h"

#include "base/tasks.h"

struct run {
    struct heap *h;
    struct weak_pairs weak;
};

static bool dominate(void *ctx, struct err *err)
{
    return pass_dominators(((struct run *)ctx)->h, err);
}

static bool measure(void *ctx, struct err *err)
{
    struct run *r = ctx;
    return pass_retainers(r->h, err) && pass_size_transfer(r->h, err) &&
           pass_distances(r->h, &r->weak, err) && pass_classes(r->h, err);
}

bool heap_analyze(struct heap *h, const struct progress *p, struct err *err)
{
    enum { STEPS = 4 };
    struct run r = {.h = h};
    const struct task tasks[] = {{dominate, &r}, {measure, &r}};
    progress_step(p, "linking objects", 0, STEPS);
    bool ok = pass_detachedness(h, err) && pass_page_ownership(h, err) &&
              weak_pairs_find(h, &r.weak, err) && pass_essential_edges(h, &r.weak, err);
    progress_step(p, "finding dominators", 1, STEPS);
    ok = ok && tasks_run(tasks, ARRAY_LEN(tasks), err);
    weak_pairs_release(&r.weak);
    progress_step(p, "adding up sizes", 3, STEPS);
    ok = ok && pass_retained_sizes(h, err) && pass_class_sums(h, err);
    progress_step(p, "adding up sizes", STEPS, STEPS);
    store_trim(h->store);
    return ok;
}
