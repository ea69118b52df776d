/* A hash map from 64-bit keys to 32-bit values whose slots live in the column store.
 *
 * Keys are hashes or packed numbers: equal keys are the same entry. Only grows. For counting
 * millions of things without anonymous memory.
 */
#ifndef MORTEM_BASE_U64_MAP_H
#define MORTEM_BASE_U64_MAP_H

#include "base/store.h"

struct u64_map_slot {
    uint64_t key;
    uint32_t value;
    uint32_t used;
};

struct u64_map {
    struct store *store;
    struct column slots; /* struct u64_map_slot, a power of two */
    uint64_t count;
};

bool u64_map_init(struct u64_map *m, struct store *s, struct err *err) WARN_UNUSED;
void u64_map_release(struct u64_map *m);

/* The value of `key`, made as `fresh` if it is new; *ret_new tells. The pointer is good until the
 * next call. */
bool u64_map_put(struct u64_map *m, uint64_t key, uint32_t fresh, uint32_t **ret_value,
                 bool *ret_new, struct err *err) WARN_UNUSED;

/* NULL if `key` is not there. */
const uint32_t *u64_map_get(const struct u64_map *m, uint64_t key);

/* A good mix of 64 bits (the finaliser of MurmurHash3, by A. Appleby, public domain). */
static inline uint64_t mix_u64(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

/* FNV-1a over bytes, mixed. */
uint64_t hash_bytes(const void *bytes, size_t len);

#endif
