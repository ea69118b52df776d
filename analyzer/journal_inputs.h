/* The binary journals among the files that were given: they are gathered first and then read
 * together, since a report may begin in one and end in the next.
 */
#ifndef MORTEM_ANALYZER_JOURNAL_INPUTS_H
#define MORTEM_ANALYZER_JOURNAL_INPUTS_H

#include "base/arena.h"
#include "base/input.h"
#include "parsers/journal_file.h"

struct journal_file {
    int fd;
    size_t order; /* which of the inputs it is: the caller's number */
};

struct journal_inputs {
    struct journal_source *sources;
    struct journal_file *files; /* what is behind each of them */
    size_t count, file_count;
};

/* Takes the file behind `in`, decompressed into a temporary file in `temp_dir` (NULL: the usual
 * places) if need be. `name` is borrowed. Fails if it cannot be had, *err says why. */
bool journal_inputs_add(struct journal_inputs *j, struct arena *arena, struct input *in,
                        const char *name, size_t order, const char *temp_dir,
                        struct err *err) WARN_UNUSED;

/* As journal_files_read(); each source's `problem` is then set. */
bool journal_inputs_read(struct journal_inputs *j, const struct event_sink *sink,
                         const struct progress *progress, struct err *err) WARN_UNUSED;

/* Closes the files; memory is the arena's. */
void journal_inputs_release(struct journal_inputs *j);

#endif
