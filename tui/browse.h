/* `mortem browse`: the answers of an analysis, and its heap, in a terminal.
 *
 * Input: an analysis with its graph kept (analyze_options.keep_heap), or without one: then there
 * are the verdict and the findings. Output: the terminal, and nothing else. Strings of the heap are
 * shown with their contents.
 */
#ifndef MORTEM_TUI_BROWSE_H
#define MORTEM_TUI_BROWSE_H

#include <stdio.h>

#include "analyzer/analysis.h"

struct browse_options {
    FILE *in, *out; /* the terminal; borrowed */
    bool color;
    bool ascii;
};

/* Until the user leaves, the terminal goes away or a signal asks for the end: all of that is true.
 * The terminal is given back as it was, after errors and signals too. */
bool browse_run(const struct analysis *a, const struct browse_options *o,
                struct err *err) WARN_UNUSED;

#endif
