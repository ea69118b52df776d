/* The sweep: see census.h. */
#include "analyzer/census.h"

#include "analyzer/chain.h"
#include "analyzer/next_version.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

/* What a name may mean, a byte for each string of the heap. */
enum category {
    CAT_NONE,
    CAT_MAP_OR_SET,
    CAT_LIST,
    CAT_RESPONSE,
    CAT_BUFFER,
    CAT_SOCKET,
    CAT_PROCESS,
    CAT_CONFIG,
    CAT_SCRIPT,
    CAT_CACHED_JSON,
    CAT_NAMED, /* and the place in `named` behind it */
};

static const struct {
    const char *name;
    enum census_list list;
    enum node_type type;
} named[] = {
#define X(list, name, type) {name, CENSUS_##list, NODE_##type},
    CENSUS_NAMED(X)
#undef X
};

static const struct {
    const char *name;
    enum category category;
} categories[] = {
    {"Map", CAT_MAP_OR_SET},
    {"Set", CAT_MAP_OR_SET},
    {"Array", CAT_LIST},
    {"Object", CAT_LIST},
    {"ServerResponse", CAT_RESPONSE},
    {"system / JSArrayBufferData", CAT_BUFFER},
    {"Node / TCPSocketWrap", CAT_SOCKET},
    {"Node / PipeWrap", CAT_SOCKET},
    {"Node / Http2Stream", CAT_SOCKET},
    {"process", CAT_PROCESS},
};

static bool add(struct node_list *l, uint32_t n, struct err *err)
{
    if (l->count == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        uint32_t *nodes = realloc(l->nodes, cap * sizeof *nodes);
        if (!nodes)
            return err_nomem(err, cap * sizeof *nodes, "the census of objects");
        l->nodes = nodes;
        l->cap = cap;
    }
    l->nodes[l->count++] = n;
    return true;
}

static uint64_t edge_count(const struct heap *h, uint32_t n)
{
    return heap_first_edge(h, n + 1) - heap_first_edge(h, n);
}

static bool is_large(const struct js *js, uint32_t n, enum category c)
{
    const struct heap *h = js->h;
    enum { TABLE_BYTES_AN_ENTRY = 16 }; /* at least, of a hash table, with the table's own share */
    if (heap_type(h, n) != NODE_OBJECT)
        return false;
    uint64_t retained = heap_retained_bytes(h, n);
    if (retained >= COLLECTION_LEAST_BYTES)
        return c == CAT_MAP_OR_SET || edge_count(h, n) >= COLLECTION_LEAST_ENTRIES ||
               !chain_is_inside(js, n);
    if (c == CAT_MAP_OR_SET)
        return retained >= (uint64_t)COLLECTION_MANY_ENTRIES * TABLE_BYTES_AN_ENTRY;
    if (edge_count(h, n) >= COLLECTION_MANY_ENTRIES)
        return true;
    /* An object whose values are numbers has edges to its keys alone, in its table. */
    uint32_t table = retained < (uint64_t)COLLECTION_MANY_ENTRIES * TABLE_BYTES_AN_ENTRY
                         ? NO_NODE
                         : js_internal(js, n, JS_PROPERTIES);
    return table != NO_NODE && edge_count(h, table) >= COLLECTION_MANY_ENTRIES;
}

/* Of the links of a list, each of which retains all behind it, only the first. */
static bool is_large_instance(const struct js *js, uint32_t n)
{
    return heap_type(js->h, n) == NODE_OBJECT &&
           heap_retained_bytes(js->h, n) >= COLLECTION_LEAST_BYTES && !js_is_context(js, n) &&
           !chain_is_inside(js, n);
}

/* A prototype has the name of its instances and few of their properties. */
static bool is_response(const struct js *js, uint32_t n)
{
    enum { PROTOTYPE_PROPERTIES = 8 };
    return heap_type(js->h, n) == NODE_OBJECT && js_property_count(js, n) > PROTOTYPE_PROPERTIES;
}

static bool count_node(const struct js *js, uint32_t n, enum category c, struct census *census,
                       struct err *err)
{
    const struct heap *h = js->h;
    enum node_type t = heap_type(h, n);
    switch (c) {
    case CAT_MAP_OR_SET:
    case CAT_LIST:
        return !is_large(js, n, c) || add(&census->collections, n, err);
    case CAT_RESPONSE:
        return !is_response(js, n) || add(&census->responses, n, err);
    case CAT_BUFFER:
        census->buffer_bytes += heap_self_bytes(h, n);
        return heap_self_bytes(h, n) < BUFFER_LEAST_BYTES || add(&census->buffers, n, err);
    case CAT_CONFIG:
        return t != NODE_STRING || add(&census->configs, n, err);
    case CAT_SCRIPT:
        return t != NODE_CODE || add(&census->scripts, n, err);
    case CAT_CACHED_JSON:
        return t != NODE_STRING || add(&census->cached_json, n, err);
    case CAT_SOCKET:
        census->sockets++;
        return true;
    case CAT_PROCESS:
        if (t == NODE_OBJECT && js_property(js, n, JS_VERSION) != NO_NODE)
            census->process = n;
        return true;
    case CAT_NONE:
    case CAT_NAMED:
        break;
    }
    return true;
}

/* All rows with the name of this one, the first: several lists may want it. */
static bool count_named(const struct js *js, uint32_t n, size_t first, struct census *census,
                        struct err *err)
{
    for (size_t row = first; row < ARRAY_LEN(named) && !strcmp(named[row].name, named[first].name);
         row++) {
        if (heap_type(js->h, n) == named[row].type && !add(&census->named[named[row].list], n, err))
            return false;
    }
    return true;
}

/* By its rarest letter: all texts of a heap are looked through. */
static bool holds_word(struct str s, const char *word, size_t len, char rarest)
{
    size_t at = (size_t)((const char *)memchr(word, rarest, len) - word);
    const char *p = s.p + at, *end = s.p + s.len - (len - at);
    while (p <= end && (p = memchr(p, rarest, (size_t)(end - p) + 1))) {
        if (!memcmp(p - at, word, len))
            return true;
        p++;
    }
    return false;
}

/* Sources, not messages: V8 keeps the first 1024 characters of a text. */
static bool is_config(struct str s)
{
    enum { SOURCE_LEAST = 60 };
#define HOLDS(word, rarest) holds_word(s, word, sizeof word - 1, rarest)
    return s.len >= SOURCE_LEAST &&
           (HOLDS("isrMemoryCacheSize", 'z') || HOLDS("cacheMaxMemorySize", 'z') ||
            HOLDS("incrementalCacheHandlerPath", 'H'));
#undef HOLDS
}

/* A path of a file with code: /srv/app/server.js, file:///srv/app.mjs, C:\app\server.js */
static bool is_script_path(struct str s)
{
    enum { PATH_LEAST = 4, PATH_MOST = 1000 };
    if (s.len < PATH_LEAST || s.len > PATH_MOST || memcmp(s.p + s.len - 2, "js", 2))
        return false;
    return s.p[0] == '/' || str_starts_with(s, "file:") || s.p[1] == ':';
}

/* {"kind":"PAGES", or {"lastModified":1, ..., "value":{"kind":"FETCH": near its beginning. */
static bool is_cached_json(struct str s)
{
    enum { LOOK_AT = 160, LEAST = 16 };
    static const char key[] = "\"kind\":\"";
    if (s.len < LEAST || s.p[0] != '{')
        return false;
    const char *p = memmem(s.p, min_u64(s.len, LOOK_AT), key, sizeof key - 1);
    if (!p)
        return false;
    struct str kind = {p + sizeof key - 1, (size_t)(s.p + s.len - p) - (sizeof key - 1)};
    static const char *const kinds[] = {"PAGE\"",      "PAGES\"", "APP_PAGE\"", "ROUTE\"",
                                        "APP_ROUTE\"", "FETCH\"", "REDIRECT\""};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        if (str_starts_with(kind, kinds[k]))
            return true;
    }
    return false;
}

/* "@next/work-async-storage@16.4.6" */
static bool is_next_mark(struct str s)
{
    enum { MARK_MOST = 100 };
    uint32_t version;
    if (s.len > MARK_MOST || !str_starts_with(s, "@next/"))
        return false;
    const char *at = memrchr(s.p, '@', s.len);
    struct str behind = {at + 1, (size_t)(s.p + s.len - at - 1)};
    return at > s.p && next_version_parse(behind, &version);
}

/* What a text's contents tell, where its being equal to a name does not. */
static void mark_contents(const struct heap *h, uint8_t *category, uint32_t *ret_next_mark)
{
    for (uint32_t i = 0; i < strings_count(&h->strings); i++) {
        struct str s = strings_get(&h->strings, i);
        if (category[i])
            continue;
        if (is_config(s))
            category[i] = CAT_CONFIG;
        else if (is_script_path(s))
            category[i] = CAT_SCRIPT;
        else if (is_cached_json(s))
            category[i] = CAT_CACHED_JSON;
        if (is_next_mark(s))
            *ret_next_mark = i;
    }
}

static bool categorize(const struct heap *h, uint8_t **ret, uint32_t *ret_next_mark,
                       struct err *err)
{
    enum { COUNT = ARRAY_LEN(categories) + ARRAY_LEN(named) };
    const char *names[COUNT];
    uint32_t found[COUNT];
    uint32_t count = strings_count(&h->strings);
    uint8_t *category = calloc((size_t)count + 1, 1);
    _Static_assert(CAT_NAMED + ARRAY_LEN(named) <= UINT8_MAX, "a category is a byte");
    _Static_assert(COUNT <= NAMES_MAX, "strings_find() takes them at once");
    if (!category)
        return err_nomem(err, count, "the census of objects");
    for (size_t i = 0; i < ARRAY_LEN(categories); i++)
        names[i] = categories[i].name;
    for (size_t i = 0; i < ARRAY_LEN(named); i++)
        names[ARRAY_LEN(categories) + i] = named[i].name;
    strings_find(&h->strings, names, COUNT, found);
    for (size_t i = COUNT; i-- > 0;) { /* the first row with a name is its category */
        if (found[i] != NO_STRING)
            category[found[i]] = i < ARRAY_LEN(categories)
                                     ? (uint8_t)categories[i].category
                                     : (uint8_t)(CAT_NAMED + i - ARRAY_LEN(categories));
    }
    mark_contents(h, category, ret_next_mark);
    *ret = category;
    return true;
}

bool census_take(const struct js *js, struct census *ret, struct err *err)
{
    const struct heap *h = js->h;
    struct census c = {.process = NO_NODE, .next_mark = NO_STRING};
    uint8_t *category = NULL;
    if (!categorize(h, &category, &c.next_mark, err))
        return false;
    uint32_t strings = strings_count(&h->strings);
    bool ok = true;
    for (uint32_t n = 0; ok && n < h->node_count; n++) {
        heap_sweep(h, n);
        uint32_t name = heap_name_index(h, n);
        if (name >= strings || !category[name]) {
            ok = !is_large_instance(js, n) || add(&c.instances, n, err);
            continue;
        }
        ok = category[name] < CAT_NAMED
                 ? count_node(js, n, (enum category)category[name], &c, err)
                 : count_named(js, n, (size_t)category[name] - CAT_NAMED, &c, err);
    }
    free(category);
    if (!ok) {
        census_release(&c);
        return false;
    }
    *ret = c;
    return true;
}

void census_release(struct census *c)
{
    struct node_list *const lists[] = {&c->collections, &c->instances, &c->responses,  &c->buffers,
                                       &c->configs,     &c->scripts,   &c->cached_json};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        free(lists[i]->nodes);
    for (size_t i = 0; i < CENSUS_LIST_COUNT; i++)
        free(c->named[i].nodes);
    *c = (struct census){0};
}
