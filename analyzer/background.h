/* An analysis on a thread of its own, for somebody who must not wait: the browser.
 *
 * The answers come first, at once where all snapshots have an index; then the graph of the largest,
 * which always takes its time. Whoever started it looks now and then how far it is.
 */
#ifndef MORTEM_ANALYZER_BACKGROUND_H
#define MORTEM_ANALYZER_BACKGROUND_H

#include "analyzer/analyze.h"

struct background;

/* How far it is. What is not NULL stays as it is until background_stop(). */
struct background_state {
    const char *const *files; /* what was given */
    size_t file_count;
    const struct analysis *answers; /* NULL: not yet, or never. Its `graph` is not to be used. */
    const struct heap *heap;        /* NULL: not yet, or there is none */
    bool done;                      /* nothing more will come */
    struct err problem;             /* why what is missing will never come; ERR_NONE */
    char phase[48];                 /* "reading", "finding dominators"; "": not begun */
    uint64_t units, total_units;    /* done in this phase; total 0: not known */
};

/* `files` and the texts of `o` must live as long as the process; o->index_problem is not used. */
bool background_start(const char *const *files, size_t count, const struct analyze_options *o,
                      struct background **ret, struct err *err) WARN_UNUSED;

void background_look(struct background *b, struct background_state *ret);
/* Waits until the answers are there or none will come, but not longer than that. */
void background_wait(struct background *b, unsigned wait_ms);

/* Cancels it if it is not done, and frees all. A phase that cannot be cancelled is not waited for
 * long: the thread goes on by itself to the next place where it can end, or ends with the process.
 */
void background_stop(struct background *b);

#endif
