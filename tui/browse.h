/* `mortem browse`: the answers of an analysis, and its heap, in a terminal.
 *
 * Input: an analysis that may still be under way (analyzer/background.h): views say what they wait
 * for, fill when it comes, and keys are answered meanwhile. Without a heap there are the verdict
 * and the findings. Output: the terminal, and nothing else. Strings of the heap are shown with
 * their contents.
 */
#ifndef MORTEM_TUI_BROWSE_H
#define MORTEM_TUI_BROWSE_H

#include <stdio.h>

#include "analyzer/background.h"

struct browse_options {
    FILE *in, *out; /* the terminal; borrowed */
    bool color;
    bool ascii;
};

/* Says how far the analysis is; asked until it is done. */
struct browse_source {
    void (*look)(void *ctx, struct background_state *ret);
    void *ctx;
};

/* Until the user leaves, the terminal goes away, a signal asks for the end, or it turns out that
 * nothing could be read: all of that is true. The terminal is given back as it was, after errors
 * and signals too. */
bool browse_run(const struct browse_source *source, const struct browse_options *o,
                struct err *err) WARN_UNUSED;

#endif
