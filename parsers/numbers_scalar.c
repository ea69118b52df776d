/* The plain loop of numbers_scan(): the scalar variant, and the others' way through what is left
 * over by their blocks.
 */
#include "parsers/numbers_kernels.h"

/* The longest number with its separators, "\n,\n", stays below this. */
#define FAST_MARGIN 32
#define MAX_DIGITS 19

/* Does not look at the chunk's end inside a number: every step reads at most MAX_DIGITS + 1 digits
 * and three separators, FAST_MARGIN bytes are there. */
const uint8_t *numbers_plain(const uint8_t *p, const uint8_t *stop, const uint8_t *end,
                             uint64_t *out, size_t *count, size_t cap)
{
    size_t n = *count;
    while (p < stop && end - p >= FAST_MARGIN && n < cap) {
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
