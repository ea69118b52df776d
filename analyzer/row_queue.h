/* Blocks of rows on their way from the thread that parses to one that puts them into columns.
 */
#ifndef MORTEM_ANALYZER_ROW_QUEUE_H
#define MORTEM_ANALYZER_ROW_QUEUE_H

#include "parsers/heapsnapshot.h"

typedef bool row_fn(void *ctx, enum snapshot_section s, const uint64_t *values, size_t rows,
                    uint64_t offset, struct err *err);

struct row_queue;

/* `take` is called on the queue's thread, block by block, in order, until it fails. */
bool row_queue_new(row_fn *take, void *ctx, struct row_queue **ret, struct err *err) WARN_UNUSED;

/* Copies the rows; waits while the queue is full. False with the error of `take` once that failed.
 */
bool row_queue_put(struct row_queue *q, enum snapshot_section s, const uint64_t *values,
                   size_t rows, size_t width, uint64_t offset, struct err *err) WARN_UNUSED;

/* Waits until all is taken. False with the error of `take`. */
bool row_queue_drain(struct row_queue *q, struct err *err) WARN_UNUSED;

void row_queue_free(struct row_queue *q);

#endif
