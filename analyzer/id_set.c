/* Which ids were seen: see id_set.h. */
#include "analyzer/id_set.h"

#include <string.h>

#define BITS_PER_NODE 16
#define BITS_LEAST ((uint64_t)1 << 16)
#define IDS ((uint64_t)1 << 32)

bool id_set_init(struct id_set *s, struct store *store, struct err *err)
{
    return column_make(&s->bits, store, "ids", sizeof(uint64_t), 0, err) &&
           u64_map_init(&s->far, store, err);
}

void id_set_release(struct id_set *s)
{
    column_release(&s->bits);
    u64_map_release(&s->far);
}

bool id_set_reserve(struct id_set *s, uint64_t nodes, struct err *err)
{
    uint64_t dense = min_u64(nodes * BITS_PER_NODE + BITS_LEAST, IDS);
    uint64_t words = (dense + 63) / 64, more = words - s->bits.count;
    if (dense <= s->dense)
        return true;
    if (!column_reserve(&s->bits, more, err))
        return err_prefix(err, "ids");
    memset((uint64_t *)s->bits.data + s->bits.count, 0, more * sizeof(uint64_t));
    s->bits.count = words;
    s->dense = dense;
    return true;
}

bool id_set_add_far(struct id_set *s, uint32_t id)
{
    uint32_t *value;
    bool is_new;
    if (s->failure.code || !u64_map_put(&s->far, id, 0, &value, &is_new, &s->failure))
        return false;
    return !is_new;
}

bool id_set_finish(struct id_set *s, uint64_t *ret_count, uint32_t *ret_id, struct err *err)
{
    const struct u64_map_slot *slots = s->far.slots.data;
    uint64_t count = 0;
    uint32_t id = 0;
    if (s->failure.code) {
        *err = s->failure;
        return false;
    }
    for (uint64_t i = 0; i < s->far.slots.count; i++) {
        if (slots[i].used && slots[i].key < s->dense && id_set_add(s, (uint32_t)slots[i].key)) {
            id = (uint32_t)slots[i].key;
            count++;
        }
    }
    *ret_count = count;
    *ret_id = id;
    return true;
}
