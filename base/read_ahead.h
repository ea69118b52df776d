/* Reads an input on a thread of its own, a few blocks ahead of who uses them: reading and
 * decompression overlap with parsing. Where there is to be one thread only, or another cannot be
 * had, the user's own reads.
 */
#ifndef MORTEM_BASE_READ_AHEAD_H
#define MORTEM_BASE_READ_AHEAD_H

#include "base/input.h"

struct read_ahead;

/* `in` is the reader's until read_ahead_free(). */
bool read_ahead_new(struct input *in, struct read_ahead **ret, struct err *err) WARN_UNUSED;

/* The next block, valid until the next call; *ret_len is 0 at the end. Errors are those of
 * input_read(), behind the bytes that were good. */
bool read_ahead_next(struct read_ahead *r, const uint8_t **ret_bytes, size_t *ret_len,
                     struct err *err) WARN_UNUSED;

/* Bytes of the file on disk that the blocks so far came from: for progress. */
uint64_t read_ahead_file_offset(const struct read_ahead *r);

/* Also in the middle: a read that blocks is given up. */
void read_ahead_free(struct read_ahead *r);

#endif
