/* The NEON variant of numbers_scan(): see numbers_kernels.h. */
#include "parsers/numbers_kernels.h"

#if CPU_BUILDS_NEON

#include <arm_neon.h>

/* Of bytes that are all ones or 0: one bit a byte, by adding neighbours up three times. */
static inline uint64_t mask_of(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
    const uint8x16_t bits = vreinterpretq_u8_u64(vdupq_n_u64(UINT64_C(0x8040201008040201)));
    uint8x16_t low = vpaddq_u8(vandq_u8(a, bits), vandq_u8(b, bits));
    uint8x16_t high = vpaddq_u8(vandq_u8(c, bits), vandq_u8(d, bits));
    low = vpaddq_u8(low, high);
    low = vpaddq_u8(low, low);
    return vgetq_lane_u64(vreinterpretq_u64_u8(low), 0);
}

static inline uint8x16_t is_digit(uint8x16_t text)
{
    return vcleq_u8(vsubq_u8(text, vdupq_n_u8('0')), vdupq_n_u8(9));
}

static inline uint64_t mask_equal(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d,
                                  uint8_t byte)
{
    uint8x16_t all = vdupq_n_u8(byte);
    return mask_of(vceqq_u8(a, all), vceqq_u8(b, all), vceqq_u8(c, all), vceqq_u8(d, all));
}

static inline struct block_masks classify(const uint8_t *p)
{
    uint8x16_t a = vld1q_u8(p), b = vld1q_u8(p + 16);
    uint8x16_t c = vld1q_u8(p + 32), d = vld1q_u8(p + 48);
    return (struct block_masks){
        .digits = mask_of(is_digit(a), is_digit(b), is_digit(c), is_digit(d)),
        .commas = mask_equal(a, b, c, d, ','),
        .newlines = mask_equal(a, b, c, d, '\n'),
    };
}

static inline unsigned count_ones(uint64_t m)
{
    return (unsigned)__builtin_popcountll(m);
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
static inline uint64x2_t to_values(uint64x2_t words, uint64x2_t *ret_in_front)
{
    const uint8x16_t zero = vdupq_n_u8('0');
    /* The last digit becomes the lowest byte; the digits end below the lowest byte in front. */
    uint8x16_t text = vrev64q_u8(vreinterpretq_u8_u64(words));
    uint64x2_t in_front = vreinterpretq_u64_u8(vcltq_u8(text, zero));
    uint64x2_t digits = vbicq_u64(vsubq_u64(in_front, vdupq_n_u64(1)), in_front);
    uint16x8_t v =
        vreinterpretq_u16_u64(vandq_u64(vreinterpretq_u64_u8(vsubq_u8(text, zero)), digits));
    /* Neighbours are joined: two digits, four, eight. */
    v = vmlaq_n_u16(vandq_u16(v, vdupq_n_u16(0xFF)), vshrq_n_u16(v, 8), 10);
    uint32x4_t fours = vreinterpretq_u32_u16(v);
    fours = vmlaq_n_u32(vandq_u32(fours, vdupq_n_u32(0xFFFF)), vshrq_n_u32(fours, 16), 100);
    uint64x2_t halves = vreinterpretq_u64_u32(fours);
    *ret_in_front = in_front;
    return vmlal_n_u32(vandq_u64(halves, vdupq_n_u64(0xFFFFFFFF)), vshrn_n_u64(halves, 32), 10000);
}

static void convert(uint64_t *words, size_t count)
{
    uint64x2_t in_front;
    for (size_t i = 0; i < count; i += 2)
        vst1q_u64(words + i, to_values(vld1q_u64(words + i), &in_front));
}

static void convert_long(uint64_t *values, const uint64_t *pairs, size_t count)
{
    for (size_t i = 0; i < count; i += 2) {
        uint64x2_t in_front, ignored;
        uint64x2x2_t halves = vld2q_u64(pairs + 2 * i);
        uint64x2_t low = to_values(halves.val[1], &in_front);
        uint64x2_t high = to_values(halves.val[0], &ignored);
        high = vandq_u64(high, vceqzq_u64(in_front));
        vst1q_u64(values + i, vmlal_n_u32(low, vmovn_u64(high), 100000000));
    }
}

const struct numbers_kernel numbers_neon = {
    .collect = collect,
    .collect_long = collect_long,
    .convert = convert,
    .convert_long = convert_long,
};

#endif
