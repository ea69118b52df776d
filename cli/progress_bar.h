/* Progress on a terminal: phase, bar, percent, rate, time left, on one line that is erased at the
 * end.
 *
 * Nothing shows in the first half second, then at most ten redraws a second of a phase. The size of
 * the terminal is asked at each redraw, so that resizing needs nothing. A phase that starts with
 * "reading" counts bytes and has a rate.
 */
#ifndef MORTEM_CLI_PROGRESS_BAR_H
#define MORTEM_CLI_PROGRESS_BAR_H

#include "base/buf.h"
#include "base/progress.h"

struct progress_bar {
    struct progress progress; /* give this away; it points back here */
    int fd;                   /* of the terminal, -1: silent */
    bool ascii;
    bool drawn;
    uint64_t started_ms;
    uint64_t drawn_ms;
    uint64_t phase_ms; /* when the phase began */
    struct buf phase;
    struct buf line;
};

/* Silent unless `fd` is a terminal that can erase a line. */
void progress_bar_init(struct progress_bar *bar, int fd, bool quiet, bool ascii);
/* Erases the line and frees. Call before anything else is written to the terminal. */
void progress_bar_finish(struct progress_bar *bar);

struct progress_state {
    const char *phase;
    uint64_t done, total; /* total 0: not known */
    uint64_t elapsed_ms;  /* in this phase */
};

/* The line, at most `width` columns, without any control character. */
void progress_bar_format(struct buf *b, const struct progress_state *s, size_t width, bool ascii);

#endif
