/* Long lists of listeners: see listeners.h. */
#include "analyzer/listeners.h"

#include "analyzer/functions.h"
#include "analyzer/retainers.h"

struct collecting {
    const struct js *js;
    uint32_t least;
    struct listeners *to;
};

/* A listener that is an object (an observer, a subscriber) has its function somewhere inside. */
static uint32_t function_inside(const struct js *js, uint32_t n)
{
    enum { LOOK_AT = 48, EDGES = 32 };
    const struct heap *h = js->h;
    uint32_t queue[LOOK_AT];
    size_t count = 0;
    queue[count++] = n;
    for (size_t i = 0; i < count; i++) {
        uint64_t e = heap_first_edge(h, queue[i]);
        uint64_t end = min_u64(heap_first_edge(h, queue[i] + 1), e + EDGES);
        for (; e < end; e++) {
            uint32_t to = heap_edge_to(h, e);
            if (heap_edge_type(h, e) != EDGE_PROPERTY || heap_edge_name(h, e) == js->name[JS_PROTO])
                continue;
            uint32_t function = function_behind(js, to);
            if (function != NO_NODE && function_kind(js, function) == SCRIPT_USER)
                return function;
            if (js_is_object(js, to) && count < LOOK_AT)
                queue[count++] = to;
        }
    }
    return NO_NODE;
}

static bool add_listener(struct collecting *c, uint32_t listener, uint32_t callback,
                         struct err *err)
{
    uint32_t function = function_behind(c->js, callback);
    uint32_t place = (uint32_t)c->to->lists.count - 1;
    if (function == NO_NODE && js_is_object(c->js, callback))
        function = function_inside(c->js, callback);
    uint32_t shared = function_shared(c->js, function);
    return shared == NO_NODE ||
           function_groups_add(&c->to->by_function, shared, function, listener, place, err);
}

static bool add_list(struct collecting *c, struct listener_list list, struct err *err)
{
    if (!column_reserve(&c->to->lists, 1, err))
        return false;
    ((struct listener_list *)c->to->lists.data)[c->to->lists.count++] = list;
    return true;
}

static bool add_array(struct collecting *c, uint32_t emitter, uint32_t event, uint32_t array,
                      struct err *err)
{
    const struct heap *h = c->js->h;
    uint64_t first = heap_first_edge(h, array), end = heap_first_edge(h, array + 1);
    if (js_collection(c->js, array) != COLLECTION_ARRAY || end - first < c->least)
        return true;
    uint32_t count = (uint32_t)js_entries(c->js, array);
    if (count < c->least)
        return true;
    bool ok = add_list(
        c,
        (struct listener_list){.emitter = emitter, .list = array, .event = event, .count = count},
        err);
    for (uint64_t e = first; ok && e < end; e++) {
        if (heap_edge_type(h, e) == EDGE_ELEMENT)
            ok = add_listener(c, heap_edge_to(h, e), heap_edge_to(h, e), err);
    }
    return ok;
}

/* One listener stands for itself; several are an array under the event's name. */
static bool add_events(struct collecting *c, uint32_t emitter, uint32_t events, struct err *err)
{
    const struct heap *h = c->js->h;
    bool ok = true;
    for (uint64_t e = heap_first_edge(h, events), end = heap_first_edge(h, events + 1);
         ok && e < end; e++) {
        if (heap_edge_type(h, e) == EDGE_PROPERTY)
            ok = add_array(c, emitter, heap_edge_name(h, e), heap_edge_to(h, e), err);
    }
    return ok;
}

static bool sweep(struct collecting *c, struct err *err)
{
    const struct heap *h = c->js->h;
    uint32_t events = c->js->name[JS_EVENTS], observers = c->js->name[JS_OBSERVERS];
    bool ok = true;
    if (events == NO_STRING && observers == NO_STRING)
        return true;
    for (uint32_t n = 0; ok && n < h->node_count; n++) {
        heap_sweep(h, n);
        if (heap_type(h, n) != NODE_OBJECT)
            continue;
        for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); ok && e < end;
             e++) {
            uint32_t name = heap_edge_name(h, e);
            if ((name != events && name != observers) || heap_edge_type(h, e) != EDGE_PROPERTY)
                continue;
            ok = name == events ? add_events(c, n, heap_edge_to(h, e), err)
                                : add_array(c, n, NO_STRING, heap_edge_to(h, e), err);
        }
    }
    return ok;
}

/* -- EventTarget: a chain of Listener objects for each event, in a Map by the event's name -- */

static uint32_t retainer_by(const struct js *js, uint32_t n, enum edge_type type, uint64_t *ret)
{
    enum { LOOK_AT = 64, EDGES_MAX = 10000 };
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, n);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        uint64_t e = heap_first_edge(h, w.source), end = heap_first_edge(h, w.source + 1);
        for (; end - e < EDGES_MAX && e < end; e++) {
            if (heap_edge_to(h, e) == n && heap_edge_type(h, e) == type) {
                *ret = e;
                return w.source;
            }
        }
    }
    return NO_NODE;
}

/* In the table the event's name stands before its value. */
static void find_target(const struct js *js, uint32_t head, struct listener_list *list)
{
    const struct heap *h = js->h;
    uint64_t e;
    uint32_t table = retainer_by(js, head, EDGE_INTERNAL, &e);
    if (table == NO_NODE)
        return;
    if (e > heap_first_edge(h, table) && heap_type(h, heap_edge_to(h, e - 1)) == NODE_STRING)
        list->event = heap_name_index(h, heap_edge_to(h, e - 1));
    uint32_t map = retainer_by(js, table, EDGE_INTERNAL, &e);
    uint32_t target = map == NO_NODE ? NO_NODE : retainer_by(js, map, EDGE_PROPERTY, &e);
    if (target != NO_NODE)
        list->emitter = target;
}

static uint32_t next_listener(const struct js *js, uint32_t n)
{
    uint32_t next = js_property(js, n, JS_NEXT);
    return next != NO_NODE && js_is(js, next, JS_LISTENER_CLASS) ? next : NO_NODE;
}

static bool add_chain(struct collecting *c, uint32_t head, uint32_t first, uint32_t *steps,
                      struct err *err)
{
    struct listener_list list = {.emitter = first, .list = first, .event = NO_STRING};
    uint32_t at = first;
    for (; *steps && at != NO_NODE; --*steps, list.count++)
        at = next_listener(c->js, at);
    if (list.count < c->least)
        return true;
    find_target(c->js, head, &list);
    bool ok = add_list(c, list, err);
    at = first;
    for (uint32_t i = 0; ok && i < list.count; i++) {
        ok = add_listener(c, at, js_property(c->js, at, JS_CALLBACK), err);
        at = next_listener(c->js, at);
    }
    return ok;
}

/* A damaged heap may have circles: all chains together are not longer than all listeners. */
static bool collect_chains(struct collecting *c, const struct node_list *all, struct err *err)
{
    uint32_t steps = (uint32_t)all->count;
    bool ok = true;
    for (size_t i = 0; ok && i < all->count; i++) {
        uint32_t before = js_edge(c->js, all->nodes[i], EDGE_PROPERTY, JS_PREVIOUS);
        if (js_is_object(c->js, before) && !js_is(c->js, before, JS_LISTENER_CLASS))
            ok = add_chain(c, before, all->nodes[i], &steps, err);
    }
    return ok;
}

bool listeners_collect(const struct js *js, const struct census *census, uint32_t least,
                       struct listeners *ret, struct err *err)
{
    struct listeners l = {0};
    struct collecting c = {.js = js, .least = least, .to = &l};
    struct store *s = js->h->store;
    bool ok =
        column_make(&l.lists, s, "lists of listeners", sizeof(struct listener_list), 0, err) &&
        function_groups_init(&l.by_function, s, err) && sweep(&c, err) &&
        collect_chains(&c, &census->named[CENSUS_TARGET_LISTENERS], err);
    if (!ok) {
        listeners_release(&l);
        return false;
    }
    *ret = l;
    return true;
}

void listeners_release(struct listeners *l)
{
    column_release(&l->lists);
    function_groups_release(&l->by_function);
}
