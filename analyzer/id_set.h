/* Which ids were seen: tells the ones that come twice.
 *
 * V8 numbers what it has ever seen without large gaps, so a bit for each id up to some multiple of
 * the number of nodes is small. Ids beyond it (of native objects, before Node 22) are hashes and
 * few: they go to a map. Both live in the column store.
 */
#ifndef MORTEM_ANALYZER_ID_SET_H
#define MORTEM_ANALYZER_ID_SET_H

#include "base/u64_map.h"

struct id_set {
    uint64_t dense;     /* ids below have a bit */
    struct column bits; /* uint64_t */
    struct u64_map far;
    struct err failure; /* of an id that the map had no room for */
};

/* For about `nodes` ids. On failure id_set_release() is still the caller's. */
bool id_set_init(struct id_set *s, struct store *store, uint64_t nodes,
                 struct err *err) WARN_UNUSED;
void id_set_release(struct id_set *s);

bool id_set_add_far(struct id_set *s, uint32_t id);

/* Was `id` added before? It is now. */
static inline bool id_set_add(struct id_set *s, uint32_t id)
{
    if (UNLIKELY(id >= s->dense))
        return id_set_add_far(s, id);
    uint64_t *word = (uint64_t *)s->bits.data + (id >> 6), bit = UINT64_C(1) << (id & 63);
    bool seen = *word & bit;
    *word |= bit;
    return seen;
}

/* False if an id could not be added: what was said from then on is worth nothing. */
bool id_set_check(const struct id_set *s, struct err *err) WARN_UNUSED;

#endif
