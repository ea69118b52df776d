/* The figures of a heap that the report shows: DevTools' statistics and the largest classes.
 */
#ifndef MORTEM_ANALYZER_HEAP_SUMMARY_H
#define MORTEM_ANALYZER_HEAP_SUMMARY_H

#include "analyzer/analysis.h"
#include "analyzer/heap.h"

/* Fills a->heap from an analyzed heap. */
bool heap_summarize(const struct heap *h, const char *file, struct analysis *a,
                    struct err *err) WARN_UNUSED;

#endif
