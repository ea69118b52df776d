/* Words every file uses: attributes and small checked arithmetic.
 *
 * WARN_UNUSED marks a function whose result must be looked at (all that return
 * bool for success); PRINTF_LIKE lets the compiler check a format.
 */
#ifndef MORTEM_BASE_BASE_H
#define MORTEM_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
