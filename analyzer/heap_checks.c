/* Checks of a loaded heap: see heap_checks.h. */
#include "analyzer/heap_checks.h"

#include "analyzer/id_set.h"

static void mark_nodes(struct heap *h, uint32_t strings, struct oddities *odd)
{
    uint32_t *name = h->node_name.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (name[n] < strings)
            continue;
        oddity_note(odd, ODD_NODE_NAME, n, name[n]);
        name[n] = STRING_BEHIND_ALL;
    }
}

/* An index over 29 bits is out of every string's reach as it is. */
static void mark_edges(struct heap *h, uint32_t strings, struct oddities *odd)
{
    uint32_t *label = h->edge_label.data;
    for (uint64_t e = 0; e < h->edge_to.count; e++) {
        uint32_t index = heap_edge_name(h, e);
        bool is_index = edge_type_is_indexed(heap_edge_type(h, e));
        if (is_index && index == STRING_BEHIND_ALL)
            oddity_note(odd, ODD_EDGE_INDEX, e, 0);
        if (is_index || index < strings)
            continue;
        oddity_note(odd, ODD_EDGE_NAME, e, index);
        if ((label[e] & LABEL_NAME_MASK) != LABEL_NAME_WIDE)
            label[e] = (label[e] & ~LABEL_NAME_MASK) | LABEL_NAME_NONE;
    }
}

void heap_mark_missing_names(struct heap *h)
{
    /* Of a file that was cut it goes without saying. */
    struct oddities unsaid = {0};
    struct oddities *odd = h->sections & HEAP_HAS_STRINGS ? &h->odd : &unsaid;
    mark_nodes(h, strings_count(&h->strings), odd);
    mark_edges(h, strings_count(&h->strings), odd);
}

bool heap_note_ids(struct heap *h, struct err *err)
{
    const uint32_t *ids = h->node_id.data;
    struct id_set seen = {0};
    bool ok = id_set_init(&seen, h->store, h->node_count, err);
    for (uint32_t n = 0; ok && n < h->node_count; n++) {
        if (UNLIKELY(id_set_add(&seen, ids[n])))
            oddity_note(&h->odd, ODD_ID_TWICE, n, ids[n]);
    }
    ok = ok && id_set_check(&seen, err);
    id_set_release(&seen);
    return ok;
}
