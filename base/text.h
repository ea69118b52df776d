/* Text for people: names out of an input made safe for a terminal and cut to a width, numbers in
 * human form. Every renderer and the browser use these.
 *
 * Names are UTF-8 or WTF-8 that may hold anything. What must not reach a terminal is shown as an
 * escape: \n \x1b for control characters, \u202e for invisible and direction-changing ones, \ud800
 * for a surrogate that stands alone, \xff for a byte that is no UTF-8. With `ascii` everything
 * beyond ASCII is escaped too. Nothing here looks at the locale.
 */
#ifndef MORTEM_BASE_TEXT_H
#define MORTEM_BASE_TEXT_H

#include "base/buf.h"

#define TEXT_INVALID UINT32_MAX

/* Decodes the character at `s`; `len` is at least 1. Returns the bytes it takes. A surrogate
 * (WTF-8) is returned as its code. TEXT_INVALID, one byte, if it is no UTF-8: overlong, cut, out of
 * range. */
size_t text_decode(const char *s, size_t len, uint32_t *ret_code);

/* Appends `code` (not TEXT_INVALID) as UTF-8. */
void text_put_char(struct buf *b, uint32_t code);

/* Whether a terminal may be sent this character. */
bool text_char_shown(uint32_t code);

/* Columns that text which is safe already takes. */
size_t text_width(const char *s, size_t len);

/* Appends `s`, safe for a terminal. */
void text_put_safe(struct buf *b, const char *s, size_t len, bool ascii);

/* The same, cut to at most `width` columns; what is cut ends in an ellipsis. Returns the columns
 * taken, so that the caller can pad. */
size_t text_put_cut(struct buf *b, const char *s, size_t len, size_t width, bool ascii);

void text_put_spaces(struct buf *b, size_t count);

/* 57.9 MB: powers of 1000, as DevTools has them. */
void text_put_bytes(struct buf *b, uint64_t bytes);
/* 11,400,000 */
void text_put_count(struct buf *b, uint64_t count);
/* "54.1 %" of the whole, "<0.1 %" for the smallest, "-" of nothing. */
void text_put_percent(struct buf *b, uint64_t part, uint64_t whole);
/* 0:07, 12:34, 1:02:03 */
void text_put_duration(struct buf *b, uint64_t seconds);

#endif
