/* Names of nodes and edges, and lists of objects: compared with sorting everything. */
#include "analyzer/object_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/classes.h"
#include "tests/unit/browse_heap.h"

struct shop {
    struct heap heap;
    struct node_text text;
};

static int set_up(void **state)
{
    struct shop *s = calloc(1, sizeof *s);
    browse_heap_shop(&s->heap);
    node_text_init(&s->text, &s->heap);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct shop *s = *state;
    heap_release(&s->heap);
    free(s);
    return 0;
}

static uint32_t find_node(const struct shop *s, const char *name)
{
    for (uint32_t n = 0; n < s->heap.node_count; n++) {
        if (str_equal(heap_name(&s->heap, n), name))
            return n;
    }
    fail_msg("no node %s", name);
    return NO_NODE;
}

/* -- ranking -- */

static bool by_item(void *ctx, uint64_t a, uint64_t b)
{
    (void)ctx;
    return a < b;
}

static void offer_some(struct ranking *r, size_t more, unsigned count, unsigned spread)
{
    struct err err;
    uint64_t state = 12345;
    assert_true(ranking_begin(r, more, &err));
    for (unsigned i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        ranking_offer(r, (state >> 33) % spread, i);
    }
    ranking_end(r);
}

/* Whatever the steps, the rows are those of one big step. */
static void test_ranking_deepens(void **state)
{
    (void)state;
    static const unsigned spreads[] = {1, 3, 50, 100000};
    for (size_t s = 0; s < ARRAY_LEN(spreads); s++) {
        struct ranking all = {.precedes = by_item}, steps = {.precedes = by_item};
        offer_some(&all, 2000, 1000, spreads[s]);
        assert_int_equal(all.known, 1000);
        for (size_t i = 1; i < 1000; i++) {
            const struct ranked *a = &all.rows[i - 1], *b = &all.rows[i];
            assert_true(a->key > b->key || (a->key == b->key && a->item < b->item));
        }
        for (size_t more = 1; steps.known < 1000; more = more * 2 + 3)
            offer_some(&steps, more, 1000, spreads[s]);
        assert_int_equal(steps.known, 1000);
        assert_memory_equal(steps.rows, all.rows, 1000 * sizeof *all.rows);
        ranking_release(&all);
        ranking_release(&steps);
    }
}

/* -- names -- */

static void assert_text(const struct shop *s, uint32_t n, const char *want)
{
    struct buf b = {0};
    node_text_put(&b, &s->text, n, SIZE_MAX);
    assert_string_equal(buf_str(&b), want);
    buf_release(&b);
}

static void test_node_texts(void **state)
{
    const struct shop *s = *state;
    assert_text(s, 0, "(root)");
    assert_text(s, find_node(s, "Map"), "Map");
    assert_text(s, find_node(s, "render"), "render()");
    assert_text(s, find_node(s, "^/product/\\d+$"), "/^/product/\\d+$/");
    assert_text(s, find_node(s, "/product/7"), "\"/product/7\"");
    assert_text(s, find_node(s, "(concatenated string)"),
                "\"Grüße, \xE6\xBC\xA2\xE5\xAD\x97 \xF0\x9F\x98\x80\"");
    assert_text(s, find_node(s, "Object"), "{html, url}");
}

static void test_long_text_is_cut_at_a_character(void **state)
{
    const struct shop *s = *state;
    struct buf b = {0};
    node_text_put_name(&b, &s->text, find_node(s, "Grüße, "), 3);
    assert_string_equal(buf_str(&b), "Gr\xE2\x80\xA6");
    buf_release(&b);
}

static void assert_edge(const struct shop *s, uint64_t e, const char *want)
{
    struct buf b = {0};
    edge_text_put(&b, &s->heap, e);
    assert_string_equal(buf_str(&b), want);
    buf_release(&b);
}

static void test_edge_texts(void **state)
{
    const struct shop *s = *state;
    uint32_t module = find_node(s, "Module");
    uint64_t e = heap_first_edge(&s->heap, module);
    static const char *const want[] = {
        "context (internal)", ".greeting",   ".render",
        "[\"slug-pattern\"]", ".__proto__",  "[7]",
        "[2] (hidden)",       "code (weak)", "native (shortcut)",
    };
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_edge(s, e + i, want[i]);
        assert_int_equal(heap_edge_from(&s->heap, e + i), module);
    }
    assert_edge(s, heap_first_edge(&s->heap, find_node(s, "system / Context")),
                "pageCache (variable)");
}

static void test_edge_order(void **state)
{
    const struct shop *s = *state;
    uint64_t e = heap_first_edge(&s->heap, find_node(s, "Module"));
    uint64_t greeting = e + 1, proto = e + 4, number = e + 5, hidden = e + 6;
    assert_true(edge_text_compare(&s->text, greeting, number) < 0);
    assert_true(edge_text_compare(&s->text, number, proto) < 0);
    assert_true(edge_text_compare(&s->text, hidden, number) < 0);
    assert_int_equal(edge_text_compare(&s->text, number, number), 0);
}

/* A plain object with these properties. */
static void assert_object_name(const char *const *names, unsigned count, const char *want)
{
    struct sketch *k = calloc(1, sizeof *k);
    struct heap h = {0};
    struct node_text text;
    struct buf b = {0};
    uint32_t root = sketch_node(k, NODE_SYNTHETIC, "", 0);
    uint32_t object = sketch_node(k, NODE_OBJECT, "Object", 16);
    sketch_edge(k, root, EDGE_PROPERTY, "x", object);
    for (unsigned i = 0; i < count; i++)
        sketch_edge(k, object, EDGE_PROPERTY, names[i], sketch_node(k, NODE_STRING, "v", 8));
    sketch_finish(k, &h);
    node_text_init(&text, &h);
    node_text_put_name(&b, &text, object, SIZE_MAX);
    assert_string_equal(buf_str(&b), want);
    buf_release(&b);
    heap_release(&h);
}

static void test_object_names(void **state)
{
    (void)state;
    static const char *const names[] = {"p0", "p1", "p2"};
    static const char *const empty_last[] = {"p0", "", "p2"};
    static const char *const empty_first[] = {"", "p1"};
    static const char *const empty_end[] = {"p0", "p1", "p2", ""};
    static const char *const empty_behind[] = {"p0", "p1", "", "p3"};
    static const char *const longs[] = {
        "p0____________________________", "p1____________________________",
        "p2____________________________", "p3____________________________",
        "p4____________________________",
    };
    assert_object_name(NULL, 0, "{}");
    assert_object_name(names, 1, "{p0}");
    assert_object_name(names, 3, "{p0, p1, p2}");
    /* 30 units each: front {p0___ = 31, back p4___} = 31, front again 63: 63 + 31 + 30 > 100. */
    assert_object_name(longs, 5,
                       "{p0____________________________, p1____________________________, "
                       "\xE2\x80\xA6, p4____________________________}");
    /* an empty name, as DevTools shows it: from the front, and from the back */
    assert_object_name(empty_last, 2, "{p0}");
    assert_object_name(empty_last, 3, "{p0, , p2}");
    assert_object_name(empty_first, 1, "{}");
    assert_object_name(empty_first, 2, "{, p1}");
    assert_object_name(empty_end, 4, "{p0, p1, p2}");
    assert_object_name(empty_behind, 4, "{p0, p1, , p3}");
}

/* -- lists -- */

static void test_dominated(void **state)
{
    struct shop *s = *state;
    struct object_list l;
    struct err err;
    uint32_t table = heap_edge_to(&s->heap, heap_first_edge(&s->heap, find_node(s, "Map")));
    object_list_init(&l, &s->text, OBJECTS_DOMINATED, table, ORDER_RETAINED);
    assert_true(object_list_reach(&l, 1, &err));
    assert_int_equal(l.total, 300);
    assert_int_equal(object_list_known(&l), 256);
    assert_true(object_list_reach(&l, 300, &err));
    assert_int_equal(object_list_known(&l), 300);
    for (uint64_t i = 0; i < 300; i++) {
        uint32_t n = object_list_node(&l, i);
        assert_int_equal(heap_dominator(&s->heap, n), table);
        assert_int_equal(heap_retained_bytes(&s->heap, n), 32 + 5000 - i + 40);
        assert_int_equal(object_list_edge(&l, i), NO_EDGE);
    }
    object_list_release(&l);
}

static void test_retainers(void **state)
{
    struct shop *s = *state;
    struct object_list l;
    struct err err;
    object_list_init(&l, &s->text, OBJECTS_RETAINERS, find_node(s, "(code for render)"),
                     ORDER_DISTANCE);
    assert_true(object_list_reach(&l, 10, &err));
    assert_int_equal(l.total, 0); /* weakly only */
    object_list_release(&l);
    object_list_init(&l, &s->text, OBJECTS_RETAINERS, find_node(s, "global"), ORDER_DISTANCE);
    assert_true(object_list_reach(&l, 10, &err));
    assert_int_equal(l.total, 1); /* the root's edge is left out */
    assert_int_equal(object_list_node(&l, 0), find_node(s, "(GC roots)"));
    object_list_release(&l);
}

static void test_instances_and_orders(void **state)
{
    struct shop *s = *state;
    struct err err;
    uint32_t row = heap_class(&s->heap, find_node(s, "/product/7"));
    for (int order = 0; order < OBJECT_ORDERS; order++) {
        struct object_list l;
        object_list_init(&l, &s->text, OBJECTS_INSTANCES, row, (enum object_order)order);
        assert_true(object_list_reach(&l, 1, &err));
        assert_true(object_list_reach(&l, 700, &err));
        assert_int_equal(l.total, class_row(&s->heap, row)->count);
        assert_int_equal(object_list_known(&l), l.total);
        for (uint64_t i = 0; i < l.total; i++)
            assert_int_equal(heap_class(&s->heap, object_list_node(&l, i)), row);
        object_list_release(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranking_deepens),
        cmocka_unit_test(test_node_texts),
        cmocka_unit_test(test_long_text_is_cut_at_a_character),
        cmocka_unit_test(test_edge_texts),
        cmocka_unit_test(test_edge_order),
        cmocka_unit_test(test_object_names),
        cmocka_unit_test(test_dominated),
        cmocka_unit_test(test_retainers),
        cmocka_unit_test(test_instances_and_orders),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
