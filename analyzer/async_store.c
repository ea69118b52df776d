/* Stores of AsyncLocalStorage: see async_store.h. */
#include "analyzer/async_store.h"

#include "analyzer/retainers.h"

#define STORES_MAX 32

/* The framework's modules hold theirs, and bundles of pages import it: one such holder tells. */
static bool is_frameworks(const struct js *js, uint32_t storage)
{
    enum { LOOK_AT = 256 };
    struct retainer_walk w = heap_retainers(js->h, storage);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        if (!js_is_context(js, w.source))
            continue;
        uint32_t script = js_script_of_context(js, w.source);
        if (script != NO_NODE && script_kind(heap_name(js->h, script)) == SCRIPT_FRAMEWORK)
            return true;
    }
    return false;
}

void async_storages_find(const struct js *js, const struct census *census,
                         struct async_storages *ret)
{
    const struct node_list *found = &census->named[CENSUS_ASYNC_STORAGES];
    ret->count = 0;
    for (size_t i = 0; i < found->count && ret->count < ASYNC_STORAGES_MAX; i++) {
        struct async_storage *s = &ret->all[ret->count];
        s->node = found->nodes[i];
        s->symbol = js_property(js, s->node, JS_STORE_SYMBOL);
        owner_find(js, s->node, &s->owner);
        s->kind = is_frameworks(js, s->node) ? SCRIPT_FRAMEWORK : owner_script_kind(js, &s->owner);
        ret->count++;
    }
}

bool async_store_edge(const struct js *js, uint64_t e)
{
    uint32_t name = heap_edge_name(js->h, e);
    return heap_edge_type(js->h, e) == EDGE_PROPERTY &&
           (name == js->name[JS_RESOURCE_STORE] || name == js->name[JS_ASYNC_FRAME_SYMBOL]) &&
           js_is_object(js, heap_edge_to(js->h, e));
}

static const struct async_storage *storage_at(const struct async_storages *storages, uint32_t n)
{
    for (size_t i = 0; i < storages->count; i++) {
        if (storages->all[i].node == n || storages->all[i].symbol == n)
            return &storages->all[i];
    }
    return NULL;
}

/* Keeps the better of two: the application's, then a package's, then the framework's. */
static void take(struct async_store *best, uint32_t store, const struct async_storage *storage)
{
    bool first = best->store == NO_NODE;
    bool better = storage && (!best->storage || (best->storage->kind != SCRIPT_USER &&
                                                 storage->kind < best->storage->kind));
    if (first || better)
        *best = (struct async_store){store, storage};
}

/* Keys and values of its table alternate; a value that is a small number leaves no edge. */
static void look_in_frame(const struct js *js, const struct async_storages *storages,
                          uint32_t frame, struct async_store *best)
{
    const struct heap *h = js->h;
    uint32_t table = js_internal(js, frame, JS_TABLE);
    const struct async_storage *key = NULL;
    if (table == NO_NODE)
        return;
    for (uint64_t e = heap_first_edge(h, table), end = heap_first_edge(h, table + 1); e < end;
         e++) {
        uint32_t to = heap_edge_to(h, e);
        const struct async_storage *storage = storage_at(storages, to);
        if (!storage && key && js_is_object(js, to))
            take(best, to, key);
        key = storage;
    }
}

/* The properties' symbols stand in the shape's descriptors in the order of the properties. */
static size_t storages_of_shape(const struct js *js, const struct async_storages *storages,
                                uint32_t resource, const struct async_storage **ret)
{
    const struct heap *h = js->h;
    uint32_t shape = js_internal(js, resource, JS_MAP_EDGE);
    uint32_t list = js_internal(js, shape, JS_DESCRIPTORS_EDGE);
    size_t count = 0;
    if (list == NO_NODE)
        return 0;
    for (uint64_t e = heap_first_edge(h, list), end = heap_first_edge(h, list + 1);
         e < end && count < STORES_MAX; e++) {
        uint32_t to = heap_edge_to(h, e);
        const struct async_storage *storage =
            heap_type(h, to) == NODE_SYMBOL ? storage_at(storages, to) : NULL;
        if (storage)
            ret[count++] = storage;
    }
    return count;
}

static void look_at_properties(const struct js *js, const struct async_storages *storages,
                               uint32_t resource, struct async_store *best)
{
    const struct heap *h = js->h;
    const struct async_storage *of[STORES_MAX];
    size_t known = storages_of_shape(js, storages, resource, of), place = 0;
    for (uint64_t e = heap_first_edge(h, resource), end = heap_first_edge(h, resource + 1); e < end;
         e++) {
        uint32_t to = heap_edge_to(h, e);
        if (heap_edge_type(h, e) != EDGE_PROPERTY)
            continue;
        if (heap_edge_name(h, e) == js->name[JS_RESOURCE_STORE]) {
            if (js_is_object(js, to))
                take(best, to, place < known ? of[place] : NULL);
            place++;
        } else if (async_store_edge(js, e)) {
            look_in_frame(js, storages, to, best);
        }
    }
}

bool async_store_of(const struct js *js, const struct async_storages *storages, uint32_t resource,
                    struct async_store *ret)
{
    *ret = (struct async_store){.store = NO_NODE};
    if (js_is(js, resource, JS_ASYNC_FRAME))
        look_in_frame(js, storages, resource, ret);
    else
        look_at_properties(js, storages, resource, ret);
    return ret->store != NO_NODE;
}
