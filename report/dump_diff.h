/* The comparison of two heaps for machines: the rows of DevTools' Comparison view as tab-separated
 * values with one line of names, in its default order; texts are JSON strings as JSON.stringify()
 * writes them.
 */
#ifndef MORTEM_REPORT_DUMP_DIFF_H
#define MORTEM_REPORT_DUMP_DIFF_H

#include "analyzer/heap.h"
#include "report/report.h"

/* Both heaps are analyzed. Fails for want of memory or disk, or if the sink does. */
bool dump_diff(const struct heap *base, const struct heap *current, const struct report_sink *sink,
               struct err *err) WARN_UNUSED;

#endif
