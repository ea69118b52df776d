/* The pass that says which native objects are detached, and renames them.
 *
 * States flood from the nodes that have one through native nodes, attached first: "Propagates
 * detachedness" of the DevTools engine. A detached node's name gets `Detached ` in front.
 */
#include "analyzer/passes.h"
#include "base/u64_map.h"

#define ATTACHED 1u
#define DETACHED 2u

static const char prefix[] = "Detached ";

struct flood {
    struct heap *h;
    struct column stacks[3]; /* uint32_t, by state */
    struct u64_map renamed;  /* name -> name with the prefix */
};

static bool rename_node(struct flood *f, uint32_t n, struct err *err)
{
    struct heap *h = f->h;
    uint32_t *name = &((uint32_t *)h->node_name.data)[n];
    uint32_t *made;
    bool is_new;
    if (!u64_map_put(&f->renamed, *name, 0, &made, &is_new, err))
        return false;
    if (is_new) {
        if (!strings_append(&h->strings, prefix, sizeof prefix - 1, err) ||
            !column_reserve(&h->strings.bytes, strings_get(&h->strings, *name).len, err))
            return false;
        struct str old = strings_get(&h->strings, *name);
        if (!strings_append(&h->strings, old.p, old.len, err) ||
            !strings_end(&h->strings, made, err))
            return false;
    }
    *name = *made;
    return true;
}

static bool push(struct column *stack, uint32_t n, struct err *err)
{
    if (!column_reserve(stack, 1, err))
        return err_prefix(err, "detached nodes");
    ((uint32_t *)stack->data)[stack->count++] = n;
    return true;
}

static bool visit(struct flood *f, uint32_t n, unsigned state, struct err *err)
{
    uint8_t *flags = &((uint8_t *)f->h->node_flags.data)[n];
    if (*flags & FLAG_SCRATCH)
        return true;
    *flags |= FLAG_SCRATCH;
    if (heap_type(f->h, n) != NODE_NATIVE)
        return true;
    *flags = (uint8_t)((*flags & ~FLAG_DETACHEDNESS) | state);
    if (state == DETACHED && !rename_node(f, n, err))
        return false;
    return state > DETACHED || push(&f->stacks[state], n, err);
}

static bool drain(struct flood *f, unsigned state, struct err *err)
{
    struct heap *h = f->h;
    struct column *stack = &f->stacks[state];
    while (stack->count) {
        uint32_t n = ((uint32_t *)stack->data)[--stack->count];
        if (state == DETACHED && (heap_flags(h, n) & FLAG_DETACHEDNESS) == ATTACHED)
            continue;
        for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
            enum edge_type t = heap_edge_type(h, e);
            if (t != EDGE_HIDDEN && t != EDGE_WEAK && !visit(f, heap_edge_to(h, e), state, err))
                return false;
        }
    }
    return true;
}

static bool flood_states(struct flood *f, struct err *err)
{
    struct heap *h = f->h;
    for (uint32_t n = 0; n < h->node_count; n++) {
        unsigned state = heap_flags(h, n) & FLAG_DETACHEDNESS;
        if (state && !visit(f, n, state, err))
            return false;
    }
    if (!drain(f, ATTACHED, err) || !drain(f, DETACHED, err))
        return false;
    for (uint32_t n = 0; n < h->node_count; n++)
        ((uint8_t *)h->node_flags.data)[n] &= (uint8_t)~FLAG_SCRATCH;
    return true;
}

/* Without the field the names tell. */
static void take_states_from_names(struct heap *h)
{
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (heap_type(h, n) == NODE_NATIVE && str_starts_with(heap_name(h, n), prefix))
            ((uint8_t *)h->node_flags.data)[n] |= DETACHED;
    }
}

bool pass_detachedness(struct heap *h, struct err *err)
{
    struct flood f = {.h = h};
    if (!h->has_detachedness) {
        take_states_from_names(h);
        return true;
    }
    bool ok = u64_map_init(&f.renamed, h->store, err) &&
              column_make(&f.stacks[ATTACHED], h->store, "attached nodes", 4, 0, err) &&
              column_make(&f.stacks[DETACHED], h->store, "detached nodes", 4, 0, err) &&
              flood_states(&f, err);
    column_release(&f.stacks[ATTACHED]);
    column_release(&f.stacks[DETACHED]);
    u64_map_release(&f.renamed);
    return ok;
}
