/* The sweep: see census.h. */
#include "analyzer/census.h"

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
    CAT_KIND,
    CAT_NEXT,
    CAT_SOCKET,
    CAT_PROCESS,
    CAT_OLD_KEY,
    CAT_CONFIG,
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
    {"PAGE", CAT_KIND},
    {"PAGES", CAT_KIND},
    {"APP_PAGE", CAT_KIND},
    {"ROUTE", CAT_KIND},
    {"APP_ROUTE", CAT_KIND},
    {"FETCH", CAT_KIND},
    {"next", CAT_NEXT},
    {"Node / TCPSocketWrap", CAT_SOCKET},
    {"process", CAT_PROCESS},
    {"isrMemoryCacheSize", CAT_OLD_KEY},
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

static bool is_large(const struct heap *h, uint32_t n, enum category c)
{
    enum { TABLE_BYTES_AN_ENTRY = 16 }; /* at least, of a hash table, with the table's own share */
    if (heap_type(h, n) != NODE_OBJECT)
        return false;
    uint64_t retained = heap_retained_bytes(h, n);
    if (retained >= COLLECTION_LEAST_BYTES)
        return true;
    if (c == CAT_MAP_OR_SET)
        return retained >= (uint64_t)COLLECTION_MANY_ENTRIES * TABLE_BYTES_AN_ENTRY;
    return edge_count(h, n) >= COLLECTION_MANY_ENTRIES;
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
        return !is_large(h, n, c) || add(&census->collections, n, err);
    case CAT_RESPONSE:
        return !is_response(js, n) || add(&census->responses, n, err);
    case CAT_BUFFER:
        census->buffer_bytes += heap_self_bytes(h, n);
        return heap_self_bytes(h, n) < BUFFER_LEAST_BYTES || add(&census->buffers, n, err);
    case CAT_KIND:
        return t != NODE_STRING || add(&census->kind_strings, n, err);
    case CAT_NEXT:
        return t != NODE_STRING || add(&census->next_strings, n, err);
    case CAT_CONFIG:
        return t != NODE_STRING || add(&census->configs, n, err);
    case CAT_OLD_KEY:
        return t != NODE_STRING || add(&census->old_keys, n, err);
    case CAT_SOCKET:
        census->sockets++;
        return true;
    case CAT_PROCESS:
        if (t == NODE_OBJECT && js_property(js, n, JS_VERSION) != NO_NODE)
            census->process = n;
        return true;
    case CAT_NONE:
        break;
    }
    return true;
}

/* Sources, not messages: V8 keeps the first 1024 characters of a text. */
static void mark_configs(const struct heap *h, uint8_t *category)
{
    enum { SOURCE_LEAST = 60 };
    static const char *const keys[] = {"isrMemoryCacheSize", "cacheMaxMemorySize"};
    for (uint32_t i = 0; i < strings_count(&h->strings); i++) {
        struct str s = strings_get(&h->strings, i);
        for (size_t k = 0; k < ARRAY_LEN(keys) && s.len >= SOURCE_LEAST; k++) {
            if (memmem(s.p, s.len, keys[k], strlen(keys[k])))
                category[i] = CAT_CONFIG;
        }
    }
}

static bool categorize(const struct heap *h, uint8_t **ret, struct err *err)
{
    const char *names[ARRAY_LEN(categories)];
    uint32_t found[ARRAY_LEN(categories)];
    uint32_t count = strings_count(&h->strings);
    uint8_t *category = calloc((size_t)count + 1, 1);
    if (!category)
        return err_nomem(err, count, "the census of objects");
    for (size_t i = 0; i < ARRAY_LEN(categories); i++)
        names[i] = categories[i].name;
    strings_find(&h->strings, names, ARRAY_LEN(names), found);
    for (size_t i = 0; i < ARRAY_LEN(categories); i++) {
        if (found[i] != NO_STRING)
            category[found[i]] = (uint8_t)categories[i].category;
    }
    mark_configs(h, category);
    *ret = category;
    return true;
}

bool census_take(const struct js *js, struct census *ret, struct err *err)
{
    const struct heap *h = js->h;
    struct census c = {.process = NO_NODE};
    uint8_t *category = NULL;
    if (!categorize(h, &category, err))
        return false;
    uint32_t strings = strings_count(&h->strings);
    bool ok = true;
    for (uint32_t n = 0; ok && n < h->node_count; n++) {
        heap_sweep(h, n);
        uint32_t name = heap_name_index(h, n);
        if (name < strings && category[name])
            ok = count_node(js, n, (enum category)category[name], &c, err);
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
    struct node_list *const lists[] = {&c->collections,  &c->responses,    &c->buffers,
                                       &c->kind_strings, &c->next_strings, &c->configs,
                                       &c->old_keys};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        free(lists[i]->nodes);
    *c = (struct census){0};
}
