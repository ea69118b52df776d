/* Functions behind callbacks: see functions.h. */
#include "analyzer/functions.h"

#include "analyzer/classes.h"

#include <string.h>

static bool is_closure(const struct js *js, uint32_t n)
{
    return n != NO_NODE && heap_type(js->h, n) == NODE_CLOSURE;
}

static uint32_t script_of(const struct js *js, uint32_t n)
{
    uint32_t script = js_script_of_closure(js, n);
    return script != NO_NODE && heap_name(js->h, script).len ? script : NO_NODE;
}

/* The async function that goes on when the closure is called: its context has the generator. */
static uint32_t resumed_by(const struct js *js, uint32_t closure)
{
    uint32_t context = js_internal(js, closure, JS_CONTEXT);
    return js_internal(js, js_internal(js, context, JS_EXTENSION), JS_FUNCTION);
}

/* The promise that a resolve or reject made by V8 settles: the first field of its context. */
static uint32_t promise_of_resolver(const struct js *js, uint32_t closure)
{
    const struct heap *h = js->h;
    uint32_t context = function_context(js, closure);
    if (context == NO_NODE)
        return NO_NODE;
    for (uint64_t e = heap_first_edge(h, context), end = heap_first_edge(h, context + 1); e < end;
         e++) {
        if (heap_edge_type(h, e) == EDGE_HIDDEN && js_is(js, heap_edge_to(h, e), JS_PROMISE))
            return heap_edge_to(h, e);
    }
    return NO_NODE;
}

/* What waits for a promise, or the promise that is settled with it. V8 leaves the fields of a
 * reaction without names. */
static uint32_t look_at_reaction(const struct js *js, uint32_t promise, uint32_t *ret_next)
{
    const struct heap *h = js->h;
    uint32_t reaction = js_internal(js, promise, JS_REACTIONS);
    *ret_next = NO_NODE;
    if (reaction == NO_NODE)
        return NO_NODE;
    for (uint64_t e = heap_first_edge(h, reaction), end = heap_first_edge(h, reaction + 1); e < end;
         e++) {
        uint32_t to = heap_edge_to(h, e);
        if (js_is(js, to, JS_PROMISE))
            *ret_next = to;
        if (!is_closure(js, to))
            continue;
        uint32_t function = resumed_by(js, to);
        if (is_closure(js, function))
            return function;
        if (script_of(js, to) != NO_NODE)
            return to;
        if (*ret_next == NO_NODE)
            *ret_next = promise_of_resolver(js, to);
    }
    return NO_NODE;
}

/* An async function that returns a promise settles its own with it: a few steps. */
static uint32_t function_of_resolver(const struct js *js, uint32_t closure)
{
    enum { STEPS = 4 };
    uint32_t promise = promise_of_resolver(js, closure);
    for (unsigned i = 0; i < STEPS && promise != NO_NODE; i++) {
        uint32_t next, function = look_at_reaction(js, promise, &next);
        if (function != NO_NODE)
            return function;
        promise = next;
    }
    return NO_NODE;
}

/* Node's own listeners (of once(), of streams' promises) keep the functions that settle a promise
 * as variables. */
static uint32_t function_of_core(const struct js *js, uint32_t closure)
{
    enum { EDGES = 32 };
    const struct heap *h = js->h;
    uint32_t context = function_context(js, closure);
    if (context == NO_NODE || function_kind(js, closure) != SCRIPT_CORE)
        return NO_NODE;
    uint64_t e = heap_first_edge(h, context);
    uint64_t end = min_u64(heap_first_edge(h, context + 1), e + EDGES);
    for (; e < end; e++) {
        uint32_t to = heap_edge_to(h, e);
        if (heap_edge_type(h, e) != EDGE_CONTEXT || !is_closure(js, to) ||
            script_of(js, to) != NO_NODE)
            continue;
        uint32_t function = function_of_resolver(js, to);
        if (function != NO_NODE)
            return function;
    }
    return NO_NODE;
}

static uint32_t step_behind(const struct js *js, uint32_t n)
{
    uint32_t bound = js_internal(js, n, JS_BOUND_FUNCTION);
    if (bound == NO_NODE)
        bound = js_edge(js, n, EDGE_SHORTCUT, JS_BOUND_FUNCTION);
    /* What `once` wraps it keeps as a property, so that it can be removed. */
    uint32_t listener = js_property(js, n, JS_LISTENER);
    if (is_closure(js, listener))
        return listener;
    if (is_closure(js, bound))
        return bound;
    return script_of(js, n) == NO_NODE ? function_of_resolver(js, n) : function_of_core(js, n);
}

uint32_t function_behind(const struct js *js, uint32_t n)
{
    enum { STEPS = 4 };
    if (!is_closure(js, n))
        return NO_NODE;
    for (unsigned i = 0; i < STEPS; i++) {
        uint32_t next = step_behind(js, n);
        if (!is_closure(js, next) || next == n)
            break;
        n = next;
    }
    return n;
}

uint32_t function_shared(const struct js *js, uint32_t n)
{
    return is_closure(js, n) ? js_internal(js, n, JS_SHARED) : NO_NODE;
}

enum script_kind function_kind(const struct js *js, uint32_t n)
{
    uint32_t script = is_closure(js, n) ? script_of(js, n) : NO_NODE;
    return script == NO_NODE ? SCRIPT_NONE : script_kind(heap_name(js->h, script));
}

uint32_t function_context(const struct js *js, uint32_t n)
{
    uint32_t context = js_internal(js, n, JS_CONTEXT);
    return context != NO_NODE && js_is_context(js, context) ? context : NO_NODE;
}

uint32_t function_line(const struct js *js, uint32_t n)
{
    const struct location *l = heap_location(js->h, n);
    return l ? l->line + 1 : 0;
}

/* Enough of the path to know it by. */
static struct str short_path(struct str path)
{
    enum { NAMES = 2 };
    size_t from = path.len;
    for (unsigned names = 0; from > 0; from--) {
        if (path.p[from - 1] == '/' && ++names == NAMES)
            break;
    }
    return (struct str){path.p + from, path.len - from};
}

void function_put_place(const struct js *js, uint32_t n, struct buf *out)
{
    const struct heap *h = js->h;
    struct str name = heap_name(h, n);
    uint32_t script = script_of(js, n);
    const struct location *l = heap_location(h, n);
    if (name.len)
        buf_append(out, name.p, name.len);
    else
        buf_puts(out, "a function");
    if (script == NO_NODE)
        return;
    struct str path = short_path(heap_name(h, script));
    buf_puts(out, name.len ? " (" : " of ");
    buf_append(out, path.p, path.len);
    if (l)
        buf_printf(out, ":%u:%u", l->line + 1, l->column + 1);
    if (name.len)
        buf_putc(out, ')');
}

void function_put_captures(const struct js *js, uint32_t n, struct buf *out)
{
    enum { SHOWN = 5 };
    const struct heap *h = js->h;
    uint32_t context = function_context(js, n);
    unsigned shown = 0;
    if (context == NO_NODE)
        return;
    for (uint64_t e = heap_first_edge(h, context), end = heap_first_edge(h, context + 1);
         e < end && shown < SHOWN; e++) {
        uint32_t to = heap_edge_to(h, e);
        if (heap_edge_type(h, e) != EDGE_CONTEXT || !js_is_object(js, to))
            continue;
        struct str name = strings_get(&h->strings, heap_edge_name(h, e));
        struct str class = heap_class_name(h, to);
        buf_printf(out, "%s%.*s (%.*s)", shown ? ", " : "", (int)min_u64(name.len, 40), name.p,
                   (int)min_u64(class.len, 40), class.p);
        shown++;
    }
}
