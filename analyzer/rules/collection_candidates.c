/* Large collections: see collection_candidates.h. */
#include "analyzer/rules/collection_candidates.h"

#include "analyzer/rules/holders.h"
#include "analyzer/rules/thresholds.h"

bool dominates(const struct heap *h, uint32_t outer, uint32_t inner)
{
    enum { STEPS = 500 };
    for (unsigned i = 0; i < STEPS && inner != h->root; i++) {
        inner = heap_dominator(h, inner);
        if (inner == outer)
            return true;
    }
    return false;
}

bool same_place(const struct heap *h, const struct owner *a, const struct owner *b)
{
    if (a->holder != b->holder || a->hop_count != b->hop_count || a->hop_count < 2)
        return false;
    uint64_t x = a->hops[a->hop_count - 1].edge, y = b->hops[b->hop_count - 1].edge;
    if (heap_edge_name(h, x) != heap_edge_name(h, y))
        return false;
    x = a->hops[0].edge;
    y = b->hops[0].edge;
    return heap_edge_type(h, x) == heap_edge_type(h, y) &&
           (heap_edge_type(h, x) != EDGE_PROPERTY || heap_edge_name(h, x) == heap_edge_name(h, y));
}

/* Collections inside of a small one: none of them need be large by itself. */
static bool count_parts(const struct js *js, struct collection_candidate *c)
{
    enum { PARTS_MAX = 64, LARGEST_SHARE_PERCENT = 60 };
    const struct heap *h = js->h;
    struct js_entry entries[PARTS_MAX];
    size_t count = js_sample(js, c->node, entries, PARTS_MAX);
    uint64_t total = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t part = entries[i].value;
        if (part == NO_NODE || js_collection(js, part) == COLLECTION_NONE)
            continue;
        uint64_t in_part = js_entries(js, part), bytes = heap_retained_bytes(h, part);
        c->parts++;
        total += in_part;
        if (bytes > largest) {
            largest = bytes;
            c->part = part;
        }
        /* The keys of an object are names that tell more than their sum does. */
        if (js_collection(js, c->node) == COLLECTION_OBJECT && bytes >= COLLECTION_LEAST_BYTES &&
            in_part >= COLLECTION_LEAST_ENTRIES)
            return false;
    }
    c->entries = total;
    c->shape = SHAPE_PARTS;
    return c->parts > 1 && total >= COLLECTION_LEAST_ENTRIES &&
           largest <= heap_retained_bytes(h, c->node) / 100 * LARGEST_SHARE_PERCENT;
}

static bool count_links(const struct js *js, struct collection_candidate *c)
{
    struct chain chain;
    if (chain_is_inside(js, c->node) ||
        !chain_find(js, c->node, COLLECTION_LEAST_ENTRIES, &chain) ||
        heap_retained_bytes(js->h, chain.first) + heap_retained_bytes(js->h, c->node) <
            COLLECTION_LEAST_BYTES)
        return false;
    c->shape = SHAPE_LIST;
    c->part = chain.first;
    c->link_name = chain.name;
    c->entries = chain.length;
    return true;
}

static bool is_large(const struct js *js, struct collection_candidate *c)
{
    uint64_t retained = heap_retained_bytes(js->h, c->node);
    enum collection kind = js_collection(js, c->node);
    c->entries = kind == COLLECTION_NONE ? 0 : js_entries(js, c->node);
    if (c->entries >= COLLECTION_LEAST_ENTRIES)
        return retained >= COLLECTION_LEAST_BYTES || c->entries >= COLLECTION_MANY_ENTRIES;
    if (retained < COLLECTION_LEAST_BYTES)
        return false;
    return (kind != COLLECTION_NONE && count_parts(js, c)) ||
           ((kind == COLLECTION_NONE || kind == COLLECTION_OBJECT) && count_links(js, c));
}

/* They go with the connections. */
static bool is_listeners_of_connections(const struct rule_input *in,
                                        const struct collection_candidate *c)
{
    uint32_t event;
    return c->entries <= CALLBACKS_PER_SOCKET * in->census->sockets &&
           holder_emitter(in->js, c->node, &event) != NO_NODE;
}

bool collection_candidate(struct rule_input *in, uint32_t n, struct collection_candidate *ret)
{
    struct collection_candidate c = {.node = n, .part = n};
    if (!is_large(in->js, &c) || is_listeners_of_connections(in, &c))
        return false;
    owner_find(in->js, n, &c.owner);
    if (c.owner.kind == OWNER_NONE)
        return false;
    c.kind = collection_code_kind(in->js, &c.owner);
    *ret = c;
    return c.kind == SCRIPT_USER || c.kind == SCRIPT_PACKAGE;
}
