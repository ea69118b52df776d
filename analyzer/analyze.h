/* From the files given to the one model: tells their kinds, reads them, runs the rules, joins the
 * deaths.
 */
#ifndef MORTEM_ANALYZER_ANALYZE_H
#define MORTEM_ANALYZER_ANALYZE_H

#include "analyzer/analysis.h"
#include "base/progress.h"

struct analyze_options {
    bool yajl;            /* read the bulk of snapshots with yajl: slow, the kernels' oracle */
    bool keep_heap;       /* leave the snapshot in ret->graph, for the browser */
    const char *temp_dir; /* for the columns' files; NULL: see store_new() */
};

/* Analyses `count` files ("-" is standard input). A file that cannot be read, or only in part, is
 * no failure: its input_info says so and the others are analysed. Of several snapshots the one with
 * the most bytes is ret->heap; findings come from all. Fails only when nothing can be said at all,
 * for want of memory. The caller calls analysis_release(). */
bool analyze_files(const char *const *files, size_t count, const struct analyze_options *o,
                   struct analysis *ret, const struct progress *p, struct err *err) WARN_UNUSED;

#endif
