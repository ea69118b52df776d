/* The variants of byte_scan.h: for byte_scan.c, the variants and their tests. */
#ifndef MORTEM_PARSERS_BYTE_SCAN_KERNELS_H
#define MORTEM_PARSERS_BYTE_SCAN_KERNELS_H

#include "base/cpu.h"
#include "parsers/byte_scan.h"

struct byte_scan_kernel {
    size_t (*count_newlines)(const uint8_t *p, size_t len);
    const uint8_t *(*find_string_stop)(const uint8_t *p, const uint8_t *end);
};

/* The one of a variant that cpu_has(). */
const struct byte_scan_kernel *byte_scan_kernel(enum cpu_variant v);

extern const struct byte_scan_kernel byte_scan_scalar, byte_scan_sse2, byte_scan_avx2,
    byte_scan_neon;

/* A byte counter overflows after so many additions. */
#define BYTE_COUNTER_MAX 255

#endif
