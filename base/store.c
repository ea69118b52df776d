/* The columns of a store: how they are mapped, see store.h. */
#include "base/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/store_file.h"

/* A column grows by an eighth, but by no more than this. */
#define GROW_BYTES_MAX ((uint64_t)64 << 20)
/* How many times its size a column that has grown finds free behind it. */
#define ADDRESS_FACTOR 8
/* What part of its size a column may waste at its end. */
#define WASTE_SHARE 16
/* What is smaller stays: writing to a page again costs more than the room is worth. */
#define COOL_BYTES_LEAST ((uint64_t)16 << 20)
#define POPULATE_BYTES (4 * STORE_EXTENT_BYTES)

#ifdef MAP_NORESERVE
#define RESERVE_FLAGS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
#else
#define RESERVE_FLAGS (MAP_PRIVATE | MAP_ANONYMOUS)
#endif

static uint64_t round_up(uint64_t bytes, uint64_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

/* Slots are faulted in a small page at a time, which costs more than what a large column wastes
 * when it has whole extents only. */
static uint64_t round_up_column(uint64_t bytes)
{
    uint64_t slots = round_up(max_u64(bytes, 1), STORE_SLOT_BYTES);
    uint64_t whole = round_up(slots, STORE_EXTENT_BYTES);
    return (whole - slots) * WASTE_SHARE <= slots ? whole : slots;
}

/* Bytes for `count` elements, at least a slot so that there is always a mapping. */
static bool column_bytes(uint64_t count, uint32_t elem, uint64_t *ret_bytes, struct err *err)
{
    if (count > (UINT64_MAX / 4) / elem || count * elem > (uint64_t)INT64_MAX / 4)
        return err_set(err, ERR_RESOURCE, 0, "a column of %llu elements is beyond any machine",
                       (unsigned long long)count);
    *ret_bytes = round_up_column(count * elem);
    return true;
}

/* -- mappings -- */

char *store_addresses(uint64_t bytes)
{
    uint64_t more = bytes < STORE_EXTENT_BYTES ? 0 : STORE_EXTENT_BYTES;
    char *room = mmap(NULL, bytes + more, PROT_NONE, RESERVE_FLAGS, -1, 0);
    if (room == MAP_FAILED)
        return NULL;
    if (!more)
        return room;
    uint64_t skip = -(uintptr_t)room % more;
    if (skip)
        munmap(room, skip);
    munmap(room + skip + bytes, more - skip);
    return room + skip;
}

/* Faulting a page in costs many times what filling it costs: many of them in one call, but not so
 * many that another thread has to wait long to map something. A kernel without the call (before
 * 5.14) faults them one by one. */
static void populate(char *at, uint64_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    for (uint64_t step; bytes; at += step, bytes -= step) {
        step = min_u64(bytes, POPULATE_BYTES);
        if (madvise(at, step, MADV_POPULATE_WRITE))
            return;
    }
#else
    (void)at, (void)bytes;
#endif
}

/* Maps runs one behind the other over reserved addresses; neighbours in the file at once. */
static bool map_runs(const struct store *s, char *at, const struct store_runs *r)
{
    for (uint32_t i = 0; i < r->count;) {
        uint32_t first = r->all[i].slot, end = first;
        while (i < r->count && r->all[i].slot == end)
            end += r->all[i++].count;
        uint64_t bytes = (end - first) * STORE_SLOT_BYTES;
        off_t offset = (off_t)(first * STORE_SLOT_BYTES);
        if (mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, s->fd, offset) ==
            MAP_FAILED)
            return false;
#ifdef MADV_HUGEPAGE
        (void)madvise(at, bytes, MADV_HUGEPAGE);
#endif
        at += bytes;
    }
    return true;
}

static bool cannot_map(uint64_t bytes, int errnum, struct err *err)
{
    return err_set(err, ERR_RESOURCE, 0, "cannot map a column of %llu bytes: %s",
                   (unsigned long long)bytes, strerror(errnum));
}

/* -- growth -- */

/* What stays where it is when a column grows: all but the part of an extent at its end. */
static struct store_runs whole_extents(const struct column *c)
{
    struct store_runs whole = c->runs;
    whole.count -= c->mapped_bytes % STORE_EXTENT_BYTES != 0;
    return whole;
}

static void append_runs(struct column *c, struct store_runs *added, uint64_t bytes)
{
    memcpy(c->runs.all + c->runs.count, added->all, added->count * sizeof *added->all);
    c->runs.count += added->count;
    free(added->all);
    c->mapped_bytes = bytes;
    c->capacity = bytes / c->elem;
}

/* Behind what is mapped, where the addresses are kept. */
static bool grow_in_place(struct column *c, struct store_runs *added, uint64_t bytes,
                          struct err *err)
{
    char *end = (char *)c->data + c->mapped_bytes;
    if (!map_runs(c->store, end, added)) {
        int errnum = errno;
        munmap(end, c->address_bytes - c->mapped_bytes);
        c->address_bytes = c->mapped_bytes;
        return cannot_map(bytes, errnum, err);
    }
    populate(end, bytes - c->mapped_bytes);
    append_runs(c, added, bytes);
    return true;
}

/* All of it at other addresses, the new first, so that a failure changes nothing. The part of an
 * extent at the old end is copied to where a whole one is now. */
static bool grow_elsewhere(struct column *c, struct store_runs *added, uint64_t bytes,
                           struct err *err)
{
    const struct store_runs whole = whole_extents(c);
    uint64_t kept = c->mapped_bytes / STORE_EXTENT_BYTES * STORE_EXTENT_BYTES;
    uint64_t room = c->data && bytes >= STORE_EXTENT_BYTES ? bytes * ADDRESS_FACTOR : bytes;
    char *at = store_addresses(room);
    if (!at && room > bytes)
        at = store_addresses(room = bytes);
    if (!at)
        return cannot_map(bytes, errno, err);
    if (!map_runs(c->store, at, &whole) || !map_runs(c->store, at + kept, added)) {
        int errnum = errno;
        munmap(at, room);
        return cannot_map(bytes, errnum, err);
    }
    populate(at + kept, bytes - kept);
    if (c->data) {
        memcpy(at + kept, (char *)c->data + kept, c->mapped_bytes - kept);
        munmap(c->data, c->address_bytes);
    }
    if (whole.count < c->runs.count)
        store_give(c->store, c->runs.all[--c->runs.count]);
    c->data = at;
    c->address_bytes = room;
    append_runs(c, added, bytes);
    return true;
}

static bool grow(struct column *c, uint64_t bytes, struct err *err)
{
    struct store_runs added = {0};
    uint64_t kept = c->mapped_bytes / STORE_EXTENT_BYTES * STORE_EXTENT_BYTES;
    if (!store_take(c->store, bytes - kept, bytes, &added, err))
        return false;
    /* one more for column_fit() */
    bool ok = store_runs_reserve(&c->runs, added.count + 1, err) &&
              (kept && kept == c->mapped_bytes && bytes <= c->address_bytes
                   ? grow_in_place(c, &added, bytes, err)
                   : grow_elsewhere(c, &added, bytes, err));
    if (!ok)
        store_runs_release(c->store, &added);
    return ok;
}

/* -- columns -- */

/* What other columns left there. New parts of a file are zeros. */
static void clear_used(struct column *c)
{
    char *at = c->data;
    const char *end = at + c->count * c->elem;
    for (uint32_t i = 0; i < c->runs.count && at < end; i++) {
        uint64_t bytes = store_run_bytes(c->runs.all[i]);
        if (!c->runs.all[i].fresh)
            memset(at, 0, min_u64(bytes, (uint64_t)(end - at)));
        at += bytes;
    }
}

bool column_make_raw(struct column *c, struct store *s, const char *what, uint32_t elem,
                     uint64_t count, struct err *err)
{
    uint64_t bytes = 0;
    struct column made = {.store = s, .elem = elem, .count = count};
    if (!column_bytes(count, elem, &bytes, err) || !grow(&made, bytes, err)) {
        free(made.runs.all);
        return err_prefix(err, what);
    }
    column_release(c);
    *c = made;
    return true;
}

bool column_make(struct column *c, struct store *s, const char *what, uint32_t elem, uint64_t count,
                 struct err *err)
{
    if (!column_make_raw(c, s, what, elem, count, err))
        return false;
    clear_used(c);
    return true;
}

/* More than was asked for, so that growing is seldom: a small column doubles. */
static uint64_t comfortable_bytes(uint64_t mapped)
{
    if (mapped < STORE_EXTENT_BYTES)
        return mapped * 2;
    return round_up(mapped + min_u64(mapped / 8, GROW_BYTES_MAX), STORE_EXTENT_BYTES);
}

bool column_reserve(struct column *c, uint64_t more, struct err *err)
{
    if (LIKELY(c->capacity - c->count >= more))
        return true;
    uint64_t bytes = 0;
    if (more > UINT64_MAX / 8 || !column_bytes(c->count + more, c->elem, &bytes, err))
        return false;
    bytes = max_u64(bytes, comfortable_bytes(c->mapped_bytes));
    if (bytes > STORE_EXTENT_BYTES)
        bytes = round_up(bytes, STORE_EXTENT_BYTES);
    return grow(c, bytes, err);
}

/* Gives back the last run's slots behind the first `keep`. What is left is whole extents and then
 * a part of one. */
static void cut_last_run(struct column *c, uint32_t keep)
{
    struct store_run *last = &c->runs.all[c->runs.count - 1];
    uint32_t whole = keep / STORE_SLOTS * STORE_SLOTS;
    uint32_t part = keep - whole;
    uint32_t slot = last->slot + whole;
    uint32_t count = last->count - whole;
    last->count = whole;
    c->runs.count -= whole == 0;
    if (part) {
        c->runs.all[c->runs.count++] = (struct store_run){slot, part, false};
        uint32_t others = min_u64(count, STORE_SLOTS) - part;
        if (others)
            store_give(c->store, (struct store_run){slot + part, others, false});
        slot += part + others;
        count -= part + others;
    }
    if (count)
        store_give(c->store, (struct store_run){slot, count, false});
}

void column_fit(struct column *c)
{
    uint64_t bytes = round_up_column(c->count * c->elem);
    if (bytes >= c->mapped_bytes)
        return;
    munmap((char *)c->data + bytes, c->address_bytes - bytes);
    while (c->mapped_bytes > bytes) {
        struct store_run last = c->runs.all[c->runs.count - 1];
        uint64_t start = c->mapped_bytes - store_run_bytes(last);
        c->mapped_bytes = max_u64(start, bytes);
        cut_last_run(c, (uint32_t)((c->mapped_bytes - start) / STORE_SLOT_BYTES));
    }
    c->address_bytes = bytes;
    c->capacity = bytes / c->elem;
}

void column_release(struct column *c)
{
    if (c->data)
        munmap(c->data, c->address_bytes);
    if (c->store)
        store_runs_release(c->store, &c->runs);
    *c = (struct column){0};
}

void column_cool(const struct column *c)
{
    if (c->mapped_bytes >= COOL_BYTES_LEAST)
        madvise(c->data, c->mapped_bytes, MADV_DONTNEED);
}

void column_warm(const struct column *c)
{
    if (c->data)
        populate(c->data, c->mapped_bytes);
}
