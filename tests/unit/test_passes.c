/* analyzer/passes: every number of thousands of small random heaps against naive computations.
 *
 * MORTEM_GRAPHS is the number of heaps, MORTEM_SEED the first one's seed: a failure names the seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/classes.h"
#include "analyzer/passes.h"
#include "analyzer/retainers.h"
#include "tests/unit/heap_from_text.h"
#include "tests/unit/naive_heap.h"
#include "tests/unit/plain_store.h"

#ifdef __SANITIZE_ADDRESS__ /* many times slower */
#define DEFAULT_GRAPHS 800
#else
#define DEFAULT_GRAPHS 3000
#endif

struct check {
    unsigned long long seed;
    const struct heap *h;
    const struct naive *v;
};

static void expect(const struct check *c, const char *what, uint64_t at, uint64_t expected,
                   uint64_t found)
{
    if (expected != found)
        fail_msg("MORTEM_SEED=%llu: %s of %llu: expected %lld, found %lld", c->seed, what,
                 (unsigned long long)at, (long long)expected, (long long)found);
}

static void check_nodes(const struct check *c)
{
    const struct heap *h = c->h;
    const struct naive *v = c->v;
    const struct model *m = v->m;
    expect(c, "nodes", 0, m->node_count, h->node_count);
    expect(c, "root", 0, m->root, h->root);
    expect(c, "user roots", 0, v->has_user_roots, h->has_user_roots);
    for (uint32_t n = 0; n < m->node_count; n++) {
        expect(c, "type", n, m->nodes[n].type, heap_type(h, n));
        expect(c, "id", n, m->nodes[n].id, heap_id(h, n));
        expect(c, "detachedness", n, v->detachedness[n], heap_flags(h, n) & FLAG_DETACHEDNESS);
        expect(c, "page-owned", n, v->page_owned[n], !!(heap_flags(h, n) & FLAG_PAGE_OWNED));
        expect(c, "scratch flag", n, 0, heap_flags(h, n) & FLAG_SCRATCH);
        expect(c, "name", n, true, str_equal(heap_name(h, n), buf_str(&v->names[n])));
        expect(c, "shallow size", n, v->self_bytes[n], heap_self_bytes(h, n));
        expect(c, "distance", n, (uint64_t)v->distance[n], (uint64_t)heap_distance(h, n));
        expect(c, "dominator", n, v->dominator[n], heap_dominator(h, n));
        expect(c, "retained size", n, v->retained_bytes[n], heap_retained_bytes(h, n));
    }
    expect(c, "total", 0, v->retained_bytes[m->root] + m->extra_native_bytes, heap_total_bytes(h));
}

/* The `nth` incoming edge of a node in file order. */
static void check_retainer(const struct check *c, uint32_t to, uint32_t nth, uint32_t from,
                           bool essential)
{
    struct retainer_walk w = heap_retainers(c->h, to);
    for (uint32_t i = 0; i < nth; i++)
        expect(c, "number of retainers", to, true, retainer_next(&w));
    expect(c, "retainer", to, from, w.source);
    expect(c, "essential retainer", to, essential, w.essential);
}

static void check_edges(const struct check *c)
{
    const struct heap *h = c->h;
    const struct model *m = c->v->m;
    uint32_t retainers[MODEL_NODES] = {0};
    expect(c, "edges", 0, m->edge_count, h->edge_count);
    for (uint32_t n = 0; n < m->node_count; n++) {
        expect(c, "first edge", n, m->first_edge[n], heap_first_edge(h, n));
        for (uint32_t e = m->first_edge[n]; e < m->first_edge[n + 1]; e++) {
            const struct model_edge *g = &m->edges[e];
            expect(c, "edge type", e, g->type, heap_edge_type(h, e));
            expect(c, "edge name", e, g->name, heap_edge_name(h, e));
            expect(c, "edge target", e, g->to, heap_edge_to(h, e));
            expect(c, "essential edge", e, c->v->essential[e], heap_edge_is_essential(h, e));
            retainers[g->to]++;
            check_retainer(c, g->to, retainers[g->to], n, c->v->essential[e]);
        }
    }
    for (uint32_t n = 0; n < m->node_count; n++)
        expect(c, "retainers", n, retainers[n], heap_retainer_count(h, n));
}

/* The subtree of a node is one range of the tree's order. */
static void check_tree_order(const struct check *c)
{
    const struct heap *h = c->h;
    const uint32_t *order = h->dom_order.data, *position = h->dom_position.data;
    for (uint32_t p = 0; p < h->node_count; p++) {
        uint32_t d = order[p];
        expect(c, "place", p, p, position[d]);
        for (uint32_t n = 0; n < h->node_count; n++)
            expect(c, "subtree", d, n == d || c->v->dominates[d][n],
                   position[n] >= p && position[n] < heap_subtree_end(h, p));
    }
}

static void put_key(const struct heap *h, const struct class_info *row, struct buf *b)
{
    struct str name = strings_get(&h->strings, row->name);
    if (row->has_location)
        buf_printf(b, "%u,%u,%u", row->script_id, row->line, row->column);
    buf_putc(b, ',');
    buf_append(b, name.p, name.len);
}

static void check_classes(const struct check *c)
{
    const struct heap *h = c->h;
    const struct naive *v = c->v;
    struct buf key = {0};
    uint32_t rows = 0;
    for (uint32_t n = 0; n < h->node_count; n++) {
        buf_clear(&key);
        put_key(h, class_row(h, heap_class(h, n)), &key);
        if (strcmp(buf_str(&key), buf_str(&v->keys[n])))
            fail_msg("MORTEM_SEED=%llu: class of %u: expected %s, found %s", c->seed, n,
                     buf_str(&v->keys[n]), buf_str(&key));
    }
    for (uint32_t r = 0; r < class_count(h); r++) {
        const struct class_info *row = class_row(h, r);
        uint32_t k = 0;
        if (!row->count)
            continue;
        rows++;
        buf_clear(&key);
        put_key(h, row, &key);
        while (k < v->row_count && strcmp(v->rows[k].key, buf_str(&key)))
            k++;
        expect(c, "class", r, true, k < v->row_count);
        expect(c, "count of class", r, v->rows[k].count, row->count);
        expect(c, "shallow size of class", r, v->rows[k].shallow_bytes, row->shallow_bytes);
        expect(c, "retained size of class", r, v->rows[k].retained_bytes, row->retained_bytes);
        expect(c, "distance of class", r, (uint64_t)v->rows[k].distance, (uint64_t)row->distance);
    }
    expect(c, "number of classes", 0, v->row_count, rows);
    buf_release(&key);
}

static void check_heap(unsigned long long seed)
{
    static struct model m;
    static struct naive v;
    struct buf text = {0};
    struct heap h, other;
    struct err err = {0};
    struct check c = {.seed = seed, .h = &h, .v = &v};
    const char *what = "";
    model_make(&m, seed);
    model_write(&m, seed, &text);
    if (!heap_from_text(text.data, text.len, false, &h, &err) || !h.complete)
        fail_msg("MORTEM_SEED=%llu: %s", seed, err.code ? err.msg : h.damage.msg);
    if (seed % 8 == 0) {
        assert_true(heap_from_text(text.data, text.len, true, &other, &err));
        /* yajl cannot read lone surrogates */
        if (!memmem(text.data, text.len, "\\ud83d", 6) && !heap_same_as_loaded(&h, &other, &what))
            fail_msg("MORTEM_SEED=%llu: the readers differ in %s", seed, what);
        heap_release(&other);
    }
    naive_compute(&v, &m);
    h.hub_least = seed % 3 ? 4 : 0;
    if (!heap_analyze(&h, NULL, &err) || !heap_find_positions(&h, &err))
        fail_msg("MORTEM_SEED=%llu: %s", seed, err.msg);
    check_nodes(&c);
    check_edges(&c);
    check_tree_order(&c);
    check_classes(&c);
    heap_release(&h);
    naive_release(&v);
    model_release(&m);
    buf_release(&text);
}

static void test_random_heaps(void **state)
{
    (void)state;
    const char *graphs = getenv("MORTEM_GRAPHS"), *seed = getenv("MORTEM_SEED");
    unsigned long long first = seed ? strtoull(seed, NULL, 10) : 0;
    unsigned long long count = graphs ? strtoull(graphs, NULL, 10) : seed ? 1 : DEFAULT_GRAPHS;
    for (unsigned long long i = 0; i < count; i++)
        check_heap(first + i);
}

/* A list whose every link holds the same map: the map's dominator is the first link. Looking for it
 * from each link one by one would take hours. */
static void test_long_list_with_a_hub(void **state)
{
    enum { LINKS = 1000000, HUB = LINKS + 1 };
    struct buf text = {0};
    struct heap h;
    struct err err = {0};
    (void)state;
    buf_printf(&text,
               "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\","
               "\"edge_count\"],\"node_types\":[[\"object\"],\"string\"],\"edge_fields\":[\"type\","
               "\"name_or_index\",\"to_node\"],\"edge_types\":[[\"internal\"],\"x\"]},"
               "\"node_count\":%d,\"edge_count\":%d},\n\"nodes\":[0,0,1,0,1",
               LINKS + 2, 2 * LINKS);
    for (int i = 1; i <= LINKS; i++)
        buf_printf(&text, "\n,0,0,%d,8,%d", 2 * i + 1, i < LINKS ? 2 : 1);
    buf_printf(&text, "\n,0,0,%d,80,0],\n\"edges\":[0,0,5", 2 * HUB + 1);
    for (int i = 1; i <= LINKS; i++) {
        if (i < LINKS)
            buf_printf(&text, "\n,0,0,%d", 5 * (i + 1));
        buf_printf(&text, "\n,0,0,%d", 5 * HUB);
    }
    buf_puts(&text, "],\n\"strings\":[\"\"]}");
    if (!heap_from_text(text.data, text.len, false, &h, &err) || !heap_analyze(&h, NULL, &err))
        fail_msg("%s", err.msg);
    assert_true(h.complete);
    assert_int_equal(heap_dominator(&h, HUB), 1);
    assert_int_equal(heap_dominator(&h, LINKS), LINKS - 1);
    assert_int_equal(heap_retained_bytes(&h, 1), LINKS * 8 + 80);
    assert_int_equal(heap_retainer_count(&h, HUB), LINKS);
    for (uint32_t i = 1; i <= LINKS; i++) /* most of them do not fit into 16 bits */
        assert_int_equal(heap_distance(&h, i), i);
    assert_int_equal(heap_distance(&h, HUB), 2);
    assert_int_equal(heap_distance(&h, 0), SYSTEM_DISTANCE);
    heap_release(&h);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_heaps),
        cmocka_unit_test(test_long_list_with_a_hub),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
