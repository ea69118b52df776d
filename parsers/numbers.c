/* Arrays of unsigned integers: see numbers.h. Here are the careful path, which decides byte by
 * byte, and the way between it and the fast ones of numbers_kernels.h.
 */
#include "parsers/numbers_kernels.h"

/* 19 digits always fit; the longest number with its separators ", \n" stays below this. */
#define MAX_DIGITS 19
/* Numbers to a batch: their words stay in the nearest cache, and are long written when the second
 * step reads them. */
#define BATCH (512 + NUMBERS_ROOM)

static const struct numbers_kernel *const kernels[CPU_VARIANTS] = {
#if CPU_BUILDS_X86
    [CPU_SSE2] = &numbers_sse2,
    [CPU_AVX2] = &numbers_avx2,
#endif
#if CPU_BUILDS_NEON
    [CPU_NEON] = &numbers_neon,
#endif
};

const struct numbers_kernel *numbers_kernel(enum cpu_variant v)
{
    return kernels[v];
}

/* Blocks with the kernel, as far as they are plain and complete. Returns where the next number
 * begins, behind a comma, or p. */
static const uint8_t *scan_blocks(const struct numbers_kernel *k, const uint8_t *p,
                                  const uint8_t *end, uint64_t *out, size_t *count, size_t cap)
{
    uint64_t pairs[2 * BATCH];
    struct number_batch b = {.pos = p, .end = end};
    bool more = true;
    while (more && cap - *count >= NUMBERS_ROOM) {
        bool is_long = b.has_long;
        uint64_t *values = out + *count;
        b.words = is_long ? pairs : values;
        b.count = 0;
        b.room = min_u64(cap - *count, BATCH);
        more = is_long ? k->collect_long(&b) : k->collect(&b);
        if (is_long)
            k->convert_long(values, pairs, b.count);
        else
            k->convert(values, b.count);
        *count += b.count;
    }
    return b.pos;
}

/* A run of numbers by the fast ways, from where one may begin; `readable` bytes are in front of it.
 * Returns where the next begins, or p. */
static const uint8_t *scan_fast(const struct numbers_kernel *k, const uint8_t *p, size_t readable,
                                const uint8_t *end, uint64_t *out, size_t *count, size_t cap)
{
    if (!k)
        return numbers_plain(p, end, end, out, count, cap);
    if (readable >= NUMBERS_BEHIND)
        p = scan_blocks(k, p, end, out, count, cap);
    if (end - p <= NUMBERS_BLOCK)
        return numbers_plain(p, end, end, out, count, cap);
    /* Through what the kernel does not like, then it may try again. */
    return numbers_plain(p, p + NUMBERS_BLOCK, end, out, count, cap);
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

enum numbers_result numbers_scan_with(enum cpu_variant v, struct numbers *s, const uint8_t **pos,
                                      const uint8_t *end, uint64_t *out, size_t *count, size_t cap)
{
    const struct numbers_kernel *k = numbers_kernel(v);
    const uint8_t *p = *pos;
    enum numbers_result r = NUMBERS_MORE;
    while (p < end && *count < cap) {
        if (!s->digits && !s->after_number) {
            size_t before = *count;
            p = scan_fast(k, p, (size_t)(p - *pos), end, out, count, cap);
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

enum numbers_result numbers_scan(struct numbers *s, const uint8_t **pos, const uint8_t *end,
                                 uint64_t *out, size_t *count, size_t cap)
{
    return numbers_scan_with(cpu_variant(), s, pos, end, out, count, cap);
}
