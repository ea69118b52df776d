/* From the files given to the one model: tells their kinds, reads them, runs the rules, joins the
 * deaths.
 */
#ifndef MORTEM_ANALYZER_ANALYZE_H
#define MORTEM_ANALYZER_ANALYZE_H

#include "analyzer/event_times.h"
#include "analyzer/heap_index.h"
#include "analyzer/heap_load.h"
#include "base/progress.h"

struct analyze_options {
    struct heap_load_options load;
    bool compare;      /* tell what grew between snapshots of one process */
    uint64_t requests; /* served between the first and the last of them, 0: not known */
    bool keep_heap;    /* leave the snapshot in ret->graph, for the browser, if it was read */
    const struct index_options *index; /* NULL: no index is read or written */
    struct time_zone zone;             /* of clocks that do not tell theirs; zeroed: not known */
    struct err *index_problem; /* the last index that could not be written; NULL: does not matter */
};

/* Analyses `count` files ("-" is standard input). A file that cannot be read, or only in part, is
 * no failure: its input_info says so and the others are analysed. Of several snapshots the one with
 * the most bytes is ret->heap; findings come from all; those of one process are compared. An index
 * among other files is passed over. Fails only when nothing can be said at all, for want of memory,
 * or when cancelled. The caller calls analysis_release(). */
bool analyze_files(const char *const *files, size_t count, const struct analyze_options *o,
                   struct analysis *ret, const struct progress *p, struct err *err) WARN_UNUSED;

/* Shows the events of `count` files to `to`, in order; a snapshot is one event, it is not analysed.
 * `times`, of o->zone, is settled when they are all there. ret->inputs is all that is said about
 * the files. Names of files in events live as long as *ret. Else as analyze_files(). */
bool analyze_events(const char *const *files, size_t count, const struct analyze_options *o,
                    const struct event_sink *to, struct event_times *times, struct analysis *ret,
                    const struct progress *p, struct err *err) WARN_UNUSED;

/* Reads the snapshot of a->heap, whose answers came from an index, so that a->graph is NULL. What
 * is cut or odd has been told by its input. The caller calls heap_release(). */
bool analyze_graph(const struct analysis *a, const struct analyze_options *o, struct heap *ret,
                   const struct progress *p, struct err *err) WARN_UNUSED;

#endif
