/* Promises out of the graph: see promises.h. */
#include "analyzer/promises.h"

#include "analyzer/retainers.h"

/* Edges of an object that are looked at: more are of a table and lead anywhere. */
#define EDGES_MAX 40

static bool is_hidden_edge_to(const struct js *js, uint64_t e, enum js_name name)
{
    return heap_edge_type(js->h, e) == EDGE_HIDDEN && js_is(js, heap_edge_to(js->h, e), name);
}

static uint32_t hidden_target(const struct js *js, uint32_t n, enum js_name name)
{
    const struct heap *h = js->h;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (is_hidden_edge_to(js, e, name))
            return heap_edge_to(h, e);
    }
    return NO_NODE;
}

static bool is_generator(const struct js *js, uint32_t n)
{
    return n != NO_NODE && heap_type(js->h, n) == NODE_OBJECT &&
           (js_is(js, n, JS_GENERATOR) || js_is(js, n, JS_ASYNC_GENERATOR)) &&
           js_internal(js, n, JS_REGISTERS) != NO_NODE;
}

bool promise_is_suspended(const struct js *js, uint32_t n)
{
    enum { LOOK_AT = 16 };
    if (!is_generator(js, n))
        return false;
    struct retainer_walk w = heap_retainers(js->h, n);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        if (js_is(js, w.source, JS_SOURCE_TEXT_MODULE))
            return false;
    }
    return true;
}

struct waiter promise_waiter(const struct js *js, uint32_t reaction)
{
    const struct heap *h = js->h;
    struct waiter w = {.node = NO_NODE, .function = NO_NODE};
    for (uint64_t e = heap_first_edge(h, reaction), end = heap_first_edge(h, reaction + 1); e < end;
         e++) {
        uint32_t to = heap_edge_to(h, e);
        if (heap_edge_type(h, e) != EDGE_HIDDEN || heap_type(h, to) != NODE_CLOSURE)
            continue;
        uint32_t inside = js_internal(js, js_internal(js, to, JS_CONTEXT), JS_EXTENSION);
        if (is_generator(js, inside)) {
            uint32_t function = js_internal(js, inside, JS_FUNCTION);
            return (struct waiter){.node = inside, .function = function, .is_suspended = true};
        }
        if (w.node == NO_NODE)
            w.node = to;
        if (w.function == NO_NODE && js_script_of_closure(js, to) != NO_NODE) {
            w.node = to;
            w.function = to;
        }
    }
    return w;
}

uint32_t promise_next_reaction(const struct js *js, uint32_t reaction)
{
    return hidden_target(js, reaction, JS_PROMISE_REACTION);
}

uint32_t promise_of_first_reaction(const struct js *js, uint32_t reaction)
{
    struct retainer_walk w = heap_retainers(js->h, reaction);
    return retainer_next(&w) && js_is(js, w.source, JS_PROMISE) ? w.source : NO_NODE;
}

static bool is_resolver_context(const struct js *js, uint32_t n, uint32_t promise)
{
    const struct heap *h = js->h;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        enum edge_type t = heap_edge_type(h, e);
        if (t == EDGE_CONTEXT || (t == EDGE_HIDDEN && heap_edge_to(h, e) != promise))
            return false;
    }
    return true;
}

uint32_t promise_resolvers(const struct js *js, uint32_t promise)
{
    enum { LOOK_AT = 8 };
    if (js_internal(js, promise, JS_REACTIONS) != NO_NODE)
        return NO_NODE;
    struct retainer_walk w = heap_retainers(js->h, promise);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        if (js_is_context(js, w.source) && is_resolver_context(js, w.source, promise))
            return w.source;
    }
    return NO_NODE;
}

/* -- requests behind a waiter -- */

#define WALKED_MAX 400

struct walk {
    uint32_t nodes[WALKED_MAX];
    unsigned count;
};

static void walk_add(struct walk *w, uint32_t n)
{
    for (unsigned i = 0; i < w->count; i++) {
        if (w->nodes[i] == n)
            return;
    }
    if (w->count < WALKED_MAX)
        w->nodes[w->count++] = n;
}

/* What goes on when the node does, and what it works with. Not what a module holds: that leads to
 * everything. */
static bool leads_on(const struct js *js, uint32_t n, uint64_t e)
{
    const struct heap *h = js->h;
    enum edge_type t = heap_edge_type(h, e);
    uint32_t name = heap_edge_name(h, e);
    if (is_generator(js, n))
        return (t == EDGE_INTERNAL && name == js->name[JS_REGISTERS]) || t == EDGE_HIDDEN;
    if (js_is_context(js, n))
        return t == EDGE_CONTEXT || t == EDGE_HIDDEN ||
               (t == EDGE_INTERNAL && name == js->name[JS_EXTENSION]);
    if (heap_type(h, n) == NODE_CLOSURE)
        return t == EDGE_INTERNAL && name == js->name[JS_CONTEXT];
    if (js_is(js, n, JS_PROMISE))
        return t == EDGE_INTERNAL && name == js->name[JS_REACTIONS];
    if (js_is(js, n, JS_PROMISE_REACTION) || heap_type(h, n) == NODE_ARRAY)
        return t == EDGE_HIDDEN || t == EDGE_INTERNAL;
    return (t == EDGE_PROPERTY || t == EDGE_ELEMENT) && name != js->name[JS_PROTO];
}

/* A closure that the function holds is a helper of its module; one that waits goes on. */
static bool is_worth_it(const struct js *js, uint32_t from, uint32_t to)
{
    const struct heap *h = js->h;
    enum node_type t = heap_type(h, to);
    if (t == NODE_CLOSURE)
        return js_is(js, from, JS_PROMISE_REACTION);
    if (js_is_context(js, to))
        return heap_type(h, from) == NODE_CLOSURE;
    return t == NODE_OBJECT || t == NODE_ARRAY || js_is(js, to, JS_PROMISE_REACTION);
}

static bool has_handle(const struct js *js, uint32_t socket)
{
    return js_is_object(js, socket) && js_is_object(js, js_property(js, socket, JS_HANDLE));
}

/* The socket has been behind a symbol since Node 20. */
static enum liveness liveness_of_response(const struct js *js, uint32_t n)
{
    if (js_is_true(js, js_property(js, n, JS_FINISHED)) ||
        js_is_true(js, js_property(js, n, JS_DESTROYED)))
        return LIVENESS_DEAD;
    return has_handle(js, js_property(js, n, JS_K_SOCKET)) ||
                   has_handle(js, js_property(js, n, JS_SOCKET))
               ? LIVENESS_LIVE
               : LIVENESS_UNKNOWN;
}

static enum liveness liveness_of(const struct js *js, uint32_t n)
{
    if (heap_type(js->h, n) != NODE_OBJECT)
        return LIVENESS_UNKNOWN;
    if (js_is(js, n, JS_SERVER_RESPONSE))
        return liveness_of_response(js, n);
    uint32_t socket = js_property(js, n, JS_WS_SOCKET);
    if (js_is_object(js, socket))
        return has_handle(js, socket) ? LIVENESS_LIVE : LIVENESS_DEAD;
    return LIVENESS_UNKNOWN;
}

/* A connection leads to the request that it carries now, which may be another one. */
static bool is_dead_end(const struct js *js, uint32_t n, enum liveness l)
{
    return l != LIVENESS_UNKNOWN || has_handle(js, n) ||
           (js_is(js, n, JS_INCOMING_MESSAGE) && js_property(js, n, JS_RES) == NO_NODE);
}

enum liveness promise_liveness(const struct js *js, const struct waiter *waiter)
{
    const struct heap *h = js->h;
    struct walk w = {.count = 1};
    enum liveness found = LIVENESS_UNKNOWN;
    w.nodes[0] = waiter->node;
    for (unsigned i = 0; i < w.count; i++) {
        uint32_t n = w.nodes[i];
        enum liveness l = liveness_of(js, n);
        if (l == LIVENESS_LIVE)
            return l;
        if (l == LIVENESS_DEAD)
            found = l;
        uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1);
        if (is_dead_end(js, n, l) || end - e > EDGES_MAX)
            continue;
        for (; e < end; e++) {
            uint32_t to = heap_edge_to(h, e);
            bool request = js_is(js, n, JS_INCOMING_MESSAGE);
            if (request && heap_edge_name(h, e) != js->name[JS_RES])
                continue;
            if (leads_on(js, n, e) && is_worth_it(js, n, to))
                walk_add(&w, to);
        }
    }
    return found;
}
