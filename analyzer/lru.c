/* Collections with a bound: see lru.h. */
#include "analyzer/lru.h"

#include "analyzer/js_values.h"
#include "analyzer/retainers.h"

#include <string.h>

/* Fields that only such a collection has together. Their limit is a small number, which a snapshot
 * seldom shows; each of these cannot be made without one. */
static const struct {
    const char *fields[2];
} shapes[] = {
    {{"#keyMap", "#valList"}},
    {{"keyMap", "valList"}},
    {{"<symbol cache>", "<symbol lruList>"}},
    {{"oldCache", "cache"}},
    {{"#oldCache", "#cache"}},
    {{"_keymap", "newest"}},
    {{"forward", "backward"}},
    {{"expirationMap", "expirations"}},
};

static bool has_shape(const struct js *js, uint32_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        if (js_property_named(js, n, shapes[i].fields[0]) != NO_NODE &&
            js_property_named(js, n, shapes[i].fields[1]) != NO_NODE)
            return true;
    }
    return false;
}

static bool is_called_lru(struct str name)
{
    enum { NAME_MOST = 64 };
    return name.len <= NAME_MOST &&
           (memmem(name.p, name.len, "LRU", 3) || memmem(name.p, name.len, "Lru", 3));
}

uint32_t lru_of(const struct js *js, uint32_t container)
{
    enum { LOOK_AT = 32, FIELDS_MOST = 200 };
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, container);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        uint32_t u = w.source;
        if (heap_type(h, u) != NODE_OBJECT ||
            heap_first_edge(h, u + 1) - heap_first_edge(h, u) > FIELDS_MOST ||
            js_collection(js, u) == COLLECTION_MAP || js_collection(js, u) == COLLECTION_ARRAY)
            continue;
        if (is_called_lru(heap_name(h, u)) || has_shape(js, u))
            return u;
    }
    return NO_NODE;
}
