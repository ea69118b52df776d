/* The set-up out of a heap: see setup_facts.h. */
#include "analyzer/setup_facts.h"

#include "analyzer/config_text.h"
#include "analyzer/js_values.h"

#include <string.h>

#define ROUTES_SHOWN 20
#define PATH_MOST 1000

static bool holds(struct str s, const char *word)
{
    return memmem(s.p, s.len, word, strlen(word)) != NULL;
}

static const char *text_of(const struct js *js, uint32_t n, struct arena *arena)
{
    struct buf b = {0};
    js_put_text(js, n, &b, PATH_MOST);
    const char *text = b.len ? arena_strndup(arena, buf_str(&b), b.len) : NULL;
    buf_release(&b);
    return text;
}

/* -- scripts that are loaded -- */

/* What a folder among the scripts' paths tells; the first row that fits wins. */
static const struct script_row {
    const char *folder, *word;
} frameworks[] =
    {
        {"/node_modules/@nestjs/core/", "Nest"}, {"/node_modules/fastify/", "Fastify"},
        {"/node_modules/koa/", "Koa"},           {"/node_modules/@hapi/hapi/", "Hapi"},
        {"/node_modules/express/", "Express"},
},
  pm2_modes[] =
      {
          {"/pm2/lib/ProcessContainerFork.js", "fork"},
          {"/pm2/lib/ProcessContainer.js", "cluster"},
},
  image_makers[] =
      {
          {"/node_modules/sharp/", "sharp"},
          {"/next/dist/server/lib/squoosh/", "squoosh"},
},
  bundlers[] = {
      {"[turbopack]_runtime.js", "turbopack"},
      {"/webpack-runtime.js", "webpack"},
      {"/webpack-api-runtime.js", "webpack"},
};

static const char *word_of_scripts(const struct js *js, const struct census *census,
                                   const struct script_row *rows, size_t count)
{
    const struct node_list *scripts = &census->scripts;
    size_t best = count;
    for (size_t i = 0; i < scripts->count; i++) {
        struct str path = heap_name(js->h, scripts->nodes[i]);
        for (size_t k = 0; k < best; k++) {
            if (holds(path, rows[k].folder))
                best = k;
        }
    }
    return best < count ? rows[best].word : NULL;
}

static bool serves_http(const struct js *js, const struct census *census)
{
    enum { LOOK_AT = 64 };
    const struct node_list *servers = &census->named[CENSUS_HTTP_SERVERS];
    for (size_t i = 0; i < servers->count && i < LOOK_AT; i++) {
        if (js_property_named(js, servers->nodes[i], "httpAllowHalfOpen") != NO_NODE)
            return true;
    }
    return census->responses.count > 0;
}

static void take_scripts(const struct js *js, const struct census *census, struct analysis *a)
{
    struct runtime_info *run = &a->runtime;
    run->framework = word_of_scripts(js, census, frameworks, ARRAY_LEN(frameworks));
    run->pm2 = word_of_scripts(js, census, pm2_modes, ARRAY_LEN(pm2_modes));
    run->images = word_of_scripts(js, census, image_makers, ARRAY_LEN(image_makers));
    if (!run->framework && !a->next.found && serves_http(js, census))
        run->framework = "node:http";
    const char *bundler = word_of_scripts(js, census, bundlers, ARRAY_LEN(bundlers));
    if (bundler && a->next.found)
        a->next.bundler = strcmp(bundler, "webpack") ? BUNDLER_TURBOPACK : BUNDLER_WEBPACK;
}

/* -- routes -- */

/* Pages that every application has. */
static bool is_inner_route(struct str route)
{
    static const char *const names[] = {"/_app", "/_document", "/_error", "/404", "/500"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_equal(route, names[i]))
            return true;
    }
    return str_starts_with(route, "/_not-found") || str_starts_with(route, "/_global-error");
}

static bool has_route(const struct next_info *next, const char *route)
{
    for (size_t i = 0; i < next->route_count; i++) {
        if (!strcmp(next->routes[i], route))
            return true;
    }
    return false;
}

/* A page of the app router is named by its file: "/(shop)/item/[id]/page" is "/item/[id]". */
static void put_app_route(struct buf *b, struct str name)
{
    static const char *const files[] = {"/page", "/route"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        size_t len = strlen(files[i]);
        if (name.len >= len && !memcmp(name.p + name.len - len, files[i], len))
            name.len -= len;
    }
    for (size_t at = 0; at < name.len;) {
        const char *slash = memchr(name.p + at + 1, '/', name.len - at - 1);
        size_t end = slash ? (size_t)(slash - name.p) : name.len;
        if (name.p[at] != '/' || at + 1 >= end || !strchr("(@", name.p[at + 1]))
            buf_append(b, name.p + at, end - at);
        at = end;
    }
    if (!b->len)
        buf_putc(b, '/');
}

static void add_route(struct analysis *a, struct str name, unsigned router)
{
    struct next_info *next = &a->next;
    struct buf b = {0};
    if (!name.len || name.p[0] != '/' || is_inner_route(name))
        return;
    if (router == ROUTER_APP)
        put_app_route(&b, name);
    else
        buf_append(&b, name.p, name.len);
    next->routers |= router;
    bool is_new = next->route_count >= ROUTES_SHOWN || !has_route(next, buf_str(&b));
    next->routes_total += is_new;
    if (is_new && next->route_count < ROUTES_SHOWN) {
        const char **slot =
            arena_push(&a->arena, (void **)&next->routes, &next->route_count, sizeof *next->routes);
        if (slot)
            *slot = arena_strndup(&a->arena, buf_str(&b), b.len);
    }
    buf_release(&b);
}

/* A manifest is an object with the routes as its keys. */
static void take_manifest(const struct js *js, uint32_t manifest, unsigned router,
                          struct analysis *a)
{
    enum { LOOK_AT = 100000 };
    const struct heap *h = js->h;
    if (!js_is_object(js, manifest))
        return;
    uint64_t first = heap_first_edge(h, manifest), end = heap_first_edge(h, manifest + 1);
    for (uint64_t e = first; e < end && e - first < LOOK_AT; e++) {
        if (heap_edge_type(h, e) == EDGE_PROPERTY)
            add_route(a, strings_get(&h->strings, heap_edge_name(h, e)), router);
    }
}

/* Where no manifest is seen, the pages that were loaded tell some routes. */
static void take_page_scripts(const struct js *js, const struct census *census, struct analysis *a)
{
    static const char folder[] = "/.next/server/";
    static const char *const parts[] = {"pages", "app"};
    for (size_t i = 0; i < census->scripts.count; i++) {
        struct str path = heap_name(js->h, census->scripts.nodes[i]);
        const char *at = memmem(path.p, path.len, folder, sizeof folder - 1);
        if (!at || path.p + path.len - at < 24 || memcmp(path.p + path.len - 3, ".js", 3))
            continue;
        at += sizeof folder - 1;
        struct str name = {at, (size_t)(path.p + path.len - 3 - at)};
        for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
            size_t len = strlen(parts[k]);
            if (str_starts_with(name, parts[k]) && name.p[len] == '/')
                add_route(a, (struct str){name.p + len, name.len - len},
                          k ? ROUTER_APP : ROUTER_PAGES);
        }
    }
}

/* -- Next.js' server object and its configuration -- */

static void add_option(struct analysis *a, const char *key, const char *value)
{
    struct next_info *next = &a->next;
    if (!value || next_option(next, key))
        return;
    struct next_option *o =
        arena_push(&a->arena, (void **)&next->options, &next->option_count, sizeof *next->options);
    if (o)
        *o = (struct next_option){key, value};
}

static void take_option(const struct js *js, uint32_t object, const char *key, const char *name,
                        struct analysis *a)
{
    struct buf b = {0};
    if (js_put_value(js, js_property_named(js, object, name), &b))
        add_option(a, key, arena_strndup(&a->arena, buf_str(&b), b.len));
    buf_release(&b);
}

/* Only what matters for memory: a configuration may hold anything else. */
static void take_config(const struct js *js, uint32_t config, struct analysis *a)
{
    const uint32_t objects[] = {
        [PLACE_TOP] = config,
        [PLACE_EXPERIMENTAL] = js_property_named(js, config, "experimental"),
        [PLACE_IMAGES] = js_property_named(js, config, "images"),
    };
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        uint32_t object = objects[setting_rows[i].place];
        if (js_is_object(js, object))
            take_option(js, object, setting_text((enum next_setting)i, &a->arena),
                        setting_rows[i].key, a);
    }
    take_option(js, config, "output", "output", a);
}

/* Numbers stand in the text of the file only, unless the snapshot was asked to have them. */
static void take_config_texts(const struct js *js, const struct census *census, struct analysis *a)
{
    enum { SETTINGS = 16 };
    struct config_value values[SETTINGS];
    for (size_t i = 0; i < census->configs.count; i++) {
        uint32_t n = census->configs.nodes[i];
        size_t count =
            config_is_source(js, n) ? config_text_read(js_text(js, n), values, SETTINGS) : 0;
        for (size_t k = 0; k < count; k++) {
            if (values[k].kind == CONFIG_NUMBER && !values[k].assigned)
                add_option(a, config_value_key(&values[k], &a->arena),
                           arena_printf(&a->arena, "%llu", (unsigned long long)values[k].number));
        }
    }
}

static void take_server_kind(const struct js *js, const struct census *census, uint32_t options,
                             struct analysis *a)
{
    struct next_info *next = &a->next;
    uint32_t argv = js_property_named(js, census->process, "argv");
    struct js_entry args[2];
    const char *script = NULL, *output = next_option(next, "output");
    if (argv != NO_NODE && js_sample(js, argv, args, ARRAY_LEN(args)) == ARRAY_LEN(args))
        script = text_of(js, args[1].value, &a->arena);
    bool own = js_is_true(js, js_property_named(js, options, "customServer"));
    if (script && !own && (strstr(script, "/next/dist/") || strstr(script, "/.bin/next")))
        next->server = NEXT_SERVER_START;
    else if (!own && output && !strcmp(output, "standalone"))
        next->server = NEXT_SERVER_STANDALONE;
    else if (own || script)
        next->server = NEXT_SERVER_CUSTOM;
}

/* A handler of another class than Next.js' own tells its script. */
static void take_handler(const struct js *js, const struct census *census, struct analysis *a)
{
    enum { LOOK_AT = 64 };
    const struct node_list *caches = &census->named[CENSUS_INCREMENTAL_CACHES];
    static const char *const keys[] = {"cacheHandler", "experimental.incrementalCacheHandlerPath"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (!a->next.cache_handler)
            a->next.cache_handler = next_option(&a->next, keys[i]);
    }
    for (size_t i = 0; i < caches->count && i < LOOK_AT && !a->next.cache_handler; i++) {
        uint32_t handler = js_property_named(js, caches->nodes[i], "cacheHandler");
        uint32_t proto = js_is_object(js, handler) ? js_property(js, handler, JS_PROTO) : NO_NODE;
        uint32_t maker = js_property_named(js, proto, "constructor");
        uint32_t script = maker == NO_NODE ? NO_NODE : js_script_of_closure(js, maker);
        struct str path = script == NO_NODE ? (struct str){"", 0} : heap_name(js->h, script);
        if (path.len && script_kind(path) != SCRIPT_FRAMEWORK && script_kind(path) != SCRIPT_CORE)
            a->next.cache_handler = arena_strndup(&a->arena, path.p, path.len);
    }
}

/* The instance among the objects of that name, which its prototype has too. */
static uint32_t server_instance(const struct js *js, const struct census *census)
{
    const struct node_list *servers = &census->named[CENSUS_NEXT_SERVERS];
    for (size_t i = 0; i < servers->count; i++) {
        if (js_is_object(js, js_property_named(js, servers->nodes[i], "nextConfig")))
            return servers->nodes[i];
    }
    return NO_NODE;
}

void setup_facts_take(const struct js *js, const struct census *census, struct analysis *a)
{
    if (a->next.found) {
        uint32_t server = server_instance(js, census);
        uint32_t config = js_property_named(js, server, "nextConfig");
        if (config != NO_NODE)
            take_config(js, config, a);
        take_config_texts(js, census, a);
        take_manifest(js, js_property_named(js, server, "pagesManifest"), ROUTER_PAGES, a);
        take_manifest(js, js_property_named(js, server, "appPathsManifest"), ROUTER_APP, a);
        if (!a->next.routes_total)
            take_page_scripts(js, census, a);
        take_handler(js, census, a);
        take_server_kind(js, census, js_property_named(js, server, "serverOptions"), a);
    }
    take_scripts(js, census, a);
}
