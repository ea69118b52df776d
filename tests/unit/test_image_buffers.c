/* The rule image-buffers: what keeps buffers, what only works on them, and what has a bound. */
#include "analyzer/rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/js_sketch.h"

#define THUMBS 60

static void run(struct sketch *s, struct analysis *a)
{
    struct heap h;
    struct err err;
    sketch_finish(s, &h);
    *a = (struct analysis){0};
    assert_true(rules_run(&h, "a.heapsnapshot", a, &err));
    heap_release(&h);
}

static uint32_t add_buffer(struct sketch *s, const char *class, unsigned bytes)
{
    uint32_t view = js_sketch_object(s, class), buffer = js_sketch_object(s, "ArrayBuffer");
    uint32_t store = sketch_node(s, NODE_NATIVE, "system / JSArrayBufferData", bytes);
    sketch_edge(s, view, EDGE_INTERNAL, "buffer", buffer);
    sketch_edge(s, buffer, EDGE_INTERNAL, "backing_store", store);
    return view;
}

static uint32_t thumb_map(struct sketch *s)
{
    uint32_t map = js_sketch_map(s);
    for (unsigned i = 0; i < THUMBS; i++) {
        char key[32];
        snprintf(key, sizeof key, "/photo/%u.webp", i);
        js_sketch_map_add(s, map, i, js_sketch_text(s, key), add_buffer(s, "Buffer", 200000));
    }
    return map;
}

static void test_kept(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    js_sketch_variable(s, js_sketch_script(s, "/srv/app/thumb.js", ""), "thumbs", thumb_map(s));
    run(s, &a);
    assert_int_equal(a.finding_count, 1);
    assert_string_equal(a.findings[0].rule, "image-buffers");
    assert_int_equal(a.findings[0].severity, SEVERITY_LEAK);
    assert_int_equal(a.findings[0].entries, THUMBS);
    assert_string_equal(a.findings[0].variable, "thumbs");
    assert_string_equal(a.findings[0].kind, "Map");
    /* No Next.js was found: no word of it. */
    for (size_t i = 0; i < a.findings[0].advice_count; i++)
        assert_null(strstr(a.findings[0].advice[i].paste, "next"));
    analysis_release(&a);
}

static void test_bounded(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    uint32_t lru = js_sketch_object(s, "QuickLRU");
    js_sketch_set(s, lru, "cache", thumb_map(s));
    js_sketch_variable(s, js_sketch_script(s, "/srv/app/thumb.js", ""), "thumbs", lru);
    run(s, &a);
    for (size_t i = 0; i < a.finding_count; i++)
        assert_false(!strcmp(a.findings[i].rule, "image-buffers") &&
                     a.findings[i].severity != SEVERITY_INFO);
    analysis_release(&a);
}

/* Originals in the hands of sharp: held by its options, by nobody of the application's. */
static void test_in_flight(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    for (unsigned i = 0; i < 12; i++) {
        uint32_t sharp = js_sketch_object(s, "Sharp"), options = js_sketch_object(s, "Object");
        uint32_t input = js_sketch_object(s, "Object");
        js_sketch_set(s, 0, "handle", sharp);
        js_sketch_set(s, sharp, "options", options);
        js_sketch_set(s, options, "input", input);
        js_sketch_set(s, input, "buffer", add_buffer(s, "Buffer", 1000000));
    }
    run(s, &a);
    assert_int_equal(a.finding_count, 1);
    assert_int_equal(a.findings[0].severity, SEVERITY_INFO);
    assert_int_equal(a.findings[0].entries, 12);
    assert_non_null(strstr(a.findings[0].evidence[0].text, "12 are originals"));
    analysis_release(&a);
}

static void test_bitmaps(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    for (unsigned i = 0; i < 3; i++)
        js_sketch_set(s, 0, "data", add_buffer(s, "Uint8ClampedArray", 7680000));
    run(s, &a);
    assert_int_equal(a.finding_count, 1);
    assert_int_equal(a.findings[0].severity, SEVERITY_WARN);
    assert_int_equal(a.findings[0].retained_bytes, 3 * 7680000);
    analysis_release(&a);
}

static void test_few(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    js_sketch_set(s, 0, "data", add_buffer(s, "Uint8Array", 1900000));
    run(s, &a);
    assert_int_equal(a.finding_count, 0);
    analysis_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),      cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_in_flight), cmocka_unit_test(test_bitmaps),
        cmocka_unit_test(test_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
