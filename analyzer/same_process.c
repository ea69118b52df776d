/* Telling processes apart: see same_process.h. */
#include "analyzer/same_process.h"

#include "base/u64_map.h"

#include <string.h>

#define SAMPLE_OBJECTS 65536
/* In percent of the common ids; far from both of what is measured. */
#define AGREEMENT_LEAST 60

uint32_t heap_max_js_id(const struct heap *h)
{
    uint32_t max = 0;
    for (uint32_t n = 0; n < h->node_count; n++) {
        uint32_t id = heap_id(h, n);
        if (id_is_js(id) && id > max)
            max = id;
    }
    return max;
}

static bool take_sample(const struct heap *h, struct u64_map *sample, struct err *err)
{
    uint32_t step = h->node_count / SAMPLE_OBJECTS + 1, *node;
    bool is_new;
    for (uint64_t n = 0; n < h->node_count; n += step) {
        uint32_t id = heap_id(h, (uint32_t)n);
        if (id_is_js(id) && !u64_map_put(sample, id, (uint32_t)n, &node, &is_new, err))
            return false;
    }
    return true;
}

/* Without strings (a file that was cut) the type has to do. */
static bool agree(const struct heap *a, uint32_t n, const struct heap *b, uint32_t m)
{
    if (heap_type(a, n) != heap_type(b, m))
        return false;
    if (!(a->sections & b->sections & HEAP_HAS_STRINGS))
        return true;
    struct str s = heap_name(a, n), t = heap_name(b, m);
    return s.len == t.len && !memcmp(s.p, t.p, s.len);
}

bool heaps_same_process(const struct heap *a, const struct heap *b, bool *ret, struct err *err)
{
    struct u64_map sample;
    uint64_t common = 0, same = 0;
    bool ok = u64_map_init(&sample, a->store, err) && take_sample(a, &sample, err);
    for (uint32_t m = 0; ok && m < b->node_count; m++) {
        const uint32_t *n = u64_map_get(&sample, heap_id(b, m));
        if (!n)
            continue;
        common++;
        same += agree(a, *n, b, m);
    }
    u64_map_release(&sample);
    if (ok)
        *ret = common && same * 100 >= common * AGREEMENT_LEAST;
    return ok;
}
