/* The property sets ("shapes") of a heap's plain objects: all objects of one shape satisfy the same
 * interface, so that it is looked for once a shape and not once an object.
 */
#ifndef MORTEM_ANALYZER_SHAPES_H
#define MORTEM_ANALYZER_SHAPES_H

#include "analyzer/interfaces.h"
#include "base/u64_map.h"

struct shape {
    uint32_t first_node;
    uint32_t interface; /* place in the list, or NO_INTERFACE; after shapes_match() */
};

struct shapes {
    const struct heap *h;
    struct u64_map index_of; /* hash of the set -> place in `all` */
    struct column all;       /* struct shape */
};

bool shapes_init(struct shapes *s, const struct heap *h, struct err *err) WARN_UNUSED;
void shapes_release(struct shapes *s);

/* The hash of a set, built up property by property in any order. */
struct shape_hash {
    uint64_t sum, count;
};

static inline void shape_hash_add(struct shape_hash *x, uint32_t name)
{
    x->sum += mix_u64(name + UINT64_C(0x9e3779b97f4a7c15));
    x->count++;
}

/* The shape of node n, whose properties, `__proto__` too, hash to x. */
bool shapes_put(struct shapes *s, uint32_t n, struct shape_hash x, uint32_t *ret_shape,
                struct err *err) WARN_UNUSED;

/* Finds each shape's interface: of those it satisfies the one with most properties, then the first
 * in the list. */
bool shapes_match(struct shapes *s, const struct interfaces *in, struct err *err) WARN_UNUSED;

/* The order that interfaces' properties have. */
void shapes_sort(uint32_t *props, size_t count);

static inline uint32_t shape_interface(const struct shapes *s, uint32_t shape)
{
    return ((const struct shape *)s->all.data)[shape].interface;
}

#endif
