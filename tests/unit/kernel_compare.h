/* Runs every variant of a kernel that this machine has on the same bytes, for test_kernels and the
 * fuzz target.
 *
 * The bytes lie against a page that cannot be touched, behind them and in another run in front, so
 * that a read outside of them ends the program. Needs neither cmocka nor any library: the tests of
 * other processors' variants are built by a cross compiler.
 */
#ifndef MORTEM_TESTS_UNIT_KERNEL_COMPARE_H
#define MORTEM_TESTS_UNIT_KERNEL_COMPARE_H

#include "base/base.h"

#define COMPARE_BYTES_MAX ((size_t)1 << 16)

/* Each returns NULL when all agree, else the name of a variant that does not. */

/* numbers_scan() on `text` (up to COMPARE_BYTES_MAX) in chunks, the first of `first` bytes, with
 * room for `room` numbers at a time: each call of each variant does exactly what the scalar one's
 * does, nothing is written behind the room, and all is as when it is fed byte by byte. */
const char *compare_numbers(const uint8_t *text, size_t len, size_t first, size_t chunk,
                            size_t room);

/* count_newlines() and find_string_stop() on `bytes`. */
const char *compare_byte_scans(const uint8_t *bytes, size_t len);

#endif
