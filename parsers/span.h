/* A borrowed piece of a line and the small scanners that every log parser is made of.
 *
 * Any byte may occur, NUL too; nothing here reads behind `len`. Functions named span_take_* move
 * the span behind what they took and leave it alone when they return false.
 */
#ifndef MORTEM_PARSERS_SPAN_H
#define MORTEM_PARSERS_SPAN_H

#include "base/base.h"

#include <string.h>

struct span {
    const char *p;
    size_t len;
};

#define SPAN_NONE SIZE_MAX

static inline struct span span_from(struct span s, size_t at)
{
    return at < s.len ? (struct span){s.p + at, s.len - at} : (struct span){s.p + s.len, 0};
}

static inline struct span span_head(struct span s, size_t len)
{
    return (struct span){s.p, len < s.len ? len : s.len};
}

static inline bool span_starts(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.len >= n && !memcmp(s.p, text, n);
}

static inline bool span_is(struct span s, const char *text)
{
    return s.len == strlen(text) && !memcmp(s.p, text, s.len);
}

static inline size_t span_find(struct span s, const char *text)
{
    const char *hit = s.len ? memmem(s.p, s.len, text, strlen(text)) : NULL;
    return hit ? (size_t)(hit - s.p) : SPAN_NONE;
}

static inline size_t span_find_last(struct span s, const char *text)
{
    size_t n = strlen(text);
    for (size_t at = s.len < n ? 0 : s.len - n + 1; at-- > 0;)
        if (!memcmp(s.p + at, text, n))
            return at;
    return SPAN_NONE;
}

static inline bool char_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool char_is_space(char c)
{
    return c == ' ' || c == '\t';
}

static inline struct span span_trim_left(struct span s)
{
    while (s.len && char_is_space(*s.p))
        s = span_from(s, 1);
    return s;
}

static inline struct span span_trim(struct span s)
{
    s = span_trim_left(s);
    while (s.len && char_is_space(s.p[s.len - 1]))
        s.len--;
    return s;
}

static inline bool span_take(struct span *s, const char *text)
{
    if (!span_starts(*s, text))
        return false;
    *s = span_from(*s, strlen(text));
    return true;
}

/* Decimal digits, saturating; at most 20 of them. */
static inline bool span_take_number(struct span *s, uint64_t *ret)
{
    uint64_t v = 0;
    size_t n = 0;
    while (n < s->len && n < 20 && char_is_digit(s->p[n])) {
        uint64_t digit = (uint64_t)(s->p[n++] - '0');
        v = v > (UINT64_MAX - digit) / 10 ? UINT64_MAX : v * 10 + digit;
    }
    if (!n)
        return false;
    *s = span_from(*s, n);
    *ret = v;
    return true;
}

static inline bool span_take_signed(struct span *s, int64_t *ret)
{
    struct span rest = *s;
    bool minus = span_take(&rest, "-");
    uint64_t v;
    if (!span_take_number(&rest, &v))
        return false;
    if (v > INT64_MAX)
        v = INT64_MAX;
    *s = rest;
    *ret = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

/* Exactly `digits` decimal digits. */
static inline bool span_take_digits(struct span *s, unsigned digits, unsigned *ret)
{
    unsigned v = 0;
    if (s->len < digits)
        return false;
    for (unsigned i = 0; i < digits; i++) {
        if (!char_is_digit(s->p[i]))
            return false;
        v = v * 10 + (unsigned)(s->p[i] - '0');
    }
    *s = span_from(*s, digits);
    *ret = v;
    return true;
}

/* The next word after spaces, up to a space or the end; false if there is none. */
static inline bool span_take_word(struct span *s, struct span *ret)
{
    struct span rest = span_trim_left(*s);
    size_t n = 0;
    while (n < rest.len && !char_is_space(rest.p[n]))
        n++;
    if (!n)
        return false;
    *ret = span_head(rest, n);
    *s = span_from(rest, n);
    return true;
}

/* As a C string, cut to `cap`; NULs inside become '?', so that nothing hides behind them. */
static inline void span_copy(char *ret, size_t cap, struct span s)
{
    size_t n = s.len < cap ? s.len : cap - 1;
    for (size_t i = 0; i < n; i++)
        ret[i] = s.p[i] ? s.p[i] : '?';
    ret[n] = '\0';
}

#endif
