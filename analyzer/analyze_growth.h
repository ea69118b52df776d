/* Several snapshots of one process among the inputs: what grew between them.
 */
#ifndef MORTEM_ANALYZER_ANALYZE_GROWTH_H
#define MORTEM_ANALYZER_ANALYZE_GROWTH_H

#include "analyzer/analyze.h"

/* Compares the snapshots of each process, in whatever order they were given, and puts what the
 * rules make of it in place of the findings of its last one. Reads them again: what can be told
 * without is told by their sketches. A comparison that fails is a remark of that last input. Fails
 * for want of memory for the answers, or when cancelled. */
bool analyze_growth(struct analysis *a, const struct analyze_options *o, const struct progress *p,
                    struct err *err) WARN_UNUSED;

#endif
