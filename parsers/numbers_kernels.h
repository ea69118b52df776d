/* What the variants of numbers_scan() are made of: for numbers.c, the variants and their tests.
 *
 * The plain loop's enemy is the branch on a number's length, mispredicted at every other number. A
 * vector variant has none. It works on a batch of numbers in two steps:
 *
 * collect: classifies 64 bytes at a time into bit masks of digits, commas and newlines; checks the
 *     grammar on the masks; and stores, for each bit where a number ends, the eight bytes of text
 *     in front of it. A block is used up to its last comma, the next begins behind that: so no
 *     number goes across blocks, and nothing is carried.
 * convert: turns the stored bytes into values where they lie, several at a time. What stands in
 *     front of a number's digits is below '0', as all separators are, and masked out from there.
 *
 * Eight digits are enough for nearly all files. A block with longer numbers (ids and edges of heaps
 * of 14 million objects and more) is collected as pairs of words, sixteen bytes a number. Anything
 * else - longer numbers, spaces, the closing bracket, an error - is left to the plain loop and to
 * the careful path of numbers.c, which alone decides what is right and what is wrong.
 */
#ifndef MORTEM_PARSERS_NUMBERS_KERNELS_H
#define MORTEM_PARSERS_NUMBERS_KERNELS_H

#include "base/cpu.h"
#include "parsers/numbers.h"

#include <string.h>

#define NUMBERS_BLOCK 64

/* Bytes that must be readable in front of a batch: a number's end is behind its first digit, and
 * sixteen bytes in front of the end are read. Those in front of the first digit are none of the
 * batch, but the careful path has read them: white space or a comma is among them. */
#define NUMBERS_BEHIND 16

/* Words are stored in groups. A block holds at most 32 numbers, a multiple of it; when words are
 * converted the last group may go beyond the count once more. */
#define NUMBERS_GROUP 4
#define NUMBERS_ROOM (NUMBERS_BLOCK / 2 + NUMBERS_GROUP)

struct number_batch {
    const uint8_t *pos, *end; /* [pos - NUMBERS_BEHIND, end) is readable */
    uint64_t *words;          /* for the numbers' text, one word or two each */
    size_t count, room;       /* of numbers; what is stored beyond `count` means nothing */
    bool has_long;            /* a number of more than eight digits was seen */
};

struct numbers_kernel {
    /* Collects until fewer than NUMBERS_ROOM numbers have room, collect() also until a block has a
     * long number. False: it is the text that ends it, at *pos a block is not complete or not
     * plain. *pos stays behind a comma, or where it was. */
    bool (*collect)(struct number_batch *b);
    bool (*collect_long)(struct number_batch *b);
    /* One word a number: text to value. */
    void (*convert)(uint64_t *words, size_t count);
    /* Two words a number, the text's second half in the second word. */
    void (*convert_long)(uint64_t *values, const uint64_t *pairs, size_t count);
};

extern const struct numbers_kernel numbers_sse2, numbers_avx2, numbers_neon;

/* The one of a variant that cpu_has(); NULL for the scalar one, which is the plain loop. */
const struct numbers_kernel *numbers_kernel(enum cpu_variant v);

/* numbers_scan() with the given variant, one of those that cpu_has(). */
enum numbers_result numbers_scan_with(enum cpu_variant v, struct numbers *s, const uint8_t **pos,
                                      const uint8_t *end, uint64_t *out, size_t *count, size_t cap);

/* The plain loop: reads numbers that begin in [p, stop) and are followed by a comma with at most a
 * newline on each side, while `cap` and the bytes in front of `end` allow. Returns where the next
 * begins, or p. */
const uint8_t *numbers_plain(const uint8_t *p, const uint8_t *stop, const uint8_t *end,
                             uint64_t *out, size_t *count, size_t cap);

/* Of 64 bytes: the first byte is the lowest bit. */
struct block_masks {
    uint64_t digits, commas, newlines;
};

/* The bits from which on eight are set. */
static inline uint64_t runs_of_8(uint64_t m)
{
    m &= m >> 1;
    m &= m >> 2;
    return m & m >> 4;
}

/* Stores the text in front of the first end in the block at `p` as the one of number `n`. Without
 * an end the block's last byte stands for it. Returns the ends behind. */
static inline __attribute__((always_inline)) uint64_t
number_text(const uint8_t *p, uint64_t ends, uint64_t *words, size_t n, bool wide)
{
    const uint8_t *text_end = p + __builtin_ctzll(ends | UINT64_C(1) << 63);
    if (wide)
        memcpy(words + 2 * n, text_end - 16, 16);
    else
        memcpy(words + n, text_end - 8, 8);
    return ends & (ends - 1);
}

/* The step "collect", for a variant to instantiate with its functions and a constant `wide`.
 *
 * Bounds: a block lies in front of `end`. Of the 32 numbers that fit in it at most the last group's
 * words are empty, and stored nevertheless; `room` has NUMBERS_ROOM for them all. The lowest end
 * of a block is at bit 1, and the bytes from pos - NUMBERS_BEHIND on are readable. */
static inline __attribute__((always_inline)) bool
numbers_collect(struct number_batch *b, bool wide, struct block_masks (*classify)(const uint8_t *),
                unsigned (*count_ones)(uint64_t))
{
    const uint8_t *p = b->pos;
    uint64_t *words = b->words;
    size_t n = b->count;
    bool text_ends = false;
    uint64_t any_long = 0;
    while (b->room - n >= NUMBERS_ROOM) {
        text_ends = true;
        if (b->end - p < NUMBERS_BLOCK)
            break;
        struct block_masks m = classify(p);
        if (UNLIKELY(!m.commas))
            break;
        unsigned unused = (unsigned)__builtin_clzll(m.commas);
        uint64_t used = ~UINT64_C(0) >> unused;
        uint64_t digits = m.digits & used;
        /* In front of the block is a comma, or the array's beginning, where none may follow. */
        uint64_t behind_comma = m.commas << 1 | 1;
        /* Good are "," "\n," ",\n" and "\n,\n": with two commas or newlines in a row out, a newline
         * has a comma on exactly one side. */
        uint64_t wrong = ~(m.digits | m.commas | m.newlines) | (m.commas & behind_comma) |
                         (m.newlines & (m.newlines << 1 | ~(behind_comma ^ m.commas >> 1)));
        uint64_t eight = runs_of_8(digits);
        uint64_t nine = eight & digits >> 8;
        uint64_t too_long = wide ? eight & eight >> 8 & digits >> 16 : 0;
        if (UNLIKELY((wrong & used) | too_long))
            break;
        text_ends = false;
        any_long |= nine;
        if (!wide && UNLIKELY(nine))
            break;
        uint64_t ends = digits << 1 & ~m.digits;
        size_t in_block = count_ones(ends);
        for (size_t i = 0; i < in_block; i += NUMBERS_GROUP) {
            /* Written out: not all compilers unroll it, and that costs a third. */
            ends = number_text(p, ends, words, n + i, wide);
            ends = number_text(p, ends, words, n + i + 1, wide);
            ends = number_text(p, ends, words, n + i + 2, wide);
            ends = number_text(p, ends, words, n + i + 3, wide);
        }
        n += in_block;
        p += NUMBERS_BLOCK - unused;
    }
    b->pos = p;
    b->count = n;
    b->has_long = any_long != 0;
    return !text_ends;
}

#endif
