/* A growing byte string: what the renderers write into and parsers keep lines in.
 *
 * Always NUL-terminated behind `len`. A failed allocation makes the buffer
 * `failed` and every later append a no-op, so that a long run of appends is
 * checked once, at its end. `struct buf b = {0}` is a valid empty buffer.
 */
#ifndef MORTEM_BASE_BUF_H
#define MORTEM_BASE_BUF_H

#include "base/base.h"

struct buf {
    char *data; /* NULL while nothing was appended: use buf_str() */
    size_t len;
    size_t cap;
    bool failed;
};

void buf_release(struct buf *b);
void buf_clear(struct buf *b); /* keeps the storage; clears `failed` */

void buf_append(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The text so far, "" if nothing; borrowed until the next append. */
const char *buf_str(const struct buf *b);

#endif
