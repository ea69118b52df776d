/* One snapshot to its answers: read, analysed, asked by the rules; or from its index.
 */
#ifndef MORTEM_ANALYZER_ANALYZE_SNAPSHOT_H
#define MORTEM_ANALYZER_ANALYZE_SNAPSHOT_H

#include "analyzer/analyze.h"
#include "base/input.h"

/* *ret is an analysis of its own with one input, called `file`, whatever else was given: so it can
 * be kept as an index and joined with others. What cannot be read, or only in part, is told by that
 * input. Where its graph was made and is to be kept, it is in ret->graph. Fails for want of memory.
 */
bool analyze_snapshot(struct input *in, const char *file, const struct analyze_options *o,
                      struct analysis *ret, const struct progress *p, struct err *err) WARN_UNUSED;

#endif
