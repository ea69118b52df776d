/* Which vector instructions the kernels use: see cpu.h. */
#include "base/cpu.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[CPU_VARIANTS] = {
    [CPU_SCALAR] = "scalar",
    [CPU_SSE2] = "sse2",
    [CPU_AVX2] = "avx2",
    [CPU_NEON] = "neon",
};

const char *cpu_variant_name(enum cpu_variant v)
{
    return names[v];
}

static bool has_avx2(void)
{
#if CPU_BUILDS_X86
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
#else
    return false;
#endif
}

bool cpu_has(enum cpu_variant v)
{
    switch (v) {
    case CPU_SCALAR:
        return true;
    case CPU_SSE2:
        return CPU_BUILDS_X86;
    case CPU_AVX2:
        return has_avx2();
    case CPU_NEON:
        return CPU_BUILDS_NEON;
    default:
        return false;
    }
}

/* CPU_VARIANTS: `name` is none. */
static enum cpu_variant by_name(const char *name)
{
    unsigned v = 0;
    while (v < CPU_VARIANTS && strcmp(name, names[v]))
        v++;
    return (enum cpu_variant)v;
}

/* NULL: not set. An empty value is as good as none. */
static const char *chosen_name(void)
{
    const char *name = getenv("MORTEM_CPU");
    return name && *name ? name : NULL;
}

static enum cpu_variant choose(void)
{
    const char *name = chosen_name();
    enum cpu_variant v = name ? by_name(name) : CPU_VARIANTS;
    if (cpu_has(v))
        return v;
    for (v = CPU_NEON; !cpu_has(v); v--)
        ;
    return v;
}

enum cpu_variant cpu_variant(void)
{
    /* 0: not chosen yet. Threads that ask first at the same time choose the same. */
    static atomic_uint chosen;
    unsigned known = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (UNLIKELY(!known)) {
        known = choose() + 1u;
        atomic_store_explicit(&chosen, known, memory_order_relaxed);
    }
    return (enum cpu_variant)(known - 1);
}

bool cpu_check_choice(struct err *err)
{
    const char *name = chosen_name();
    char here[64] = "";
    size_t len = 0;
    if (!name || cpu_has(by_name(name)))
        return true;
    for (unsigned v = 0; v < CPU_VARIANTS; v++) {
        if (cpu_has((enum cpu_variant)v))
            len +=
                (size_t)snprintf(here + len, sizeof here - len, "%s%s", len ? ", " : "", names[v]);
    }
    return err_set(err, ERR_USAGE, 0, "MORTEM_CPU: expected one of %s on this machine, found %s",
                   here, name);
}
