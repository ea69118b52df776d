/* The kernel for the inside of a JSON array of unsigned integers.
 *
 * Scans up to the closing bracket, in chunks of any size: a number that a chunk cuts is continued
 * in the next. Anything but digits, commas and white space stops it with NUMBERS_BAD at that byte.
 *
 * Rows as V8 writes them go at vector speed where the processor can (base/cpu.h, and how in
 * numbers_kernels.h); all else byte by byte, with the same result.
 */
#ifndef MORTEM_PARSERS_NUMBERS_H
#define MORTEM_PARSERS_NUMBERS_H

#include "base/base.h"

enum numbers_result {
    NUMBERS_MORE, /* the chunk is used up */
    NUMBERS_FULL, /* `out` is full */
    NUMBERS_END,  /* behind the closing bracket */
    NUMBERS_BAD,  /* *pos is the byte that cannot be there; see `bad` */
};

struct numbers {
    uint64_t value;    /* of the number being read */
    unsigned digits;   /* read of it so far, 0: none begun */
    bool after_number; /* a comma or the bracket must follow */
    bool after_comma;  /* a number must follow */
    const char *bad;   /* what was expected */
};

/* Reads numbers from [*pos, end) to out[*count..cap). What lies in `out` from the *count it ends
 * with to `cap` may have been written over. Nothing outside of [*pos, end) is read. */
enum numbers_result numbers_scan(struct numbers *s, const uint8_t **pos, const uint8_t *end,
                                 uint64_t *out, size_t *count, size_t cap);

#endif
