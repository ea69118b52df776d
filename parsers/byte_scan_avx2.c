/* The AVX2 variant of byte_scan.h. */
#include "parsers/byte_scan_kernels.h"

#if CPU_BUILDS_X86

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define STEP 64

static TARGET size_t count_newlines_avx2(const uint8_t *p, size_t len)
{
    const __m256i newline = _mm256_set1_epi8('\n'), zero = _mm256_setzero_si256();
    const uint8_t *end = p + len;
    __m256i sums = zero;
    while (end - p >= STEP) {
        /* Two counters a byte position, added up before they overflow. */
        __m256i a = zero, b = zero;
        for (int i = 0; i < BYTE_COUNTER_MAX && end - p >= STEP; i++, p += STEP) {
            __m256i low = _mm256_loadu_si256((const __m256i *)p);
            __m256i high = _mm256_loadu_si256((const __m256i *)(p + 32));
            a = _mm256_sub_epi8(a, _mm256_cmpeq_epi8(low, newline));
            b = _mm256_sub_epi8(b, _mm256_cmpeq_epi8(high, newline));
        }
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(a, zero));
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(b, zero));
    }
    uint64_t parts[4];
    _mm256_storeu_si256((__m256i *)parts, sums);
    return (size_t)(parts[0] + parts[1] + parts[2] + parts[3]) +
           byte_scan_scalar.count_newlines(p, (size_t)(end - p));
}

static TARGET const uint8_t *find_string_stop_avx2(const uint8_t *p, const uint8_t *end)
{
    const __m256i quote = _mm256_set1_epi8('"'), backslash = _mm256_set1_epi8('\\');
    const __m256i last_control = _mm256_set1_epi8(0x1F);
    for (; end - p >= 32; p += 32) {
        __m256i text = _mm256_loadu_si256((const __m256i *)p);
        __m256i escape =
            _mm256_or_si256(_mm256_cmpeq_epi8(text, quote), _mm256_cmpeq_epi8(text, backslash));
        __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(text, last_control), text);
        unsigned stops = (unsigned)_mm256_movemask_epi8(_mm256_or_si256(escape, control));
        if (stops)
            return p + __builtin_ctz(stops);
    }
    return byte_scan_scalar.find_string_stop(p, end);
}

const struct byte_scan_kernel byte_scan_avx2 = {
    .count_newlines = count_newlines_avx2,
    .find_string_stop = find_string_stop_avx2,
};

#endif
