/* The text of a snapshot in blocks, and many blocks' rows put into columns at once.
 *
 * V8 writes one row a line, so the line ends in front of a block say which rows it holds, and the
 * block can be read by itself: each thread reads the next one from the input, counts its lines,
 * lets the next thread read on, and puts the rows where they belong. That lasts until a block is
 * not as V8 writes it, or holds something unusual; whoever drives this then feeds that block to the
 * parser and may go on behind it.
 */
#ifndef MORTEM_ANALYZER_ROW_JOBS_H
#define MORTEM_ANALYZER_ROW_JOBS_H

#include "analyzer/heap_rows.h"
#include "base/input.h"

struct row_jobs;

/* `in` is borrowed. Blocks have at most `block_bytes`. */
bool row_jobs_new(struct input *in, size_t block_bytes, struct row_jobs **ret,
                  struct err *err) WARN_UNUSED;
void row_jobs_free(struct row_jobs *j);

/* The next block: whole lines, as far as a line fits into it and is ended. The same one until
 * row_jobs_take(); *ret_len is 0 at the end. Errors are those of input_read(), behind the bytes
 * that were good. */
bool row_jobs_peek(struct row_jobs *j, const uint8_t **ret_bytes, size_t *ret_len,
                   struct err *err) WARN_UNUSED;
void row_jobs_take(struct row_jobs *j);

/* Bytes of the file on disk that were read so far: for progress. */
uint64_t row_jobs_file_offset(const struct row_jobs *j);

struct row_run {
    const struct row_plan *plan;
    struct heap *heap;
    const struct progress *progress;
    enum snapshot_section section;
    uint64_t first; /* ordinal of the row that the next block begins with */
    /* Of the nodes in front of it in its group (analyzer/places.h): the sum of their edges, which
     * must stay below 2^32 in each group. */
    uint64_t group_edges;
    /* What was done: */
    uint64_t rows, bytes;
    struct row_marks marks;
    bool other_shape; /* what follows has not one row a line */
};

/* Takes blocks, each of which begins behind a whole row, as long as they are usual and the columns
 * have room. */
void row_jobs_run(struct row_jobs *j, struct row_run *r);

#endif
