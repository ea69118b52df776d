/* The answers about one snapshot as bytes, to be kept in a file and believed later.
 *
 * Input and output: a struct analysis that holds what one snapshot gave and nothing else: its
 * input, what it says of Next.js, its heap's figures, the findings. Not the graph: reading a
 * snapshot again takes seconds, its columns would take nearly its own size.
 *
 * Bytes are believed only if they are whole (a hash is behind them), from a program that answers
 * alike, and about a file with this stamp. They hold no name of the file, so that it may be moved.
 */
#ifndef MORTEM_ANALYZER_ANSWERS_H
#define MORTEM_ANALYZER_ANSWERS_H

#include "analyzer/analysis.h"
#include "base/buf.h"
#include "base/input.h"

/* Answers are a page or two: more is no use to keep, and is not read. */
#define ANSWERS_BYTES_MAX ((size_t)4 << 20)

/* Appends to `out`. False if these cannot be kept: not of one whole heap, too long, or no memory.
 */
bool answers_encode(const struct analysis *a, const struct file_stamp *stamp,
                    struct buf *out) WARN_UNUSED;

/* False, with *ret untouched, if the bytes are not to be believed or memory is out. `file` is what
 * the snapshot is called now. The caller calls analysis_release(). */
bool answers_decode(const void *bytes, size_t len, const struct file_stamp *stamp, const char *file,
                    struct analysis *ret) WARN_UNUSED;

/* Do these first bytes of a file begin such answers? */
bool bytes_are_answers(const uint8_t *p, size_t len);

#endif
