/* The rules about texts - large-string, duplicate-strings, source-maps-retained: what the program
 * itself consists of, and what others tell of, is none of theirs. */
#include "analyzer/rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/rules/thresholds.h"
#include "tests/unit/browse_heap.h"

#define APP "/srv/shop/catalogue.js"

struct world {
    struct sketch *s;
    uint32_t module; /* the context of a module of the application */
    struct analysis a;
};

static uint32_t object(struct world *w, const char *name)
{
    return sketch_node(w->s, NODE_OBJECT, name, 32);
}

static void set(struct world *w, uint32_t from, const char *name, uint32_t to)
{
    sketch_edge(w->s, from, EDGE_PROPERTY, name, to);
}

static void variable(struct world *w, const char *name, uint32_t value)
{
    sketch_edge(w->s, w->module, EDGE_CONTEXT, name, value);
}

static uint32_t module(struct world *w, const char *path)
{
    uint32_t context = object(w, "system / Context");
    uint32_t shared = sketch_node(w->s, NODE_CODE, "(shared function info)", 56);
    uint32_t closure = sketch_node(w->s, NODE_CLOSURE, "main", 64);
    sketch_edge(w->s, shared, EDGE_INTERNAL, "script", sketch_node(w->s, NODE_CODE, path, 0));
    sketch_edge(w->s, closure, EDGE_INTERNAL, "shared", shared);
    sketch_edge(w->s, closure, EDGE_INTERNAL, "context", context);
    sketch_edge(w->s, 0, EDGE_ELEMENT, "", closure);
    return context;
}

static struct world start(void)
{
    struct world w = {.s = calloc(1, sizeof *w.s)};
    assert_non_null(w.s);
    sketch_node(w.s, NODE_SYNTHETIC, "", 0);
    w.module = module(&w, APP);
    return w;
}

/* The heap has `rest` bytes besides. */
static void finish(struct world *w, unsigned rest)
{
    struct heap h;
    struct err err;
    sketch_edge(w->s, 0, EDGE_ELEMENT, "", sketch_node(w->s, NODE_OBJECT, "Others", rest));
    sketch_finish(w->s, &h);
    assert_true(rules_run(&h, "a.heapsnapshot", &w->a, &err));
    heap_release(&h);
}

static const struct finding *finding(const struct world *w, const char *rule)
{
    for (size_t i = 0; i < w->a.finding_count; i++) {
        if (!strcmp(w->a.findings[i].rule, rule))
            return &w->a.findings[i];
    }
    return NULL;
}

static void expect(struct world *w, const char *rule, int severity, const char *title,
                   uint64_t entries)
{
    const struct finding *f = finding(w, rule);
    assert_int_equal(f ? (int)f->severity : -1, severity);
    if (f) {
        assert_non_null(strstr(f->title, title));
        assert_int_equal(f->entries, entries);
        assert_true(f->advice_count > 0 && f->evidence_count > 0);
    }
    analysis_release(&w->a);
}

/* -- large-string -- */

static void test_whole_text(void **state)
{
    static const struct {
        unsigned bytes, rest;
        int severity;
    } rows[] = {
        {6000000, 10000000, SEVERITY_WARN},
        {6000000, 200000000, SEVERITY_INFO}, /* little of the heap */
        {2000000, 1000000, SEVERITY_INFO},
        {900000, 1000000, -1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct world w = start();
        variable(&w, "catalogue", sketch_node(w.s, NODE_STRING, "{\"items\":[", rows[i].bytes));
        finish(&w, rows[i].rest);
        expect(&w, "large-string", rows[i].severity, "catalogue holds one text of", 1);
    }
}

/* Texts of one variable are one finding; many in a collection are the collection's. */
static void test_several_texts(void **state)
{
    (void)state;
    for (unsigned count = 5; count <= 50; count += 45) {
        struct world w = start();
        uint32_t list = object(&w, "Array");
        variable(&w, "pages", list);
        for (unsigned i = 0; i < count; i++)
            sketch_index(w.s, list, EDGE_ELEMENT, i,
                         sketch_node(w.s, NODE_STRING, "<html>", 1200000));
        finish(&w, 1000000);
        if (count == 5) {
            expect(&w, "large-string", SEVERITY_WARN, "holds 5 texts of", 5);
        } else {
            assert_non_null(finding(&w, "module-collection"));
            expect(&w, "large-string", -1, "", 0);
        }
    }
}

static void test_code_is_no_text(void **state)
{
    (void)state;
    struct world w = start();
    uint32_t source = sketch_node(w.s, NODE_STRING, "(()=>{var e={", 9000000);
    uint32_t script = sketch_node(w.s, NODE_CODE, "/srv/shop/bundle.js", 100);
    sketch_edge(w.s, 0, EDGE_ELEMENT, "", script);
    sketch_edge(w.s, script, EDGE_INTERNAL, "source", source);
    variable(&w, "source", source);
    finish(&w, 1000000);
    expect(&w, "large-string", -1, "", 0);
}

static void test_framework_text(void **state)
{
    (void)state;
    struct world w = start();
    w.module = module(&w, "/srv/node_modules/next/dist/server/require.js");
    variable(&w, "manifest", sketch_node(w.s, NODE_STRING, "{", 9000000));
    finish(&w, 1000000);
    expect(&w, "large-string", -1, "", 0);
}

/* A tree of pieces, the newest on top. */
static uint32_t add_tree(struct world *w, unsigned pieces, unsigned bytes)
{
    uint32_t tree = sketch_node(w->s, NODE_STRING, "line", bytes);
    for (unsigned i = 1; i < pieces; i++) {
        uint32_t more = sketch_node(w->s, NODE_CONS_STRING, "(concatenated string)", 32);
        sketch_edge(w->s, more, EDGE_INTERNAL, "first", tree);
        sketch_edge(w->s, more, EDGE_INTERNAL, "second",
                    sketch_node(w->s, NODE_STRING, "line", bytes));
        tree = more;
    }
    return tree;
}

static void test_appended_text(void **state)
{
    (void)state;
    struct world w = start();
    variable(&w, "trail", add_tree(&w, APPENDED_LEAST_PIECES + 10, 3000));
    finish(&w, 1000000);
    expect(&w, "large-string", SEVERITY_LEAK, "appended to and never read",
           APPENDED_LEAST_PIECES + 9);
    /* JSON.stringify() makes fewer and larger ones. */
    w = start();
    variable(&w, "answer", add_tree(&w, 400, 16400));
    finish(&w, 1000000);
    expect(&w, "large-string", SEVERITY_WARN, "answer holds one text of", 1);
}

static uint32_t add_part(struct world *w, uint32_t whole)
{
    uint32_t part = sketch_node(w->s, NODE_SLICED_STRING, "(sliced string)", 32);
    sketch_edge(w->s, part, EDGE_INTERNAL, "parent", whole);
    return part;
}

static void test_part_keeps_whole(void **state)
{
    (void)state;
    struct world w = start();
    variable(&w, "token", add_part(&w, sketch_node(w.s, NODE_STRING, "body", 8000000)));
    finish(&w, 1000000);
    expect(&w, "large-string", SEVERITY_WARN, "token is a part of a long text and keeps all", 1);
    /* The text itself is used too. */
    w = start();
    uint32_t whole = sketch_node(w.s, NODE_STRING, "body", 1500000);
    variable(&w, "token", add_part(&w, whole));
    variable(&w, "body", whole);
    finish(&w, 1000000);
    expect(&w, "large-string", SEVERITY_INFO, "body holds one text", 1);
}

static void test_parts_in_a_collection(void **state)
{
    enum { PARTS = 60 };
    (void)state;
    struct world w = start();
    uint32_t list = object(&w, "Array");
    variable(&w, "tokens", list);
    for (unsigned i = 0; i < PARTS; i++)
        sketch_index(w.s, list, EDGE_ELEMENT, i,
                     add_part(&w, sketch_node(w.s, NODE_STRING, "body", 100000)));
    finish(&w, 1000000);
    assert_null(finding(&w, "module-collection")); /* one cause is told once */
    expect(&w, "large-string", SEVERITY_LEAK, "tokens holds parts of 60 long texts", PARTS);
    /* All lines of one text are that text. */
    w = start();
    list = object(&w, "Array");
    uint32_t whole = sketch_node(w.s, NODE_STRING, "lines", 20000);
    variable(&w, "lines", list);
    for (unsigned i = 0; i < 200; i++)
        sketch_index(w.s, list, EDGE_ELEMENT, i, add_part(&w, whole));
    finish(&w, 100000);
    expect(&w, "large-string", -1, "", 0);
}

/* Node's own texts outside of the heap are code; the user's have no size that could be seen. */
static void test_outside_text(void **state)
{
    char long_text[SHOWN_LENGTH + 1];
    (void)state;
    memset(long_text, 'a', SHOWN_LENGTH);
    long_text[SHOWN_LENGTH] = '\0';
    for (unsigned mine = 0; mine < 2; mine++) {
        struct world w = start();
        uint32_t list = sketch_node(w.s, NODE_SYNTHETIC, "(External strings)", 0);
        uint32_t text = sketch_node(w.s, NODE_STRING, long_text, 32);
        uint32_t script = sketch_node(w.s, NODE_CODE, "node:fs", 100);
        sketch_edge(w.s, 0, EDGE_ELEMENT, "", list);
        sketch_edge(w.s, 0, EDGE_ELEMENT, "", script);
        sketch_edge(w.s, list, EDGE_INTERNAL, "1", text);
        if (mine)
            variable(&w, "image", text);
        else
            sketch_edge(w.s, script, EDGE_INTERNAL, "source", text);
        finish(&w, 1000000);
        expect(&w, "large-string", mine ? SEVERITY_INFO : -1, "at least 1.0 MB", 1);
    }
}

/* -- duplicate-strings -- */

static struct world copies(unsigned count, unsigned texts, unsigned bytes, unsigned rest)
{
    struct world w = start();
    uint32_t shop = object(&w, "Shop");
    variable(&w, "shop", shop);
    for (unsigned i = 0; i < count; i++) {
        char name[32];
        uint32_t row = object(&w, "Row");
        snprintf(name, sizeof name, "country %u", i % texts);
        set(&w, row, "country", sketch_node(w.s, NODE_STRING, name, bytes));
        snprintf(name, sizeof name, "row%u", i);
        set(&w, shop, name, row);
    }
    finish(&w, rest);
    return w;
}

static void test_copies(void **state)
{
    (void)state;
    struct world w = copies(600, 4, 20000, 1000000);
    const struct finding *f = finding(&w, "duplicate-strings");
    assert_non_null(f);
    assert_string_equal(f->variable, "shop");
    assert_int_equal(f->retained_bytes, 596 * 20000);
    assert_non_null(strstr(f->evidence[1].text, ".country of Row"));
    expect(&w, "duplicate-strings", SEVERITY_WARN, "mostly under shop", 596);
    w = copies(600, 600, 20000, 1000000); /* all different */
    expect(&w, "duplicate-strings", -1, "", 0);
    w = copies(600, 4, 20000, 200000000); /* little of the heap */
    expect(&w, "duplicate-strings", -1, "", 0);
}

/* What a leak holds twice is the leak's: told, and no warning of its own. */
static void test_copies_in_a_leak(void **state)
{
    (void)state;
    struct world w = start();
    uint32_t list = object(&w, "Array");
    variable(&w, "rows", list);
    for (unsigned i = 0; i < 300; i++)
        sketch_index(w.s, list, EDGE_ELEMENT, i, sketch_node(w.s, NODE_STRING, "Peru", 20000));
    finish(&w, 1000000);
    assert_int_equal(finding(&w, "module-collection")->severity, SEVERITY_LEAK);
    expect(&w, "duplicate-strings", SEVERITY_INFO, "waste", 299);
}

/* -- source-maps-retained -- */

static struct world maps(const char *path, unsigned count, unsigned bytes, unsigned rest)
{
    struct world w = start();
    uint32_t cache = object(&w, "Object");
    w.module = module(&w, path);
    variable(&w, "sourceMapCache", cache);
    for (unsigned i = 0; i < count; i++) {
        char name[32];
        uint32_t map = object(&w, "BasicSourceMapConsumer"), list = object(&w, "Array");
        snprintf(name, sizeof name, "/srv/dist/m%u.js", i);
        set(&w, cache, name, map);
        set(&w, map, "__generatedMappings", list);
        sketch_edge(w.s, list, EDGE_INTERNAL, "elements",
                    sketch_node(w.s, NODE_ARRAY, "(object elements)", bytes));
    }
    finish(&w, rest);
    return w;
}

static void test_source_maps(void **state)
{
    (void)state;
    struct world w =
        maps("/srv/node_modules/source-map-support/source-map-support.js", 8, 4000000, 10000000);
    assert_int_equal(w.a.finding_count, 1);
    assert_string_equal(w.a.findings[0].variable, "sourceMapCache");
    /* the cache holds the maps: each byte once */
    assert_in_range(w.a.findings[0].retained_bytes, 32000000, 32010000);
    expect(&w, "source-maps-retained", SEVERITY_WARN, "source-map-support keeps 32.0 MB", 8);
    w = maps("/srv/node_modules/source-map-support/source-map-support.js", 3, 500000, 10000000);
    expect(&w, "source-maps-retained", -1, "", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_text),
        cmocka_unit_test(test_several_texts),
        cmocka_unit_test(test_code_is_no_text),
        cmocka_unit_test(test_framework_text),
        cmocka_unit_test(test_appended_text),
        cmocka_unit_test(test_part_keeps_whole),
        cmocka_unit_test(test_parts_in_a_collection),
        cmocka_unit_test(test_outside_text),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_copies_in_a_leak),
        cmocka_unit_test(test_source_maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
