/* What holds an object on: see holders.h. */
#include "analyzer/rules/holders.h"

#include "analyzer/async_store.h"
#include "analyzer/functions.h"
#include "analyzer/retainers.h"
#include "analyzer/retaining_path.h"
#include "analyzer/rules/thresholds.h"
#include "analyzer/timers.h"

#include <stdlib.h>

/* The first retainer of n through a property of this name (any: NO_STRING). */
static uint32_t retainer_by_property(const struct js *js, uint32_t n, uint32_t name,
                                     uint32_t *ret_name)
{
    enum { LOOK_AT = 32, EDGES_MAX = 4096 };
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, n);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        uint64_t e = heap_first_edge(h, w.source), end = heap_first_edge(h, w.source + 1);
        if (!js_is_object(js, w.source) || end - e > EDGES_MAX)
            continue;
        for (; e < end; e++) {
            if (heap_edge_to(h, e) != n || heap_edge_type(h, e) != EDGE_PROPERTY ||
                (name != NO_STRING && heap_edge_name(h, e) != name))
                continue;
            *ret_name = heap_edge_name(h, e);
            return w.source;
        }
    }
    return NO_NODE;
}

uint32_t holder_emitter(const struct js *js, uint32_t array, uint32_t *ret_event)
{
    uint32_t event, ignored;
    *ret_event = NO_STRING;
    if (js_collection(js, array) != COLLECTION_ARRAY)
        return NO_NODE;
    if (js->name[JS_OBSERVERS] != NO_STRING) {
        uint32_t subject = retainer_by_property(js, array, js->name[JS_OBSERVERS], &ignored);
        if (subject != NO_NODE)
            return subject;
    }
    if (js->name[JS_EVENTS] == NO_STRING)
        return NO_NODE;
    uint32_t events = retainer_by_property(js, array, NO_STRING, &event);
    if (events == NO_NODE)
        return NO_NODE;
    uint32_t emitter = retainer_by_property(js, events, js->name[JS_EVENTS], &ignored);
    if (emitter != NO_NODE)
        *ret_event = event;
    return emitter;
}

/* Node's tables (of timers, of modules) hold much, and explain nothing. */
static bool is_applications(const struct rule_input *in, uint32_t n)
{
    struct owner o;
    owner_find(in->js, n, &o);
    enum script_kind k = owner_script_kind(in->js, &o);
    return o.kind == OWNER_NONE || (k != SCRIPT_CORE && k != SCRIPT_FRAMEWORK);
}

/* Small ones are counted each time, large ones are remembered. */
static bool is_collection(const struct rule_input *in, struct known_holders *known, uint32_t n)
{
    if (js_collection(in->js, n) == COLLECTION_NONE)
        return false;
    for (size_t i = known->count; i-- > 0;) {
        if (known->all[i].node == n)
            return known->all[i].holds;
    }
    if (known->count == HOLDERS_KNOWN_MAX || js_entries(in->js, n) < COLLECTION_LEAST_ENTRIES)
        return false;
    bool holds = is_applications(in, n);
    known->all[known->count].node = n;
    known->all[known->count++].holds = holds;
    return holds;
}

static bool is_listener(const struct js *js, uint32_t n)
{
    return js_is(js, n, JS_LISTENER_CLASS) && js_property(js, n, JS_CALLBACK) != NO_NODE;
}

/* Is n a holder by itself? */
static bool look_at(const struct rule_input *in, struct known_holders *known, uint32_t n,
                    struct holder *h)
{
    const struct js *js = in->js;
    uint64_t key;
    uint32_t event;
    if (!js_is_object(js, n))
        return false;
    if (timer_is(js, n) && timer_key(js, n, &key)) {
        h->kind = HOLDER_TIMER;
        if (h->carrier == NO_NODE)
            h->carrier = n;
        h->key = (uint32_t)key;
    } else if (is_listener(js, n)) {
        h->kind = HOLDER_LISTENERS;
        h->key = function_shared(js, function_behind(js, js_property(js, n, JS_CALLBACK)));
    } else if (is_collection(in, known, n)) {
        bool listens = holder_emitter(js, n, &event) != NO_NODE;
        h->kind = listens ? HOLDER_LISTENERS : HOLDER_COLLECTION;
        h->key = n;
    } else {
        return false;
    }
    h->node = n;
    return true;
}

/* Does `above` hold `below` as the store that it carries? */
static bool carries(const struct js *js, uint32_t above, uint32_t below)
{
    enum { EDGES_MAX = 64 };
    const struct heap *h = js->h;
    uint64_t e = heap_first_edge(h, above), end = heap_first_edge(h, above + 1);
    if (js_is(js, above, JS_ASYNC_FRAME))
        return true;
    for (; end - e <= EDGES_MAX && e < end; e++) {
        if (heap_edge_to(h, e) == below && async_store_edge(js, e))
            return true;
    }
    return false;
}

/* A step up, from `below` to `above`; true when the holder is found. */
static bool climb(const struct rule_input *in, struct known_holders *known, uint32_t above,
                  uint32_t below, struct holder *h)
{
    if (h->carrier == NO_NODE && carries(in->js, above, below))
        h->carrier = above;
    return look_at(in, known, above, h);
}

static void finish(struct holder *h)
{
    if (h->kind == HOLDER_UNKNOWN && h->carrier != NO_NODE) {
        h->kind = HOLDER_STORE;
        h->node = h->carrier;
        h->key = 0;
    }
}

void holder_find(const struct rule_input *in, struct known_holders *known, uint32_t n,
                 struct holder *ret)
{
    enum { CLIMB = 48 };
    const struct heap *h = in->js->h;
    *ret = (struct holder){.node = NO_NODE, .key = NO_NODE, .carrier = NO_NODE};
    for (unsigned i = 0; i < CLIMB && n != h->root; i++) {
        uint32_t above = heap_dominator(h, n);
        if (above == h->root || climb(in, known, above, n, ret))
            break;
        n = above;
    }
    finish(ret);
}

void holder_find_by_path(const struct rule_input *in, struct known_holders *known, uint32_t n,
                         struct holder *ret)
{
    struct retaining_walk *w = malloc(sizeof *w);
    *ret = (struct holder){.node = NO_NODE, .key = NO_NODE, .carrier = NO_NODE};
    if (!w)
        return;
    retaining_walk(in->js, n, w);
    for (size_t i = 1; i < w->count && w->nodes[i] != in->js->h->root; i++) {
        if (climb(in, known, w->nodes[i], w->nodes[i - 1], ret))
            break;
    }
    finish(ret);
    free(w);
}
