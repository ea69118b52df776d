/* Arrays of unsigned integers: see numbers.h. */
#include "parsers/numbers.h"

/* 19 digits always fit; the longest number with its separators ", \n" stays below this. */
#define FAST_MARGIN 32
#define MAX_DIGITS 19

/* The common shapes `digits , [newline]` and `digits newline ,` without looking at the chunk's end:
 * every step reads at most MAX_DIGITS + 1 digits and three separators, FAST_MARGIN bytes are there.
 * Stops in front of the first number that is followed by something else. */
static const uint8_t *scan_plain(const uint8_t *p, const uint8_t *end, uint64_t *out, size_t *count,
                                 size_t cap)
{
    size_t n = *count;
    while (end - p >= FAST_MARGIN && n < cap) {
        const uint8_t *start = p;
        uint64_t value = 0;
        unsigned digit;
        while ((digit = (unsigned)*p - '0') <= 9 && p - start <= MAX_DIGITS) {
            value = value * 10 + digit;
            p++;
        }
        const uint8_t *behind = p + (*p == '\n');
        if (*behind != ',' || p == start || p - start > MAX_DIGITS) {
            p = start;
            break;
        }
        out[n++] = value;
        p = behind + 1;
        if (*p == '\n')
            p++;
    }
    *count = n;
    return p;
}

static enum numbers_result bad(struct numbers *s, const char *expected)
{
    s->bad = expected;
    return NUMBERS_BAD;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void end_number(struct numbers *s, uint64_t *out, size_t *count)
{
    out[(*count)++] = s->value;
    s->value = 0;
    s->digits = 0;
}

/* One byte of the general grammar. NUMBERS_MORE: go on with the next byte. */
static enum numbers_result step(struct numbers *s, uint8_t c, uint64_t *out, size_t *count)
{
    unsigned digit = (unsigned)c - '0';
    if (digit <= 9) {
        if (s->after_number)
            return bad(s, "a comma or the closing bracket");
        if (s->digits == MAX_DIGITS)
            return bad(s, "a number of at most 19 digits");
        s->value = s->value * 10 + digit;
        s->digits++;
        s->after_comma = false;
        return NUMBERS_MORE;
    }
    if (s->digits) {
        end_number(s, out, count);
        s->after_number = true;
    }
    if (is_space(c))
        return NUMBERS_MORE;
    if (c == ',' && s->after_number) {
        s->after_number = false;
        s->after_comma = true;
        return NUMBERS_MORE;
    }
    if (c == ']' && !s->after_comma)
        return NUMBERS_END;
    return bad(s, s->after_number ? "a comma or the closing bracket" : "an unsigned whole number");
}

enum numbers_result numbers_scan(struct numbers *s, const uint8_t **pos, const uint8_t *end,
                                 uint64_t *out, size_t *count, size_t cap)
{
    const uint8_t *p = *pos;
    enum numbers_result r = NUMBERS_MORE;
    while (p < end && *count < cap) {
        if (!s->digits && !s->after_number && end - p >= FAST_MARGIN) {
            size_t before = *count;
            p = scan_plain(p, end, out, count, cap);
            if (*count != before) {
                s->after_comma = true;
                continue;
            }
        }
        r = step(s, *p, out, count);
        if (r == NUMBERS_BAD)
            break;
        p++;
        if (r == NUMBERS_END)
            break;
    }
    *pos = p;
    if (r == NUMBERS_MORE && *count == cap)
        return NUMBERS_FULL;
    return r;
}
