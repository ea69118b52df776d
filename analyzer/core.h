/* The core of a heap: the nodes whose dominator does not follow from their neighbourhood
 * (dominators.c).
 */
#ifndef MORTEM_ANALYZER_CORE_H
#define MORTEM_ANALYZER_CORE_H

#include "analyzer/heap.h"

/* h->dominator holds a forest, its tops (the root and the nodes `open`, uint32_t) as NO_NODE:
 * settles the open ones, and hangs from the root what cannot be reached. */
bool core_settle(struct heap *h, const struct column *open, struct err *err) WARN_UNUSED;

#endif
