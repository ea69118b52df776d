/* The rule next-known-leak: the shape says that it is there, the version whether it is a leak. */
#include "analyzer/rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/identity.h"
#include "analyzer/rules/known_leaks.h"
#include "analyzer/rules/thresholds.h"
#include "tests/unit/browse_heap.h"

#define ROUTER "/srv/node_modules/next/dist/server/lib/router-utils/filesystem.js"
#define HANDLER "/srv/node_modules/next/dist/server/lib/cache-handlers/default.js"

struct world {
    struct sketch *s;
    uint32_t null;
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

static uint32_t text(struct world *w, const char *words)
{
    return sketch_node(w->s, NODE_STRING, words, 40);
}

/* NULL: a server that does not tell its version. */
static struct world start(const char *version)
{
    struct world w = {.s = calloc(1, sizeof *w.s)};
    assert_non_null(w.s);
    sketch_node(w.s, NODE_SYNTHETIC, "", 0);
    w.null = sketch_node(w.s, NODE_HIDDEN, "system / Oddball", 0);
    sketch_index(w.s, w.null, EDGE_HIDDEN, 0, text(&w, "null"));
    if (version) {
        uint32_t package = object(&w, "Object");
        sketch_edge(w.s, 0, EDGE_ELEMENT, "", package);
        set(&w, package, "name", text(&w, "next"));
        set(&w, package, "version", text(&w, version));
    }
    return w;
}

static void finish(struct world *w)
{
    struct heap h;
    struct err err;
    sketch_finish(w->s, &h);
    assert_true(rules_run(&h, "a.heapsnapshot", &w->a, &err));
    heap_release(&h);
}

static const struct finding *known(const struct world *w)
{
    for (size_t i = 0; i < w->a.finding_count; i++) {
        if (!strcmp(w->a.findings[i].rule, "next-known-leak"))
            return &w->a.findings[i];
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

/* A Map of `entries` places that are all the same link: an entry is what has a place. */
static uint32_t add_lru(struct world *w, uint32_t context, const char *variable, unsigned entries,
                        uint32_t link)
{
    uint32_t lru = object(w, "LRUCache"), map = object(w, "Map"), key = text(w, "/old/page");
    uint32_t table = sketch_node(w->s, NODE_ARRAY, "", entries * 200);
    sketch_edge(w->s, context, EDGE_CONTEXT, variable, lru);
    set(w, lru, "cache", map);
    sketch_edge(w->s, map, EDGE_INTERNAL, "table", table);
    for (unsigned i = 0; i < entries; i++) {
        char place[32];
        snprintf(place, sizeof place, "%u", 8 + i * 3);
        sketch_edge(w->s, table, EDGE_INTERNAL, place, key);
        snprintf(place, sizeof place, "%u", 9 + i * 3);
        sketch_edge(w->s, table, EDGE_INTERNAL, place, link);
    }
    return lru;
}

static struct world router(const char *version, unsigned entries, bool has_data, bool has_hook)
{
    struct world w = start(version);
    uint32_t link = object(&w, "LRUNode");
    set(&w, link, "data", has_data ? sketch_node(w.s, NODE_SYMBOL, "not-found", 24) : w.null);
    uint32_t lru = add_lru(&w, module(&w, ROUTER), "getItemsLru", entries, link);
    if (has_hook)
        set(&w, lru, "onEvict", w.null);
    finish(&w);
    return w;
}

static void test_router_by_version(void **state)
{
    static const struct {
        const char *version;
        unsigned entries;
        bool has_data, has_hook;
        int severity; /* -1: no finding */
        const char *issue;
    } rows[] = {
        {"16.0.3", 6000, false, false, SEVERITY_LEAK, "#89033"},
        {"15.5.9", 6000, false, false, SEVERITY_LEAK, "#89033"},
        {"16.0.3", 3000, false, false, SEVERITY_INFO, "#89033"},
        {"16.0.3", 500, false, false, -1, NULL},
        /* capped: far from its bound */
        {"15.5.12", 6000, false, true, SEVERITY_INFO, "#94890"},
        {"16.2.1", 6000, false, true, SEVERITY_INFO, "#94890"},
        /* bounded by bytes, and marked */
        {"16.4.6", 6000, true, true, -1, NULL},
        /* the heap alone */
        {NULL, 6000, false, false, SEVERITY_LEAK, "#89033"},
        {NULL, 6000, false, true, SEVERITY_INFO, "#94890"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct world w =
            router(rows[i].version, rows[i].entries, rows[i].has_data, rows[i].has_hook);
        const struct finding *f = known(&w);
        assert_int_equal(f ? (int)f->severity : -1, rows[i].severity);
        if (f) {
            assert_string_equal(f->issue, rows[i].issue);
            assert_string_equal(f->variable, "getItemsLru");
            assert_int_equal(f->entries, rows[i].entries);
            assert_true(advises(f, "npm install next@^16.3.0"));
            assert_true(has_evidence(f, "fixed: "));
        }
        analysis_release(&w.a);
    }
}

/* The same class under another name is another cache. */
static void test_other_lru(void **state)
{
    (void)state;
    struct world w = start("16.0.3");
    uint32_t link = object(&w, "LRUNode");
    set(&w, link, "data", w.null);
    add_lru(&w, module(&w, ROUTER), "pagePathCache", 6000, link);
    finish(&w);
    assert_null(known(&w));
    analysis_release(&w.a);
}

static struct world fetches(const char *version, unsigned entries)
{
    struct world w = start(version);
    uint32_t storage = object(&w, "AsyncLocalStorage"), list = object(&w, "Array");
    uint32_t record = object(&w, "Object");
    sketch_edge(w.s, 0, EDGE_ELEMENT, "", storage);
    set(&w, storage, "fetchMetrics", list);
    set(&w, record, "url", text(&w, "http://api/items/7"));
    sketch_edge(w.s, list, EDGE_INTERNAL, "elements",
                sketch_node(w.s, NODE_ARRAY, "(object elements)", entries * 200));
    for (unsigned i = 0; i < entries; i++)
        sketch_index(w.s, list, EDGE_ELEMENT, i, record);
    finish(&w);
    return w;
}

static void test_fetch_metrics(void **state)
{
    (void)state;
    struct world w = fetches("13.5.6", 1560);
    const struct finding *f = known(&w);
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_INFO);
    assert_string_equal(f->issue, "#64212");
    assert_int_equal(f->entries, 1560);
    analysis_release(&w.a);
    w = fetches("14.1.4", 9000);
    f = known(&w);
    assert_int_equal(f->severity, SEVERITY_LEAK);
    assert_int_equal(f->confidence, 95);
    assert_true(advises(f, "next@^14.2.0"));
    analysis_release(&w.a);
    w = fetches(NULL, 9000); /* the list itself tells */
    assert_int_equal(known(&w)->severity, SEVERITY_LEAK);
    assert_int_equal(known(&w)->confidence, 80);
    analysis_release(&w.a);
    w = fetches("14.2.3", 9000);
    assert_int_equal(known(&w)->severity, SEVERITY_INFO);
    assert_int_equal(known(&w)->advice_count, 0);
    analysis_release(&w.a);
    w = fetches("13.5.6", 200);
    assert_null(known(&w));
    analysis_release(&w.a);
}

/* Entries of 'use cache' are streams; where finished responses hang from one, they are its. */
static struct world use_cache(const char *version, unsigned responses)
{
    struct world w = start(version);
    uint32_t link = object(&w, "LRUNode"), data = object(&w, "Object");
    uint32_t entry = object(&w, "Object"), stream = object(&w, "InternalReadableStream");
    set(&w, link, "data", data);
    set(&w, data, "entry", entry);
    set(&w, entry, "value", stream);
    uint32_t yes = sketch_node(w.s, NODE_HIDDEN, "true", 0);
    for (unsigned i = 0; i < responses; i++) {
        uint32_t response = object(&w, "ServerResponse");
        set(&w, stream, "store", response);
        set(&w, response, "finished", yes);
        for (unsigned k = 0; k < 9; k++) {
            static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "i", "j"};
            set(&w, response, names[k], w.null);
        }
    }
    add_lru(&w, module(&w, HANDLER), "memoryCache", 1200, link);
    finish(&w);
    return w;
}

static void test_use_cache(void **state)
{
    (void)state;
    struct world w = use_cache("16.0.3", 60);
    const struct finding *f = known(&w);
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_LEAK);
    assert_string_equal(f->variable, "memoryCache");
    assert_non_null(strstr(f->title, "keep the requests"));
    assert_int_equal(w.a.finding_count, 1); /* no other rule tells of the same responses */
    analysis_release(&w.a);
    w = use_cache("16.4.6", 0);
    assert_null(known(&w));
    analysis_release(&w.a);
    w = use_cache("15.1.0", 0);
    assert_int_equal(known(&w)->severity, SEVERITY_INFO);
    assert_non_null(strstr(known(&w)->title, "50,000,000"));
    analysis_release(&w.a);
}

static void test_timeout_ids(void **state)
{
    (void)state;
    for (unsigned large = 0; large < 2; large++) {
        struct world w = start("15.5.9");
        uint32_t manager = object(&w, "TimeoutsManager"), list = object(&w, "Array");
        sketch_edge(w.s, 0, EDGE_ELEMENT, "", manager);
        set(&w, manager, "resources", list);
        sketch_edge(w.s, list, EDGE_INTERNAL, "elements",
                    sketch_node(w.s, NODE_ARRAY, "(object elements)", large ? 1600000 : 800));
        finish(&w);
        const struct finding *f = known(&w);
        assert_int_equal(f ? (int)f->severity : -1, large ? SEVERITY_LEAK : -1);
        analysis_release(&w.a);
    }
}

static void test_standing(void **state)
{
    static const struct {
        enum known_leak_id leak;
        uint32_t from, to;
        enum certainty certainty;
        enum standing standing;
    } rows[] = {
        {LEAK_ROUTER_UNBOUNDED, NEXT_VERSION(15, 5, 10), NEXT_VERSION(15, 5, 10), CERTAINTY_EXACT,
         STANDING_AFFECTED},
        {LEAK_ROUTER_UNBOUNDED, NEXT_VERSION(15, 5, 11), NEXT_VERSION(15, 5, 11), CERTAINTY_EXACT,
         STANDING_FIXED},
        {LEAK_ROUTER_UNBOUNDED, NEXT_VERSION(16, 2, 0), NEXT_VERSION(16, 2, 0), CERTAINTY_EXACT,
         STANDING_FIXED},
        {LEAK_ROUTER_UNBOUNDED, NEXT_VERSION(15, 2, 0), NEXT_VERSION(99, 0, 0), CERTAINTY_RANGE,
         STANDING_POSSIBLE},
        {LEAK_FETCH_METRICS, NEXT_VERSION(13, 5, 7), NEXT_VERSION(14, 0, 999), CERTAINTY_RANGE,
         STANDING_AFFECTED},
        {LEAK_FETCH_METRICS, NEXT_VERSION(15, 2, 0), NEXT_VERSION(99, 0, 0), CERTAINTY_RANGE,
         STANDING_FIXED},
        {LEAK_ROUTE_INDEX, NEXT_VERSION(16, 4, 6), NEXT_VERSION(16, 4, 6), CERTAINTY_EXACT,
         STANDING_AFFECTED},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct next_info next = {.found = true,
                                 .certainty = rows[i].certainty,
                                 .version_min = rows[i].from,
                                 .version_max = rows[i].to};
        assert_int_equal(known_leak_standing(known_leak(rows[i].leak), &next), rows[i].standing);
    }
    struct next_info unknown = {0};
    assert_int_equal(known_leak_standing(known_leak(LEAK_FETCH_METRICS), &unknown),
                     STANDING_POSSIBLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standing),    cmocka_unit_test(test_router_by_version),
        cmocka_unit_test(test_other_lru),   cmocka_unit_test(test_fetch_metrics),
        cmocka_unit_test(test_timeout_ids), cmocka_unit_test(test_use_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
