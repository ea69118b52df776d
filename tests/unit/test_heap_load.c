/* analyzer/heap_load: columns as the file says, whoever reads the bulk; large values; files whose
 * header, counts or indexes lie; every truncation. What is loaded is always safe to analyse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/classes.h"
#include "analyzer/heap_load.h"
#include "analyzer/passes.h"
#include "base/buf.h"
#include "tests/unit/heap_from_text.h"
#include "tests/unit/temp_file.h"

#define META                                                                                       \
    "\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\",\"edge_count\","            \
    "\"detachedness\"],\"node_types\":[[\"hidden\",\"array\",\"string\",\"object\",\"native\","    \
    "\"synthetic\",\"quark\"],\"string\"],\"edge_fields\":[\"type\",\"name_or_index\","            \
    "\"to_node\"],\"edge_types\":[[\"context\",\"element\",\"property\",\"internal\",\"hidden\","  \
    "\"shortcut\",\"weak\",\"gluon\"],\"x\"],\"location_fields\":[\"object_index\","               \
    "\"script_id\",\"line\",\"column\"]}"
#define HEADER(nodes, edges)                                                                       \
    "{\"snapshot\":{" META ",\"node_count\":" #nodes ",\"edge_count\":" #edges "},"

static bool load(const char *text, bool yajl, struct heap *h, struct err *err)
{
    return heap_from_text(text, strlen(text), yajl, h, err);
}

/* Loads in both ways, which must agree; `h` is the kernels'. */
static void load_both(const char *text, struct heap *h)
{
    struct err err = {0};
    struct heap other;
    const char *what = "";
    if (!load(text, false, h, &err) || !load(text, true, &other, &err))
        fail_msg("%s", err.msg);
    if (!heap_same_as_loaded(h, &other, &what))
        fail_msg("the readers differ in %s", what);
    if (!heap_is_sound(h, &what))
        fail_msg("not sound: %s", what);
    heap_release(&other);
}

static void analyze(struct heap *h)
{
    struct err err = {0};
    if (!heap_analyze(h, NULL, &err))
        fail_msg("%s", err.msg);
}

static const char sample[] =
    HEADER(4, 4) "\"nodes\":[5,0,1,0,2,0,3,1,3,16,1,0,4,2,5,24,1,2,6,1,7,8,0,0],"
                 "\"edges\":[1,1,6,5,3,12,2,3,18,7,3,18],"
                 "\"locations\":[6,12,3,4],"
                 "\"strings\":[\"\",\"Map\",\"Node\",\"key\"]}";

static void test_columns(void **state)
{
    (void)state;
    struct heap h;
    load_both(sample, &h);
    assert_true(h.complete);
    assert_int_equal(h.sections, HEAP_HAS_NODES | HEAP_HAS_EDGES | HEAP_HAS_STRINGS);
    assert_int_equal(h.node_count, 4);
    assert_int_equal(h.edge_count, 4);
    assert_int_equal(heap_type(&h, 0), NODE_SYNTHETIC);
    assert_int_equal(heap_type(&h, 2), NODE_NATIVE);
    assert_int_equal(heap_type(&h, 3), NODE_TYPE_KNOWN);
    assert_string_equal(h.node_type_names[NODE_TYPE_KNOWN], "quark");
    assert_int_equal(heap_flags(&h, 2), 2);
    assert_int_equal(heap_id(&h, 2), 5);
    assert_true(str_equal(heap_name(&h, 1), "Map"));
    assert_int_equal(heap_edge_type(&h, 1), EDGE_SHORTCUT);
    assert_int_equal(heap_edge_type(&h, 3), EDGE_OTHER);
    assert_int_equal(heap_first_edge(&h, 2), 3);
    assert_int_equal(heap_edge_to(&h, 3), 3);
    assert_int_equal(heap_location(&h, 1)->column, 4);
    assert_null(heap_location(&h, 0));
    assert_null(heap_location(&h, 3));
    analyze(&h);
    assert_true(str_equal(heap_class_name(&h, 3), "(quark)"));
    assert_int_equal(heap_total_bytes(&h), 48);
    heap_release(&h);
}

static void test_large_values(void **state)
{
    (void)state;
    struct heap h;
    load_both(HEADER(4, 4) "\"nodes\":[5,0,1,4294967294,3,0,3,1,3,4294967295,0,0,"
                           "3,1,4294967299,5368709120,0,0,3,1,7,8999999999999999,1,0],"
                           "\"edges\":[1,536870910,6,1,536870911,12,4,4294967293,18,2,1,6],"
                           "\"strings\":[\"\",\"Map\"]}",
              &h);
    assert_true(h.complete);
    assert_true(heap_self_bytes(&h, 0) == 4294967294u);
    assert_true(heap_self_bytes(&h, 1) == 4294967295u);
    assert_true(heap_self_bytes(&h, 2) == 5368709120u);
    assert_true(heap_self_bytes(&h, 3) == 8999999999999999u);
    assert_int_equal(heap_edge_name(&h, 0), 536870910);
    assert_int_equal(heap_edge_name(&h, 1), 536870911);
    assert_true(heap_edge_name(&h, 2) == 4294967293u);
    assert_int_equal(heap_edge_name(&h, 3), 1);
    assert_int_equal(heap_edge_type(&h, 2), EDGE_HIDDEN);
    analyze(&h);
    uint64_t total = UINT64_C(4294967294) + 4294967295u + 5368709120u + 8999999999999999u;
    assert_true(heap_total_bytes(&h) == total);
    assert_true(heap_retained_bytes(&h, 2) == 5368709120u);
    struct err err = {0};
    assert_true(heap_set_self_bytes(&h, 1, 7, &err));
    assert_true(heap_set_self_bytes(&h, 0, UINT64_C(1) << 40, &err));
    assert_true(heap_self_bytes(&h, 1) == 7);
    assert_true(heap_self_bytes(&h, 0) == UINT64_C(1) << 40);
    assert_true(heap_self_bytes(&h, 2) == 5368709120u);
    heap_release(&h);
}

static void test_locations(void **state)
{
    (void)state;
    struct heap h;
    /* out of order, twice (the last wins), of no node */
    load_both(HEADER(3, 0) "\"nodes\":[5,0,1,0,0,0,3,1,3,16,0,0,3,1,5,16,0,0],\"edges\":[],"
                           "\"locations\":[12,1,1,1,6,2,2,2,18,9,9,9,12,3,3,3],"
                           "\"strings\":[\"\",\"A\"]}",
              &h);
    assert_int_equal(h.locations.count, 2);
    assert_int_equal(heap_location(&h, 1)->script_id, 2);
    assert_int_equal(heap_location(&h, 2)->script_id, 3);
    heap_release(&h);
    /* in front of the edges, and of a node twice in a row */
    load_both(HEADER(3, 0) "\"nodes\":[5,0,1,0,0,0,3,1,3,16,0,0,3,1,5,16,0,0],"
                           "\"locations\":[6,1,1,1,6,2,2,2],\"edges\":[],\"strings\":[\"\"]}",
              &h);
    assert_int_equal(h.locations.count, 1);
    assert_int_equal(heap_location(&h, 1)->script_id, 2);
    heap_release(&h);
}

/* The file can be read to its end, but does not add up: said, and what is there is kept. */
static void expect_damage(const char *text, const char *message, uint32_t nodes, uint64_t edges)
{
    struct heap h;
    load_both(text, &h);
    assert_false(h.complete);
    if (!strstr(h.damage.msg, message))
        fail_msg("expected: %s\nfound: %s", message, h.damage.msg);
    assert_int_equal(h.node_count, nodes);
    assert_int_equal(h.edge_count, edges);
    analyze(&h);
    heap_release(&h);
}

#define TWO_NODES "\"nodes\":[5,0,1,0,2,0,3,1,3,16,1,0],"
#define THREE_EDGES "\"edges\":[1,1,6,6,1,6,2,1,0]"

static void test_counts_that_lie(void **state)
{
    (void)state;
    expect_damage(HEADER(3, 3) TWO_NODES THREE_EDGES "}", "header says 3 nodes and 3 edges", 2, 3);
    expect_damage(HEADER(2, 9) TWO_NODES THREE_EDGES "}", "header says 2 nodes and 9 edges", 2, 3);
    expect_damage(HEADER(0, 0) TWO_NODES THREE_EDGES "}", "header says 0 nodes and 0 edges", 2, 3);
    expect_damage(HEADER(999999999999999999, 999999999999999999) TWO_NODES THREE_EDGES "}",
                  "header says 999999999999999999 nodes", 2, 3);
    /* nodes that promise more edges than there are, and fewer */
    expect_damage(HEADER(2, 2) TWO_NODES "\"edges\":[1,1,6,6,1,6]}", "nodes say 3 edges", 2, 2);
    expect_damage(HEADER(2, 1) TWO_NODES "\"edges\":[1,1,6]}", "nodes say 3 edges", 2, 1);
    expect_damage(HEADER(2, 0) TWO_NODES "\"edges\":[]}", "nodes say 3 edges", 2, 0);
    expect_damage(HEADER(2, 4) TWO_NODES "\"edges\":[1,1,6,6,1,6,2,1,0,2,1,0]}",
                  "nodes say 3 edges", 2, 3);
    /* so many that they do not add up to 32 bits */
    expect_damage(HEADER(2, 1) "\"nodes\":[5,0,1,0,0,0,3,1,3,16,4294967296,0],\"edges\":[1,1,6]}",
                  "row 1 of \"nodes\": expected a believable number of edges, found 4294967296", 1,
                  0);
    expect_damage(HEADER(3, 1) "\"nodes\":[5,0,1,0,4294967294,0,3,1,3,16,2,0,3,1,5,16,0,0],"
                               "\"edges\":[1,1,6]}",
                  "row 1 of \"nodes\": expected a believable number of edges, found 2", 1, 0);
    expect_damage(HEADER(3, 1) "\"nodes\":[5,0,1,0,4294967294,0,3,1,3,16,1,0],\"edges\":[1,1,6]}",
                  "nodes say 4294967295 edges", 2, 1);
}

static void test_bad_rows(void **state)
{
    (void)state;
    static const char two[] = HEADER(2, 3) TWO_NODES;
    struct buf doc = {0};
    static const struct {
        const char *edges, *message;
        uint64_t good;
    } rows[] = {
        {"[1,1,6,6,1,7,2,1,0]", "row 1 of \"edges\": expected the place of a node, found 7", 1},
        {"[1,1,6,6,1,12,2,1,0]", "expected the place of a node, found 12", 1},
        {"[1,1,6,6,1,9999999999999999999,2,1,0]", "found 9999999999999999999", 1},
        {"[1,1,6,8,1,6,2,1,0]", "row 1 of \"edges\": expected a type of snapshot.meta, found 8", 1},
        {"[1,1,6,6,1,-6,2,1,0]", "in \"edges\": expected an unsigned whole number", 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct heap h;
        struct err err = {0};
        const char *what = "";
        buf_clear(&doc);
        buf_printf(&doc, "%s\"edges\":%s}", two, rows[i].edges);
        assert_true(heap_from_text(doc.data, doc.len, false, &h, &err));
        assert_false(h.complete);
        if (!strstr(h.damage.msg, rows[i].message))
            fail_msg("expected: %s\nfound: %s", rows[i].message, h.damage.msg);
        assert_int_equal(h.node_count, 2);
        assert_int_equal(h.edge_count, rows[i].good);
        assert_true(heap_is_sound(&h, &what));
        analyze(&h);
        heap_release(&h);
    }
    buf_release(&doc);
    expect_damage(HEADER(2, 0) "\"nodes\":[5,0,1,0,0,0,7,1,3,16,0,0],\"edges\":[]}",
                  "row 1 of \"nodes\": expected a type of snapshot.meta, found 7", 1, 0);
}

/* Nothing to load, or no way to: a failure, and the result untouched. */
static void test_failures(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "header"},
        {"{}", "header"},
        {"not json", "not JSON"},
        {HEADER(0, 0) "\"nodes\":[],\"edges\":[],\"strings\":[]}", "no nodes"},
        {HEADER(2, 0) "\"edges\":[1,1,6]," TWO_NODES "\"strings\":[]}", "place of a node"},
        {HEADER(1, 0) "\"nodes\":[5,0,1]}", "middle of a row"},
        {"{\"snapshot\":{" META ",\"root_index\":12}," TWO_NODES "\"edges\":[1,1,6]}",
         "root_index: expected the place of a node, found 12"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct heap h = {.node_count = 77};
        struct err err = {0};
        assert_false(load(rows[i].text, i & 1, &h, &err));
        assert_int_equal(err.code, ERR_INPUT);
        if (!strstr(err.msg, rows[i].message))
            fail_msg("expected: %s\nfound: %s", rows[i].message, err.msg);
        assert_int_equal(h.node_count, 77);
    }
}

static void test_indexes_of_no_string(void **state)
{
    (void)state;
    struct heap h;
    load_both(HEADER(3, 3) "\"nodes\":[5,0,1,0,2,0,3,4294967295,3,16,1,0,3,9999999999,5,16,0,2],"
                           "\"edges\":[2,4294967295,6,3,9999999999,12,2,7,12],\"strings\":[\"x\"]}",
              &h);
    assert_int_equal(heap_name(&h, 1).len, 0);
    analyze(&h);
    /* none of them is the "Object" or the "__proto__" that this file does not have */
    assert_int_equal(heap_class_name(&h, 1).len, 0);
    assert_int_equal(heap_class_name(&h, 2).len, 0);
    heap_release(&h);
}

static void test_every_truncation(void **state)
{
    (void)state;
    struct heap whole, h;
    load_both(sample, &whole);
    for (size_t len = 0; len < sizeof sample - 1; len++) {
        struct err err = {0};
        const char *what = "";
        if (!heap_from_text(sample, len, false, &h, &err)) {
            assert_int_equal(err.code, ERR_INPUT);
            continue;
        }
        assert_false(h.complete);
        assert_int_equal(h.damage.offset, len);
        if (!heap_is_sound(&h, &what))
            fail_msg("cut at byte %zu: %s", len, what);
        assert_true(h.node_count <= whole.node_count && h.edge_count <= whole.edge_count);
        assert_memory_equal(h.node_id.data, whole.node_id.data, h.node_count * sizeof(uint32_t));
        assert_memory_equal(h.edge_to.data, whole.edge_to.data, h.edge_count * sizeof(uint32_t));
        analyze(&h);
        heap_release(&h);
    }
    heap_release(&whole);
}

/* Over 65536 nodes: places have several bases. A chain, each node with an edge to the next. */
static void write_chain(struct buf *doc, uint32_t nodes, uint32_t edges)
{
    buf_printf(doc, "{\"snapshot\":{" META ",\"node_count\":%u,\"edge_count\":%u},\"nodes\":[",
               nodes, nodes - 1);
    for (uint32_t n = 0; n < nodes; n++)
        buf_printf(doc, "%s%d,1,%u,8,%d,0", n ? "," : "", n ? 3 : 5, n * 2 + 1, n + 1 < nodes);
    buf_puts(doc, "],\"edges\":[");
    for (uint32_t e = 0; e < edges; e++)
        buf_printf(doc, "%s1,1,%u", e ? "," : "", (e + 1) * 6);
    buf_puts(doc, edges + 1 == nodes ? "],\"strings\":[\"\",\"A\"]}" : ",");
}

static void test_many_nodes(void **state)
{
    (void)state;
    enum { NODES = 140000 };
    static const uint32_t cuts[] = {0, 3, 65535, 65536, 65537, 131072, NODES - 1};
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        struct buf doc = {0};
        struct heap h;
        struct err err = {0};
        const char *what = "";
        write_chain(&doc, NODES, cuts[i]);
        assert_true(heap_from_text(doc.data, doc.len, false, &h, &err));
        buf_release(&doc);
        assert_int_equal(h.complete, cuts[i] == NODES - 1);
        assert_int_equal(h.edge_count, cuts[i]);
        if (!heap_is_sound(&h, &what))
            fail_msg("%u of %u edges: %s", cuts[i], NODES - 1, what);
        analyze(&h);
        assert_int_equal(heap_retained_bytes(&h, 1), 8 * (cuts[i] ? cuts[i] : 1));
        assert_int_equal(heap_retained_bytes(&h, h.root), 8 * NODES);
        heap_release(&h);
    }
}

static void test_temp_dir(void **state)
{
    (void)state;
    static const struct heap_load_options nowhere = {.temp_dir = "/nowhere/at/all"};
    struct temp_file file;
    struct input *in = NULL;
    struct heap h;
    struct err err = {0};
    temp_file_make(&file, sample, sizeof sample - 1);
    assert_true(input_open(file.path, &in, &err));
    assert_false(heap_load(in, &nowhere, &h, NULL, &err));
    assert_non_null(strstr(err.msg, "/nowhere/at/all"));
    input_close(in);
    temp_file_remove(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),          cmocka_unit_test(test_large_values),
        cmocka_unit_test(test_locations),        cmocka_unit_test(test_counts_that_lie),
        cmocka_unit_test(test_bad_rows),         cmocka_unit_test(test_failures),
        cmocka_unit_test(test_every_truncation), cmocka_unit_test(test_indexes_of_no_string),
        cmocka_unit_test(test_many_nodes),       cmocka_unit_test(test_temp_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
