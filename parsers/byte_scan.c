/* Looking for bytes: see byte_scan.h. The plain variant, by which the others do what is left over
 * at the end, and the dispatch.
 */
#include "parsers/byte_scan_kernels.h"

static size_t count_newlines_plain(const uint8_t *p, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += p[i] == '\n';
    return count;
}

static const uint8_t *find_string_stop_plain(const uint8_t *p, const uint8_t *end)
{
    while (p < end && *p != '"' && *p != '\\' && *p >= 0x20)
        p++;
    return p;
}

const struct byte_scan_kernel byte_scan_scalar = {
    .count_newlines = count_newlines_plain,
    .find_string_stop = find_string_stop_plain,
};

static const struct byte_scan_kernel *const kernels[CPU_VARIANTS] = {
    [CPU_SCALAR] = &byte_scan_scalar,
#if CPU_BUILDS_X86
    [CPU_SSE2] = &byte_scan_sse2,
    [CPU_AVX2] = &byte_scan_avx2,
#endif
#if CPU_BUILDS_NEON
    [CPU_NEON] = &byte_scan_neon,
#endif
};

const struct byte_scan_kernel *byte_scan_kernel(enum cpu_variant v)
{
    return kernels[v];
}

size_t count_newlines(const uint8_t *p, size_t len)
{
    return kernels[cpu_variant()]->count_newlines(p, len);
}

const uint8_t *find_string_stop(const uint8_t *p, const uint8_t *end)
{
    return kernels[cpu_variant()]->find_string_stop(p, end);
}
