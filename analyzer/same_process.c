/* Telling processes apart: see same_process.h. */
#include "analyzer/same_process.h"

#include "analyzer/analysis.h"
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

#define SKETCH_COMMON_LEAST 8

/* Ids at four times the squares: of the first 130,000, which the oldest objects have, and enough of
 * a small heap's. */
static bool is_in_sketch(uint32_t id)
{
    uint32_t root = 0;
    while (root < SKETCH_OBJECTS_MAX && 4 * root * root < id / 2)
        root++;
    return root < SKETCH_OBJECTS_MAX && 4 * root * root == id / 2;
}

void process_sketch_take(const struct heap *h, struct process_sketch *ret)
{
    *ret = (struct process_sketch){.max_js_id = heap_max_js_id(h)};
    if (!(h->sections & HEAP_HAS_STRINGS))
        return;
    for (uint32_t n = 0; n < h->node_count && ret->count < SKETCH_OBJECTS_MAX; n++) {
        uint32_t id = heap_id(h, n);
        if (!id_is_js(id) || id / 2 % 4 != 0 || !is_in_sketch(id))
            continue;
        struct str name = heap_name(h, n);
        ret->objects[ret->count].id = id;
        ret->objects[ret->count++].hash = (uint32_t)hash_bytes(name.p, name.len) + heap_type(h, n);
    }
}

bool sketches_may_agree(const struct process_sketch *a, const struct process_sketch *b)
{
    uint32_t common = 0, same = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        for (uint32_t k = 0; k < b->count; k++) {
            bool both = a->objects[i].id == b->objects[k].id;
            common += both;
            same += both && a->objects[i].hash == b->objects[k].hash;
        }
    }
    return common < SKETCH_COMMON_LEAST || same * 100 >= common * AGREEMENT_LEAST;
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
