/* The locations of a heap in the order in which they are looked up: see heap_checks.h. */
#include "analyzer/heap_checks.h"

bool heap_sort_locations(struct heap *h, struct err *err)
{
    struct column slot = {0}, sorted = {0};
    if (!column_make(&slot, h->store, "location slots", 4, h->node_count, err) ||
        !column_make(&sorted, h->store, "locations", sizeof(struct location), h->locations.count,
                     err)) {
        column_release(&slot);
        return false;
    }
    const struct location *from = h->locations.data;
    struct location *to = sorted.data;
    uint32_t *slots = slot.data;
    for (uint64_t i = 0; i < h->locations.count; i++)
        slots[from[i].node] = (uint32_t)i + 1;
    sorted.count = 0;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (slots[n])
            to[sorted.count++] = from[slots[n] - 1];
    }
    column_release(&slot);
    column_release(&h->locations);
    h->locations = sorted;
    return true;
}
