/* parsers/heapsnapshot: the same rows and strings whatever the chunks and whoever reads the bulk,
 * cut and damaged documents, documents in unusual order or with things nobody knows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/snapshot_recording.h"

#define META                                                                                       \
    "\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\",\"edge_count\","            \
    "\"trace_node_id\",\"detachedness\"],\"node_types\":[[\"hidden\",\"array\",\"string\","        \
    "\"object\",\"native\",\"synthetic\"],\"string\",\"number\",\"number\",\"number\","            \
    "\"number\",\"number\"],\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"],"             \
    "\"edge_types\":[[\"context\",\"element\",\"property\",\"internal\",\"hidden\","               \
    "\"shortcut\",\"weak\"],\"string_or_number\",\"node\"],\"trace_function_info_fields\":["       \
    "\"function_id\",\"name\"],\"trace_node_fields\":[\"id\",\"children\"],\"sample_fields\":["    \
    "\"timestamp_us\",\"last_assigned_id\"],\"location_fields\":[\"object_index\","                \
    "\"script_id\",\"line\",\"column\"]}"
#define HEADER "{\"snapshot\":{" META ",\"node_count\":3,\"edge_count\":3}"
#define NODES "\"nodes\":[5,0,1,0,2,0,0\n,3,1,3,16,1,0,0\n,4,2,5,5368709120,0,0,2\n]"
#define EDGES "\"edges\":[1,1,7\n,6,3,14\n,2,3,14\n]"
#define LOCATIONS "\"locations\":[7,12,3,4\n]"
#define STRINGS "\"strings\":[\"\",\n\"Map\",\n\"caf\\u00e9 \\ud83d\\ude00\",\n\"k\\n\\\"ey\"]"

/* As V8 writes it, with everything that is read over. */
static const char sample[] =
    HEADER ",\n" NODES ",\n" EDGES ",\n\"trace_function_infos\":[0,0],\n"
           "\"trace_tree\":[1,0,[2,1,[]]],\n\"samples\":[[5,6],{\"nodes\":[1]}],\n" LOCATIONS
           ",\n" STRINGS "}\n";

static void run(struct recording *r, const char *text, size_t chunk, bool yajl)
{
    recording_run(r, text, strlen(text), chunk, yajl);
}

static const uint64_t *values(const struct recording *r, enum snapshot_section s, size_t expected)
{
    assert_int_equal(r->values[s].len, expected * sizeof(uint64_t));
    return (const uint64_t *)(const void *)r->values[s].data;
}

static void test_sample(void **state)
{
    (void)state;
    static const uint64_t nodes[] = {5, 0, 1, 0, 2, 0, 0,           3, 1, 3, 16,
                                     1, 0, 0, 4, 2, 5, 5368709120u, 0, 0, 2};
    static const uint64_t edges[] = {1, 1, 7, 6, 3, 14, 2, 3, 14};
    static const uint64_t locations[] = {7, 12, 3, 4};
    static const char text[] = "Mapcaf\xC3\xA9 \xF0\x9F\x98\x80k\n\"ey";
    struct recording r;
    run(&r, sample, 0, false);
    assert_true(r.ok && r.complete);
    assert_int_equal(r.open, SECTION_NONE);
    assert_int_equal(r.done, 1 << SECTION_NODES | 1 << SECTION_EDGES | 1 << SECTION_LOCATIONS |
                                 1 << SECTION_STRINGS);
    assert_int_equal(r.metas, 1);
    assert_int_equal(r.meta.node_count, 3);
    assert_int_equal(r.meta.edge_count, 3);
    assert_int_equal(r.meta.node_width, 7);
    assert_int_equal(r.meta.node_detachedness, 6);
    assert_int_equal(r.meta.node_type_count, 6);
    assert_string_equal(r.meta.node_types[5], "synthetic");
    assert_string_equal(r.meta.edge_types[6], "weak");
    assert_memory_equal(values(&r, SECTION_NODES, 21), nodes, sizeof nodes);
    assert_memory_equal(values(&r, SECTION_EDGES, 9), edges, sizeof edges);
    assert_memory_equal(values(&r, SECTION_LOCATIONS, 4), locations, sizeof locations);
    assert_int_equal(recording_strings(&r), 4);
    assert_int_equal(r.text.len, sizeof text - 1);
    assert_memory_equal(r.text.data, text, sizeof text - 1);
    recording_release(&r);
}

static void test_chunks(void **state)
{
    (void)state;
    struct recording whole, r;
    run(&whole, sample, 0, false);
    for (size_t chunk = 1; chunk <= 31; chunk++) {
        for (int yajl = 0; yajl <= 1; yajl++) {
            run(&r, sample, chunk, yajl);
            assert_true(r.ok && r.complete);
            assert_true(recording_same(&r, &whole));
            recording_release(&r);
        }
    }
    recording_release(&whole);
}

/* One cut between every two bytes: first feed, second feed. */
static void test_two_feeds(void **state)
{
    (void)state;
    struct recording whole, r;
    run(&whole, sample, 0, false);
    for (size_t first = 1; first < sizeof sample - 1; first++) {
        run(&r, sample, first, false);
        assert_true(r.ok && r.complete);
        assert_true(recording_same(&r, &whole));
        recording_release(&r);
    }
    recording_release(&whole);
}

static void test_truncations(void **state)
{
    (void)state;
    static const size_t chunks[] = {0, 1, 7, 31};
    struct recording whole, r;
    run(&whole, sample, 0, false);
    size_t header = strstr(sample, ",\n\"nodes") - sample;
    size_t document = strrchr(sample, '}') - sample;
    for (size_t len = 0; len < sizeof sample - 1; len++) {
        for (size_t k = 0; k < 2 * ARRAY_LEN(chunks); k++) {
            recording_run(&r, sample, len, chunks[k / 2], k & 1);
            assert_int_equal(r.ok, len >= header);
            assert_int_equal(r.complete, len > document);
            assert_true(recording_is_prefix(&r, &whole));
            if (!r.ok) {
                assert_int_equal(r.err.code, ERR_INPUT);
                assert_int_equal(r.err.offset, len);
                assert_non_null(strstr(r.err.msg, "the file ends before"));
            }
            recording_release(&r);
        }
    }
    recording_release(&whole);
}

/* The parser says where it was when the input ended. */
static void test_open_section(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum snapshot_section open;
    } rows[] = {
        {HEADER, SECTION_NONE},
        {HEADER ",\"nodes\":[5", SECTION_NODES},
        {HEADER "," NODES, SECTION_NONE},
        {HEADER "," NODES ",\"edges\":[", SECTION_EDGES},
        {HEADER "," NODES "," EDGES ",\"samples\":[1", SECTION_NONE},
        {HEADER "," NODES "," EDGES ",\"locations\":[7,", SECTION_LOCATIONS},
        {HEADER "," NODES "," EDGES ",\"strings\":[\"a", SECTION_STRINGS},
        {HEADER "," NODES "," EDGES "," STRINGS, SECTION_NONE},
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        struct recording r;
        run(&r, rows[i / 2].text, 3, i & 1);
        assert_true(r.ok && !r.complete);
        assert_int_equal(r.open, rows[i / 2].open);
        recording_release(&r);
    }
}

static void test_whole_rows_only(void **state)
{
    (void)state;
    struct recording r;
    run(&r, HEADER ",\"nodes\":[5,0,1,0,2,0,0,3,1,3,16,1,0,0", 0, false);
    /* the last number may go on */
    values(&r, SECTION_NODES, 7);
    recording_release(&r);
    run(&r, HEADER ",\"nodes\":[5,0,1,0,2,0,0,3,1,3,16,1,0,0,4,2", 5, false);
    values(&r, SECTION_NODES, 14);
    recording_release(&r);
}

/* Documents that are read to their end, in both ways alike. */
static void expect_complete(const char *text, size_t nodes, size_t edges, size_t strings)
{
    struct recording whole, r;
    run(&whole, text, 0, false);
    assert_true(whole.ok);
    assert_true(whole.complete);
    values(&whole, SECTION_NODES, nodes * whole.meta.node_width);
    values(&whole, SECTION_EDGES, edges * 3);
    assert_int_equal(recording_strings(&whole), strings);
    for (size_t chunk = 1; chunk <= 31; chunk++) {
        run(&r, text, chunk, chunk & 1);
        assert_true(r.ok && r.complete);
        assert_true(recording_same(&r, &whole));
        recording_release(&r);
    }
    recording_release(&whole);
}

static void test_unusual_documents(void **state)
{
    (void)state;
    expect_complete(HEADER "," STRINGS "," EDGES "," NODES "}", 3, 3, 4);
    expect_complete(HEADER "," NODES "," EDGES "}", 3, 3, 0);
    expect_complete(HEADER "}", 0, 0, 0);
    expect_complete(HEADER ",\"nodes\":[],\"edges\":[ ],\"strings\":[\n]}", 0, 0, 0);
    expect_complete("\n {\"first\":{\"snapshot\":{},\"nodes\":[1]},\"x\":null,\"y\":-1.5e3,"
                    "\"snapshot\" :\t{\"new\":[1,{\"meta\":2}]," META ",\"new_count\":-1}," NODES
                    " ,\r\n" EDGES ",\"z\":[[\"nodes\"]],\"true\":true," STRINGS
                    "} trailing [garbage",
                    3, 3, 4);
    /* a key that only ends like one of ours, and one that is long */
    expect_complete(HEADER ",\"xnodes\":[1],\"nodesx\":[1],\"nodes\\u0000\":[1],"
                           "\"nodesnodesnodesnodesnodesnodesnodes\":[1],\"no\\u0064es\":[]}",
                    0, 0, 0);
    /* numbers and objects where a section's name is */
    expect_complete(HEADER ",\"nodes\":7,\"edges\":{\"a\":[1]},\"strings\":\"none\"}", 0, 0, 0);
}

static void test_unknown_fields(void **state)
{
    (void)state;
    static const char text[] =
        "{\"snapshot\":{\"meta\":{\"node_fields\":[\"flavour\",\"edge_count\",\"id\",\"name\","
        "\"type\",\"self_size\"],\"node_types\":[\"number\",[\"quark\",\"hidden\"]],"
        "\"edge_fields\":[\"to_node\",\"weight\",\"type\",\"name_or_index\"],"
        "\"edge_types\":[[\"gluon\"]]},\"extra_native_bytes\":77,\"root_index\":6},"
        "\"nodes\":[9,8,7,6,1,5],\"edges\":[1,2,3,4],\"locations\":[1,[2],\"x\"]}";
    static const uint64_t nodes[] = {9, 8, 7, 6, 1, 5};
    for (int yajl = 0; yajl <= 1; yajl++) {
        struct recording r;
        run(&r, text, 0, yajl);
        assert_true(r.ok && r.complete);
        assert_int_equal(r.meta.node_width, 6);
        assert_int_equal(r.meta.node_edge_count, 1);
        assert_int_equal(r.meta.node_type, 4);
        assert_int_equal(r.meta.node_detachedness, -1);
        assert_int_equal(r.meta.location_object, -1);
        assert_int_equal(r.meta.edge_width, 4);
        assert_int_equal(r.meta.edge_to, 0);
        assert_int_equal(r.meta.node_type_count, 2);
        assert_string_equal(r.meta.node_types[0], "quark");
        assert_string_equal(r.meta.edge_types[0], "gluon");
        assert_int_equal(r.meta.extra_native_bytes, 77);
        assert_int_equal(r.meta.root_index, 6);
        assert_memory_equal(values(&r, SECTION_NODES, 6), nodes, sizeof nodes);
        values(&r, SECTION_EDGES, 4);
        recording_release(&r);
    }
}

/* `bad` in front of the byte that is wrong is cut out before it is parsed: "…^x" is "…x", x wrong.
 */
static void expect_error(const char *text, const char *expected, bool yajl_too)
{
    size_t at = strcspn(text, "^");
    struct buf doc = {0};
    buf_append(&doc, text, at);
    buf_puts(&doc, text[at] ? text + at + 1 : "");
    for (size_t chunk = 0; chunk <= 31; chunk++) {
        for (int yajl = 0; yajl <= (yajl_too ? 1 : 0); yajl++) {
            struct recording r;
            recording_run(&r, doc.data, doc.len, chunk, yajl);
            assert_false(r.ok);
            assert_int_equal(r.err.code, ERR_INPUT);
            if (!yajl) {
                assert_int_equal(r.err.offset, at);
                if (!strstr(r.err.msg, expected))
                    print_error("%s\nexpected: %s\n", r.err.msg, expected);
                assert_non_null(strstr(r.err.msg, expected));
            }
            recording_release(&r);
        }
    }
    buf_release(&doc);
}

static void test_wrong_byte(void **state)
{
    (void)state;
    expect_error(HEADER ",\"nodes\":[5,0,1,0,^-2,0,0]", "in \"nodes\": expected an unsigned", true);
    expect_error(HEADER ",\"nodes\":[5,0,1,0^.5,2,0,0]", "in \"nodes\": expected a comma", true);
    expect_error(HEADER ",\"nodes\":[5,0,1,0^e5,2,0,0]", "found 'e'", true);
    expect_error(HEADER ",\"nodes\":[5,0,^[1],2,0,0]", "found '['", true);
    expect_error(HEADER ",\"nodes\":[5,0,^null,2,0,0]", "found 'n'", true);
    expect_error(HEADER ",\"nodes\":[5,0,^\"1\",2,0,0]", "found '\"'", true);
    expect_error(HEADER ",\"nodes\":[5,0,^\x01,2,0,0]", "found '\\x01'", true);
    expect_error(HEADER ",\"nodes\":[5,0,^\xE9,2,0,0]", "found '\\xe9'", true);
    expect_error(HEADER "," NODES ",\"edges\":[1,1,7,^]", "in \"edges\": expected", true);
    expect_error(HEADER "," NODES ",\"edges\":[1,1,1234567890123456789^0,1]", "19 digits", true);
    expect_error(HEADER "," NODES "," EDGES ",\"locations\":[7,12,3^}", "in \"locations\"", true);
    expect_error(HEADER ",\"strings\":[\"a\",^1]", "in \"strings\": expected a string", true);
    expect_error(HEADER ",\"strings\":[\"a\",\"b^\n\"]", "control character", true);
    expect_error(HEADER ",\"strings\":[\"a\",\"b\\^q\"]", "an escape", true);
}

static void test_wrong_structure(void **state)
{
    (void)state;
    expect_error(HEADER ",\"nodes\":[5,0,1,0,2,0]^}", "ends in the middle of a row: 6 of 7", true);
    expect_error("{\"nodes\":[^1,2]}", "\"nodes\" comes before \"snapshot\"", true);
    expect_error("{\"strings\":[^\"a\"]}", "\"strings\" comes before \"snapshot\"", true);
    expect_error(HEADER "," NODES ",\"nodes\":[^1]}", "\"nodes\" comes twice", true);
    expect_error(HEADER "," STRINGS ",\"strings\":[^]}", "\"strings\" comes twice", true);
    expect_error(HEADER "," NODES ",\"snapshot\":{" META "}^}", "\"snapshot\" comes twice", true);
    expect_error(HEADER ",\"snapshot\":{" META "}^}", "\"snapshot\" comes twice", true);
    expect_error("{\"snapshot\":{\"node_count\":-1^,", "snapshot.node_count: expected an unsigned",
                 true);
    expect_error("{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"type\"^",
                 "snapshot.meta.node_fields names \"type\" twice", true);
}

static void test_not_a_snapshot(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "null",
        "7",
        "[]",
        "{}",
        "{\"snapshot\":7}",
        "{\"snapshot\":[]}",
        "{\"snapshot\":{}}",
        "{\"snapshot\":{\"meta\":{}}}",
        "{\"snapshot\":{\"meta\":[]}}",
        "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\"]}}}",
        "[{\"snapshot\":{" META "}}]",
        "{\"a\":{\"snapshot\":{" META "}}}",
        "plain text",
        "\"a string\" and more",
        "7 and more",
        "null,null",
        "[] and more",
        "{} {\"snapshot\":{" META "}}",
        "{\"name\": \"package\", \"version\": \"1.0.0\"}",
        "\x7f"
        "ELF\x02\x01\x01",
        "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\","
        "\"edge_count\"],\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"]}}}",
        /* seventeen fields, and a second list that is shorter than the first */
        "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\","
        "\"edge_count\",1,2,3,4,5,6,7,8,9,10,11,\"x\"]}}}",
        "{\"snapshot\":{\"meta\":{\"node_fields\":[\"a\",\"b\",\"type\",\"name\",\"id\","
        "\"self_size\",\"edge_count\"],\"node_fields\":[\"a\"],\"node_types\":[[\"x\"]],"
        "\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"],\"edge_types\":[[\"x\"]]}},"
        "\"nodes\":[1,2,3]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        for (size_t chunk = 0; chunk <= 31; chunk++) {
            struct recording r;
            run(&r, texts[i], chunk, chunk & 1);
            if (r.ok)
                print_error("accepted: %s\n", texts[i]);
            assert_false(r.ok);
            assert_int_equal(r.err.code, ERR_INPUT);
            assert_true(strlen(r.err.msg) > 20);
            recording_release(&r);
        }
    }
}

/* What follows a kernel's bracket is read by a parser that starts afresh: as strictly as the other.
 */
static void test_behind_a_section(void **state)
{
    (void)state;
    static const char *const tails[] = {".5}", "5}",         "e3}", "\"x\"}",  ":1}",      "]}",
                                        ",}",  ",,\"a\":1}", "{}}", ",\"a\"}", ",\"a\":}", "\x01}"};
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        struct buf doc = {0};
        buf_printf(&doc, "%s%s", HEADER "," NODES, tails[i]);
        for (size_t chunk = 0; chunk <= 31; chunk++) {
            for (int yajl = 0; yajl <= 1; yajl++) {
                struct recording r;
                recording_run(&r, doc.data, doc.len, chunk, yajl);
                if (r.ok)
                    print_error("accepted behind a section: %s\n", tails[i]);
                assert_false(r.ok);
                recording_release(&r);
            }
        }
        buf_release(&doc);
    }
}

static void test_many_types(void **state)
{
    (void)state;
    for (int types = 47; types <= 49; types++) {
        struct buf doc = {0};
        struct recording r;
        buf_puts(&doc, "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\","
                       "\"self_size\",\"edge_count\"],\"node_types\":[[");
        for (int i = 0; i < types; i++)
            buf_printf(&doc, "%s\"type with a name far beyond what anyone writes %d\"",
                       i ? "," : "", i);
        buf_puts(&doc, "]],\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"],"
                       "\"edge_types\":[[\"x\"]]}}}");
        recording_run(&r, doc.data, doc.len, 0, false);
        assert_int_equal(r.ok, types <= SNAPSHOT_TYPE_MAX);
        if (r.ok)
            assert_int_equal(strlen(r.meta.node_types[types - 1]), SNAPSHOT_TYPE_NAME_MAX - 1);
        recording_release(&r);
        buf_release(&doc);
    }
}

static void test_deep_nesting(void **state)
{
    (void)state;
    struct buf doc = {0};
    struct recording r;
    buf_puts(&doc, HEADER ",\"deep\":");
    for (int i = 0; i < 100000; i++)
        buf_puts(&doc, i & 1 ? "{\"nodes\":" : "[");
    recording_run(&r, doc.data, doc.len, 0, false);
    assert_true(r.ok && !r.complete);
    recording_release(&r);
    for (int i = 100000; i-- > 0;)
        buf_puts(&doc, i == 99999 ? "0}" : i & 1 ? "}" : "]");
    buf_puts(&doc, "," NODES "}");
    recording_run(&r, doc.data, doc.len, 4096, false);
    assert_true(r.ok && r.complete);
    values(&r, SECTION_NODES, 21);
    recording_release(&r);
    buf_release(&doc);
}

/* More than a block of rows, so that rows are handed over in between. */
static void test_many_rows(void **state)
{
    (void)state;
    struct buf doc = {0};
    struct recording whole, r;
    buf_puts(&doc, HEADER ",\"nodes\":[");
    for (unsigned i = 0; i < 7 * 9000; i++)
        buf_printf(&doc, "%s%u%s", i ? "," : "", i, i % 7 == 6 ? "\n" : "");
    buf_puts(&doc, "]}");
    recording_run(&whole, doc.data, doc.len, 0, true);
    assert_true(whole.ok && whole.complete);
    const uint64_t *v = values(&whole, SECTION_NODES, 7 * 9000);
    for (unsigned i = 0; i < 7 * 9000; i++)
        assert_int_equal(v[i], i);
    static const size_t chunks[] = {0, 13, 31, 65536};
    for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
        recording_run(&r, doc.data, doc.len, chunks[i], false);
        assert_true(r.ok && recording_same(&r, &whole));
        recording_release(&r);
    }
    recording_release(&whole);
    buf_release(&doc);
}

/* Errors of the sink come through, from either reader. */
static bool refuse_rows(void *ctx, enum snapshot_section s, const uint64_t *v, size_t rows,
                        uint64_t offset, struct err *err)
{
    (void)ctx, (void)s, (void)v, (void)rows;
    return err_set(err, ERR_RESOURCE, offset, "no room");
}

static bool accept_meta(void *ctx, const struct snapshot_meta *m, struct err *err)
{
    (void)m;
    return !ctx || err_set(err, ERR_RESOURCE, 0, "no room for meta");
}

static bool refuse_string(void *ctx, const char *bytes, size_t len, bool last, struct err *err)
{
    (void)ctx, (void)bytes, (void)len, (void)last;
    return err_set(err, ERR_RESOURCE, 0, "no room for text");
}

static void test_sink_refuses(void **state)
{
    (void)state;
    static const char *const texts[] = {HEADER "," NODES "}", HEADER "," STRINGS "}", HEADER "}"};
    static const char *const messages[] = {"no room", "no room for text", "no room for meta"};
    for (int i = 0; i < 6; i++) {
        struct err err = {0};
        struct snapshot_parser *p = NULL;
        const struct snapshot_sink sink = {.ctx = i / 2 == 2 ? &err : NULL,
                                           .meta = accept_meta,
                                           .rows = refuse_rows,
                                           .string = refuse_string};
        assert_true(snapshot_parser_new(&sink, i & 1, &p, &err));
        const char *text = texts[i / 2];
        assert_false(snapshot_feed(p, (const uint8_t *)text, strlen(text), &err));
        assert_int_equal(err.code, ERR_RESOURCE);
        assert_string_equal(err.msg, messages[i / 2]);
        snapshot_parser_free(p);
    }
    snapshot_parser_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_two_feeds),
        cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_open_section),
        cmocka_unit_test(test_whole_rows_only),
        cmocka_unit_test(test_unusual_documents),
        cmocka_unit_test(test_unknown_fields),
        cmocka_unit_test(test_wrong_byte),
        cmocka_unit_test(test_wrong_structure),
        cmocka_unit_test(test_not_a_snapshot),
        cmocka_unit_test(test_behind_a_section),
        cmocka_unit_test(test_many_types),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_sink_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
