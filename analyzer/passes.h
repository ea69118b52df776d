/* The passes over a loaded heap, in the order in which they must run.
 *
 * Later passes see what earlier ones changed: detachedness renames nodes, the size transfer changes
 * shallow sizes. The rules of every pass are those of the DevTools engine.
 */
#ifndef MORTEM_ANALYZER_PASSES_H
#define MORTEM_ANALYZER_PASSES_H

#include "analyzer/heap.h"
#include "analyzer/weak_pairs.h"

/* Is this target of a root edge something of the user's, not the runtime's bookkeeping? */
bool heap_is_user_root(const struct heap *h, uint32_t n);

/* All passes below, in order. */
bool heap_analyze(struct heap *h, const struct progress *p, struct err *err) WARN_UNUSED;

bool pass_detachedness(struct heap *h, struct err *err) WARN_UNUSED; /* renames nodes */
/* Marks the edges of which not all is told by their target; the caller releases *ret. */
bool pass_special_edges(struct heap *h, struct weak_pairs *ret, struct err *err) WARN_UNUSED;
/* Sets has_user_roots. */
void pass_user_roots(struct heap *h);

/* Independent of each other: distances and the size transfer.
 * *ret_skipped: uint32_t, targets of edges that do not count for distances; the caller releases it.
 */
bool pass_distances(struct heap *h, const struct weak_pairs *w, struct column *ret_skipped,
                    struct err *err) WARN_UNUSED;
/* Flags, has_user_roots. */
bool pass_page_ownership(struct heap *h, const struct column *skipped, struct err *err) WARN_UNUSED;
/* Marks the edges that count for dominators, and turns all edges round. */
bool pass_retainers(struct heap *h, const struct weak_pairs *w, struct err *err) WARN_UNUSED;

/* Independent of each other from here ... */
bool pass_size_transfer(struct heap *h, struct err *err) WARN_UNUSED;   /* changes shallow sizes */
bool pass_dominators(struct heap *h, struct err *err) WARN_UNUSED;      /* wants the retainers */
bool pass_dominator_order(struct heap *h, struct err *err) WARN_UNUSED; /* wants the dominators */
/* Appends strings; adds up counts, shallow sizes and distances: wants the sizes transferred. */
bool pass_classes(struct heap *h, struct err *err) WARN_UNUSED;

/* ... to here: this wants them all. Also of classes. */
bool pass_retained_sizes(struct heap *h, struct err *err) WARN_UNUSED;

#endif
