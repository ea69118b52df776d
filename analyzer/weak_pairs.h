/* The WeakMap entries of a heap, known only by the names of their edges.
 *
 * V8 writes each entry twice, as an internal edge from the key and one from the table, with the
 * same text behind a leading number. Distances skip the first of the two that they meet, dominators
 * ignore the table's.
 */
#ifndef MORTEM_ANALYZER_WEAK_PAIRS_H
#define MORTEM_ANALYZER_WEAK_PAIRS_H

#include "analyzer/heap.h"

struct weak_pair {
    uint32_t string;   /* the edge name */
    uint32_t pair;     /* same number, same entry */
    uint64_t table_id; /* @id of the WeakMap's table */
};

struct weak_pairs {
    struct column pairs; /* struct weak_pair, by string */
    uint8_t *is_name;    /* a bit a string of the heap; NULL when there are no pairs */
    uint32_t string_count;
    uint32_t pair_count;
};

bool weak_pairs_find(const struct heap *h, struct weak_pairs *ret, struct err *err) WARN_UNUSED;
void weak_pairs_release(struct weak_pairs *w);

const struct weak_pair *weak_pairs_lookup(const struct weak_pairs *w, uint32_t string);

/* The entry that an edge with this label belongs to, NULL for nearly all. */
static inline const struct weak_pair *weak_pair_of(const struct weak_pairs *w, const struct heap *h,
                                                   uint64_t e)
{
    if (LIKELY(!w->is_name) || heap_edge_type(h, e) != EDGE_INTERNAL)
        return NULL;
    uint32_t s = heap_edge_name(h, e);
    if (s >= w->string_count || !(w->is_name[s >> 3] >> (s & 7) & 1))
        return NULL;
    return weak_pairs_lookup(w, s);
}

#endif
