/* report/report_json: read back with a strict parser, from models built by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <yajl/yajl_tree.h>

#include "base/text.h"
#include "report/report_json.h"
#include "tests/unit/model_fixture.h"

static yajl_val parse(const struct analysis *a, struct report_options o, struct kept *k)
{
    struct report_sink sink = keeper(k);
    struct err err;
    char message[256] = "";
    assert_true(report_json(a, &o, &sink, &err));
    assert_false(k->text.failed);
    yajl_val root = yajl_tree_parse(buf_str(&k->text), message, sizeof message);
    if (!root)
        fail_msg("%s in:\n%s", message, buf_str(&k->text));
    return root;
}

/* `path` is keys and indexes: "findings.0.rule". */
static yajl_val at(yajl_val v, const char *path)
{
    char copy[128];
    assert_true(strlen(path) < sizeof copy);
    strcpy(copy, path);
    for (char *key = strtok(copy, "."); key; key = strtok(NULL, ".")) {
        if (YAJL_IS_ARRAY(v)) {
            size_t i = (size_t)(key[0] - '0');
            assert_true(i < v->u.array.len);
            v = v->u.array.values[i];
            continue;
        }
        const char *keys[] = {key, NULL};
        v = yajl_tree_get(v, keys, yajl_t_any);
        if (!v)
            fail_msg("no key %s of %s", key, path);
    }
    return v;
}

static void test_values(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text; /* NULL: null */
    } texts[] = {
        {"next.version", "14.2.3"},
        {"next.certainty", "exact"},
        {"next.node_version", "20.x"},
        {"heap.file", "app.heapsnapshot"},
        {"heap.classes.0.name", "Map"},
        {"findings.0.rule", "isr-cache"},
        {"findings.0.severity", "leak"},
        {"findings.0.variable", "pageCache"},
        {"findings.0.path.1.edge", "pageCache (variable)"},
        {"findings.0.path.0.edge", NULL},
        {"findings.0.path.2.node", "string of 17 bytes"},
        {"findings.0.advice.0.where", "next.config.js"},
        {"findings.1.variable", NULL},
        {"findings.1.entries", NULL},
        {"findings.1.node_id", NULL},
        {"findings.1.growth", NULL},
        {"deaths.0.cause", "cgroup-oom"},
        {"deaths.0.comm", "next-server (v1"},
        {"deaths.0.evidence.0.file", "dmesg.log"},
        {"deaths.1.pid", NULL},
        {"deaths.1.time", NULL},
        {"inputs.0.kind", "heap-snapshot"},
        {"inputs.0.problem", NULL},
        {"inputs.2.problem", "input"},
    };
    static const struct {
        const char *path;
        long long number;
    } numbers[] = {
        {"schema_version", REPORT_SCHEMA_VERSION},
        {"heap.nodes", 11400000},
        {"heap.edges", 27200000},
        {"heap.total_bytes", 793234567},
        {"heap.classes.1.retained_bytes", 57912345},
        {"findings.0.confidence", 95},
        {"findings.0.entries", 1200},
        {"findings.0.retained_bytes", 412345678},
        {"findings.0.growth.bytes", 2100000},
        {"findings.0.growth.bytes_per_request", 2100},
        {"findings.0.growth.entries", 1000},
        {"findings.0.growth.snapshots", 2},
        {"deaths.0.pid", 523},
        {"deaths.0.evidence.0.line", 1234},
        {"inputs.2.bytes", 4096},
    };
    struct fixture f;
    fixture_init(&f);
    f.findings[0].growth = (struct growth_figures){2, 2100000, 1000, 1000};
    struct kept k = {0};
    yajl_val root = parse(&f.a, (struct report_options){0}, &k);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        yajl_val v = at(root, texts[i].path);
        if (texts[i].text)
            assert_string_equal(YAJL_GET_STRING(v), texts[i].text);
        else
            assert_true(YAJL_IS_NULL(v));
    }
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        assert_int_equal(YAJL_GET_INTEGER(at(root, numbers[i].path)), numbers[i].number);
    assert_true(YAJL_IS_TRUE(at(root, "inputs.0.complete")));
    assert_true(YAJL_IS_FALSE(at(root, "inputs.2.complete")));
    yajl_tree_free(root);
    buf_release(&k.text);
}

static void expect_sorted(yajl_val v)
{
    if (YAJL_IS_ARRAY(v)) {
        for (size_t i = 0; i < v->u.array.len; i++)
            expect_sorted(v->u.array.values[i]);
    } else if (YAJL_IS_OBJECT(v)) {
        for (size_t i = 0; i < v->u.object.len; i++) {
            if (i > 0)
                assert_true(strcmp(v->u.object.keys[i - 1], v->u.object.keys[i]) < 0);
            expect_sorted(v->u.object.values[i]);
        }
    }
}

static void test_keys_are_sorted(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct kept k = {0};
    yajl_val root = parse(&f.a, (struct report_options){0}, &k);
    expect_sorted(root);
    yajl_tree_free(root);
    buf_release(&k.text);
}

static void test_nothing_known(void **state)
{
    (void)state;
    struct analysis a = {0};
    struct kept k = {0};
    yajl_val root = parse(&a, (struct report_options){0}, &k);
    assert_true(YAJL_IS_NULL(at(root, "heap")));
    assert_true(YAJL_IS_NULL(at(root, "next.version")));
    assert_true(YAJL_IS_NULL(at(root, "next.certainty")));
    assert_int_equal(YAJL_GET_ARRAY(at(root, "findings"))->len, 0);
    yajl_tree_free(root);
    buf_release(&k.text);
}

/* What a reader of the JSON gets for a text: itself, with U+FFFD for what no JSON can hold. */
static void put_expected(struct buf *b, const char *text)
{
    for (size_t len = strlen(text), i = 0; i < len;) {
        uint32_t code;
        i += text_decode(text + i, len - i, &code);
        bool bad = code == TEXT_INVALID || (code >= 0xD800 && code <= 0xDFFF);
        text_put_char(b, bad ? 0xFFFD : code);
    }
}

static void test_hostile_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hostile_texts); i++) {
        struct fixture f;
        struct buf expected = {0};
        fixture_init(&f);
        fixture_set_texts(&f, hostile_texts[i]);
        put_expected(&expected, hostile_texts[i]);
        for (int ascii = 0; ascii < 2; ascii++) {
            struct kept k = {0};
            yajl_val root =
                parse(&f.a, (struct report_options){.ascii = ascii, .show_strings = true}, &k);
            static const char *const paths[] = {"findings.0.title", "findings.0.path.1.edge",
                                                "deaths.0.comm", "inputs.0.remark",
                                                "heap.classes.0.name"};
            for (size_t p = 0; p < ARRAY_LEN(paths); p++)
                assert_string_equal(YAJL_GET_STRING(at(root, paths[p])), buf_str(&expected));
            for (size_t n = 0; n < k.text.len;) {
                uint32_t code;
                n += text_decode(k.text.data + n, k.text.len - n, &code);
                assert_true(code == '\n' || text_char_shown(code));
                assert_true(!ascii || code < 0x80);
            }
            yajl_tree_free(root);
            buf_release(&k.text);
        }
        buf_release(&expected);
    }
}

static void test_numbers_beyond_doubles(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.a.heap.total_bytes = UINT64_MAX;
    f.a.heap.nodes = 9007199254740993;
    struct kept k = {0};
    yajl_tree_free(parse(&f.a, (struct report_options){0}, &k));
    assert_non_null(strstr(k.text.data, "\"total_bytes\": 18446744073709551615,"));
    buf_release(&k.text);
}

static void test_sink_fails_anywhere(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct evidence *many = test_calloc(5000, sizeof *many);
    for (size_t i = 0; i < 5000; i++)
        many[i] = f.death_evidence[0];
    f.deaths[0].evidence = many;
    f.deaths[0].evidence_count = 5000;
    for (size_t limit = 1; limit < 600000; limit += 50000) {
        struct kept k = {.limit = limit};
        struct report_sink sink = keeper(&k);
        struct report_options o = {0};
        struct err err;
        assert_false(report_json(&f.a, &o, &sink, &err));
        assert_int_equal(err.code, ERR_RESOURCE);
        buf_release(&k.text);
    }
    test_free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_keys_are_sorted),
        cmocka_unit_test(test_nothing_known),
        cmocka_unit_test(test_hostile_texts),
        cmocka_unit_test(test_numbers_beyond_doubles),
        cmocka_unit_test(test_sink_fails_anywhere),
    };
    return cmocka_run_group_tests_name("report_json", tests, NULL, NULL);
}
