/* Where the ranges of a grouped array begin, for more elements than 32 bits count at 4 bytes a
 * group.
 *
 * A 32-bit offset a group on top of a 64-bit base for every 65536 groups. Made by counting: zero
 * the columns, count into `low`, places_from_counts(), then each group's places_take() gives its
 * next free place, and places_rewind() makes the offsets those of the beginnings again.
 */
#ifndef MORTEM_ANALYZER_PLACES_H
#define MORTEM_ANALYZER_PLACES_H

#include "base/store.h"

struct places {
    struct column low;  /* uint32_t, one more than there are groups */
    struct column base; /* uint64_t */
};

#define PLACES_SHIFT 16

static inline uint64_t places_at(const struct places *p, uint64_t group)
{
    return ((const uint64_t *)p->base.data)[group >> PLACES_SHIFT] +
           ((const uint32_t *)p->low.data)[group];
}

static inline uint64_t places_take(struct places *p, uint64_t group)
{
    return ((const uint64_t *)p->base.data)[group >> PLACES_SHIFT] +
           ((uint32_t *)p->low.data)[group]++;
}

bool places_make(struct places *p, struct store *s, const char *what, uint64_t groups,
                 struct err *err) WARN_UNUSED;
void places_release(struct places *p);

/* Returns the number of elements in all. */
uint64_t places_from_counts(struct places *p);
void places_rewind(struct places *p);

#endif
