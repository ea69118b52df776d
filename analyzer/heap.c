/* The heap's columns: see heap.h. */
#include "analyzer/heap.h"

#include "analyzer/classes.h"

#include <stddef.h>
#include <string.h>

static uint64_t wide_place(const struct column *wide, uint64_t at)
{
    const struct wide *w = wide->data;
    uint64_t low = 0, high = wide->count;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (w[mid].at < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Nearly always empty, and filled in order but for a size that a pass makes wide. */
uint64_t wide_lookup(const struct column *wide, uint64_t at)
{
    const struct wide *w = wide->data;
    uint64_t i = wide_place(wide, at);
    return i < wide->count && w[i].at == at ? w[i].value : 0;
}

bool wide_store(struct column *wide, uint64_t at, uint64_t value, struct err *err)
{
    if (!column_reserve(wide, 1, err))
        return false;
    struct wide *w = wide->data;
    uint64_t i = wide_place(wide, at);
    if (i == wide->count || w[i].at != at) {
        memmove(w + i + 1, w + i, (wide->count - i) * sizeof *w);
        wide->count++;
    }
    w[i] = (struct wide){.at = at, .value = value};
    return true;
}

bool heap_set_self_bytes(struct heap *h, uint32_t n, uint64_t bytes, struct err *err)
{
    uint32_t *self = h->node_self.data;
    self[n] = bytes < SELF_WIDE ? (uint32_t)bytes : SELF_WIDE;
    return LIKELY(bytes < SELF_WIDE) || wide_store(&h->wide_self, n, bytes, err);
}

bool heap_find_positions(struct heap *h, struct err *err)
{
    if (h->dom_position.data)
        return true;
    if (!column_make_raw(&h->dom_position, h->store, "dominator tree", 4, h->node_count, err))
        return false;
    const uint32_t *order = h->dom_order.data;
    uint32_t *position = h->dom_position.data;
    for (uint32_t p = 0; p < h->node_count; p++)
        position[order[p]] = p;
    return true;
}

uint64_t heap_total_bytes(const struct heap *h)
{
    if (!h->retained.data || !h->node_count)
        return h->extra_native_bytes;
    return heap_retained_bytes(h, h->root) + h->extra_native_bytes;
}

const struct location *heap_location(const struct heap *h, uint32_t n)
{
    const struct location *l = h->locations.data;
    uint64_t low = 0, high = h->locations.count;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (l[mid].node < n)
            low = mid + 1;
        else
            high = mid;
    }
    return low < h->locations.count && l[low].node == n ? &l[low] : NULL;
}

/* All that can be taken out of memory for a while. */
static const size_t columns[] = {
    offsetof(struct heap, node_type),
    offsetof(struct heap, node_flags),
    offsetof(struct heap, node_name),
    offsetof(struct heap, node_id),
    offsetof(struct heap, node_self),
    offsetof(struct heap, first_edge.low),
    offsetof(struct heap, first_edge.base),
    offsetof(struct heap, edge_to),
    offsetof(struct heap, edge_label),
    offsetof(struct heap, wide_self),
    offsetof(struct heap, wide_label),
    offsetof(struct heap, locations),
    offsetof(struct heap, distance),
    offsetof(struct heap, dominator),
    offsetof(struct heap, retained),
    offsetof(struct heap, retainer),
    offsetof(struct heap, first_retainer.low),
    offsetof(struct heap, first_retainer.base),
    offsetof(struct heap, retainers),
    offsetof(struct heap, hub_retainers),
    offsetof(struct heap, dom_order),
    offsetof(struct heap, dom_position),
    offsetof(struct heap, subtree),
    offsetof(struct heap, class_of),
    offsetof(struct heap, strings.bytes),
    offsetof(struct heap, strings.offsets),
};

void heap_cool(const struct heap *h)
{
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        column_cool((const struct column *)((const char *)h + columns[i]));
}

void heap_release(struct heap *h)
{
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        column_release((struct column *)((char *)h + columns[i]));
    class_table_free(h->classes);
    strings_release(&h->strings);
    store_free(h->store);
    *h = (struct heap){0};
}
