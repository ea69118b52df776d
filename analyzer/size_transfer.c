/* The pass that moves the sizes of internals to the objects they belong to.
 *
 * The backing store of a Map is hidden from users: DevTools shows its bytes with the Map. A hidden,
 * array or external-string node with exactly one owner gives its size to that owner; the owner
 * travels along non-weak edges through such nodes until nothing changes.
 */
#include "analyzer/passes.h"

#define OWNER_NONE UINT32_MAX
#define OWNER_MANY (UINT32_MAX - 1)

struct transfer {
    struct heap *h;
    struct column owner; /* uint32_t, by node: itself, OWNER_NONE, OWNER_MANY or a node */
    struct column stack; /* uint32_t, nodes whose owner changed */
};

static bool is_ownable(const struct heap *h, uint32_t n, uint32_t external_string)
{
    enum node_type t = heap_type(h, n);
    return t == NODE_HIDDEN || t == NODE_ARRAY ||
           (t == NODE_NATIVE && heap_name_index(h, n) == external_string);
}

static bool spread(struct transfer *t, uint32_t u, struct err *err)
{
    const struct heap *h = t->h;
    uint32_t *owner = t->owner.data;
    uint32_t mine = owner[u];
    for (uint64_t e = heap_first_edge(h, u), end = heap_first_edge(h, u + 1); e < end; e++) {
        uint32_t word = ((const uint32_t *)h->edge_to.data)[e], to = word & ~EDGE_SPECIAL;
        if (owner[to] == to || owner[to] == mine || owner[to] == OWNER_MANY)
            continue;
        if ((word & EDGE_SPECIAL) && heap_edge_type(h, e) == EDGE_WEAK)
            continue;
        owner[to] = owner[to] == OWNER_NONE ? mine : OWNER_MANY;
        if (!column_push(&t->stack, to, err))
            return err_prefix(err, "size transfer");
    }
    return true;
}

static bool find_owners(struct transfer *t, struct err *err)
{
    struct heap *h = t->h;
    uint32_t *owner = t->owner.data;
    uint32_t external_string;
    strings_find(&h->strings, (const char *const[]){"system / ExternalStringData"}, 1,
                 &external_string);
    column_cool(&h->strings.bytes);
    column_cool(&h->strings.offsets);
    for (uint32_t n = 0; n < h->node_count; n++)
        owner[n] = is_ownable(h, n, external_string) ? OWNER_NONE : n;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (owner[n] == n && !spread(t, n, err))
            return false;
        while (t->stack.count) {
            uint32_t u = ((uint32_t *)t->stack.data)[--t->stack.count];
            if (!spread(t, u, err))
                return false;
        }
    }
    return true;
}

static bool move_sizes(struct transfer *t, struct err *err)
{
    struct heap *h = t->h;
    const uint32_t *owner = t->owner.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        uint32_t o = owner[n];
        if (o == n || o == OWNER_NONE || o == OWNER_MANY || o == h->root ||
            heap_type(h, o) == NODE_SYNTHETIC)
            continue;
        uint64_t both = heap_self_bytes(h, o) + heap_self_bytes(h, n);
        if (!heap_set_self_bytes(h, o, both, err) || !heap_set_self_bytes(h, n, 0, err))
            return false;
    }
    return true;
}

bool pass_size_transfer(struct heap *h, struct err *err)
{
    struct transfer t = {.h = h};
    if (!h->has_user_roots)
        return true;
    bool ok = column_make(&t.owner, h->store, "owners", 4, h->node_count, err) &&
              column_make(&t.stack, h->store, "size transfer", 4, 0, err) && find_owners(&t, err) &&
              move_sizes(&t, err);
    column_release(&t.owner);
    column_release(&t.stack);
    return ok;
}
