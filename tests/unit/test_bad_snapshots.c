/* Snapshots that no V8 writes: numbers that are none, ids that come twice, names of no string,
 * fields and types from the future. Each is an error with its place or a remark, and what can be
 * read is; no number is wrong in silence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/analyze.h"
#include "analyzer/classes.h"
#include "analyzer/passes.h"
#include "tests/unit/heap_from_text.h"
#include "tests/unit/temp_file.h"

#define TYPES(nodes, edges)                                                                        \
    "\"node_types\":[[\"hidden\",\"array\",\"string\",\"object\",\"native\",\"synthetic\"" nodes   \
    "],\"string\"],\"edge_types\":[[\"context\",\"element\",\"property\",\"internal\","            \
    "\"hidden\",\"shortcut\",\"weak\"" edges "],\"x\"],"
#define FIELDS(node, edge, location)                                                               \
    "\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\",\"edge_count\"" node "],"             \
    "\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"" edge "],"                            \
    "\"location_fields\":[\"object_index\",\"script_id\",\"line\",\"column\"" location "]"
#define META "\"meta\":{" TYPES("", "") FIELDS("", "", "") "}"
#define COUNTS(nodes, edges) ",\"node_count\":" #nodes ",\"edge_count\":" #edges
#define HEADER(nodes, edges) "{\"snapshot\":{" META COUNTS(nodes, edges) "},"

/* Three nodes, three edges: the root, an object and one that it has. */
#define NODES "\"nodes\":[5,0,1,0,1,3,1,3,16,2,3,2,5,24,0],"
#define EDGES "\"edges\":[1,1,5,2,2,10,4,7,10],"
#define STRINGS "\"strings\":[\"\",\"Map\",\"key\"]}"

static void load(const char *text, bool yajl, struct heap *h)
{
    struct err err = {0};
    const char *what = "";
    if (!heap_from_text(text, strlen(text), yajl, h, &err))
        fail_msg("%s", err.msg);
    if (!heap_is_sound(h, &what))
        fail_msg("not sound: %s", what);
}

static void load_and_analyze(const char *text, struct heap *h)
{
    struct err err = {0};
    load(text, false, h);
    if (!heap_analyze(h, NULL, &err))
        fail_msg("%s", err.msg);
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("expected: %s\nfound: %s", part, text);
}

/* -- errors -- */

/* `text` cannot be read from its mark '^' on. */
static void expect_end(const char *text, const char *message, uint32_t nodes, uint64_t edges)
{
    char doc[4096], place[32];
    const char *mark = strchr(text, '^');
    size_t at = (size_t)(mark - text);
    snprintf(doc, sizeof doc, "%.*s%s", (int)at, text, mark + 1);
    snprintf(place, sizeof place, "byte %zu", at);
    for (int yajl = 0; yajl < 2; yajl++) {
        struct heap h;
        struct err err = {0};
        load(doc, yajl, &h);
        assert_false(h.complete);
        if (!yajl) { /* the other reader has other words, and is behind the number */
            assert_contains(h.damage.msg, message);
            assert_contains(h.damage.msg, place);
            assert_int_equal(h.damage.offset, at);
        }
        assert_int_equal(h.node_count, nodes);
        assert_int_equal(h.edge_count, edges);
        assert_true(heap_analyze(&h, NULL, &err));
        heap_release(&h);
    }
}

static void test_no_whole_numbers(void **state)
{
    (void)state;
    static const char whole[] = "expected an unsigned whole number, found '-'";
    expect_end(HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,1,3,^-16,2,3,2,5,24,0]," EDGES STRINGS, whole,
               1, 0);
    expect_end(HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,^-1,3,16,2,3,2,5,24,0]," EDGES STRINGS, whole,
               1, 0);
    expect_end(HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,1,3,16,2,3,2,5,24^.5,0]," EDGES STRINGS, "'.'",
               2, 0);
    expect_end(HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,1,3,16,2,3,2,5,2^e1,0]," EDGES STRINGS, "'e'",
               2, 0);
    expect_end(HEADER(3, 3) NODES "\"edges\":[1,1,5,2,2,^-10,4,7,10]," STRINGS, whole, 3, 1);
    expect_end(HEADER(3, 3) NODES "\"edges\":[1,1,5,2,2^.0,10,4,7,10]," STRINGS, "'.'", 3, 1);
    expect_end(HEADER(3, 3) NODES EDGES "\"locations\":[5,^-1,2,3]," STRINGS, whole, 3, 3);
    expect_end(HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,1,1234567890123456789^0,16,2]," EDGES STRINGS,
               "expected a number of at most 19 digits", 1, 0);
}

static void test_sizes_beyond_exactness(void **state)
{
    (void)state;
    struct heap h;
    static const char message[] = "expected sizes of less than 2^53 bytes together, found ";
    load(HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,1,3,9007199254740992,2,3,2,5,24,0]," EDGES STRINGS,
         false, &h);
    assert_false(h.complete);
    assert_contains(h.damage.msg, "row 1 of \"nodes\"");
    assert_contains(h.damage.msg, message);
    assert_int_equal(h.node_count, 1);
    heap_release(&h);
    load_and_analyze(
        HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,1,3,9007199254740991,2,3,2,5,24,0]," EDGES STRINGS,
        &h);
    assert_true(h.complete);
    assert_true(heap_total_bytes(&h) == UINT64_C(9007199254741015));
    heap_release(&h);
    load(HEADER(
             3,
             3) "\"nodes\":[5,0,1,0,1,3,1,3,9007199254740991,2,3,2,5,4294967295,0]," EDGES STRINGS,
         false, &h);
    assert_contains(h.damage.msg, "row 2 of \"nodes\"");
    heap_release(&h);
}

/* Nothing can be read: a failure with its place. */
static void test_bad_headers(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"{\"snapshot\":{\"node_count\":-3," META "}," NODES,
         "snapshot.node_count: expected an unsigned whole number, found -3"},
        {"{\"snapshot\":{" META ",\"edge_count\":1.5}," NODES,
         "snapshot.edge_count: expected an unsigned whole number, found 1.5"},
        {"{\"snapshot\":{" META ",\"root_index\":1e1}," NODES,
         "snapshot.root_index: expected an unsigned whole number, found 1e1"},
        {"{\"snapshot\":{" META ",\"extra_native_bytes\":99999999999999999999}," NODES,
         "snapshot.extra_native_bytes: expected an unsigned whole number, found 9999"},
        {"{\"snapshot\":{" META ",\"extra_native_bytes\":9007199254740992}," NODES,
         "snapshot.extra_native_bytes: expected less than 2^53 bytes, found 9007199254740992"},
        {"{\"snapshot\":{\"meta\":{" TYPES("", "") FIELDS(",\"id\"", "", "") "}},",
         "snapshot.meta.node_fields names \"id\" twice"},
        {"{\"snapshot\":{\"meta\":{" TYPES("", "") FIELDS("", ",\"type\"", "") "}},",
         "snapshot.meta.edge_fields names \"type\" twice"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct heap h;
        struct err err = {0};
        assert_false(heap_from_text(rows[i].text, strlen(rows[i].text), i & 1, &h, &err));
        assert_int_equal(err.code, ERR_INPUT);
        assert_contains(err.msg, rows[i].message);
        assert_contains(err.msg, "byte ");
        assert_true(err.offset > 0 && err.offset < strlen(rows[i].text));
    }
}

static void test_roots_of_no_node(void **state)
{
    (void)state;
    static const char *const roots[] = {"15", "7", "9999999999"};
    for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
        char text[2048];
        struct heap h;
        struct err err = {0};
        snprintf(text, sizeof text,
                 "{\"snapshot\":{" META COUNTS(3, 3) ",\"root_index\":%s}," NODES EDGES STRINGS,
                 roots[i]);
        assert_false(heap_from_text(text, strlen(text), false, &h, &err));
        assert_contains(err.msg, "snapshot.root_index: expected the place of a node, found ");
        assert_contains(err.msg, roots[i]);
    }
}

/* -- remarks -- */

/* The heap is whole; `remark` is what it is said to have, NULL: nothing. */
static void expect_remark(const char *text, const char *remark, struct heap *h)
{
    struct buf b = {0};
    load_and_analyze(text, h);
    assert_true(h->complete);
    bool any = oddities_describe(&h->odd, &b);
    assert_int_equal(any, b.len > 0);
    if (!remark)
        assert_string_equal(buf_str(&b), "");
    else
        assert_contains(buf_str(&b), remark);
    buf_release(&b);
}

static void test_nothing_odd(void **state)
{
    (void)state;
    struct heap h;
    expect_remark(HEADER(3, 3) NODES EDGES STRINGS, NULL, &h);
    heap_release(&h);
    /* ids in any order are none; nor is a large index */
    expect_remark(HEADER(3, 3) "\"nodes\":[5,0,9,0,1,3,1,4294967295,16,2,3,2,5,24,0],"
                               "\"edges\":[1,1,5,2,2,10,4,4294967293,10]," STRINGS,
                  NULL, &h);
    assert_true(heap_id(&h, 1) == 4294967295u);
    assert_true(heap_edge_name(&h, 2) == 4294967293u);
    heap_release(&h);
}

static void test_names_of_no_string(void **state)
{
    (void)state;
    struct heap h;
    /* 3 and 4 would be the first strings that the passes add */
    expect_remark(HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,3,3,16,2,3,4,5,24,0],"
                               "\"edges\":[1,9,5,2,3,10,4,7,10]," STRINGS,
                  "2 nodes have names that are not among the strings, first row 1 of \"nodes\" "
                  "(string 3); 1 edge has a name that is not among the strings, row 1 of \"edges\" "
                  "(string 3)",
                  &h);
    assert_int_equal(heap_name(&h, 1).len, 0);
    assert_int_equal(heap_name(&h, 2).len, 0);
    assert_int_equal(strings_get(&h.strings, heap_edge_name(&h, 1)).len, 0);
    assert_int_equal(heap_edge_name(&h, 0), 9);
    assert_int_equal(heap_edge_name(&h, 2), 7);
    heap_release(&h);
    expect_remark(HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,1,3,16,2,3,99999999999,5,24,0],"
                               "\"edges\":[1,1,5,2,4294967295,10,3,536870911,10]," STRINGS,
                  "1 node has a name that is not among the strings, row 2 of \"nodes\"", &h);
    assert_int_equal(h.odd.found[ODD_EDGE_NAME].count, 2);
    heap_release(&h);
}

/* A file that ends before its strings: what the passes call things is nobody's name. */
static void test_no_strings_at_all(void **state)
{
    (void)state;
    struct heap h;
    static const char text[] = HEADER(3, 3) NODES EDGES;
    load_and_analyze(text, &h);
    assert_false(h.complete);
    assert_true(strings_count(&h.strings) > 0);
    for (uint32_t n = 0; n < h.node_count; n++)
        assert_int_equal(heap_name(&h, n).len, 0);
    assert_int_equal(strings_get(&h.strings, heap_edge_name(&h, 1)).len, 0);
    assert_int_equal(h.odd.found[ODD_NODE_NAME].count, 0);
    heap_release(&h);
}

static void test_numbers_over_32_bits(void **state)
{
    (void)state;
    struct heap h;
    expect_remark(
        HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,1,4294967303,16,2,3,2,5,24,0]," EDGES STRINGS,
        "1 id is over 32 bits and cut to them, row 1 of \"nodes\" (id 4294967303)", &h);
    assert_int_equal(heap_id(&h, 1), 7);
    heap_release(&h);
    expect_remark(HEADER(3, 3) NODES "\"edges\":[1,1,5,2,2,10,4,4294967296,10]," STRINGS,
                  "1 index of an edge is over 32 bits and unknown, row 2 of \"edges\"", &h);
    heap_release(&h);
    expect_remark(HEADER(3, 3) NODES EDGES
                  "\"locations\":[15,1,2,3,6,1,2,3,5,1,4294967296,3,10,9,2,3]," STRINGS,
                  "3 locations are of no node or over 32 bits and left out, first row 0 of "
                  "\"locations\" (object_index 15)",
                  &h);
    assert_int_equal(h.locations.count, 1);
    assert_int_equal(heap_location(&h, 2)->script_id, 9);
    heap_release(&h);
}

static void test_ids_that_come_twice(void **state)
{
    (void)state;
    struct heap h;
    expect_remark(HEADER(3, 3) "\"nodes\":[5,0,1,0,1,3,1,3,16,2,3,2,3,24,0]," EDGES STRINGS,
                  "1 node has the id of another, row 2 of \"nodes\" (id 3)", &h);
    heap_release(&h);
    /* beyond the bits */
    expect_remark(
        HEADER(3, 3) "\"nodes\":[5,0,4294967295,0,1,3,1,4294967295,16,2,3,2,4294967295,24,"
                     "0]," EDGES STRINGS,
        "2 nodes have ids of others, first row 1 of \"nodes\" (id 4294967295)", &h);
    heap_release(&h);
}

/* The first time beyond the bits, the second below. */
static void test_ids_that_come_twice_late(void **state)
{
    (void)state;
    enum { NODES_MANY = 30000, ID = 300000 };
    struct buf doc = {0};
    struct heap h;
    struct err err = {0};
    buf_puts(&doc, HEADER(0, 0) "\"nodes\":[");
    for (uint32_t n = 0; n < NODES_MANY; n++)
        buf_printf(&doc, "%s3,0,%u,8,0", n ? "," : "",
                   n == 5 || n == NODES_MANY - 5 ? ID : n * 2 + 1);
    buf_puts(&doc, "],\"edges\":[]," STRINGS);
    assert_true(heap_from_text(doc.data, doc.len, false, &h, &err));
    assert_int_equal(h.odd.found[ODD_ID_TWICE].count, 1);
    assert_int_equal(h.odd.found[ODD_ID_TWICE].row, NODES_MANY - 5);
    assert_int_equal(h.odd.found[ODD_ID_TWICE].value, ID);
    heap_release(&h);
    buf_release(&doc);
}

/* -- from the future -- */

#define FUTURE                                                                                     \
    "{\"snapshot\":{\"meta\":{" TYPES(",\"quark\",\"lepton\"", ",\"gluon\"") FIELDS(               \
        ",\"spin\"", ",\"mass\"",                                                                  \
        ",\"script_object_index\",\"colour\"") "},"                                                \
                                               "\"node_count\":3,\"edge_count\":3,\"new_count\":-" \
                                               "1.5},\"nodes\":[5,0,1,0,1,9,7,1,3,16,2,9,"         \
                                               "6,2,5,24,0,9],\"novelty\":[{\"a\":[-1]}],"         \
                                               "\"edges\":[1,1,6,8,7,2,12,8,2,2,12,8],"            \
                                               "\"locations\":[6,1,2,3,4,5]," STRINGS

static void test_unknown_fields_and_types(void **state)
{
    (void)state;
    struct heap h;
    expect_remark(FUTURE,
                  "the header has what this version does not know: node field \"spin\", edge field "
                  "\"mass\", location field \"colour\", node type \"quark\", node type \"lepton\", "
                  "edge type \"gluon\"",
                  &h);
    assert_true(str_equal(heap_class_name(&h, 1), "(lepton)"));
    assert_int_equal(heap_edge_type(&h, 1), EDGE_OTHER);
    assert_true(heap_retained_bytes(&h, 1) == 40);
    heap_release(&h);
}

static void test_remark_in_the_report(void **state)
{
    (void)state;
    const struct analyze_options o = {0};
    struct analysis a;
    struct err err = {0};
    struct temp_file file;
    temp_file_make(&file, FUTURE, strlen(FUTURE));
    const char *const files[] = {file.path};
    assert_true(analyze_files(files, 1, &o, &a, NULL, &err));
    assert_int_equal(a.inputs[0].problem, ERR_NONE);
    assert_true(a.inputs[0].complete);
    assert_non_null(a.inputs[0].remark);
    assert_contains(a.inputs[0].remark, "node type \"quark\"");
    assert_contains(a.inputs[0].remark, file.path);
    analysis_release(&a);
    temp_file_remove(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_whole_numbers),
        cmocka_unit_test(test_sizes_beyond_exactness),
        cmocka_unit_test(test_bad_headers),
        cmocka_unit_test(test_roots_of_no_node),
        cmocka_unit_test(test_nothing_odd),
        cmocka_unit_test(test_names_of_no_string),
        cmocka_unit_test(test_no_strings_at_all),
        cmocka_unit_test(test_numbers_over_32_bits),
        cmocka_unit_test(test_ids_that_come_twice),
        cmocka_unit_test(test_ids_that_come_twice_late),
        cmocka_unit_test(test_unknown_fields_and_types),
        cmocka_unit_test(test_remark_in_the_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
