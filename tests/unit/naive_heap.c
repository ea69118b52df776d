/* The plainest ways to a heap's numbers: see naive_heap.h. */
#include "tests/unit/naive_heap.h"

#include <stdlib.h>
#include <string.h>

static bool is_named(const struct naive *v, uint32_t n, const char *name)
{
    return !strcmp(buf_str(&v->names[n]), name);
}

static bool is_user_root(const struct naive *v, uint32_t n)
{
    return v->m->nodes[n].type != NODE_SYNTHETIC || is_named(v, n, "(Document DOM trees)");
}

/* -- detachedness (specification, 4) -- */

struct detaching {
    struct naive *v;
    bool visited[MODEL_NODES];
    uint32_t stack[3][MODEL_NODES];
    uint32_t count[3];
};

static void process(struct detaching *d, uint32_t n, unsigned state)
{
    struct naive *v = d->v;
    if (d->visited[n])
        return;
    d->visited[n] = true;
    if (v->m->nodes[n].type != NODE_NATIVE)
        return;
    v->detachedness[n] = state;
    if (state == 1 || state == 2)
        d->stack[state][d->count[state]++] = n;
    if (state == 2) {
        buf_clear(&v->names[n]);
        buf_printf(&v->names[n], "Detached %s", v->m->strings[v->m->nodes[n].name]);
    }
}

static void detach(struct naive *v)
{
    const struct model *m = v->m;
    struct detaching d = {.v = v};
    for (uint32_t n = 0; n < m->node_count; n++) {
        v->detachedness[n] = m->nodes[n].detachedness;
        if (!m->has_detachedness && m->nodes[n].type == NODE_NATIVE)
            v->detachedness[n] = strncmp(buf_str(&v->names[n]), "Detached ", 9) ? 0 : 2;
    }
    if (!m->has_detachedness)
        return;
    for (uint32_t n = 0; n < m->node_count; n++) {
        if (v->detachedness[n])
            process(&d, n, v->detachedness[n]);
    }
    for (unsigned state = 1; state <= 2; state++) {
        while (d.count[state]) {
            uint32_t n = d.stack[state][--d.count[state]];
            if (state == 2 && v->detachedness[n] == 1)
                continue;
            for (uint32_t e = m->first_edge[n]; e < m->first_edge[n + 1]; e++) {
                if (m->edges[e].type != EDGE_HIDDEN && m->edges[e].type != EDGE_WEAK)
                    process(&d, m->edges[e].to, state);
            }
        }
    }
}

/* -- page-owned nodes and essential edges (5, 6.1) -- */

static void own_pages(struct naive *v)
{
    const struct model *m = v->m;
    for (uint32_t e = m->first_edge[m->root]; e < m->first_edge[m->root + 1]; e++) {
        uint32_t to = m->edges[e].to;
        v->has_user_roots |= is_user_root(v, to);
        if (m->edges[e].type == EDGE_SHORTCUT ||
            (m->edges[e].type == EDGE_ELEMENT && m->nodes[to].type == NODE_SYNTHETIC &&
             is_named(v, to, "(Document DOM trees)")))
            v->page_owned[to] = true;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t e = 0; e < m->edge_count; e++) {
            const struct model_edge *g = &m->edges[e];
            if (g->type == EDGE_WEAK || !v->page_owned[g->from] || v->page_owned[g->to])
                continue;
            changed = v->page_owned[g->to] = true;
        }
    }
}

static bool is_essential(const struct naive *v, const struct model_edge *g)
{
    const struct model *m = v->m;
    if (g->pair != NO_PAIR && g->table_id == m->nodes[g->from].id)
        return false;
    if (g->type == EDGE_WEAK || g->from == g->to)
        return false;
    if (g->from == m->root)
        return true;
    return g->type != EDGE_SHORTCUT && !(v->page_owned[g->to] && !v->page_owned[g->from]);
}

/* -- size transfer (7) -- */

static bool is_ownable(const struct naive *v, uint32_t n)
{
    unsigned t = v->m->nodes[n].type;
    return t == NODE_HIDDEN || t == NODE_ARRAY ||
           (t == NODE_NATIVE && is_named(v, n, "system / ExternalStringData"));
}

/* Marks the owners that reach n through ownable nodes: walks back. */
static void find_owners(const struct naive *v, uint32_t n, bool *visited, bool *owners)
{
    const struct model *m = v->m;
    visited[n] = true;
    for (uint32_t e = 0; e < m->edge_count; e++) {
        uint32_t from = m->edges[e].from;
        if (m->edges[e].to != n || m->edges[e].type == EDGE_WEAK)
            continue;
        if (!is_ownable(v, from))
            owners[from] = true;
        else if (!visited[from])
            find_owners(v, from, visited, owners);
    }
}

static void transfer_sizes(struct naive *v)
{
    const struct model *m = v->m;
    for (uint32_t n = 0; n < m->node_count; n++)
        v->self_bytes[n] += m->nodes[n].self_bytes;
    for (uint32_t n = 0; v->has_user_roots && n < m->node_count; n++) {
        bool visited[MODEL_NODES] = {0}, owners[MODEL_NODES] = {0};
        uint32_t count = 0, owner = 0;
        if (!is_ownable(v, n))
            continue;
        find_owners(v, n, visited, owners);
        for (uint32_t o = 0; o < m->node_count; o++) {
            if (owners[o])
                owner = o;
            count += owners[o];
        }
        if (count != 1 || m->nodes[owner].type == NODE_SYNTHETIC || owner == m->root)
            continue;
        v->self_bytes[owner] += m->nodes[n].self_bytes;
        v->self_bytes[n] -= m->nodes[n].self_bytes;
    }
}

/* -- distances (8) -- */

struct walk {
    struct naive *v;
    uint32_t queue[MODEL_NODES + MODEL_EDGES];
    uint32_t head, tail;
    bool pending[MODEL_EDGES]; /* by pair */
};

static bool edge_counts(struct walk *w, const struct model_edge *g)
{
    const struct model *m = w->v->m;
    bool indexed = g->type == EDGE_ELEMENT || g->type == EDGE_HIDDEN;
    if (m->nodes[g->from].type == NODE_HIDDEN &&
        is_named(w->v, g->from, "system / NativeContext") && !indexed &&
        !strcmp(m->strings[g->name], "sloppy_function_map"))
        return false;
    if (m->nodes[g->from].type == NODE_ARRAY && is_named(w->v, g->from, "(map descriptors)")) {
        long i = g->name;
        if (!indexed) {
            char *end;
            i = strtol(m->strings[g->name], &end, 10);
            if (end == m->strings[g->name])
                return true;
        }
        return i < 2 || i % 3 != 1;
    }
    if (g->pair == NO_PAIR)
        return true;
    w->pending[g->pair] = !w->pending[g->pair];
    return !w->pending[g->pair];
}

static void search(struct walk *w)
{
    const struct model *m = w->v->m;
    int32_t *distance = w->v->distance;
    while (w->head < w->tail) {
        uint32_t u = w->queue[w->head++];
        for (uint32_t e = m->first_edge[u]; e < m->first_edge[u + 1]; e++) {
            const struct model_edge *g = &m->edges[e];
            if (g->type == EDGE_WEAK || distance[g->to] != NO_DISTANCE || !edge_counts(w, g))
                continue;
            distance[g->to] = distance[u] + 1;
            w->queue[w->tail++] = g->to;
        }
    }
}

static void measure_distances(struct naive *v)
{
    const struct model *m = v->m;
    struct walk w = {.v = v};
    for (uint32_t n = 0; n < m->node_count; n++)
        v->distance[n] = NO_DISTANCE;
    for (uint32_t e = m->first_edge[m->root]; e < m->first_edge[m->root + 1]; e++) {
        if (is_user_root(v, m->edges[e].to)) {
            v->distance[m->edges[e].to] = 1;
            w.queue[w.tail++] = m->edges[e].to;
        }
    }
    bool any = w.tail > 0;
    search(&w);
    v->distance[m->root] = any ? SYSTEM_DISTANCE : 0;
    w.queue[w.tail++] = m->root;
    search(&w);
}

/* -- dominators and retained sizes (6.2, 6.3) -- */

/* What is reached from the root along essential edges and to nodes that have none, without `taken`.
 */
static void reach(const struct naive *v, uint32_t taken, bool *reached)
{
    const struct model *m = v->m;
    bool retained[MODEL_NODES] = {0};
    memset(reached, 0, MODEL_NODES * sizeof *reached);
    for (uint32_t e = 0; e < m->edge_count; e++)
        retained[m->edges[e].to] |= v->essential[e];
    for (uint32_t n = 0; n < m->node_count && taken != m->root; n++)
        reached[n] = n != taken && (n == m->root || !retained[n]);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t e = 0; e < m->edge_count; e++) {
            uint32_t from = m->edges[e].from, to = m->edges[e].to;
            if (v->essential[e] && reached[from] && !reached[to] && to != taken)
                changed = reached[to] = true;
        }
    }
}

static void dominate(struct naive *v)
{
    const struct model *m = v->m;
    bool all[MODEL_NODES], without[MODEL_NODES];
    uint32_t dominators[MODEL_NODES] = {0};
    reach(v, UINT32_MAX, all);
    for (uint32_t d = 0; d < m->node_count; d++) {
        reach(v, d, without);
        for (uint32_t n = 0; n < m->node_count; n++) {
            bool under = all[n] ? all[d] && !without[n] : d == m->root;
            v->dominates[d][n] = under && d != n && n != m->root;
            dominators[n] += v->dominates[d][n];
        }
    }
    /* The nearest one is itself dominated by all others. */
    for (uint32_t n = 0; n < m->node_count; n++) {
        v->dominator[n] = m->root;
        v->retained_bytes[n] = v->self_bytes[n];
        for (uint32_t d = 0; d < m->node_count; d++) {
            if (v->dominates[d][n] && dominators[d] + 1 == dominators[n])
                v->dominator[n] = d;
            if (v->dominates[n][d])
                v->retained_bytes[n] += v->self_bytes[d];
        }
    }
}

void naive_compute(struct naive *v, const struct model *m)
{
    memset(v, 0, sizeof *v);
    v->m = m;
    for (uint32_t n = 0; n < m->node_count; n++)
        buf_puts(&v->names[n], m->strings[m->nodes[n].name]);
    detach(v);
    own_pages(v);
    for (uint32_t e = 0; e < m->edge_count; e++)
        v->essential[e] = is_essential(v, &m->edges[e]);
    transfer_sizes(v);
    measure_distances(v);
    dominate(v);
    naive_classify(v);
}

void naive_release(struct naive *v)
{
    for (uint32_t n = 0; n < MODEL_NODES; n++) {
        buf_release(&v->names[n]);
        buf_release(&v->keys[n]);
    }
}
