/* Where the result goes: standard output, or a file that appears whole or not at all.
 *
 * A regular FILE is written under a temporary name beside it and renamed when all of it is on disk;
 * a device or a pipe is written as it is. A reader that went away (EPIPE) is no error: the rest is
 * dropped in silence.
 */
#ifndef MORTEM_CLI_OUTPUT_H
#define MORTEM_CLI_OUTPUT_H

#include <stdio.h>

#include "base/err.h"
#include "report/report.h"

struct output {
    FILE *file;
    char *path; /* the file to replace, links followed; NULL if none */
    char *temp; /* NULL if none */
    const char *name;
    int errnum; /* of the first write that failed, 0 if none */
};

/* Says before long work whether writing to `path` makes sense: it is no directory, none of the
 * `inputs`, and its folder is there. NULL is standard output. */
bool output_check(const char *path, char *const *inputs, size_t input_count,
                  struct err *err) WARN_UNUSED;

bool output_open(struct output *out, const char *path, struct err *err) WARN_UNUSED;
struct report_sink output_sink(struct output *out);

/* Flushes, closes and puts the file in its place; with `keep` false it is removed. */
bool output_close(struct output *out, bool keep, struct err *err) WARN_UNUSED;

#endif
