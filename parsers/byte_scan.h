/* Looking for bytes, many at a time: in the variants of base/cpu.h, all with the same result.
 * Neither reads a byte outside of what it is given.
 */
#ifndef MORTEM_PARSERS_BYTE_SCAN_H
#define MORTEM_PARSERS_BYTE_SCAN_H

#include "base/base.h"

/* How many '\n' are in [p, p + len). */
size_t count_newlines(const uint8_t *p, size_t len);

/* The first byte in [p, end) that plain text of a JSON string cannot hold: a quote, a backslash or
 * a control character. `end` when there is none. */
const uint8_t *find_string_stop(const uint8_t *p, const uint8_t *end);

#endif
