/* The core of a heap: see core.h. */
#include "analyzer/core.h"

#include "analyzer/flow_graph.h"
#include "analyzer/retainers.h"

#include <string.h>

/* In `top`, for nodes on the way of a search and those above which there is a cycle. */
#define TOP_UNKNOWN UINT32_MAX
#define TOP_SEARCHING (UINT32_MAX - 1)
#define TOP_NONE (UINT32_MAX - 2)
#define NO_LINK UINT64_MAX

/* `to` is held from one tree; `from` is the nearest common ancestor of what holds it there. */
struct link {
    uint32_t from, to;
};

struct core {
    struct heap *h;
    const struct column *open;
    const uint32_t *parent;
    /* uint32_t, by node: its tree's top, its steps below it, and a node farther up */
    struct column top_c, depth_c, jump_c;
    uint32_t *top, *depth, *jump;
    struct column stack; /* uint32_t */
    struct column links; /* struct link */
    struct column
        nodes; /* uint32_t, by vertex of the flow graph: the root, the open ones, others */
    struct places first; /* its edges */
    struct column to_c;  /* uint32_t */
    uint32_t *vertex;    /* by node, NO_VERTEX: none; takes the place of `depth` */
    bool all_reached;
};

static bool push(struct column *c, uint32_t n, struct err *err)
{
    return column_push(c, n, err) || err_prefix(err, "dominators");
}

/* -- the forest -- */

/* Jumps double as they go up (E. Myers, "An applicative random-access stack", 1983): any node above
 * is a logarithm of the depth away. */
static void place_below(struct core *c, uint32_t n, uint32_t top, uint32_t above)
{
    uint32_t first = c->jump[above], second = c->jump[first];
    bool equal = c->depth[above] - c->depth[first] == c->depth[first] - c->depth[second];
    c->top[n] = top;
    c->depth[n] = c->depth[above] + 1;
    c->jump[n] = equal ? second : above;
}

static bool find_top(struct core *c, uint32_t n, struct err *err)
{
    uint32_t m = n;
    c->stack.count = 0;
    for (; c->top[m] == TOP_UNKNOWN && c->parent[m] != NO_NODE; m = c->parent[m]) {
        c->top[m] = TOP_SEARCHING;
        if (!push(&c->stack, m, err))
            return false;
    }
    if (c->top[m] == TOP_UNKNOWN) {
        c->top[m] = c->jump[m] = m;
        c->depth[m] = 0;
    }
    bool has_top = c->top[m] < TOP_NONE;
    c->all_reached = c->all_reached && has_top;
    while (c->stack.count) {
        uint32_t below = ((const uint32_t *)c->stack.data)[--c->stack.count];
        if (has_top)
            place_below(c, below, c->top[m], m);
        else
            c->top[below] = TOP_NONE;
        m = below;
    }
    return true;
}

static bool find_tops(struct core *c, struct err *err)
{
    struct heap *h = c->h;
    if (!column_make_raw(&c->top_c, h->store, "dominators", 4, h->node_count, err) ||
        !column_make_raw(&c->depth_c, h->store, "dominators", 4, h->node_count, err) ||
        !column_make_raw(&c->jump_c, h->store, "dominators", 4, h->node_count, err))
        return false;
    c->top = c->top_c.data;
    c->depth = c->depth_c.data;
    c->jump = c->jump_c.data;
    memset(c->top, 0xff, (size_t)h->node_count * sizeof *c->top);
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (c->top[n] == TOP_UNKNOWN && !find_top(c, n, err))
            return false;
    }
    return true;
}

/* Of two nodes of one tree. */
static uint32_t common_ancestor(const struct core *c, uint32_t a, uint32_t b)
{
    const uint32_t *jump = c->jump, *depth = c->depth;
    if (depth[a] < depth[b])
        return common_ancestor(c, b, a);
    while (depth[a] > depth[b])
        a = depth[jump[a]] >= depth[b] ? jump[a] : c->parent[a];
    while (a != b) {
        bool far = jump[a] != jump[b];
        a = far ? jump[a] : c->parent[a];
        b = far ? jump[b] : c->parent[b];
    }
    return a;
}

/* -- what holds the open nodes -- */

static bool add_link(struct core *c, uint32_t from, uint32_t to, struct err *err)
{
    if (!column_reserve(&c->links, 1, err))
        return err_prefix(err, "dominators");
    ((struct link *)c->links.data)[c->links.count++] = (struct link){from, to};
    return true;
}

/* `source` holds `to`, whose links stand at the end from `first` on. One from the same tree among
 * the last of them takes it in; to have two is no mistake, only more work later. From inside its
 * own tree nothing counts: all of that is behind the node. */
static bool hold(struct core *c, uint64_t first, uint32_t source, uint32_t to, struct err *err)
{
    enum { LOOK_AT = 8 };
    struct link *links = c->links.data;
    uint32_t top = c->top[source];
    if (top == to || top == TOP_NONE)
        return true;
    for (uint64_t i = c->links.count; i > first && i + LOOK_AT > c->links.count; i--) {
        if (c->top[links[i - 1].from] == top) {
            links[i - 1].from = common_ancestor(c, links[i - 1].from, source);
            return true;
        }
    }
    return add_link(c, source, to, err);
}

static bool hold_open_node(struct core *c, uint32_t n, struct err *err)
{
    uint64_t first = c->links.count;
    struct retainer_walk w = heap_retainers(c->h, n);
    while (retainer_next(&w)) {
        if (w.essential && !hold(c, first, w.source, n, err))
            return false;
    }
    return true;
}

/* The retainers of all hubs are met in one sweep over the edges. Neighbours mostly stand in one
 * tree: the hub's last link takes them in. */
static bool hold_hub(struct core *c, uint64_t *last, uint32_t source, uint32_t hub, struct err *err)
{
    struct link *links = c->links.data;
    uint32_t top = c->top[source];
    if (top == hub || top == TOP_NONE)
        return true;
    if (*last == NO_LINK || c->top[links[*last].from] != top) {
        *last = c->links.count;
        return add_link(c, source, hub, err);
    }
    links[*last].from = common_ancestor(c, links[*last].from, source);
    return true;
}

static bool hold_hubs(struct core *c, struct err *err)
{
    const struct heap *h = c->h;
    const uint32_t *edges = h->edge_to.data, *hub_of = h->retainer.data;
    struct column last_c = {0};
    if (!column_make_raw(&last_c, h->store, "dominators", 8, h->hub_retainers.count, err))
        return false;
    uint64_t *last = last_c.data, e = 0;
    bool ok = true;
    memset(last, 0xff, last_c.count * sizeof *last);
    for (uint32_t u = 0; ok && u < h->node_count; u++) {
        for (uint64_t end = heap_first_edge(h, u + 1); e < end; e++) {
            column_sweep(&h->edge_to, e);
            uint32_t to = edges[e] & ~EDGE_ESSENTIAL;
            if ((edges[e] & EDGE_ESSENTIAL) && (heap_flags(h, to) & FLAG_HUB) && to != h->root)
                ok = ok && hold_hub(c, &last[hub_of[to]], u, to, err);
        }
    }
    column_release(&last_c);
    return ok;
}

static bool hold_open_nodes(struct core *c, struct err *err)
{
    const uint32_t *open = c->open->data;
    bool hubs = false;
    if (!column_make(&c->links, c->h->store, "dominators", sizeof(struct link), 0, err))
        return false;
    for (uint64_t i = 0; i < c->open->count; i++) {
        if (heap_flags(c->h, open[i]) & FLAG_HUB)
            hubs = true;
        else if (!hold_open_node(c, open[i], err))
            return false;
    }
    return !hubs || hold_hubs(c, err);
}

/* -- the flow graph -- */

static bool add_vertex(struct core *c, uint32_t n, struct err *err)
{
    c->vertex[n] = (uint32_t)c->nodes.count;
    return push(&c->nodes, n, err);
}

/* All tops come first, then what is between them and the links. */
static bool find_vertices(struct core *c, struct err *err)
{
    const uint32_t *open = c->open->data;
    const struct link *links = c->links.data;
    c->vertex = c->depth;
    memset(c->vertex, 0xff, (size_t)c->h->node_count * sizeof *c->vertex);
    if (!column_make(&c->nodes, c->h->store, "dominators", 4, 0, err) ||
        !add_vertex(c, c->h->root, err))
        return false;
    for (uint64_t i = 0; i < c->open->count; i++) {
        if (!add_vertex(c, open[i], err))
            return false;
    }
    for (uint64_t i = 0; i < c->links.count; i++) {
        for (uint32_t n = links[i].from; c->vertex[n] == NO_VERTEX; n = c->parent[n]) {
            if (!add_vertex(c, n, err))
                return false;
        }
    }
    return true;
}

/* Edges go down the trees and along the links. */
static bool find_edges(struct core *c, struct err *err)
{
    const uint32_t *nodes = c->nodes.data, *vertex = c->vertex;
    const struct link *links = c->links.data;
    const uint64_t first_below = c->open->count + 1, count = c->nodes.count;
    if (!places_make(&c->first, c->h->store, "dominators", count, err))
        return false;
    uint32_t *counts = c->first.low.data;
    for (uint64_t i = first_below; i < count; i++)
        counts[vertex[c->parent[nodes[i]]]]++;
    for (uint64_t i = 0; i < c->links.count; i++)
        counts[vertex[links[i].from]]++;
    if (!column_make_raw(&c->to_c, c->h->store, "dominators", 4, places_from_counts(&c->first),
                         err))
        return false;
    uint32_t *to = c->to_c.data;
    for (uint64_t i = first_below; i < count; i++)
        to[places_take(&c->first, vertex[c->parent[nodes[i]]])] = (uint32_t)i;
    for (uint64_t i = 0; i < c->links.count; i++)
        to[places_take(&c->first, vertex[links[i].from])] = vertex[links[i].to];
    places_rewind(&c->first);
    return true;
}

static bool make_flow_graph(struct core *c, struct err *err)
{
    column_release(&c->jump_c);
    bool ok = find_vertices(c, err) && find_edges(c, err);
    column_release(&c->links);
    column_release(&c->depth_c);
    return ok;
}

static bool settle_open_nodes(struct core *c, struct err *err)
{
    const uint32_t *open = c->open->data, *nodes = c->nodes.data;
    uint32_t *dominator = c->h->dominator.data;
    struct column found_c = {0};
    const struct flow_graph g = {.store = c->h->store,
                                 .count = (uint32_t)c->nodes.count,
                                 .first = &c->first,
                                 .to = c->to_c.data};
    bool ok = column_make_raw(&found_c, c->h->store, "dominators", 4, g.count, err) &&
              flow_graph_dominators(&g, found_c.data, err);
    for (uint64_t i = 0; ok && i < c->open->count; i++) {
        uint32_t found = ((const uint32_t *)found_c.data)[i + 1];
        /* What hangs below is told by its top. */
        c->all_reached = c->all_reached && found != NO_VERTEX;
        if (found == NO_VERTEX)
            c->top[open[i]] = TOP_NONE;
        dominator[open[i]] = found == NO_VERTEX ? c->h->root : nodes[found];
    }
    column_release(&found_c);
    return ok;
}

static void hang_unreached_from_root(struct core *c)
{
    uint32_t *dominator = c->h->dominator.data;
    for (uint32_t n = 0; n < c->h->node_count; n++) {
        if (n != c->h->root && (c->top[n] == TOP_NONE || c->top[c->top[n]] == TOP_NONE))
            dominator[n] = c->h->root;
    }
}

bool core_settle(struct heap *h, const struct column *open, struct err *err)
{
    struct core c = {.h = h, .open = open, .parent = h->dominator.data, .all_reached = true};
    bool ok = column_make(&c.stack, h->store, "dominators", 4, 0, err) && find_tops(&c, err) &&
              hold_open_nodes(&c, err) && make_flow_graph(&c, err) && settle_open_nodes(&c, err);
    if (ok && !c.all_reached)
        hang_unreached_from_root(&c);
    places_release(&c.first);
    struct column *const columns[] = {&c.top_c, &c.depth_c, &c.jump_c, &c.stack,
                                      &c.links, &c.nodes,   &c.to_c};
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        column_release(columns[i]);
    return ok;
}
