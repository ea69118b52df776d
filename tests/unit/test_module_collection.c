/* The rule module-collection: what grows is found under its name in every form, and what is bounded
 * or was filled once is left alone. */
#include "analyzer/rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/browse_heap.h"

#define ENTRIES 60
#define ENTRY_BYTES 20000
#define USER "/srv/shop/lib/store.js"
#define PACKAGE "/srv/shop/node_modules/leaky-sdk/index.js"

/* A file with its variables, and a function in it that ran. */
struct module {
    struct sketch *s;
    uint32_t context, function, shared, cell, feedback;
};

static struct module module_new(const char *path)
{
    struct sketch *s = calloc(1, sizeof *s);
    assert_non_null(s);
    uint32_t root = sketch_node(s, NODE_SYNTHETIC, "", 0);
    struct module m = {.s = s};
    m.function = sketch_node(s, NODE_CLOSURE, "remember", 64);
    m.context = sketch_node(s, NODE_OBJECT, "system / Context", 64);
    m.shared = sketch_node(s, NODE_CODE, "remember", 64);
    uint32_t bytecodes = sketch_node(s, NODE_CODE, "system / BytecodeArray", 64);
    uint32_t pool = sketch_node(s, NODE_CODE, "(constant pool)", 64);
    m.cell = sketch_node(s, NODE_CODE, "system / FeedbackCell", 16);
    m.feedback = sketch_node(s, NODE_CODE, "system / FeedbackVector", 64);
    sketch_edge(s, root, EDGE_PROPERTY, "main", m.function);
    sketch_edge(s, m.function, EDGE_INTERNAL, "context", m.context);
    sketch_edge(s, m.function, EDGE_INTERNAL, "shared", m.shared);
    sketch_edge(s, m.function, EDGE_INTERNAL, "feedback_cell", m.cell);
    sketch_edge(s, m.cell, EDGE_INTERNAL, "value", m.feedback);
    sketch_edge(s, m.shared, EDGE_INTERNAL, "script", sketch_node(s, NODE_CODE, path, 64));
    sketch_edge(s, m.shared, EDGE_INTERNAL, "function_data", bytecodes);
    sketch_index(s, bytecodes, EDGE_HIDDEN, 0, pool);
    sketch_edge(s, pool, EDGE_INTERNAL, "0", sketch_node(s, NODE_STRING, "rows", 24));
    return m;
}

/* The function called a built-in method. */
static void calls(const struct module *m, const char *method)
{
    sketch_edge(m->s, m->feedback, EDGE_WEAK, "7", sketch_node(m->s, NODE_CLOSURE, method, 56));
}

static uint32_t text(struct sketch *s, const char *format, unsigned number)
{
    char name[64];
    snprintf(name, sizeof name, format, number);
    return sketch_node(s, NODE_STRING, name, 32);
}

static uint32_t entry(struct sketch *s, unsigned number)
{
    uint32_t object = sketch_node(s, NODE_OBJECT, "Object", 32);
    uint32_t body = sketch_node(s, NODE_STRING, number % 2 ? "odd" : "even", ENTRY_BYTES);
    sketch_edge(s, object, EDGE_PROPERTY, "body", body);
    return object;
}

/* As V8 lays it out: three counts, a bucket for two entries, then key, value, chain. The entries
 * begin behind `empty` places. */
static uint32_t map_of(struct sketch *s, const char *keys, unsigned count, unsigned empty)
{
    enum { CAPACITY = 128, FIRST = 3 + CAPACITY / 2 };
    uint32_t map = sketch_node(s, NODE_OBJECT, "Map", 32);
    uint32_t table = sketch_node(s, NODE_ARRAY, "", 16 + 8 * (FIRST + 3 * CAPACITY));
    char place[16];
    sketch_edge(s, map, EDGE_INTERNAL, "table", table);
    for (unsigned i = 0; i < count; i++) {
        snprintf(place, sizeof place, "%u", FIRST + 3 * (i + empty));
        sketch_edge(s, table, EDGE_INTERNAL, place, text(s, keys, i));
        snprintf(place, sizeof place, "%u", FIRST + 3 * (i + empty) + 1);
        sketch_edge(s, table, EDGE_INTERNAL, place, entry(s, i));
    }
    return map;
}

static uint32_t array_of(struct sketch *s, unsigned count, unsigned capacity)
{
    uint32_t array = sketch_node(s, NODE_OBJECT, "Array", 32);
    uint32_t store = sketch_node(s, NODE_ARRAY, "(object elements)", 16 + 8 * capacity);
    sketch_edge(s, array, EDGE_INTERNAL, "elements", store);
    for (unsigned i = 0; i < count; i++)
        sketch_index(s, array, EDGE_ELEMENT, i, entry(s, i));
    return array;
}

static uint32_t object_of(struct sketch *s, const char *keys, unsigned count)
{
    uint32_t object = sketch_node(s, NODE_OBJECT, "Object", 32);
    char name[64];
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, keys, i, "abcdefghijklmnopqrstuvwxyz"[i % 26]);
        sketch_edge(s, object, EDGE_PROPERTY, name, entry(s, i));
    }
    return object;
}

/* Takes the module's sketch. */
static void run(const struct module *m, struct analysis *a)
{
    struct heap h;
    struct err err;
    sketch_finish(m->s, &h);
    *a = (struct analysis){0};
    assert_true(rules_run(&h, "a.heapsnapshot", a, &err));
    heap_release(&h);
}

static void variable(const struct module *m, const char *name, uint32_t value)
{
    sketch_edge(m->s, m->context, EDGE_CONTEXT, name, value);
}

/* One finding, and what it says. */
static void expect(const struct module *m, const char *name, const char *title, uint64_t entries)
{
    struct analysis a;
    run(m, &a);
    assert_int_equal(a.finding_count, 1);
    assert_string_equal(a.findings[0].rule, "module-collection");
    assert_int_equal(a.findings[0].severity, SEVERITY_LEAK);
    assert_string_equal(a.findings[0].variable, name);
    assert_non_null(strstr(a.findings[0].title, title));
    assert_int_equal(a.findings[0].entries, entries);
    assert_true(a.findings[0].retained_bytes > ENTRIES * ENTRY_BYTES / 2);
    analysis_release(&a);
}

static void expect_nothing(const struct module *m)
{
    struct analysis a;
    run(m, &a);
    for (size_t i = 0; i < a.finding_count; i++) {
        if (strcmp(a.findings[i].rule, "duplicate-strings")) /* the sketch's texts are alike */
            fail_msg("%s", a.findings[i].title);
    }
    analysis_release(&a);
}

static void test_map_that_grows(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    struct analysis a;
    calls(&m, "set");
    variable(&m, "pages", map_of(m.s, "/product/%u", ENTRIES, 0));
    run(&m, &a);
    assert_int_equal(a.finding_count, 1);
    assert_string_equal(a.findings[0].variable, "pages");
    assert_string_equal(a.findings[0].script, USER);
    assert_string_equal(a.findings[0].kind, "Map");
    assert_non_null(a.findings[0].route);
    assert_true(a.findings[0].confidence >= 80);
    analysis_release(&a);
}

/* Places at its front are empty again: something takes the oldest out. */
static void test_map_with_eviction(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    calls(&m, "set");
    calls(&m, "delete");
    variable(&m, "recent", map_of(m.s, "/product/%u", ENTRIES, 30));
    expect_nothing(&m);
}

static void test_map_filled_on_loading(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    calls(&m, "get");
    variable(&m, "zips", map_of(m.s, "%u", ENTRIES, 0));
    expect_nothing(&m);
}

static void test_array_that_grows(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    calls(&m, "push");
    variable(&m, "events", array_of(m.s, ENTRIES, 90));
    expect(&m, "events", "events, an array of a module", ENTRIES);
}

static void test_ring(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    calls(&m, "push");
    calls(&m, "shift");
    variable(&m, "last", array_of(m.s, ENTRIES, 90));
    expect_nothing(&m);
}

static void test_array_made_at_its_length(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    variable(&m, "slots", array_of(m.s, ENTRIES, ENTRIES));
    expect_nothing(&m);
}

static void test_objects(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    variable(&m, "sessions", object_of(m.s, "session-%u", ENTRIES));
    expect(&m, "sessions", "sessions, an object of a module", ENTRIES);
    m = module_new(USER);
    uint32_t words = sketch_node(m.s, NODE_OBJECT, "Object", 32);
    char name[8] = "aa";
    for (unsigned i = 0; i < ENTRIES; i++, name[i % 2]++)
        sketch_edge(m.s, words, EDGE_PROPERTY, name, entry(m.s, i));
    variable(&m, "messages", words);
    expect_nothing(&m);
}

/* A service's own table is named by the way to it. */
static void test_singleton(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    uint32_t service = sketch_node(m.s, NODE_OBJECT, "PriceService", 64);
    calls(&m, "set");
    sketch_edge(m.s, service, EDGE_PROPERTY, "cache", map_of(m.s, "price:%u", ENTRIES, 0));
    variable(&m, "service", service);
    expect(&m, "service", "service.cache, a Map of a module", ENTRIES);
}

static void test_maps_in_a_map(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    uint32_t outer = sketch_node(m.s, NODE_OBJECT, "Array", 32);
    calls(&m, "set");
    for (unsigned i = 0; i < 4; i++)
        sketch_index(m.s, outer, EDGE_ELEMENT, i, map_of(m.s, "user:%u", ENTRIES / 4, 0));
    variable(&m, "byTenant", outer);
    expect(&m, "byTenant", "byTenant, an array of a module", ENTRIES);
}

static void test_linked_list(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    uint32_t queue = sketch_node(m.s, NODE_OBJECT, "Queue", 32), from = queue;
    for (unsigned i = 0; i < ENTRIES; i++) {
        uint32_t link = sketch_node(m.s, NODE_OBJECT, "Link", 32);
        sketch_edge(m.s, from, EDGE_PROPERTY, i ? "next" : "head", link);
        sketch_edge(m.s, link, EDGE_PROPERTY, "value", entry(m.s, i));
        from = link;
    }
    sketch_edge(m.s, queue, EDGE_PROPERTY, "tail", from);
    variable(&m, "backlog", queue);
    expect(&m, "backlog", "linked by .next", ENTRIES);
}

/* One that evicts is known by its class. */
static void test_lru(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    uint32_t lru = sketch_node(m.s, NODE_OBJECT, "LRUCache", 64);
    calls(&m, "set");
    sketch_edge(m.s, lru, EDGE_PROPERTY, "#keyMap", map_of(m.s, "k%u", ENTRIES, 0));
    sketch_edge(m.s, lru, EDGE_PROPERTY, "#valList", array_of(m.s, ENTRIES, ENTRIES));
    variable(&m, "cache", lru);
    expect_nothing(&m);
    m = module_new(USER);
    lru = sketch_node(m.s, NODE_OBJECT, "LRUCache", 64);
    sketch_edge(m.s, lru, EDGE_PROPERTY, "#valList", array_of(m.s, ENTRIES, 90));
    variable(&m, "cache", lru);
    expect(&m, "cache", "cache.#valList", ENTRIES);
}

static void test_package_and_globals(void **state)
{
    (void)state;
    struct module m = module_new(PACKAGE);
    calls(&m, "push");
    variable(&m, "eventBuffer", array_of(m.s, ENTRIES, 90));
    expect(&m, "eventBuffer", "eventBuffer, an array", ENTRIES);
    m = module_new(USER);
    uint32_t global = sketch_node(m.s, NODE_OBJECT, "global / ", 64);
    sketch_edge(m.s, 0, EDGE_PROPERTY, "global", global);
    sketch_edge(m.s, global, EDGE_PROPERTY, "<symbol app.cache>",
                map_of(m.s, "user:%u", ENTRIES, 0));
    expect(&m, "globalThis[Symbol(app.cache)]", "of the global object", ENTRIES);
    m = module_new(PACKAGE);
    uint32_t process = sketch_node(m.s, NODE_OBJECT, "process", 64);
    sketch_edge(m.s, 0, EDGE_PROPERTY, "process", process);
    sketch_edge(m.s, process, EDGE_PROPERTY, "history", array_of(m.s, ENTRIES, 90));
    variable(&m, "freeProcess", process);
    expect(&m, "process.history", "process.history", ENTRIES);
}

/* Node 24 shows the hole where an entry was; it is none. */
static void test_holes(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    uint32_t map = map_of(m.s, "/product/%u", ENTRIES, 30);
    uint32_t hole = sketch_node(m.s, NODE_HIDDEN, "system / Hole", 0);
    char place[16];
    struct heap h;
    struct js js;
    for (unsigned i = 0; i < 90; i++) {
        snprintf(place, sizeof place, "%u", 67 + i + i / 2);
        if (i < 60)
            sketch_edge(m.s, map + 1, EDGE_INTERNAL, place, hole);
    }
    variable(&m, "recent", map);
    sketch_finish(m.s, &h);
    js_init(&js, &h);
    assert_int_equal(js_entries(&js, map), ENTRIES);
    assert_int_equal(js_removed_entries(&js, map), 30);
    heap_release(&h);
}

/* Counters have no edge to their numbers, their keys have one in the table. */
static void test_numbers(void **state)
{
    (void)state;
    struct module m = module_new(USER);
    uint32_t counts = sketch_node(m.s, NODE_OBJECT, "Object", 24);
    uint32_t table = sketch_node(m.s, NODE_ARRAY, "(object properties)", 4000);
    uint32_t bare = sketch_node(m.s, NODE_OBJECT, "Map", 32);
    struct js_entry sample[4];
    struct heap h;
    struct js js;
    char place[16];
    sketch_edge(m.s, counts, EDGE_INTERNAL, "properties", table);
    for (unsigned i = 0; i < ENTRIES; i++) {
        snprintf(place, sizeof place, "%u", 6 + 3 * i);
        sketch_edge(m.s, table, EDGE_INTERNAL, place, text(m.s, "/path/%u", i));
    }
    sketch_edge(m.s, bare, EDGE_INTERNAL, "table",
                sketch_node(m.s, NODE_ARRAY, "", 16 + 8 * (3 + 128 + 3 * 256)));
    variable(&m, "counts", counts);
    variable(&m, "bare", bare);
    sketch_finish(m.s, &h);
    js_init(&js, &h);
    assert_int_equal(js_entries(&js, counts), ENTRIES);
    assert_int_equal(js_sample(&js, counts, sample, 4), 4);
    assert_true(str_equal(sample[1].key, "/path/1"));
    assert_int_equal(js_entries(&js, bare), 128);
    heap_release(&h);
}

/* V8 names the variables of an asynchronous module's block nowhere but in its ScopeInfo. */
static void test_variable_of_a_block(void **state)
{
    (void)state;
    for (unsigned named = 1; named <= 2; named++) {
        struct module m = module_new(USER);
        uint32_t block = sketch_node(m.s, NODE_OBJECT, "system / Context", 64);
        uint32_t scope = sketch_node(m.s, NODE_CODE, "system / ScopeInfo", 64);
        static const char *const names[] = {"db", "pages"};
        calls(&m, "set");
        uint32_t inner = sketch_node(m.s, NODE_CLOSURE, "", 64);
        sketch_edge(m.s, m.context, EDGE_CONTEXT, "GET", inner);
        sketch_edge(m.s, inner, EDGE_INTERNAL, "context", block);
        sketch_edge(m.s, inner, EDGE_INTERNAL, "shared", m.shared);
        sketch_edge(m.s, inner, EDGE_INTERNAL, "feedback_cell", m.cell);
        sketch_edge(m.s, block, EDGE_INTERNAL, "scope_info", scope);
        for (unsigned i = 0; i < named; i++)
            sketch_index(m.s, scope, EDGE_HIDDEN, i, text(m.s, names[i], 0));
        sketch_index(m.s, block, EDGE_HIDDEN, 0, sketch_node(m.s, NODE_OBJECT, "Pool", 64));
        sketch_index(m.s, block, EDGE_HIDDEN, 1, map_of(m.s, "/product/%u", ENTRIES, 0));
        /* no name rather than the wrong one */
        expect(&m, named == 2 ? "pages" : "(a variable of a block)", "a Map of a module", ENTRIES);
    }
}

/* What a bundler left of a module: its exports' names. */
static void test_exports(void **state)
{
    (void)state;
    struct module m = module_new("/srv/.next/server/chunks/ssr/[root-of-the-server]__1._.js");
    uint32_t exports = sketch_node(m.s, NODE_OBJECT, "Module", 64);
    calls(&m, "set");
    sketch_edge(m.s, 0, EDGE_PROPERTY, "module", exports);
    sketch_edge(m.s, exports, EDGE_PROPERTY, "get rememberPage", m.function);
    variable(&m, "tp", map_of(m.s, "/product/%u", ENTRIES, 0));
    expect(&m, "tp", "tp (export rememberPage), a Map", ENTRIES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map_that_grows),
        cmocka_unit_test(test_map_with_eviction),
        cmocka_unit_test(test_map_filled_on_loading),
        cmocka_unit_test(test_array_that_grows),
        cmocka_unit_test(test_ring),
        cmocka_unit_test(test_array_made_at_its_length),
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_singleton),
        cmocka_unit_test(test_maps_in_a_map),
        cmocka_unit_test(test_linked_list),
        cmocka_unit_test(test_lru),
        cmocka_unit_test(test_package_and_globals),
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_variable_of_a_block),
        cmocka_unit_test(test_exports),
    };
    return cmocka_run_group_tests_name("module-collection", tests, NULL, NULL);
}
