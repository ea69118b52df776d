/* The pass for immediate dominators, the order of their tree, and retained sizes.
 *
 * Semi-NCA (L. Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005) over
 * the essential edges, on depth-first preorder numbers, so that its sweeps are in order. Nodes
 * without an essential retainer hang from the root; so do those that still are not reached, without
 * passing anything on to others.
 */
#include "analyzer/passes.h"

#include <string.h>

#define UNREACHED UINT32_MAX

struct frame {
    uint32_t node;
    uint32_t number;
    uint64_t next_edge;
};

/* In the forest of what is linked so far: the way up, compressed, and the least semidominator on
 * the part of it that was compressed. One word, because they are read together and at random. */
struct link {
    uint32_t ancestor;
    uint32_t least;
};

/* All arrays but `number` are indexed by preorder number. */
struct tree {
    struct heap *h;
    uint32_t reached; /* numbers are below */
    struct column number_c, vertex_c, parent_c, semi_c, links_c;
    struct column stack;       /* of frames while numbering, then uint32_t */
    struct places first_later; /* by number: of `later` */
    struct column later;       /* uint32_t, retainers with a larger number */
    uint32_t *number;          /* by node */
    uint32_t *vertex;
    uint32_t *parent; /* in the search tree; at the end the immediate dominator */
    uint32_t *semi;
    struct link *links;
};

static bool make_array(struct tree *t, struct column *c, uint32_t **ret, uint64_t count,
                       struct err *err)
{
    if (!column_make_raw(c, t->h->store, "dominators", sizeof **ret, count, err))
        return false;
    *ret = c->data;
    return true;
}

/* -- numbering -- */

static bool visit(struct tree *t, uint32_t n, uint32_t parent, struct err *err)
{
    uint32_t number = t->reached++;
    t->number[n] = number;
    t->vertex[number] = n;
    t->parent[number] = t->semi[number] = parent;
    if (!column_reserve(&t->stack, 1, err))
        return err_prefix(err, "dominators");
    ((struct frame *)t->stack.data)[t->stack.count++] =
        (struct frame){.node = n, .number = number, .next_edge = heap_first_edge(t->h, n)};
    return true;
}

/* An edge to a node that has its number already. From a smaller number (an ancestor) only the least
 * matters, tree edges included, so none is stored. */
static void meet(struct tree *t, uint32_t from, uint32_t to)
{
    if (from > to)
        ((uint32_t *)t->first_later.low.data)[to]++;
    else if (from < t->semi[to])
        t->semi[to] = from;
}

static bool visit_below(struct tree *t, struct err *err)
{
    const struct heap *h = t->h;
    const uint32_t *edges = h->edge_to.data;
    while (t->stack.count) {
        struct frame *f = &((struct frame *)t->stack.data)[t->stack.count - 1];
        uint64_t e = f->next_edge, end = heap_first_edge(h, f->node + 1);
        uint32_t number = UNREACHED;
        for (; e < end; e++) {
            if (!(edges[e] & EDGE_ESSENTIAL))
                continue;
            number = t->number[edges[e] & ~EDGE_ESSENTIAL];
            if (number == UNREACHED)
                break;
            meet(t, f->number, number);
        }
        f->next_edge = e + 1;
        if (e == end)
            t->stack.count--;
        else if (!visit(t, edges[e] & ~EDGE_ESSENTIAL, f->number, err))
            return false;
    }
    return true;
}

static bool number_nodes(struct tree *t, struct err *err)
{
    const struct heap *h = t->h;
    const uint64_t nodes = h->node_count;
    if (!make_array(t, &t->number_c, &t->number, nodes, err) ||
        !make_array(t, &t->vertex_c, &t->vertex, nodes, err) ||
        !make_array(t, &t->parent_c, &t->parent, nodes, err) ||
        !make_array(t, &t->semi_c, &t->semi, nodes, err) ||
        !places_make(&t->first_later, h->store, "dominators", nodes, err))
        return false;
    memset(t->number, 0xff, (size_t)nodes * sizeof *t->number);
    if (!column_make(&t->stack, h->store, "dominators", sizeof(struct frame), 0, err) ||
        !visit(t, h->root, 0, err) || !visit_below(t, err))
        return false;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (heap_flags(h, n) & FLAG_RETAINED || t->number[n] != UNREACHED)
            continue;
        if (!visit(t, n, 0, err) || !visit_below(t, err))
            return false;
    }
    column_release(&t->stack);
    return true;
}

/* -- dominators -- */

/* The least semidominator on the path from v up to, not including, the first number below `linked`;
 * compresses the path. */
static bool evaluate(struct tree *t, uint32_t v, uint32_t linked, uint32_t *ret, struct err *err)
{
    struct link *links = t->links;
    if (links[v].ancestor < linked) {
        *ret = links[v].least;
        return true;
    }
    struct column *stack = &t->stack;
    stack->count = 0;
    do {
        if (!column_reserve(stack, 1, err))
            return err_prefix(err, "dominators");
        ((uint32_t *)stack->data)[stack->count++] = v;
        v = links[v].ancestor;
    } while (links[v].ancestor >= linked);
    const uint32_t *path = stack->data;
    struct link above = links[v];
    for (uint64_t i = stack->count; i-- > 0;) {
        struct link *l = &links[path[i]];
        l->ancestor = above.ancestor;
        if (above.least < l->least)
            l->least = above.least;
        above = *l;
    }
    *ret = above.least;
    return true;
}

/* What a step does not touch is taken out of memory meanwhile. */
static bool collect_later(struct tree *t, struct err *err)
{
    const struct heap *h = t->h;
    const uint32_t *edges = h->edge_to.data;
    uint64_t count = places_from_counts(&t->first_later);
    column_cool(&t->parent_c);
    column_cool(&t->semi_c);
    if (!column_make_raw(&t->later, h->store, "dominators", 4, count, err))
        return false;
    uint32_t *later = t->later.data;
    for (uint32_t i = 0; i < t->reached; i++) {
        uint32_t u = t->vertex[i];
        for (uint64_t e = heap_first_edge(h, u), end = heap_first_edge(h, u + 1); e < end; e++) {
            if (!(edges[e] & EDGE_ESSENTIAL))
                continue;
            uint32_t to = t->number[edges[e] & ~EDGE_ESSENTIAL];
            if (to < i)
                later[places_take(&t->first_later, to)] = i;
        }
    }
    places_rewind(&t->first_later);
    column_cool(&h->edge_to);
    column_cool(&t->number_c);
    column_cool(&t->vertex_c);
    column_warm(&t->parent_c);
    column_warm(&t->semi_c);
    return true;
}

static bool find_semidominators(struct tree *t, struct err *err)
{
    const uint32_t *later = t->later.data;
    if (!column_make_raw(&t->links_c, t->h->store, "dominators", sizeof *t->links, t->reached, err))
        return false;
    t->links = t->links_c.data;
    for (uint32_t i = t->reached; i-- > 1;) {
        uint32_t semi = t->semi[i];
        for (uint64_t k = places_at(&t->first_later, i), end = places_at(&t->first_later, i + 1);
             k < end; k++) {
            uint32_t least = 0;
            if (!evaluate(t, later[k], i + 1, &least, err))
                return false;
            if (least < semi)
                semi = least;
        }
        t->semi[i] = semi;
        t->links[i] = (struct link){.ancestor = t->parent[i], .least = semi};
    }
    return true;
}

static bool find_dominators(struct tree *t, struct err *err)
{
    struct heap *h = t->h;
    if (!column_make(&t->stack, h->store, "dominators", 4, 0, err) || !collect_later(t, err) ||
        !find_semidominators(t, err))
        return false;
    /* What has served its turn makes room for the results. */
    column_release(&t->later);
    column_release(&t->links_c);
    places_release(&t->first_later);
    column_warm(&t->vertex_c);
    if (!column_make_raw(&h->dominator, h->store, "dominators", 4, h->node_count, err))
        return false;
    uint32_t *dominator = h->dominator.data;
    for (uint32_t n = 0; n < h->node_count; n++)
        dominator[n] = h->root;
    for (uint32_t i = 1; i < t->reached; i++) {
        uint32_t d = t->parent[i];
        while (d > t->semi[i])
            d = t->parent[d];
        t->parent[i] = d;
        dominator[t->vertex[i]] = t->vertex[d];
    }
    column_cool(&h->dominator);
    return true;
}

/* -- the tree's order and the sums over it -- */

/* Places in preorder of the dominator tree, by number, in `semi`. A dominator's number is below
 * that of what it dominates, so one sweep from the end gives subtree sizes and one from the start
 * the places. */
static bool place_subtrees(struct tree *t, struct err *err)
{
    struct heap *h = t->h;
    struct column next_c = {0};
    uint32_t *size = t->semi;
    if (!column_make_raw(&next_c, h->store, "dominator tree", 4, t->reached, err) ||
        !column_make_raw(&h->dom_end, h->store, "dominator tree", 4, h->node_count, err)) {
        column_release(&next_c);
        return false;
    }
    uint32_t *next = next_c.data, *end = h->dom_end.data, *place_of = t->semi;
    for (uint32_t i = 0; i < t->reached; i++)
        size[i] = 1;
    for (uint32_t i = t->reached; i-- > 1;)
        size[t->parent[i]] += size[i];
    for (uint32_t i = 0; i < t->reached; i++) {
        uint32_t subtree = size[i], place = 0;
        if (i) {
            place = next[t->parent[i]];
            next[t->parent[i]] += subtree;
        }
        next[i] = place + 1;
        end[place] = place + subtree;
        place_of[i] = place;
    }
    column_release(&next_c);
    return true;
}

/* Nodes that were not reached follow at the end, each alone. */
static bool order_tree(struct tree *t, struct err *err)
{
    struct heap *h = t->h;
    if (!place_subtrees(t, err))
        return false;
    column_release(&t->parent_c);
    if (!column_make_raw(&h->dom_order, h->store, "dominator tree", 4, h->node_count, err))
        return false;
    uint32_t *order = h->dom_order.data, *end = h->dom_end.data;
    for (uint32_t i = 0; i < t->reached; i++)
        order[t->semi[i]] = t->vertex[i];
    uint32_t place = t->reached;
    for (uint32_t n = 0; n < h->node_count && place < h->node_count; n++) {
        if (t->number[n] != UNREACHED)
            continue;
        end[place] = place + 1;
        order[place++] = n;
    }
    end[0] = h->node_count;
    return true;
}

bool pass_dominators(struct heap *h, struct err *err)
{
    struct tree t = {.h = h};
    bool ok = number_nodes(&t, err) && find_dominators(&t, err) && order_tree(&t, err);
    struct column *const columns[] = {&t.number_c, &t.vertex_c, &t.parent_c, &t.semi_c,
                                      &t.links_c,  &t.stack,    &t.later};
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        column_release(columns[i]);
    places_release(&t.first_later);
    return ok;
}
