/* The SSE2 variant of byte_scan.h. */
#include "parsers/byte_scan_kernels.h"

#if CPU_BUILDS_X86

#include <emmintrin.h>

#define STEP 32

static size_t count_newlines_sse2(const uint8_t *p, size_t len)
{
    const __m128i newline = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
    const uint8_t *end = p + len;
    __m128i sums = zero;
    while (end - p >= STEP) {
        /* Two counters a byte position, added up before they overflow. */
        __m128i a = zero, b = zero;
        for (int i = 0; i < BYTE_COUNTER_MAX && end - p >= STEP; i++, p += STEP) {
            __m128i low = _mm_loadu_si128((const __m128i *)p);
            __m128i high = _mm_loadu_si128((const __m128i *)(p + 16));
            a = _mm_sub_epi8(a, _mm_cmpeq_epi8(low, newline));
            b = _mm_sub_epi8(b, _mm_cmpeq_epi8(high, newline));
        }
        sums = _mm_add_epi64(sums, _mm_sad_epu8(a, zero));
        sums = _mm_add_epi64(sums, _mm_sad_epu8(b, zero));
    }
    uint64_t parts[2];
    _mm_storeu_si128((__m128i *)parts, sums);
    return (size_t)(parts[0] + parts[1]) + byte_scan_scalar.count_newlines(p, (size_t)(end - p));
}

static const uint8_t *find_string_stop_sse2(const uint8_t *p, const uint8_t *end)
{
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1F);
    for (; end - p >= 16; p += 16) {
        __m128i text = _mm_loadu_si128((const __m128i *)p);
        __m128i escape = _mm_or_si128(_mm_cmpeq_epi8(text, quote), _mm_cmpeq_epi8(text, backslash));
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(text, last_control), text);
        unsigned stops = (unsigned)_mm_movemask_epi8(_mm_or_si128(escape, control));
        if (stops)
            return p + __builtin_ctz(stops);
    }
    return byte_scan_scalar.find_string_stop(p, end);
}

const struct byte_scan_kernel byte_scan_sse2 = {
    .count_newlines = count_newlines_sse2,
    .find_string_stop = find_string_stop_sse2,
};

#endif
