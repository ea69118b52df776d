/* Figures of a heap: see heap_summary.h. */
#include "analyzer/heap_summary.h"

#include "analyzer/classes.h"
#include "analyzer/js.h"

#define TOP_CLASSES 12

/* The elements of an array count with it if nothing else holds them, weak edges included. */
static uint64_t elements_bytes(const struct js *js, uint32_t array)
{
    const struct heap *h = js->h;
    uint32_t elements = js_internal(js, array, JS_ELEMENTS);
    if (elements == NO_NODE ||
        heap_first_retainer(h, elements + 1) - heap_first_retainer(h, elements) != 1)
        return 0;
    return heap_self_bytes(h, elements);
}

/* The tests come in the engine's order: type first, name after. */
static void count_node(const struct js *js, uint32_t n, struct heap_summary *s)
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

static bool list_classes(const struct heap *h, struct analysis *a)
{
    uint32_t rows[TOP_CLASSES];
    size_t count = classes_top(h, rows, TOP_CLASSES);
    struct class_row *out = arena_alloc(&a->arena, sizeof *out * TOP_CLASSES);
    if (!out)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct class_info *row = class_row(h, rows[i]);
        struct str name = strings_get(&h->strings, row->name);
        out[i] = (struct class_row){
            .name = arena_strndup(&a->arena, name.p, name.len),
            .count = row->count,
            .shallow_bytes = row->shallow_bytes,
            .retained_bytes = row->retained_bytes,
            .distance = row->distance,
        };
    }
    a->heap.top_classes = out;
    a->heap.top_class_count = count;
    return true;
}

bool heap_summarize(const struct heap *h, const char *file, struct analysis *a, struct err *err)
{
    struct js js;
    js_init(&js, h);
    a->heap = (struct heap_summary){
        .present = true,
        .file = file,
        .nodes = h->node_count,
        .edges = h->edge_count,
        .total_bytes = heap_total_bytes(h),
        .native_bytes = h->extra_native_bytes,
    };
    for (uint32_t n = 0; n < h->node_count; n++)
        count_node(&js, n, &a->heap);
    return (list_classes(h, a) && !a->arena.failed) || err_nomem(err, 0, "the figures of the heap");
}
