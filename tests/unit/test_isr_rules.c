/* The rules isr-cache and isr-config on caches of every form: bounded ones are no leaks, and
 * nothing is advised that the version lacks. */
#include "analyzer/rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/identity.h"
#include "tests/unit/js_sketch.h"

#define NEXT_CACHE "/srv/node_modules/next/dist/server/lib/incremental-cache/file-system-cache.js"
#define HANDLER "/srv/shop/cache-handler.js"

/* Takes the sketch. */
static void run(struct sketch *s, struct analysis *a)
{
    struct heap h;
    struct err err;
    sketch_finish(s, &h);
    *a = (struct analysis){0};
    assert_true(rules_run(&h, "a.heapsnapshot", a, &err));
    heap_release(&h);
}

static const struct finding *finding(const struct analysis *a, const char *rule)
{
    for (size_t i = 0; i < a->finding_count; i++) {
        if (!strcmp(a->findings[i].rule, rule))
            return &a->findings[i];
    }
    return NULL;
}

static bool has_evidence(const struct finding *f, const char *word)
{
    for (size_t i = 0; i < f->evidence_count; i++) {
        if (strstr(f->evidence[i].text, word))
            return true;
    }
    return false;
}

static bool advises(const struct finding *f, const char *word)
{
    for (size_t i = 0; i < f->advice_count; i++) {
        if (f->advice[i].paste && strstr(f->advice[i].paste, word))
            return true;
    }
    return false;
}

static struct sketch *next_sketch(const char *version)
{
    struct sketch *s = js_sketch_new();
    uint32_t package = js_sketch_object(s, "Object");
    js_sketch_set(s, 0, "package", package);
    js_sketch_set_text(s, package, "name", "next");
    js_sketch_set_text(s, package, "version", version);
    return s;
}

/* The words of kinds are the same strings for all entries. */
static uint32_t add_value(struct sketch *s, uint32_t kind, const char *contents)
{
    uint32_t value = js_sketch_object(s, "Object");
    js_sketch_set(s, value, "kind", kind);
    js_sketch_set(s, value, contents, sketch_node(s, NODE_STRING, "<html>", 30000));
    return value;
}

static uint32_t add_key(struct sketch *s, const char *route, unsigned i)
{
    char key[64];
    snprintf(key, sizeof key, "%s%u", route, i);
    return js_sketch_text(s, key);
}

static uint32_t add_entry(struct sketch *s, uint32_t kind, const char *class)
{
    uint32_t entry = js_sketch_object(s, class);
    js_sketch_set(s, entry, "value", add_value(s, kind, "html"));
    return entry;
}

static uint32_t page_map(struct sketch *s, const char *kind_word, unsigned count)
{
    uint32_t map = js_sketch_map(s), kind = js_sketch_text(s, kind_word);
    for (unsigned i = 0; i < count; i++)
        js_sketch_map_add(s, map, i, add_key(s, "/blog/a", i), add_entry(s, kind, "Object"));
    return map;
}

/* Next.js' index of all routes that were rendered. */
static void add_index(struct sketch *s, unsigned count)
{
    uint32_t cache = sketch_node(s, NODE_CLOSURE, "SharedCacheControls", 64);
    uint32_t map = js_sketch_map(s);
    sketch_edge(s, 0, EDGE_PROPERTY, "controls", cache);
    js_sketch_set(s, cache, "cacheControls", map);
    for (unsigned i = 0; i < count; i++)
        js_sketch_map_add(s, map, i, js_sketch_text(s, "x"), NO_NODE);
}

/* -- isr-cache -- */

static void test_handler_leaks(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = next_sketch("16.0.3");
    uint32_t script = js_sketch_script(s, HANDLER, "const cache = new Map()");
    js_sketch_variable(s, script, "cache", page_map(s, "APP_PAGE", 60));
    add_index(s, 60);
    run(s, &a);
    const struct finding *f = finding(&a, "isr-cache");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_LEAK);
    assert_int_equal(f->entries, 60);
    assert_string_equal(f->variable, "cache");
    assert_string_equal(f->script, HANDLER);
    assert_string_equal(f->kind, "APP_PAGE");
    assert_string_equal(f->route, "/blog/a##");
    assert_true(has_evidence(f, "60 APP_PAGE"));
    assert_true(advises(f, "cacheMaxMemorySize: 0"));
    assert_false(advises(f, "isrMemoryCacheSize"));
    assert_null(finding(&a, "module-collection"));
    analysis_release(&a);
}

/* An object as a dictionary, of instances of a class. */
static void test_dictionary_leaks(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = next_sketch("13.5.6");
    uint32_t pages = js_sketch_object(s, "Object"), kind = js_sketch_text(s, "PAGE");
    char key[32];
    for (unsigned i = 0; i < 60; i++) {
        snprintf(key, sizeof key, "/shop/%u", i);
        js_sketch_set(s, pages, key, add_entry(s, kind, "Stored"));
    }
    js_sketch_variable(s, js_sketch_script(s, HANDLER, ""), "pages", pages);
    run(s, &a);
    const struct finding *f = finding(&a, "isr-cache");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_LEAK);
    assert_int_equal(f->entries, 60);
    assert_string_equal(f->route, "/shop/##");
    assert_true(advises(f, "incrementalCacheHandlerPath"));
    assert_false(advises(f, "cacheMaxMemorySize"));
    analysis_release(&a);
}

/* Texts of JSON, whole or in pieces. */
static void test_json_leaks(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = next_sketch("15.1.7");
    uint32_t map = js_sketch_map(s);
    for (unsigned i = 0; i < 60; i++) {
        uint32_t head = sketch_node(
            s, NODE_STRING, "{\"lastModified\":1,\"value\":{\"kind\":\"PAGES\",\"html\":", 64);
        uint32_t value = head;
        if (i % 6) {
            value = sketch_node(s, NODE_CONS_STRING, "(concatenated string)", 32);
            sketch_edge(s, value, EDGE_INTERNAL, "first", head);
            sketch_edge(s, value, EDGE_INTERNAL, "second",
                        sketch_node(s, NODE_STRING, "<p>", 50000));
        }
        js_sketch_map_add(s, map, i, add_key(s, "/a/", i), value);
    }
    js_sketch_variable(s, js_sketch_script(s, HANDLER, ""), "shelf", map);
    run(s, &a);
    const struct finding *f = finding(&a, "isr-cache");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_LEAK);
    assert_int_equal(f->entries, 60);
    assert_string_equal(f->kind, "PAGES");
    assert_true(has_evidence(f, "JSON"));
    analysis_release(&a);
}

static void assert_bounded(struct sketch *s)
{
    struct analysis a;
    run(s, &a);
    const struct finding *f = finding(&a, "isr-cache");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_INFO);
    assert_null(finding(&a, "module-collection"));
    assert_int_equal(a.finding_count, 1);
    analysis_release(&a);
}

/* Handlers that drop entries: an LRU of a package, a script that does it itself, one whose entries
 * are fewer than the routes that were rendered. */
static void test_bounded_handlers(void **state)
{
    (void)state;
    struct sketch *s = next_sketch("16.0.3");
    uint32_t lru = js_sketch_object(s, "LRUCache"), list = js_sketch_object(s, "Array");
    uint32_t kind = js_sketch_text(s, "PAGES");
    for (unsigned i = 0; i < 60; i++)
        sketch_index(s, list, EDGE_ELEMENT, i, add_entry(s, kind, "Object"));
    js_sketch_set(s, lru, "#valList", list);
    js_sketch_set(s, lru, "#keyMap", js_sketch_map(s));
    js_sketch_variable(s, js_sketch_script(s, HANDLER, ""), "cache", lru);
    assert_bounded(s);
    s = next_sketch("16.0.3");
    js_sketch_variable(
        s,
        js_sketch_script(s, HANDLER,
                         "if (cache.size > MAX) cache.delete(cache.keys().next().value)"),
        "cache", page_map(s, "PAGES", 60));
    assert_bounded(s);
    s = next_sketch("16.0.3");
    js_sketch_variable(s, js_sketch_script(s, HANDLER, "require('./store').delete(k)"), "cache",
                       page_map(s, "PAGES", 60));
    add_index(s, 200);
    assert_bounded(s);
}

/* revalidateTag() deletes, which is no bound. */
static void test_deleting_is_no_bound(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = next_sketch("14.2.3");
    js_sketch_variable(s, js_sketch_script(s, HANDLER, "revalidateTag(t) { cache.delete(t) }"),
                       "cache", page_map(s, "PAGE", 60));
    add_index(s, 65);
    run(s, &a);
    assert_int_equal(finding(&a, "isr-cache")->severity, SEVERITY_LEAK);
    analysis_release(&a);
}

static uint32_t next_lru(struct sketch *s, uint32_t map)
{
    uint32_t lru = js_sketch_object(s, "LRUCache");
    js_sketch_set(s, lru, "cache", map);
    js_sketch_variable(s, js_sketch_script(s, NEXT_CACHE, ""), "memoryCache", lru);
    return lru;
}

static void test_own_lru(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = next_sketch("15.1.7");
    next_lru(s, page_map(s, "APP_PAGE", 120));
    add_index(s, 120);
    run(s, &a);
    const struct finding *f = finding(&a, "isr-cache");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_INFO);
    assert_non_null(strstr(f->title, "still filling"));
    assert_true(has_evidence(f, "about 1,7")); /* of 30 kB in 50 MiB */
    assert_true(advises(f, "cacheMaxMemorySize: 25 * 1024 * 1024"));
    analysis_release(&a);
    s = next_sketch("15.1.7");
    uint32_t lru = next_lru(s, page_map(s, "APP_PAGE", 120));
    js_sketch_set_number(s, lru, "maxSize", "4000000");
    js_sketch_set_number(s, lru, "totalSize", "3990000");
    run(s, &a);
    f = finding(&a, "isr-cache");
    assert_non_null(strstr(f->title, "at or near its bound"));
    assert_true(has_evidence(f, "4.0 MB in each process"));
    analysis_release(&a);
    s = next_sketch("15.1.7");
    next_lru(s, page_map(s, "APP_PAGE", 20));
    run(s, &a);
    assert_int_equal(a.finding_count, 0);
    analysis_release(&a);
}

/* -- isr-config -- */

static void add_config(struct sketch *s, const char *source)
{
    uint32_t script = js_sketch_script(s, "/srv/shop/next.config.js", source);
    sketch_edge(s, 0, EDGE_PROPERTY, "config", script);
}

static void test_ignored_key(void **state)
{
    (void)state;
    struct analysis a;
    static const char source[] = "module.exports = { reactStrictMode: true, poweredByHeader: false,"
                                 " experimental: { isrMemoryCacheSize: 50 } }";
    struct sketch *s = next_sketch("14.2.3");
    uint32_t experimental = js_sketch_object(s, "Object");
    js_sketch_set(s, 0, "experimental", experimental);
    js_sketch_own_key(s, experimental, "isrMemoryCacheSize");
    add_config(s, source);
    run(s, &a);
    const struct finding *f = finding(&a, "isr-config");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_WARN);
    assert_string_equal(f->variable, "isrMemoryCacheSize");
    assert_true(advises(f, "  cacheMaxMemorySize: 50 * 1024 * 1024"));
    assert_false(advises(f, "isrMemoryCacheSize"));
    assert_int_equal(a.finding_count, 1);
    analysis_release(&a);
}

/* The text alone: a condition may have kept the key from being set. */
static void test_key_not_set(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = next_sketch("14.2.3");
    add_config(s, "const c = { experimental: {} }; if (process.env.OLD) "
                  "c.experimental.isrMemoryCacheSize = 50; else c.cacheMaxMemorySize = 50 << 20");
    run(s, &a);
    assert_int_equal(a.finding_count, 0);
    analysis_release(&a);
}

static void test_wrong_unit(void **state)
{
    (void)state;
    struct analysis a;
    static const char source[] = "module.exports = { reactStrictMode: true, poweredByHeader: false,"
                                 " experimental: { isrMemoryCacheSize: 50 } }";
    struct sketch *s = next_sketch("13.5.6");
    add_config(s, source);
    run(s, &a);
    const struct finding *f = finding(&a, "isr-config");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_WARN);
    assert_non_null(strstr(f->title, "bytes"));
    assert_true(advises(f, "    isrMemoryCacheSize: 50 * 1024 * 1024"));
    analysis_release(&a);
    /* What is in the cache shows that another size is used. */
    s = next_sketch("13.5.6");
    add_config(s, source);
    next_lru(s, page_map(s, "PAGE", 20));
    run(s, &a);
    assert_null(finding(&a, "isr-config"));
    analysis_release(&a);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int severity; /* -1: nothing to say */
    } cases[] = {
        {"50 * 1024 * 1024", -1}, {"512", SEVERITY_WARN}, {"5000 * 1024 * 1024", SEVERITY_WARN},
        {"0", SEVERITY_INFO},     {"process.env.X", -1},  {"256 << 20", -1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct analysis a;
        char source[200];
        struct sketch *s = next_sketch("16.0.3");
        snprintf(source, sizeof source,
                 "export default { reactStrictMode: true, poweredByHeader: false, "
                 "cacheMaxMemorySize: %s }",
                 cases[i].value);
        add_config(s, source);
        run(s, &a);
        const struct finding *f = finding(&a, "isr-config");
        if ((f ? (int)f->severity : -1) != cases[i].severity)
            fail_msg("%s: %s", cases[i].value, f ? f->title : "nothing");
        analysis_release(&a);
    }
}

static void test_wrong_place(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = next_sketch("15.5.9");
    add_config(s,
               "module.exports = { reactStrictMode: true, poweredByHeader: false, experimental: {"
               " cacheMaxMemorySize: 50 * 1024 * 1024 } }");
    run(s, &a);
    const struct finding *f = finding(&a, "isr-config");
    assert_non_null(f);
    assert_non_null(strstr(f->title, "wrong place"));
    analysis_release(&a);
}

/* Pages were rendered, the cache was made, and nothing is in it. */
static void test_nothing_fits(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = next_sketch("16.0.3");
    next_lru(s, js_sketch_map(s));
    add_index(s, 120);
    run(s, &a);
    const struct finding *f = finding(&a, "isr-config");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_WARN);
    assert_string_equal(f->variable, "cacheMaxMemorySize");
    analysis_release(&a);
    s = next_sketch("16.0.3");
    next_lru(s, js_sketch_map(s));
    add_index(s, 10);
    run(s, &a);
    assert_int_equal(a.finding_count, 0);
    analysis_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handler_leaks),        cmocka_unit_test(test_dictionary_leaks),
        cmocka_unit_test(test_json_leaks),           cmocka_unit_test(test_bounded_handlers),
        cmocka_unit_test(test_deleting_is_no_bound), cmocka_unit_test(test_own_lru),
        cmocka_unit_test(test_ignored_key),          cmocka_unit_test(test_key_not_set),
        cmocka_unit_test(test_wrong_unit),           cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_wrong_place),          cmocka_unit_test(test_nothing_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
