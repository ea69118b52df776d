/* The passes over a loaded heap, in the order in which they must run.
 *
 * Later passes see what earlier ones changed: detachedness renames nodes, the size transfer changes
 * shallow sizes. The rules of every pass are those of the DevTools engine.
 */
#ifndef MORTEM_ANALYZER_PASSES_H
#define MORTEM_ANALYZER_PASSES_H

#include "analyzer/heap.h"

/* All passes below, in order. */
bool heap_analyze(struct heap *h, const struct progress *p, struct err *err) WARN_UNUSED;

bool pass_detachedness(struct heap *h, struct err *err) WARN_UNUSED;
bool pass_flags(struct heap *h, struct err *err) WARN_UNUSED;
bool pass_retainers(struct heap *h, struct err *err) WARN_UNUSED;
bool pass_size_transfer(struct heap *h, struct err *err) WARN_UNUSED;
bool pass_distances(struct heap *h, struct err *err) WARN_UNUSED;
bool pass_dominators(struct heap *h, struct err *err) WARN_UNUSED;
bool pass_retained(struct heap *h, struct err *err) WARN_UNUSED;
bool pass_classes(struct heap *h, struct err *err) WARN_UNUSED;

#endif
