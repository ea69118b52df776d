/* The property sets of plain objects: see shapes.h. */
#include "analyzer/shapes.h"

#include <stdlib.h>

/* Definitions are looked up by their least property: they are chained in buckets. */
struct matcher {
    const struct heap *h;
    const struct interfaces *in;
    struct column bucket; /* uint16_t, by string: 1-based interface, 0: none */
    uint16_t next[INTERFACES_MAX];
    struct column props; /* uint32_t, of the shape at hand */
};
_Static_assert(INTERFACES_MAX < UINT16_MAX, "all fit");

bool shapes_init(struct shapes *s, const struct heap *h, struct err *err)
{
    *s = (struct shapes){.h = h};
    return u64_map_init(&s->index_of, h->store, err) &&
           column_make(&s->all, h->store, "interfaces", sizeof(struct shape), 0, err);
}

void shapes_release(struct shapes *s)
{
    column_release(&s->all);
    u64_map_release(&s->index_of);
}

bool shapes_put(struct shapes *s, uint32_t n, struct shape_hash x, uint32_t *ret_shape,
                struct err *err)
{
    uint32_t *value;
    bool is_new;
    if (!u64_map_put(&s->index_of, mix_u64(x.sum ^ x.count), (uint32_t)s->all.count, &value,
                     &is_new, err))
        return false;
    *ret_shape = *value;
    if (!is_new)
        return true;
    if (!column_reserve(&s->all, 1, err))
        return false;
    ((struct shape *)s->all.data)[s->all.count++] = (struct shape){n, NO_INTERFACE};
    return true;
}

/* -- matching -- */

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void shapes_sort(uint32_t *props, size_t count)
{
    qsort(props, count, sizeof *props, compare_u32);
}

/* Both sorted; is `d` contained, counting repeated names? */
static bool satisfies(const uint32_t *props, size_t count, const struct interface *d)
{
    size_t i = 0;
    for (size_t k = 0; k < d->prop_count; k++, i++) {
        while (i < count && props[i] < d->props[k])
            i++;
        if (i == count || props[i] != d->props[k])
            return false;
    }
    return true;
}

static bool prepare(struct matcher *m, struct err *err)
{
    struct store *store = m->h->store;
    if (!column_make(&m->bucket, store, "interfaces", 2, strings_count(&m->h->strings), err) ||
        !column_make(&m->props, store, "interfaces", 4, 0, err))
        return false;
    uint16_t *bucket = m->bucket.data;
    for (size_t i = 0; i < m->in->count; i++) {
        uint32_t first = m->in->all[i].props[0];
        if (first >= m->bucket.count)
            continue;
        m->next[i] = bucket[first];
        bucket[first] = (uint16_t)(i + 1);
    }
    return true;
}

static bool load_props(struct matcher *m, uint32_t n, bool *ret_hopeful, struct err *err)
{
    const struct heap *h = m->h;
    const uint16_t *bucket = m->bucket.data;
    *ret_hopeful = false;
    m->props.count = 0;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) != EDGE_PROPERTY)
            continue;
        uint32_t name = heap_edge_name(h, e);
        if (!column_reserve(&m->props, 1, err))
            return false;
        ((uint32_t *)m->props.data)[m->props.count++] = name;
        *ret_hopeful |= name < m->bucket.count && bucket[name];
    }
    return true;
}

static bool match(struct matcher *m, struct shape *s, struct err *err)
{
    bool hopeful;
    if (!load_props(m, s->first_node, &hopeful, err))
        return false;
    if (!hopeful)
        return true;
    uint32_t *props = m->props.data;
    size_t count = m->props.count;
    const uint16_t *bucket = m->bucket.data;
    const struct interface *all = m->in->all, *best = NULL;
    shapes_sort(props, count);
    for (size_t i = 0; i < count; i++) {
        if (props[i] >= m->bucket.count || (i && props[i] == props[i - 1]))
            continue;
        for (uint32_t k = bucket[props[i]]; k; k = m->next[k - 1]) {
            const struct interface *d = &all[k - 1];
            bool better = !best || d->prop_count > best->prop_count ||
                          (d->prop_count == best->prop_count && d < best);
            if (better && satisfies(props + i, count - i, d))
                best = d;
        }
    }
    if (best)
        s->interface = (uint32_t)(best - all);
    return true;
}

bool shapes_match(struct shapes *s, const struct interfaces *in, struct err *err)
{
    struct matcher m = {.h = s->h, .in = in};
    struct shape *all = s->all.data;
    bool ok = prepare(&m, err);
    for (uint64_t i = 0; ok && i < s->all.count; i++)
        ok = match(&m, &all[i], err);
    column_release(&m.bucket);
    column_release(&m.props);
    return ok;
}
