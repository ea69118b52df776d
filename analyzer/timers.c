/* Timers by the function they call: see timers.h. */
#include "analyzer/timers.h"

#include "analyzer/functions.h"
#include "analyzer/retainers.h"

bool timer_is(const struct js *js, uint32_t n)
{
    return heap_type(js->h, n) == NODE_OBJECT && js_is(js, n, JS_TIMEOUT) &&
           js_property(js, n, JS_ON_TIMEOUT) != NO_NODE;
}

uint32_t timer_function(const struct js *js, uint32_t timer)
{
    return function_behind(js, js_property(js, timer, JS_ON_TIMEOUT));
}

bool timer_key(const struct js *js, uint32_t timer, uint64_t *ret)
{
    uint32_t shared = function_shared(js, timer_function(js, timer));
    *ret = shared;
    return shared != NO_NODE;
}

/* `_repeat` is null, or a number, which leaves no edge or one to a number. */
bool timer_is_once(const struct js *js, uint32_t timer)
{
    uint32_t repeat = js_property(js, timer, JS_REPEAT);
    return repeat != NO_NODE && heap_type(js->h, repeat) == NODE_HIDDEN;
}

bool timer_is_unref(const struct js *js, uint32_t timer)
{
    uint32_t refed = js_property(js, timer, JS_REFED);
    return refed != NO_NODE && !js_is_true(js, refed);
}

/* The lists stand in an array too, a heap by time: only the object's keys are milliseconds. */
static uint32_t duration_of(const struct js *js, uint32_t list)
{
    enum { LOOK_AT = 64, EDGES_MAX = 100000 };
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, list);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        uint64_t e = heap_first_edge(h, w.source), end = heap_first_edge(h, w.source + 1);
        if (js_collection(js, w.source) != COLLECTION_OBJECT || end - e > EDGES_MAX)
            continue;
        for (; e < end; e++) {
            if (heap_edge_to(h, e) == list && heap_edge_type(h, e) == EDGE_ELEMENT)
                return heap_edge_name(h, e);
        }
    }
    return 0;
}

/* A damaged heap may have circles: all lists together are not longer than the heap. */
static bool collect_list(const struct js *js, uint32_t list, struct function_groups *g,
                         uint32_t *steps, struct err *err)
{
    uint32_t ms = duration_of(js, list);
    uint32_t at = js_property(js, list, JS_IDLE_NEXT);
    for (; *steps && at != NO_NODE && timer_is(js, at); --*steps) {
        uint32_t function = timer_function(js, at), shared = function_shared(js, function);
        if (shared != NO_NODE && !function_groups_add(g, shared, function, at, ms, err))
            return false;
        at = js_property(js, at, JS_IDLE_NEXT);
    }
    return true;
}

bool timers_collect(const struct js *js, const struct census *census, struct function_groups *ret,
                    struct err *err)
{
    const struct node_list *lists = &census->named[CENSUS_TIMER_LISTS];
    struct function_groups g;
    uint32_t steps = js->h->node_count;
    bool ok = function_groups_init(&g, js->h->store, err);
    for (size_t i = 0; ok && i < lists->count; i++)
        ok = collect_list(js, lists->nodes[i], &g, &steps, err);
    if (!ok) {
        function_groups_release(&g);
        return false;
    }
    *ret = g;
    return true;
}
