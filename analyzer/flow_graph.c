/* Semi-NCA: see flow_graph.h. */
#include "analyzer/flow_graph.h"

#include <string.h>

struct frame {
    uint32_t vertex;
    uint64_t next_edge;
};

/* In the forest of what is linked so far: the way up, compressed, and the least semidominator on
 * the part of it that was compressed. One word, because they are read together and at random. */
struct link {
    uint32_t ancestor;
    uint32_t least;
};

/* All arrays but `number` are indexed by preorder number. */
struct search {
    const struct flow_graph *g;
    uint32_t reached; /* numbers are below */
    struct column number_c, vertex_c, parent_c, semi_c, links_c;
    struct column stack;       /* of frames while numbering, then uint32_t */
    struct places first_later; /* of the lists in */
    struct column later_c;     /* uint32_t, predecessors with a larger number */
    uint32_t *number;          /* by vertex */
    uint32_t *vertex;
    uint32_t *parent; /* in the search tree; at the end the immediate dominator */
    uint32_t *semi;
    struct link *links;
};

static bool make_arrays(struct search *s, struct err *err)
{
    struct store *store = s->g->store;
    const uint64_t count = s->g->count;
    struct {
        struct column *column;
        uint32_t elem;
        uint64_t count;
    } wanted[] = {
        {&s->number_c, 4, count},
        {&s->vertex_c, 4, count},
        {&s->parent_c, 4, count},
        {&s->semi_c, 4, count},
        {&s->stack, sizeof(struct frame), 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        if (!column_make(wanted[i].column, store, "dominators", wanted[i].elem, wanted[i].count,
                         err))
            return false;
    }
    s->number = s->number_c.data;
    s->vertex = s->vertex_c.data;
    s->parent = s->parent_c.data;
    s->semi = s->semi_c.data;
    return places_make(&s->first_later, store, "dominators", count, err);
}

/* -- numbering -- */

static bool visit(struct search *s, uint32_t v, uint32_t parent, struct err *err)
{
    uint32_t number = s->reached++;
    s->number[v] = number;
    s->vertex[number] = v;
    s->parent[number] = s->semi[number] = parent;
    if (!column_reserve(&s->stack, 1, err))
        return err_prefix(err, "dominators");
    ((struct frame *)s->stack.data)[s->stack.count++] =
        (struct frame){.vertex = v, .next_edge = places_at(s->g->first, v)};
    return true;
}

/* An edge to a vertex that has its number already. From a smaller number (an ancestor) only the
 * least matters, tree edges included, so none is stored. */
static void meet(struct search *s, uint32_t from, uint32_t to)
{
    if (from > to)
        ((uint32_t *)s->first_later.low.data)[to]++;
    else if (from < s->semi[to])
        s->semi[to] = from;
}

static bool number_vertices(struct search *s, struct err *err)
{
    const struct flow_graph *g = s->g;
    memset(s->number, 0xff, (size_t)g->count * sizeof *s->number);
    if (!visit(s, 0, 0, err))
        return false;
    while (s->stack.count) {
        struct frame *f = &((struct frame *)s->stack.data)[s->stack.count - 1];
        uint64_t e = f->next_edge, end = places_at(g->first, f->vertex + 1);
        uint32_t from = s->number[f->vertex];
        for (; e < end && s->number[g->to[e]] != NO_VERTEX; e++)
            meet(s, from, s->number[g->to[e]]);
        f->next_edge = e + 1;
        if (e == end)
            s->stack.count--;
        else if (!visit(s, g->to[e], from, err))
            return false;
    }
    return true;
}

/* -- dominators -- */

/* The numbers by vertex are of no use any more. */
static bool collect_later(struct search *s, struct err *err)
{
    const struct flow_graph *g = s->g;
    if (!column_make_raw(&s->later_c, g->store, "dominators", 4,
                         places_from_counts(&s->first_later), err))
        return false;
    uint32_t *later = s->later_c.data;
    for (uint32_t i = 0; i < s->reached; i++) {
        uint32_t v = s->vertex[i];
        for (uint64_t e = places_at(g->first, v), end = places_at(g->first, v + 1); e < end; e++) {
            uint32_t to = s->number[g->to[e]];
            if (to < i)
                later[places_take(&s->first_later, to)] = i;
        }
    }
    places_rewind(&s->first_later);
    column_release(&s->number_c);
    return true;
}

/* The least semidominator on the path from v up to, not including, the first number below `linked`;
 * compresses the path. */
static bool evaluate(struct search *s, uint32_t v, uint32_t linked, uint32_t *ret, struct err *err)
{
    struct link *links = s->links;
    if (links[v].ancestor < linked) {
        *ret = links[v].least;
        return true;
    }
    s->stack.count = 0;
    do {
        if (!column_push(&s->stack, v, err))
            return err_prefix(err, "dominators");
        v = links[v].ancestor;
    } while (links[v].ancestor >= linked);
    const uint32_t *path = s->stack.data;
    struct link above = links[v];
    for (uint64_t i = s->stack.count; i-- > 0;) {
        struct link *l = &links[path[i]];
        l->ancestor = above.ancestor;
        if (above.least < l->least)
            l->least = above.least;
        above = *l;
    }
    *ret = above.least;
    return true;
}

static bool find_semidominators(struct search *s, struct err *err)
{
    const uint32_t *later = s->later_c.data;
    column_release(&s->stack);
    if (!column_make(&s->stack, s->g->store, "dominators", 4, 0, err) ||
        !column_make(&s->links_c, s->g->store, "dominators", sizeof(struct link), s->g->count, err))
        return false;
    s->links = s->links_c.data;
    for (uint32_t i = s->reached; i-- > 1;) {
        uint32_t semi = s->semi[i];
        uint64_t end = places_at(&s->first_later, (uint64_t)i + 1);
        for (uint64_t k = places_at(&s->first_later, i); k < end; k++) {
            uint32_t least = 0;
            if (!evaluate(s, later[k], i + 1, &least, err))
                return false;
            if (least < semi)
                semi = least;
        }
        s->semi[i] = semi;
        s->links[i] = (struct link){.ancestor = s->parent[i], .least = semi};
    }
    return true;
}

static void find_dominators(struct search *s, uint32_t *dominator)
{
    memset(dominator, 0xff, (size_t)s->g->count * sizeof *dominator);
    dominator[0] = 0;
    for (uint32_t i = 1; i < s->reached; i++) {
        uint32_t d = s->parent[i];
        while (d > s->semi[i])
            d = s->parent[d];
        s->parent[i] = d;
        dominator[s->vertex[i]] = s->vertex[d];
    }
}

bool flow_graph_dominators(const struct flow_graph *g, uint32_t *dominator, struct err *err)
{
    struct search s = {.g = g};
    bool ok = make_arrays(&s, err) && number_vertices(&s, err) && collect_later(&s, err) &&
              find_semidominators(&s, err);
    if (ok)
        find_dominators(&s, dominator);
    places_release(&s.first_later);
    struct column *const columns[] = {&s.number_c, &s.vertex_c, &s.parent_c, &s.semi_c,
                                      &s.links_c,  &s.later_c,  &s.stack};
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        column_release(columns[i]);
    return ok;
}
