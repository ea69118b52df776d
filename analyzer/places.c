/* Beginnings of ranges: see places.h. */
#include "analyzer/places.h"

#define BLOCK_MASK ((UINT64_C(1) << PLACES_SHIFT) - 1)

bool places_make(struct places *p, struct store *s, const char *what, uint64_t groups,
                 struct err *err)
{
    return column_make(&p->low, s, what, sizeof(uint32_t), groups + 1, err) &&
           column_make(&p->base, s, what, sizeof(uint64_t), (groups >> PLACES_SHIFT) + 1, err);
}

void places_release(struct places *p)
{
    column_release(&p->low);
    column_release(&p->base);
}

uint64_t places_from_counts(struct places *p)
{
    uint32_t *low = p->low.data;
    uint64_t *base = p->base.data;
    uint64_t place = 0;
    for (uint64_t i = 0; i < p->low.count; i++) {
        uint32_t count = low[i];
        if ((i & BLOCK_MASK) == 0)
            base[i >> PLACES_SHIFT] = place;
        low[i] = (uint32_t)(place - base[i >> PLACES_SHIFT]);
        place += count;
    }
    return place;
}

/* Taking moved every offset to where the next group began. */
void places_rewind(struct places *p)
{
    uint32_t *low = p->low.data;
    for (uint64_t i = p->low.count; i-- > 0;)
        low[i] = i & BLOCK_MASK ? low[i - 1] : 0;
}
