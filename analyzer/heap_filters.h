/* DevTools' filters of the Summary view: which objects are held by one kind of thing only.
 *
 * "Retained by X" are the objects that a search from the root does not meet when it does not enter
 * X. The search takes every edge that is not weak, whatever distances and dominators say.
 */
#ifndef MORTEM_ANALYZER_HEAP_FILTERS_H
#define MORTEM_ANALYZER_HEAP_FILTERS_H

#include "analyzer/heap.h"

enum heap_filter {
    FILTER_RETAINED_BY_CONTEXTS, /* of closures */
    FILTER_RETAINED_BY_DETACHED, /* nodes of a document */
    FILTER_DUPLICATED_STRINGS,
    HEAP_FILTERS,
};

/* "retained-by-contexts"; NULL behind the last. */
const char *heap_filter_word(size_t i);

/* *ret: a byte a node, 1 for those that the filter lets through. The caller releases it. */
bool heap_filter(const struct heap *h, enum heap_filter f, struct column *ret,
                 struct err *err) WARN_UNUSED;

#endif
