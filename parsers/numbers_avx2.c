/* The AVX2 variant of numbers_scan(): see numbers_kernels.h. */
#include "parsers/numbers_kernels.h"

#if CPU_BUILDS_X86

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))

static inline TARGET uint64_t mask_of(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

static inline TARGET __m256i is_digit(__m256i text)
{
    __m256i value = _mm256_sub_epi8(text, _mm256_set1_epi8('0'));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value);
}

static inline TARGET struct block_masks classify(const uint8_t *p)
{
    const __m256i comma = _mm256_set1_epi8(','), newline = _mm256_set1_epi8('\n');
    __m256i low = _mm256_loadu_si256((const __m256i *)p);
    __m256i high = _mm256_loadu_si256((const __m256i *)(p + 32));
    return (struct block_masks){
        .digits = mask_of(is_digit(low), is_digit(high)),
        .commas = mask_of(_mm256_cmpeq_epi8(low, comma), _mm256_cmpeq_epi8(high, comma)),
        .newlines = mask_of(_mm256_cmpeq_epi8(low, newline), _mm256_cmpeq_epi8(high, newline)),
    };
}

static inline TARGET unsigned count_ones(uint64_t m)
{
    return (unsigned)__builtin_popcountll(m);
}

static TARGET bool collect(struct number_batch *b)
{
    return numbers_collect(b, false, classify, count_ones);
}

static TARGET bool collect_long(struct number_batch *b)
{
    return numbers_collect(b, true, classify, count_ones);
}

/* Four words of text to four values. *ret_in_front: not 0 where something was in front of the
 * digits, so that the word has them all. */
static inline TARGET __m256i to_values(__m256i text, __m256i *ret_in_front)
{
    const __m256i backwards =
        _mm256_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1,
                         0, 15, 14, 13, 12, 11, 10, 9, 8);
    const __m256i zero = _mm256_set1_epi8('0');
    /* The last digit becomes the lowest byte; the digits end below the lowest byte in front. */
    text = _mm256_shuffle_epi8(text, backwards);
    __m256i in_front = _mm256_cmpgt_epi8(zero, text);
    __m256i digits =
        _mm256_andnot_si256(in_front, _mm256_add_epi64(in_front, _mm256_set1_epi64x(-1)));
    __m256i v = _mm256_and_si256(_mm256_sub_epi8(text, zero), digits);
    /* Neighbours are joined: two digits, four, eight. */
    v = _mm256_maddubs_epi16(v, _mm256_set1_epi16(10 << 8 | 1));
    v = _mm256_madd_epi16(v, _mm256_set1_epi32(100 << 16 | 1));
    v = _mm256_or_si256(v, _mm256_srli_epi64(v, 16));
    *ret_in_front = in_front;
    return _mm256_madd_epi16(v, _mm256_set1_epi64x(10000 << 16 | 1));
}

static TARGET void convert(uint64_t *words, size_t count)
{
    __m256i in_front;
    for (size_t i = 0; i < count; i += 4) {
        __m256i *four = (__m256i *)(words + i);
        _mm256_storeu_si256(four, to_values(_mm256_loadu_si256(four), &in_front));
    }
}

static TARGET void convert_long(uint64_t *values, const uint64_t *pairs, size_t count)
{
    for (size_t i = 0; i < count; i += 4) {
        __m256i in_front, ignored;
        __m256i a = _mm256_loadu_si256((const __m256i *)(pairs + 2 * i));
        __m256i b = _mm256_loadu_si256((const __m256i *)(pairs + 2 * i + 4));
        __m256i low = to_values(_mm256_unpackhi_epi64(a, b), &in_front);
        __m256i high = to_values(_mm256_unpacklo_epi64(a, b), &ignored);
        high = _mm256_and_si256(high, _mm256_cmpeq_epi64(in_front, _mm256_setzero_si256()));
        high = _mm256_mul_epu32(high, _mm256_set1_epi64x(100000000));
        /* The unpacking has left them in the order 0 2 1 3. */
        __m256i four = _mm256_permute4x64_epi64(_mm256_add_epi64(low, high), 0xD8);
        _mm256_storeu_si256((__m256i *)(values + i), four);
    }
}

const struct numbers_kernel numbers_avx2 = {
    .collect = collect,
    .collect_long = collect_long,
    .convert = convert,
    .convert_long = convert_long,
};

#endif
