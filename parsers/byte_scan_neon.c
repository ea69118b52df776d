/* The NEON variant of byte_scan.h. */
#include "parsers/byte_scan_kernels.h"

#if CPU_BUILDS_NEON

#include <arm_neon.h>

#define STEP 32

static size_t count_newlines_neon(const uint8_t *p, size_t len)
{
    const uint8x16_t newline = vdupq_n_u8('\n');
    const uint8_t *end = p + len;
    size_t count = 0;
    while (end - p >= STEP) {
        /* Two counters a byte position, added up before they overflow. */
        uint8x16_t a = vdupq_n_u8(0), b = a;
        for (int i = 0; i < BYTE_COUNTER_MAX && end - p >= STEP; i++, p += STEP) {
            a = vsubq_u8(a, vceqq_u8(vld1q_u8(p), newline));
            b = vsubq_u8(b, vceqq_u8(vld1q_u8(p + 16), newline));
        }
        count += (size_t)vaddlvq_u8(a) + vaddlvq_u8(b);
    }
    return count + byte_scan_scalar.count_newlines(p, (size_t)(end - p));
}

static const uint8_t *find_string_stop_neon(const uint8_t *p, const uint8_t *end)
{
    for (; end - p >= 16; p += 16) {
        uint8x16_t text = vld1q_u8(p);
        uint8x16_t escape =
            vorrq_u8(vceqq_u8(text, vdupq_n_u8('"')), vceqq_u8(text, vdupq_n_u8('\\')));
        uint8x16_t stop = vorrq_u8(escape, vcltq_u8(text, vdupq_n_u8(0x20)));
        /* Four bits a byte. */
        uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(stop), 4);
        uint64_t stops = vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
        if (stops)
            return p + __builtin_ctzll(stops) / 4;
    }
    return byte_scan_scalar.find_string_stop(p, end);
}

const struct byte_scan_kernel byte_scan_neon = {
    .count_newlines = count_newlines_neon,
    .find_string_stop = find_string_stop_neon,
};

#endif
