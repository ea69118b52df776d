/* The pass that gives every node its distance from the user's roots.
 *
 * Two breadth-first searches: from the root's user roots (distance 1), then from the root itself,
 * whose distance is SYSTEM_DISTANCE. Some edges are skipped, the DevTools engine's filter.
 */
#include "analyzer/passes.h"

#include <string.h>

struct search {
    struct heap *h;
    const struct weak_pairs *weak;
    struct column level; /* uint32_t, nodes of one distance, in the order in which they were met */
    struct column next;  /* uint32_t, those a step farther */
    uint32_t word;       /* their distance, see heap_distance() */
    struct column pending;  /* uint8_t, by pair: the first of its two edges was skipped */
    struct column odd;      /* uint32_t, nodes marked by FLAG_SCRATCH: not all their edges count */
    struct column *skipped; /* uint32_t, targets of edges that do not count, see passes.h */
    uint32_t native_context, function_map, descriptors; /* string indexes */
};

static bool is_wide(const struct search *s)
{
    return s->h->distance.elem == sizeof(uint32_t);
}

static bool enqueue(struct search *s, uint32_t n, struct err *err)
{
    void *words = s->h->distance.data;
    if (is_wide(s))
        ((uint32_t *)words)[n] = s->word;
    else
        ((uint16_t *)words)[n] = (uint16_t)s->word;
    return column_push(&s->next, n, err) || err_prefix(err, "distances");
}

/* JavaScript's parseInt of a text: false for NaN. Only small numbers matter, all digits do. */
static bool parse_int(struct str s, int64_t *ret)
{
    size_t i = 0;
    while (i < s.len && strchr(" \t\n\v\f\r", s.p[i]) && s.p[i])
        i++;
    bool negative = i < s.len && s.p[i] == '-';
    if (i < s.len && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    size_t start = i;
    int64_t value = 0;
    for (; i < s.len && s.p[i] >= '0' && s.p[i] <= '9' && i - start < 16; i++)
        value = value * 10 + (s.p[i] - '0');
    *ret = negative ? -value : value;
    return i > start;
}

/* Of a map's descriptors only some slots retain: not the values of every third. */
static bool descriptor_edge_counts(const struct heap *h, uint64_t e)
{
    int64_t i = heap_edge_name(h, e);
    if (!edge_type_is_indexed(heap_edge_type(h, e)) &&
        !parse_int(strings_get(&h->strings, heap_edge_name(h, e)), &i))
        return true;
    return i < 2 || i % 3 != 1;
}

enum source { SOURCE_PLAIN, SOURCE_NATIVE_CONTEXT, SOURCE_DESCRIPTORS };

static enum source source_of(const struct search *s, uint32_t u)
{
    const struct heap *h = s->h;
    if (heap_type(h, u) == NODE_HIDDEN && heap_name_index(h, u) == s->native_context)
        return SOURCE_NATIVE_CONTEXT;
    if (heap_type(h, u) == NODE_ARRAY && heap_name_index(h, u) == s->descriptors)
        return SOURCE_DESCRIPTORS;
    return SOURCE_PLAIN;
}

/* Of an edge that is not weak. */
static bool edge_counts(struct search *s, enum source source, uint64_t e)
{
    struct heap *h = s->h;
    if (source == SOURCE_NATIVE_CONTEXT && !edge_type_is_indexed(heap_edge_type(h, e)) &&
        heap_edge_name(h, e) == s->function_map)
        return false;
    if (source == SOURCE_DESCRIPTORS)
        return descriptor_edge_counts(h, e);
    const struct weak_pair *pair = weak_pair_of(s->weak, h, e);
    if (LIKELY(!pair))
        return true;
    uint8_t *pending = &((uint8_t *)s->pending.data)[pair->pair];
    *pending ^= 1;
    return !*pending;
}

static bool note_skipped(struct search *s, uint32_t n, struct err *err)
{
    return column_push(s->skipped, n, err) || err_prefix(err, "distances");
}

/* Their names are looked at once, in order, and not at random during the search. */
static bool mark_odd_sources(struct search *s, struct err *err)
{
    struct heap *h = s->h;
    uint8_t *flags = h->node_flags.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        column_sweep(&h->node_name, n);
        if (LIKELY(source_of(s, n) == SOURCE_PLAIN))
            continue;
        if (!column_push(&s->odd, n, err))
            return err_prefix(err, "distances");
        flags[n] |= FLAG_SCRATCH;
    }
    return true;
}

static void clear_odd_sources(struct search *s)
{
    const uint32_t *odd = s->odd.data;
    for (uint64_t i = 0; i < s->odd.count; i++)
        ((uint8_t *)s->h->node_flags.data)[odd[i]] &= (uint8_t)~FLAG_SCRATCH;
}

static bool meet(struct search *s, enum source source, uint64_t e, struct err *err)
{
    struct heap *h = s->h;
    uint32_t word = ((const uint32_t *)h->edge_to.data)[e], to = word & ~EDGE_SPECIAL;
    if (LIKELY(!(word & EDGE_SPECIAL) && source == SOURCE_PLAIN))
        return enqueue(s, to, err);
    if (heap_edge_type(h, e) == EDGE_WEAK)
        return true;
    return edge_counts(s, source, e) ? enqueue(s, to, err) : note_skipped(s, to, err);
}

static inline bool is_new(const struct search *s, uint32_t n, bool wide)
{
    const void *words = s->h->distance.data;
    return wide ? !((const uint32_t *)words)[n] : !((const uint16_t *)words)[n];
}

static inline bool leave_level(struct search *s, bool wide, struct err *err)
{
    struct heap *h = s->h;
    for (uint64_t i = 0; i < s->level.count; i++) {
        uint32_t u = ((const uint32_t *)s->level.data)[i];
        enum source source = heap_flags(h, u) & FLAG_SCRATCH ? source_of(s, u) : SOURCE_PLAIN;
        for (uint64_t e = heap_first_edge(h, u), end = heap_first_edge(h, u + 1); e < end; e++) {
            if (is_new(s, heap_edge_to(h, e), wide) && !meet(s, source, e, err))
                return false;
        }
    }
    return true;
}

/* A long list has distances that do not fit: from there on all are wide. */
static bool widen(struct search *s, struct err *err)
{
    struct heap *h = s->h;
    const uint16_t *narrow = h->distance.data;
    struct column wide = {0};
    if (!column_make_raw(&wide, h->store, "distances", sizeof(uint32_t), h->node_count, err))
        return false;
    for (uint32_t n = 0; n < h->node_count; n++)
        ((uint32_t *)wide.data)[n] =
            narrow[n] & DISTANCE_SYSTEM_NARROW
                ? (narrow[n] & (DISTANCE_SYSTEM_NARROW - 1)) | DISTANCE_SYSTEM_WIDE
                : narrow[n];
    if (s->word & DISTANCE_SYSTEM_NARROW)
        s->word ^= DISTANCE_SYSTEM_NARROW | DISTANCE_SYSTEM_WIDE;
    column_release(&h->distance);
    h->distance = wide;
    return true;
}

/* Goes on from what stands in `next`. */
static bool search(struct search *s, struct err *err)
{
    while (s->next.count) {
        struct column swapped = s->level;
        s->level = s->next;
        s->next = swapped;
        s->next.count = 0;
        if (!is_wide(s) && (s->word & (DISTANCE_SYSTEM_NARROW - 1)) == DISTANCE_SYSTEM_NARROW - 1 &&
            !widen(s, err))
            return false;
        s->word++;
        if (!(is_wide(s) ? leave_level(s, true, err) : leave_level(s, false, err)))
            return false;
    }
    return true;
}

static bool search_from_user_roots(struct search *s, struct err *err)
{
    struct heap *h = s->h;
    s->word = 1 + 1;
    for (uint64_t e = heap_first_edge(h, h->root), end = heap_first_edge(h, h->root + 1); e < end;
         e++) {
        uint32_t to = heap_edge_to(h, e);
        if (heap_is_user_root(h, to) && !enqueue(s, to, err))
            return false;
    }
    return search(s, err);
}

static bool search_from_root(struct search *s, bool any, struct err *err)
{
    uint32_t system = is_wide(s) ? DISTANCE_SYSTEM_WIDE : DISTANCE_SYSTEM_NARROW;
    s->word = 1 | (any ? system : 0);
    return enqueue(s, s->h->root, err) && search(s, err);
}

static bool search_twice(struct search *s, struct err *err)
{
    struct heap *h = s->h;
    if (!search_from_user_roots(s, err))
        return false;
    /* The root's distance is about to hide that it was reached. */
    if (heap_distance(h, h->root) != NO_DISTANCE && !note_skipped(s, h->root, err))
        return false;
    uint64_t skipped_by_user = s->skipped->count;
    bool ok = search_from_root(s, h->has_user_roots, err);
    s->skipped->count = skipped_by_user;
    return ok;
}

bool pass_distances(struct heap *h, const struct weak_pairs *w, struct column *ret_skipped,
                    struct err *err)
{
    struct search s = {.h = h, .weak = w, .skipped = ret_skipped};
    uint32_t names[3];
    strings_find(
        &h->strings,
        (const char *const[]){"system / NativeContext", "sloppy_function_map", "(map descriptors)"},
        3, names);
    s.native_context = names[0];
    s.function_map = names[1];
    s.descriptors = names[2];
    column_cool(&h->strings.bytes);
    column_cool(&h->strings.offsets);
    bool ok =
        column_make(ret_skipped, h->store, "distances", 4, 0, err) &&
        column_make(&h->distance, h->store, "distances", sizeof(uint16_t), h->node_count, err) &&
        column_make(&s.level, h->store, "distances", 4, 0, err) &&
        column_make(&s.next, h->store, "distances", 4, 0, err) &&
        column_make(&s.pending, h->store, "WeakMap entries", 1, w->pair_count, err) &&
        column_make(&s.odd, h->store, "distances", 4, 0, err) && mark_odd_sources(&s, err) &&
        search_twice(&s, err);
    clear_odd_sources(&s);
    column_release(&s.odd);
    column_release(&s.level);
    column_release(&s.next);
    column_release(&s.pending);
    return ok;
}
