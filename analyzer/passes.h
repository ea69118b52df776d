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

bool pass_detachedness(struct heap *h, struct err *err) WARN_UNUSED;   /* renames nodes */
bool pass_page_ownership(struct heap *h, struct err *err) WARN_UNUSED; /* flags, has_user_roots */
/* Marks the edges that count for dominators, and counts retainers. */
bool pass_essential_edges(struct heap *h, const struct weak_pairs *w, struct err *err) WARN_UNUSED;

/* Independent of each other from here ... */
bool pass_retainers(struct heap *h, struct err *err) WARN_UNUSED;
bool pass_size_transfer(struct heap *h, struct err *err) WARN_UNUSED; /* changes shallow sizes */
bool pass_distances(struct heap *h, const struct weak_pairs *w, struct err *err) WARN_UNUSED;
bool pass_dominators(struct heap *h, struct err *err) WARN_UNUSED; /* and their tree's order */
bool pass_classes(struct heap *h, struct err *err) WARN_UNUSED;    /* appends strings */

/* ... to here: these want them all. */
bool pass_retained_sizes(struct heap *h, struct err *err) WARN_UNUSED;
bool pass_class_sums(struct heap *h, struct err *err) WARN_UNUSED;

#endif
