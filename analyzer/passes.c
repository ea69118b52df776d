/* The order of the passes: see passes.h. */
#include "analyzer/passes.h"

bool heap_analyze(struct heap *h, const struct progress *p, struct err *err)
{
    struct weak_pairs weak = {0};
    uint64_t done = 0;
    const uint64_t steps = 7;
    progress_step(p, "linking objects", done++, steps);
    bool ok = pass_detachedness(h, err) && pass_page_ownership(h, err) &&
              weak_pairs_find(h, &weak, err);
    progress_step(p, "turning edges round", done++, steps);
    ok = ok && pass_retainers(h, &weak, err);
    progress_step(p, "adding up internals", done++, steps);
    ok = ok && pass_size_transfer(h, err);
    progress_step(p, "measuring distances", done++, steps);
    ok = ok && pass_distances(h, &weak, err);
    weak_pairs_release(&weak);
    progress_step(p, "finding dominators", done++, steps);
    ok = ok && pass_dominators(h, err);
    progress_step(p, "naming classes", done++, steps);
    ok = ok && pass_classes(h, err);
    progress_step(p, "naming classes", steps, steps);
    return ok;
}
