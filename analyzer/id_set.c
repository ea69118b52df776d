/* Which ids were seen: see id_set.h. */
#include "analyzer/id_set.h"

#define BITS_PER_NODE 16
#define BITS_LEAST ((uint64_t)1 << 16)
#define IDS ((uint64_t)1 << 32)

bool id_set_init(struct id_set *s, struct store *store, uint64_t nodes, struct err *err)
{
    *s = (struct id_set){.dense = min_u64(nodes * BITS_PER_NODE + BITS_LEAST, IDS)};
    return column_make(&s->bits, store, "ids", sizeof(uint64_t), (s->dense + 63) / 64, err) &&
           u64_map_init(&s->far, store, err);
}

void id_set_release(struct id_set *s)
{
    column_release(&s->bits);
    u64_map_release(&s->far);
}

bool id_set_add_far(struct id_set *s, uint32_t id)
{
    uint32_t *value;
    bool is_new;
    if (s->failure.code || !u64_map_put(&s->far, id, 0, &value, &is_new, &s->failure))
        return false;
    return !is_new;
}

bool id_set_check(const struct id_set *s, struct err *err)
{
    if (s->failure.code)
        *err = s->failure;
    return !s->failure.code;
}
