/* Nodes and the findings that claim them: see claims.h. */
#include "analyzer/rules/claims.h"

bool claims_init(struct claims *c, const struct heap *h, struct err *err)
{
    c->h = h;
    return u64_map_init(&c->finding_of, h->store, err);
}

void claims_release(struct claims *c)
{
    u64_map_release(&c->finding_of);
}

bool claims_add(struct claims *c, uint32_t n, uint32_t finding, struct err *err)
{
    uint32_t *value;
    bool is_new;
    return u64_map_put(&c->finding_of, n, finding, &value, &is_new, err);
}

bool claims_of(const struct claims *c, uint32_t n, uint32_t *ret_finding)
{
    const uint32_t *value = u64_map_get(&c->finding_of, n);
    if (value)
        *ret_finding = *value;
    return value;
}

bool claims_explain(const struct claims *c, uint32_t n, uint32_t *ret_finding)
{
    enum { CLIMB = 500 };
    for (unsigned i = 0; i < CLIMB && n != c->h->root; i++) {
        if (claims_of(c, n, ret_finding))
            return true;
        n = heap_dominator(c->h, n);
    }
    return false;
}

uint64_t claims_bytes(const struct claims *c)
{
    const struct heap *h = c->h;
    uint64_t sum = 0;
    for (uint32_t place = 0; c->finding_of.count && place < h->node_count;) {
        uint32_t n = ((const uint32_t *)h->dom_order.data)[place], finding;
        bool claimed = claims_of(c, n, &finding);
        sum += claimed ? heap_retained_bytes(h, n) : 0;
        place = claimed ? heap_subtree_end(h, place) : place + 1;
    }
    return sum;
}
