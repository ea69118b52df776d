/* Hash maps in the column store: see u64_map.h. */
#include "base/u64_map.h"

#define FIRST_SLOTS 1024

bool u64_map_init(struct u64_map *m, struct store *s, struct err *err)
{
    m->store = s;
    m->count = 0;
    m->slots = (struct column){0};
    return column_make(&m->slots, s, "a hash table", sizeof(struct u64_map_slot), FIRST_SLOTS, err);
}

void u64_map_release(struct u64_map *m)
{
    column_release(&m->slots);
}

/* The slot of `key`, or the free one where it belongs. One slot in three is free at least. */
static struct u64_map_slot *find(const struct column *slots, uint64_t key)
{
    struct u64_map_slot *all = slots->data;
    uint64_t mask = slots->count - 1;
    uint64_t i = mix_u64(key) & mask;
    while (all[i].used && all[i].key != key)
        i = (i + 1) & mask;
    return &all[i];
}

static bool grow(struct u64_map *m, struct err *err)
{
    struct column bigger = {0};
    if (!column_make(&bigger, m->store, "a hash table", sizeof(struct u64_map_slot),
                     m->slots.count * 2, err))
        return false;
    const struct u64_map_slot *old = m->slots.data;
    for (uint64_t i = 0; i < m->slots.count; i++) {
        if (old[i].used)
            *find(&bigger, old[i].key) = old[i];
    }
    column_release(&m->slots);
    m->slots = bigger;
    return true;
}

bool u64_map_put(struct u64_map *m, uint64_t key, uint32_t fresh, uint32_t **ret_value,
                 bool *ret_new, struct err *err)
{
    if (m->count >= m->slots.count / 3 * 2 && !grow(m, err))
        return false;
    struct u64_map_slot *slot = find(&m->slots, key);
    *ret_new = !slot->used;
    if (!slot->used) {
        *slot = (struct u64_map_slot){.key = key, .value = fresh, .used = 1};
        m->count++;
    }
    *ret_value = &slot->value;
    return true;
}

const uint32_t *u64_map_get(const struct u64_map *m, uint64_t key)
{
    const struct u64_map_slot *slot = find(&m->slots, key);
    return slot->used ? &slot->value : NULL;
}

uint64_t hash_bytes(const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return mix_u64(h ^ len);
}
