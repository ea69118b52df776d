/* Which vector instructions the kernels use.
 *
 * Kernels that come in variants (parsers/numbers, parsers/byte_scan) keep one table, indexed by
 * enum cpu_variant. The variant is the best one that is built in and that this processor has,
 * chosen at the first question and the same for the whole process. The environment variable
 * MORTEM_CPU=scalar|sse2|avx2|neon asks for another, for tests and measurements. All variants give
 * the same results.
 */
#ifndef MORTEM_BASE_CPU_H
#define MORTEM_BASE_CPU_H

#include "base/err.h"

enum cpu_variant {
    CPU_SCALAR, /* plain C, everywhere */
    CPU_SSE2,   /* every x86-64 */
    CPU_AVX2,   /* with BMI1, BMI2 and POPCNT */
    CPU_NEON,   /* every aarch64, little-endian */
    CPU_VARIANTS,
};

/* Which variants are compiled in: the kernels' files hold nothing where theirs is not. */
#if defined(__x86_64__)
#define CPU_BUILDS_X86 1
#else
#define CPU_BUILDS_X86 0
#endif
#if defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define CPU_BUILDS_NEON 1
#else
#define CPU_BUILDS_NEON 0
#endif

/* The one in use. Cheap, and safe from any thread. */
enum cpu_variant cpu_variant(void);

/* Does it run here? */
bool cpu_has(enum cpu_variant v);

const char *cpu_variant_name(enum cpu_variant v);

/* False, with an ERR_USAGE, when MORTEM_CPU is set to something that is no variant or does not run
 * here. cpu_variant() ignores such a value; the command line calls this once, to say so. */
bool cpu_check_choice(struct err *err) WARN_UNUSED;

#endif
