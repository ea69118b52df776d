/* Who wrote a heap: each rung of the ladder to Next.js' version, Node, and how it was set up. */
#include "analyzer/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/setup_words.h"
#include "tests/unit/js_sketch.h"

#define V NEXT_VERSION

/* Takes the sketch. */
static void identify(struct sketch *s, struct analysis *a)
{
    struct heap h;
    struct js js;
    struct census census;
    struct err err;
    sketch_finish(s, &h);
    js_init(&js, &h);
    assert_true(census_take(&js, &census, &err));
    *a = (struct analysis){0};
    assert_true(heap_identify(&js, &census, a, &err));
    census_release(&census);
    heap_release(&h);
}

static void add_package(struct sketch *s, const char *name, const char *version)
{
    uint32_t package = js_sketch_object(s, "Object");
    js_sketch_set(s, 0, "package", package);
    js_sketch_set_text(s, package, "name", name);
    js_sketch_set_text(s, package, "version", version);
}

/* A function whose compiled code has `constant` in it. */
static void add_function(struct sketch *s, const char *name, const char *path, const char *constant)
{
    uint32_t shared = sketch_node(s, NODE_CODE, name, 64);
    uint32_t code = sketch_node(s, NODE_CODE, "system / BytecodeArray", 64);
    uint32_t pool = sketch_node(s, NODE_CODE, "(constant pool)", 64);
    sketch_edge(s, 0, EDGE_PROPERTY, "f", shared);
    sketch_edge(s, shared, EDGE_INTERNAL, "script", js_sketch_script(s, path, ""));
    sketch_edge(s, shared, EDGE_INTERNAL, "function_data", code);
    sketch_index(s, code, EDGE_HIDDEN, 0, pool);
    sketch_index(s, pool, EDGE_HIDDEN, 3, js_sketch_text(s, constant));
}

static void test_package(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    add_package(s, "nextra", "3.0.0");
    add_package(s, "next", "14.2.3");
    add_function(s, "startServer", "/srv/node_modules/next/dist/server/lib/start-server.js",
                 "13.0.0");
    identify(s, &a);
    assert_true(a.next.found);
    assert_string_equal(a.next.version, "14.2.3");
    assert_int_equal(a.next.certainty, CERTAINTY_EXACT);
    assert_int_equal(a.next.version_min, V(14, 2, 3));
    assert_int_equal(a.next.version_max, V(14, 2, 3));
    analysis_release(&a);
}

static void test_mark(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    js_sketch_set_text(s, 0, "a", "@next/swc-linux-x64-gnu");
    js_sketch_set_text(s, 0, "b", "@next/work-async-storage@16.4.6");
    identify(s, &a);
    assert_string_equal(a.next.version, "16.4.6");
    assert_int_equal(a.next.certainty, CERTAINTY_EXACT);
    analysis_release(&a);
}

static void test_constant(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    add_function(s, "startServer", "/srv/node_modules/other/dist/start.js", "1.6.0");
    add_function(s, "assignDefaults", "/srv/node_modules/next/dist/server/config.js", "canary");
    add_function(s, "logStartInfo", "/srv/node_modules/next/dist/server/lib/app-info-log.js",
                 "15.1.7");
    identify(s, &a);
    assert_string_equal(a.next.version, "15.1.7");
    assert_int_equal(a.next.certainty, CERTAINTY_LIKELY);
    analysis_release(&a);
    s = js_sketch_new();
    add_function(s, "startServer", "/srv/node_modules/next/dist/server/lib/start-server.js",
                 "next-server (v14.0.4)");
    identify(s, &a);
    assert_string_equal(a.next.version, "14.0.4");
    analysis_release(&a);
    s = js_sketch_new();
    add_function(s, "startServer", "/srv/lib/start.js", "1.6.0");
    identify(s, &a);
    assert_false(a.next.found);
    analysis_release(&a);
}

static void assert_range(struct analysis *a, uint32_t from, uint32_t to, const char *text)
{
    assert_true(a->next.found);
    assert_int_equal(a->next.certainty, CERTAINTY_RANGE);
    assert_int_equal(a->next.version_min, from);
    assert_int_equal(a->next.version_max, to);
    assert_string_equal(a->next.version, text);
    analysis_release(a);
}

/* An LRU of Next.js' own or of somebody else's. */
static void add_lru(struct sketch *s, const char *path, const char *const *fields, size_t count)
{
    uint32_t lru = js_sketch_object(s, "LRUCache");
    for (size_t i = 0; i < count; i++)
        js_sketch_set(s, lru, fields[i], js_sketch_object(s, "Object"));
    js_sketch_variable(s, js_sketch_script(s, path, ""), "memoryCache", lru);
}

static void test_words(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    js_sketch_set_text(s, 0, "a", "isrMemoryCacheSize");
    identify(s, &a);
    assert_range(&a, V(11, 1, 0), V(14, 0, 999), "11.1 to 14.0");
    s = js_sketch_new();
    js_sketch_set_text(s, 0, "a", "cacheMaxMemorySize");
    js_sketch_set_text(s, 0, "b", "imgOptConcurrency");
    js_sketch_set_text(s, 0, "c", "SharedRevalidateTimings");
    js_sketch_set_text(s, 0, "d", "preloadEntriesOnStart");
    identify(s, &a);
    assert_range(&a, V(15, 0, 0), V(15, 1, 999), "15.0 to 15.1");
    s = js_sketch_new();
    js_sketch_set_text(s, 0, "a", "express");
    identify(s, &a);
    assert_false(a.next.found);
    analysis_release(&a);
}

static void test_shapes(void **state)
{
    (void)state;
    static const char own[] = "/srv/node_modules/next/dist/server/lib/incremental-cache/x.js";
    static const char *const old[] = {"<symbol cache>", "<symbol lruList>"};
    static const char *const middle[] = {"cache", "sizes", "calculateSize"};
    static const char *const linked[] = {"cache", "calculateSize", "head", "tail", "onEvict"};
    struct analysis a;
    struct sketch *s = js_sketch_new();
    add_lru(s, own, old, ARRAY_LEN(old));
    identify(s, &a);
    assert_range(&a, V(11, 1, 0), V(14, 2, 999), "11.1 to 14.2");
    s = js_sketch_new();
    add_lru(s, own, middle, ARRAY_LEN(middle));
    identify(s, &a);
    assert_range(&a, V(15, 0, 0), V(15, 4, 999), "15.0 to 15.4");
    s = js_sketch_new();
    add_lru(s, own, linked, ARRAY_LEN(linked));
    identify(s, &a);
    assert_range(&a, V(15, 5, 11), NEXT_VERSION_END, "15.5.11 and later");
    s = js_sketch_new();
    add_lru(s, "/srv/lib/cache.js", old, ARRAY_LEN(old));
    identify(s, &a);
    assert_false(a.next.found);
    analysis_release(&a);
}

/* -- how it was set up -- */

static uint32_t add_server(struct sketch *s)
{
    uint32_t server = js_sketch_object(s, "NextNodeServer");
    uint32_t config = js_sketch_object(s, "Object"), experimental = js_sketch_object(s, "Object");
    uint32_t pages = js_sketch_object(s, "Object"), app = js_sketch_object(s, "Object");
    uint32_t handler = sketch_node(s, NODE_CONS_STRING, "(concatenated string)", 32);
    add_package(s, "next", "16.1.0");
    js_sketch_set(s, 0, "server", server);
    js_sketch_set(s, server, "nextConfig", config);
    js_sketch_set(s, config, "experimental", experimental);
    js_sketch_set(s, config, "cacheHandler", handler);
    sketch_edge(s, handler, EDGE_INTERNAL, "first", js_sketch_text(s, "/srv/shop"));
    sketch_edge(s, handler, EDGE_INTERNAL, "second", js_sketch_text(s, "/handler.js"));
    js_sketch_set_number(s, config, "cacheMaxMemorySize", "0");
    js_sketch_set_text(s, config, "output", "standalone");
    js_sketch_set_text(s, config, "env", "SECRET=1");
    js_sketch_set_bool(s, experimental, "serverMinification", false);
    js_sketch_set(s, server, "pagesManifest", pages);
    js_sketch_set_text(s, pages, "/_app", "pages/_app.js");
    js_sketch_set_text(s, pages, "/404", "pages/404.html");
    js_sketch_set_text(s, pages, "/blog/[slug]", "pages/blog/[slug].js");
    js_sketch_set(s, server, "appPathsManifest", app);
    js_sketch_set_text(s, app, "/_not-found/page", "x");
    js_sketch_set_text(s, app, "/(shop)/item/[id]/page", "x");
    js_sketch_set_text(s, app, "/(shop)/page", "x");
    js_sketch_set_text(s, app, "/api/feed/route", "x");
    return server;
}

static void add_process(struct sketch *s, const char *script)
{
    uint32_t process = js_sketch_object(s, "process"), versions = js_sketch_object(s, "Object");
    uint32_t argv = js_sketch_object(s, "Array");
    js_sketch_set(s, 0, "process", process);
    js_sketch_set_text(s, process, "version", "v24.21.0");
    js_sketch_set(s, process, "versions", versions);
    js_sketch_set_text(s, versions, "v8", "13.6.233.17-node.53");
    js_sketch_set(s, process, "argv", argv);
    sketch_index(s, argv, EDGE_ELEMENT, 0, js_sketch_text(s, "/usr/bin/node"));
    sketch_index(s, argv, EDGE_ELEMENT, 1, js_sketch_text(s, script));
}

static void test_server(void **state)
{
    (void)state;
    struct analysis a;
    struct buf words = {0};
    struct sketch *s = js_sketch_new();
    add_server(s);
    add_process(s, "/srv/shop/.next/standalone/server.js");
    sketch_edge(s, 0, EDGE_PROPERTY, "s",
                js_sketch_script(s, "/srv/.next/server/chunks/ssr/[turbopack]_runtime.js", ""));
    sketch_edge(s, 0, EDGE_PROPERTY, "s",
                js_sketch_script(s, "/usr/lib/node_modules/pm2/lib/ProcessContainer.js", ""));
    sketch_edge(
        s, 0, EDGE_PROPERTY, "s",
        js_sketch_script(s, "/srv/node_modules/.pnpm/x/node_modules/sharp/lib/sharp.js", ""));
    identify(s, &a);
    assert_int_equal(a.next.server, NEXT_SERVER_STANDALONE);
    assert_int_equal(a.next.bundler, BUNDLER_TURBOPACK);
    assert_int_equal(a.next.routers, ROUTER_PAGES | ROUTER_APP);
    assert_int_equal(a.next.routes_total, 4);
    assert_int_equal(a.next.route_count, 4);
    assert_string_equal(a.next.routes[0], "/blog/[slug]");
    assert_string_equal(a.next.routes[1], "/item/[id]");
    assert_string_equal(a.next.routes[2], "/");
    assert_string_equal(a.next.routes[3], "/api/feed");
    assert_string_equal(a.next.cache_handler, "/srv/shop/handler.js");
    assert_string_equal(a.runtime.v8_version, "13.6.233.17-node.53");
    assert_string_equal(a.next.node_version, "24.21.0");
    assert_string_equal(a.runtime.pm2, "cluster");
    assert_string_equal(a.runtime.images, "sharp");
    assert_null(a.runtime.framework);
    setup_put_words(&a, &words);
    assert_string_equal(buf_str(&words),
                        "standalone server.js, Turbopack, pages and app router, 4 routes, cache "
                        "handler /srv/shop/handler.js, PM2 in cluster mode, sharp loaded");
    buf_release(&words);
    analysis_release(&a);
}

/* Settings that matter, and no others. */
static void test_options(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    add_server(s);
    identify(s, &a);
    assert_int_equal(a.next.option_count, 4);
    for (size_t i = 0; i < a.next.option_count; i++)
        assert_null(strstr(a.next.options[i].value, "SECRET"));
    analysis_release(&a);
}

static void test_kinds_of_server(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    add_server(s);
    add_process(s, "/srv/shop/node_modules/next/dist/bin/next");
    identify(s, &a);
    assert_int_equal(a.next.server, NEXT_SERVER_START);
    analysis_release(&a);
    s = js_sketch_new();
    uint32_t server = add_server(s), options = js_sketch_object(s, "Object");
    js_sketch_set(s, server, "serverOptions", options);
    js_sketch_set_bool(s, options, "customServer", true);
    add_process(s, "/srv/shop/server.mjs");
    sketch_edge(s, 0, EDGE_PROPERTY, "s",
                js_sketch_script(s, "/srv/shop/node_modules/express/lib/express.js", ""));
    identify(s, &a);
    assert_int_equal(a.next.server, NEXT_SERVER_CUSTOM);
    assert_string_equal(a.runtime.framework, "Express");
    analysis_release(&a);
}

/* Without manifests the pages that are loaded tell. */
static void test_routes_of_scripts(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    add_package(s, "next", "14.2.3");
    static const char *const paths[] = {
        "/srv/.next/server/pages/blog/[slug].js", "/srv/.next/server/pages/_app.js",
        "/srv/.next/server/app/shop/[id]/page.js", "/srv/.next/server/webpack-runtime.js",
        "/srv/.next/server/chunks/123.js"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        sketch_edge(s, 0, EDGE_PROPERTY, "s", js_sketch_script(s, paths[i], ""));
    identify(s, &a);
    assert_int_equal(a.next.routes_total, 2);
    assert_string_equal(a.next.routes[0], "/blog/[slug]");
    assert_string_equal(a.next.routes[1], "/shop/[id]");
    assert_int_equal(a.next.bundler, BUNDLER_WEBPACK);
    analysis_release(&a);
}

static void test_plain_node(void **state)
{
    (void)state;
    struct analysis a;
    struct sketch *s = js_sketch_new();
    sketch_edge(s, 0, EDGE_PROPERTY, "s",
                js_sketch_script(s, "/srv/node_modules/express/lib/express.js", ""));
    sketch_edge(s, 0, EDGE_PROPERTY, "s",
                js_sketch_script(s, "/srv/node_modules/@nestjs/core/index.js", ""));
    sketch_edge(s, 0, EDGE_INTERNAL, "shared", js_sketch_object(s, "Object"));
    sketch_edge(s, 0, EDGE_INTERNAL, "script_or_debug_info", js_sketch_object(s, "Object"));
    sketch_edge(s, 0, EDGE_INTERNAL, "script", js_sketch_object(s, "Object"));
    identify(s, &a);
    assert_false(a.next.found);
    assert_int_equal(a.next.server, NEXT_SERVER_UNKNOWN);
    assert_string_equal(a.runtime.framework, "Nest");
    assert_string_equal(a.runtime.node_range, "21 or older");
    analysis_release(&a);
    s = js_sketch_new();
    sketch_edge(s, 0, EDGE_INTERNAL, "shared", js_sketch_object(s, "Object"));
    sketch_edge(s, 0, EDGE_INTERNAL, "script", js_sketch_object(s, "Object"));
    identify(s, &a);
    assert_string_equal(a.runtime.node_range, "24 or newer");
    assert_null(a.runtime.framework);
    analysis_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_package),
        cmocka_unit_test(test_mark),
        cmocka_unit_test(test_constant),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_kinds_of_server),
        cmocka_unit_test(test_routes_of_scripts),
        cmocka_unit_test(test_plain_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
