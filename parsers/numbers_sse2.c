/* The SSE2 variant of numbers_scan(): see numbers_kernels.h. */
#include "parsers/numbers_kernels.h"

#if CPU_BUILDS_X86

#include <emmintrin.h>

static inline uint64_t mask_of(__m128i a, __m128i b, __m128i c, __m128i d)
{
    uint32_t low = (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
    uint32_t high = (uint32_t)_mm_movemask_epi8(c) | (uint32_t)_mm_movemask_epi8(d) << 16;
    return low | (uint64_t)high << 32;
}

static inline __m128i is_digit(__m128i text)
{
    __m128i value = _mm_sub_epi8(text, _mm_set1_epi8('0'));
    return _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);
}

static inline uint64_t mask_equal(__m128i a, __m128i b, __m128i c, __m128i d, char byte)
{
    __m128i all = _mm_set1_epi8(byte);
    return mask_of(_mm_cmpeq_epi8(a, all), _mm_cmpeq_epi8(b, all), _mm_cmpeq_epi8(c, all),
                   _mm_cmpeq_epi8(d, all));
}

static inline struct block_masks classify(const uint8_t *p)
{
    __m128i a = _mm_loadu_si128((const __m128i *)p);
    __m128i b = _mm_loadu_si128((const __m128i *)(p + 16));
    __m128i c = _mm_loadu_si128((const __m128i *)(p + 32));
    __m128i d = _mm_loadu_si128((const __m128i *)(p + 48));
    return (struct block_masks){
        .digits = mask_of(is_digit(a), is_digit(b), is_digit(c), is_digit(d)),
        .commas = mask_equal(a, b, c, d, ','),
        .newlines = mask_equal(a, b, c, d, '\n'),
    };
}

/* Without the instruction, which SSE2 has not, gcc would call a function with a table. */
static inline unsigned count_ones(uint64_t m)
{
    const uint64_t twos = UINT64_C(0x3333333333333333), fours = UINT64_C(0x0F0F0F0F0F0F0F0F);
    m -= m >> 1 & UINT64_C(0x5555555555555555);
    m = (m & twos) + (m >> 2 & twos);
    m = (m + (m >> 4)) & fours;
    return (unsigned)(m * UINT64_C(0x0101010101010101) >> 56);
}

static bool collect(struct number_batch *b)
{
    return numbers_collect(b, false, classify, count_ones);
}

static bool collect_long(struct number_batch *b)
{
    return numbers_collect(b, true, classify, count_ones);
}

/* Two words of text to two values. *ret_in_front: not 0 where something was in front of the digits,
 * so that the word has them all. */
static inline __m128i to_values(__m128i text, __m128i *ret_in_front)
{
    const __m128i zero = _mm_set1_epi8('0');
    /* The last digit is the highest byte: what is in front goes down to the lowest. */
    __m128i in_front = _mm_cmplt_epi8(text, zero);
    in_front = _mm_or_si128(in_front, _mm_srli_epi64(in_front, 8));
    in_front = _mm_or_si128(in_front, _mm_srli_epi64(in_front, 16));
    in_front = _mm_or_si128(in_front, _mm_srli_epi64(in_front, 32));
    __m128i v = _mm_andnot_si128(in_front, _mm_sub_epi8(text, zero));
    /* Neighbours are joined: two digits, four, eight. */
    __m128i tens = _mm_and_si128(v, _mm_set1_epi16(0xFF));
    v = _mm_add_epi16(_mm_mullo_epi16(tens, _mm_set1_epi16(10)), _mm_srli_epi16(v, 8));
    v = _mm_madd_epi16(v, _mm_set1_epi32(1 << 16 | 100));
    v = _mm_or_si128(v, _mm_srli_epi64(v, 16));
    *ret_in_front = in_front;
    return _mm_madd_epi16(v, _mm_set1_epi64x(1 << 16 | 10000));
}

static void convert(uint64_t *words, size_t count)
{
    __m128i in_front;
    for (size_t i = 0; i < count; i += 2) {
        __m128i *two = (__m128i *)(words + i);
        _mm_storeu_si128(two, to_values(_mm_loadu_si128(two), &in_front));
    }
}

static void convert_long(uint64_t *values, const uint64_t *pairs, size_t count)
{
    for (size_t i = 0; i < count; i += 2) {
        __m128i in_front, ignored;
        __m128i a = _mm_loadu_si128((const __m128i *)(pairs + 2 * i));
        __m128i b = _mm_loadu_si128((const __m128i *)(pairs + 2 * i + 2));
        __m128i low = to_values(_mm_unpackhi_epi64(a, b), &in_front);
        __m128i high = to_values(_mm_unpacklo_epi64(a, b), &ignored);
        /* What is in front went down to the lowest byte: the lower half tells, and is multiplied.
         */
        __m128i all = _mm_cmpeq_epi32(in_front, _mm_setzero_si128());
        high = _mm_mul_epu32(_mm_and_si128(high, all), _mm_set1_epi64x(100000000));
        _mm_storeu_si128((__m128i *)(values + i), _mm_add_epi64(low, high));
    }
}

const struct numbers_kernel numbers_sse2 = {
    .collect = collect,
    .collect_long = collect_long,
    .convert = convert,
    .convert_long = convert_long,
};

#endif
