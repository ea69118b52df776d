/* UTF-16 logs, as Windows copies them: told by their byte order mark, made UTF-8 piece by piece. */
#ifndef MORTEM_PARSERS_UTF16_TEXT_H
#define MORTEM_PARSERS_UTF16_TEXT_H

#include "base/base.h"

struct utf16_text {
    bool told, is_utf16, big_endian;
    uint8_t held[2]; /* bytes that came before it could be told, or the first half of a unit */
    size_t held_len;
    uint32_t high; /* a first surrogate */
};

/* Puts at most `cap` (8 or more) bytes of UTF-8 at `out` and says how many bytes of the input they
 * come from. Text that is not UTF-16 is copied. Lone surrogates become U+FFFD. */
size_t utf16_text_decode(struct utf16_text *u, const uint8_t *p, size_t len, char *out, size_t cap,
                         size_t *ret_used);
/* The input ends: what was held, if it was not UTF-16, at most 2 bytes. */
size_t utf16_text_finish(struct utf16_text *u, char *out);

/* It is known that the text is none: bytes need not be copied. */
static inline bool utf16_text_is_other(const struct utf16_text *u)
{
    return u->told && !u->is_utf16 && !u->held_len;
}

#endif
