/* All variants of the kernels against each other: see kernel_compare.h. */
#include "tests/unit/kernel_compare.h"

#include "parsers/byte_scan_kernels.h"
#include "parsers/numbers_kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Stands behind the room for numbers. */
#define CANARY UINT64_C(0xDEADBEEFCAFEF00D)

struct fence {
    uint8_t *start, *end; /* what can be touched */
};

struct outcome {
    enum numbers_result result;
    struct numbers state;
    size_t used, count;
    uint64_t *values;
    uint64_t calls; /* a hash of what each call returned */
    bool overrun;
};

static void *or_die(void *p)
{
    if (!p || p == MAP_FAILED) {
        perror("no memory for the comparison");
        exit(1);
    }
    return p;
}

/* Made once: most comparisons are short. */
static const struct fence *the_fence(void)
{
    static struct fence f;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t inside = (COMPARE_BYTES_MAX + page - 1) / page * page;
    if (f.start)
        return &f;
    uint8_t *all = or_die(mmap(NULL, inside + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0));
    f.start = all + page;
    f.end = f.start + inside;
    if (mprotect(f.start, inside, PROT_READ | PROT_WRITE))
        or_die(NULL);
    return &f;
}

static const uint8_t *fence_put(const struct fence *f, const uint8_t *bytes, size_t len,
                                bool at_end)
{
    uint8_t *place = at_end ? f->end - len : f->start;
    if (len)
        memcpy(place, bytes, len);
    return place;
}

static void note(struct outcome *o, uint64_t x)
{
    o->calls = (o->calls ^ x) * UINT64_C(0x9E3779B97F4A7C15);
    o->calls ^= o->calls >> 29;
}

/* One chunk, in as many calls as the room takes. */
static void scan_chunk(enum cpu_variant v, const uint8_t *chunk, size_t len, size_t room,
                       struct outcome *o)
{
    const uint8_t *pos = chunk;
    do {
        uint64_t *values = o->values + o->count;
        size_t count = 0;
        values[room] = CANARY;
        o->result = numbers_scan_with(v, &o->state, &pos, chunk + len, values, &count, room);
        o->overrun |= values[room] != CANARY || count > room;
        o->count += count;
        note(o, (uint64_t)(pos - chunk) << 3 | o->result);
        note(o, count);
    } while (o->result == NUMBERS_FULL && !o->overrun);
    o->used += (size_t)(pos - chunk);
}

static void scan_all(enum cpu_variant v, const struct fence *f, bool at_end, const uint8_t *text,
                     size_t len, size_t first, size_t chunk, size_t room, struct outcome *o)
{
    uint64_t *values = o->values;
    *o = (struct outcome){.values = values};
    size_t piece = min_u64(first, len);
    while (o->used < len && o->result == NUMBERS_MORE && !o->overrun) {
        scan_chunk(v, fence_put(f, text + o->used, piece, at_end), piece, room, o);
        piece = min_u64(chunk, len - o->used);
    }
}

static bool same_result(const struct outcome *a, const struct outcome *b)
{
    return a->result == b->result && a->used == b->used && a->count == b->count &&
           !memcmp(a->values, b->values, a->count * sizeof *a->values) &&
           a->state.value == b->state.value && a->state.digits == b->state.digits &&
           a->state.after_number == b->state.after_number &&
           a->state.after_comma == b->state.after_comma && a->state.bad == b->state.bad;
}

static const char *compare_variant(enum cpu_variant v, const struct fence *f,
                                   const struct outcome *by_byte, struct outcome *scalar,
                                   struct outcome *o, const uint8_t *text, size_t len, size_t first,
                                   size_t chunk, size_t room)
{
    for (int at_end = 0; at_end < 2; at_end++) {
        scan_all(v, f, at_end, text, len, first, chunk, room, o);
        if (o->overrun || !same_result(o, by_byte) || (v && o->calls != scalar->calls))
            return cpu_variant_name(v);
        if (v == CPU_SCALAR)
            scalar->calls = o->calls;
    }
    return NULL;
}

const char *compare_numbers(const uint8_t *text, size_t len, size_t first, size_t chunk,
                            size_t room)
{
    const struct fence *f = the_fence();
    struct outcome by_byte = {0}, scalar = {0}, o = {0};
    const char *bad = NULL;
    size_t most = len + 2 + (room > len ? room : len);
    by_byte.values = or_die(malloc(most * sizeof *by_byte.values));
    o.values = or_die(malloc(most * sizeof *o.values));
    scan_all(CPU_SCALAR, f, true, text, len, 1, 1, len + 1, &by_byte);
    for (unsigned v = 0; v < CPU_VARIANTS && !bad; v++) {
        if (cpu_has((enum cpu_variant)v))
            bad = compare_variant((enum cpu_variant)v, f, &by_byte, &scalar, &o, text, len, first,
                                  chunk, room);
    }
    free(by_byte.values);
    free(o.values);
    return bad;
}

static bool same_byte_scans(const struct byte_scan_kernel *k, const uint8_t *bytes, size_t len)
{
    const struct byte_scan_kernel *plain = &byte_scan_scalar;
    const uint8_t *end = bytes + len;
    if (k->count_newlines(bytes, len) != plain->count_newlines(bytes, len))
        return false;
    /* From one stop to the next, as the parser of strings does, and from a few bytes behind. */
    for (const uint8_t *p = bytes; p < end; p++) {
        const uint8_t *stop = plain->find_string_stop(p, end);
        if (k->find_string_stop(p, end) != stop)
            return false;
        if (stop - p > 3 && k->find_string_stop(p + 3, end) != stop)
            return false;
        p = stop;
    }
    return k->find_string_stop(end, end) == end;
}

const char *compare_byte_scans(const uint8_t *bytes, size_t len)
{
    const struct fence *f = the_fence();
    const char *bad = NULL;
    for (unsigned v = 0; v < CPU_VARIANTS && !bad; v++) {
        for (int at_end = 0; at_end < 2 && cpu_has((enum cpu_variant)v) && !bad; at_end++) {
            if (!same_byte_scans(byte_scan_kernel((enum cpu_variant)v),
                                 fence_put(f, bytes, len, at_end), len))
                bad = cpu_variant_name((enum cpu_variant)v);
        }
    }
    return bad;
}
