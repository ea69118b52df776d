/* DevTools' Statistics view: see heap_statistics.h. */
#include "analyzer/heap_statistics.h"

#include "analyzer/js.h"
#include "analyzer/retainers.h"

/* The elements of an array count with it if nothing else holds them, weak edges included. */
static uint64_t elements_bytes(const struct js *js, uint32_t array)
{
    const struct heap *h = js->h;
    uint32_t elements = js_internal(js, array, JS_ELEMENTS);
    if (elements == NO_NODE || heap_retainer_count(h, elements) != 1)
        return 0;
    return heap_self_bytes(h, elements);
}

/* The tests come in the engine's order: type first, name after. */
static void count_node(const struct js *js, uint32_t n, struct heap_statistics *s)
{
    const struct heap *h = js->h;
    uint64_t self = heap_self_bytes(h, n);
    switch (heap_type(h, n)) {
    case NODE_HIDDEN:
        s->system_bytes += self;
        break;
    case NODE_NATIVE:
        s->native_bytes += self;
        if (js_is(js, n, JS_BACKING_STORE))
            s->typed_array_bytes += self;
        break;
    case NODE_CODE:
        s->code_bytes += self;
        break;
    case NODE_STRING:
    case NODE_CONS_STRING:
    case NODE_SLICED_STRING:
        s->string_bytes += self;
        break;
    default:
        if (js_is(js, n, JS_ARRAY))
            s->js_array_bytes += self + elements_bytes(js, n);
    }
}

struct heap_statistics heap_statistics(const struct heap *h)
{
    struct heap_statistics s = {
        .total_bytes = heap_total_bytes(h),
        .native_bytes = h->extra_native_bytes,
    };
    struct js js;
    js_init(&js, h);
    for (uint32_t n = 0; n < h->node_count; n++) {
        heap_sweep(h, n);
        count_node(&js, n, &s);
    }
    s.v8_bytes = s.total_bytes > s.native_bytes ? s.total_bytes - s.native_bytes : 0;
    return s;
}
