/* Filters of the Summary view, duplicate strings, and the class rows of what they let through. */
#include "analyzer/heap_filters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/class_list.h"
#include "analyzer/duplicate_strings.h"
#include "tests/unit/browse_heap.h"

static uint32_t find_node(const struct heap *h, const char *name)
{
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (str_equal(heap_name(h, n), name))
            return n;
    }
    fail_msg("no node %s", name);
    return NO_NODE;
}

static struct sketch *start(uint32_t *ret_global)
{
    struct sketch *s = calloc(1, sizeof *s);
    uint32_t root = sketch_node(s, NODE_SYNTHETIC, "", 0);
    *ret_global = sketch_node(s, NODE_OBJECT, "global", 100);
    sketch_edge(s, root, EDGE_SHORTCUT, "global", *ret_global);
    return s;
}

static bool passes(const struct column *filter, uint32_t n)
{
    return ((const uint8_t *)filter->data)[n];
}

static void run(const struct heap *h, enum heap_filter f, struct column *ret)
{
    struct err err;
    if (!heap_filter(h, f, ret, &err))
        fail_msg("%s", err.msg);
}

/* -- retained by -- */

/* Held by the context alone: `only` and the context; `both` has another way, `weak` is not held. */
static void test_contexts(void **state)
{
    (void)state;
    uint32_t global;
    struct heap h;
    struct column filter = {0};
    struct sketch *s = start(&global);
    uint32_t context = sketch_node(s, NODE_OBJECT, "system / Context / file.js", 40);
    uint32_t only = sketch_node(s, NODE_OBJECT, "only", 10);
    uint32_t both = sketch_node(s, NODE_OBJECT, "both", 10);
    uint32_t stray = sketch_node(s, NODE_OBJECT, "system / Contextual", 10);
    uint32_t weak = sketch_node(s, NODE_OBJECT, "weak", 10);
    sketch_edge(s, global, EDGE_INTERNAL, "context", context);
    sketch_edge(s, context, EDGE_CONTEXT, "a", only);
    sketch_edge(s, context, EDGE_CONTEXT, "b", both);
    sketch_edge(s, global, EDGE_PROPERTY, "b", both);
    sketch_edge(s, global, EDGE_PROPERTY, "s", stray);
    sketch_edge(s, global, EDGE_WEAK, "w", weak);
    sketch_finish(s, &h);
    run(&h, FILTER_RETAINED_BY_CONTEXTS, &filter);
    assert_true(passes(&filter, context));
    assert_true(passes(&filter, only));
    assert_false(passes(&filter, both));
    assert_false(passes(&filter, stray));
    assert_false(passes(&filter, global));
    assert_false(passes(&filter, weak)); /* not reached at all */
    column_release(&filter);
    heap_release(&h);
}

static void test_detached(void **state)
{
    (void)state;
    uint32_t global;
    struct heap h;
    struct column filter = {0};
    struct sketch *s = start(&global);
    uint32_t detached = sketch_node(s, NODE_NATIVE, "Detached <div>", 40);
    uint32_t behind = sketch_node(s, NODE_OBJECT, "behind", 10);
    sketch_edge(s, global, EDGE_PROPERTY, "d", detached);
    sketch_edge(s, detached, EDGE_PROPERTY, "b", behind);
    sketch_finish(s, &h);
    run(&h, FILTER_RETAINED_BY_DETACHED, &filter);
    assert_true(passes(&filter, detached));
    assert_true(passes(&filter, behind));
    assert_false(passes(&filter, global));
    column_release(&filter);
    heap_release(&h);
}

/* -- strings -- */

/* A concatenation of two parts; an empty part makes it flat. */
static uint32_t join(struct sketch *s, const char *first, const char *second)
{
    uint32_t n = sketch_node(s, NODE_CONS_STRING, "(concatenated string)", 32);
    sketch_edge(s, n, EDGE_INTERNAL, "first", sketch_node(s, NODE_STRING, first, 16));
    sketch_edge(s, n, EDGE_INTERNAL, "second", sketch_node(s, NODE_STRING, second, 16));
    return n;
}

static uint32_t add_number(struct sketch *s, const char *kind, const char *value)
{
    uint32_t n = sketch_node(s, NODE_NUMBER, kind, 0);
    sketch_edge(s, n, EDGE_INTERNAL, "value", sketch_node(s, NODE_STRING, value, 0));
    return n;
}

/* A string of which the writer kept only the beginning. */
static void add_cut(struct sketch *s, uint32_t holder, const char *text, const char *hash)
{
    uint32_t n = sketch_node(s, NODE_STRING, text, 5000);
    sketch_edge(s, holder, EDGE_PROPERTY, "cut", n);
    sketch_edge(s, n, EDGE_INTERNAL, "truncated", add_number(s, "bool", "true"));
    sketch_edge(s, n, EDGE_INTERNAL, "length", add_number(s, "int", "4980"));
    sketch_edge(s, n, EDGE_INTERNAL, "hash", add_number(s, "int", hash));
}

static void add_strings(struct sketch *s, uint32_t holder)
{
    sketch_edge(s, holder, EDGE_PROPERTY, "a", sketch_node(s, NODE_STRING, "hello world", 24));
    sketch_edge(s, holder, EDGE_PROPERTY, "b", sketch_node(s, NODE_STRING, "hello world", 40));
    sketch_edge(s, holder, EDGE_PROPERTY, "c", join(s, "hello ", "world"));
    sketch_edge(s, holder, EDGE_PROPERTY, "d", join(s, "hello world", ""));
    sketch_edge(s, holder, EDGE_PROPERTY, "e", sketch_node(s, NODE_STRING, "true", 0));
    sketch_edge(s, holder, EDGE_PROPERTY, "f", sketch_node(s, NODE_SLICED_STRING, "world", 24));
    add_cut(s, holder, "long", "17");
    add_cut(s, holder, "long", "18");
    add_cut(s, holder, "long", "17");
    sketch_edge(s, holder, EDGE_PROPERTY, "g", sketch_node(s, NODE_STRING, "long", 16));
}

static void test_duplicate_strings(void **state)
{
    (void)state;
    uint32_t global;
    struct heap h;
    struct err err;
    struct duplicate_strings found;
    struct sketch *s = start(&global);
    add_strings(s, global);
    sketch_finish(s, &h);
    assert_true(duplicate_strings_find(&h, &found, &err));
    const struct string_group *g = found.groups.data;
    assert_int_equal(found.groups.count, 2);
    /* Two flat ones, the joined one, and the part of the flattened one. */
    assert_int_equal(g[0].first_node, find_node(&h, "hello world"));
    assert_int_equal(g[0].count, 4);
    assert_int_equal(g[0].self_bytes, 24 + 40 + 32 + 16);
    assert_int_equal(g[0].waste_bytes, 24 + 32 + 16);
    assert_int_equal(g[1].first_node, find_node(&h, "long"));
    assert_int_equal(g[1].count, 2);
    assert_int_equal(g[1].self_bytes, 10000);
    duplicate_strings_release(&found);
    heap_release(&h);
}

/* -- class rows -- */

static void test_class_list(void **state)
{
    (void)state;
    struct heap h;
    struct err err;
    struct column rows = {0};
    browse_heap_shop(&h);
    assert_true(class_list(&h, NULL, &rows, &err));
    const struct class_sum *sums = rows.data;
    for (uint64_t i = 0; i < rows.count; i++) {
        const struct class_info *c = class_row(&h, sums[i].row);
        assert_int_equal(sums[i].count, c->count);
        assert_int_equal(sums[i].shallow_bytes, c->shallow_bytes);
        assert_int_equal(sums[i].retained_bytes, c->retained_bytes);
        assert_int_equal(sums[i].distance, c->distance);
        if (i > 0)
            assert_true(class_sum_compare(&sums[i - 1], &sums[i]) < 0);
    }
    column_release(&rows);
    heap_release(&h);
}

static void test_filtered_classes(void **state)
{
    (void)state;
    struct heap h;
    struct err err;
    struct column rows = {0};
    browse_heap_shop(&h);
    uint8_t *pass = calloc(h.node_count, 1);
    uint32_t map = find_node(&h, "Map");
    pass[map] = 1;
    assert_true(class_list(&h, pass, &rows, &err));
    const struct class_sum *sums = rows.data;
    assert_int_equal(rows.count, 1);
    assert_int_equal(sums[0].first_node, map);
    assert_int_equal(sums[0].count, 1);
    assert_int_equal(sums[0].retained_bytes, heap_retained_bytes(&h, map));
    free(pass);
    column_release(&rows);
    heap_release(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contexts),          cmocka_unit_test(test_detached),
        cmocka_unit_test(test_duplicate_strings), cmocka_unit_test(test_class_list),
        cmocka_unit_test(test_filtered_classes),
    };
    return cmocka_run_group_tests_name("heap_filters", tests, NULL, NULL);
}
