/* Figures of a heap: see heap_summary.h. */
#include "analyzer/heap_summary.h"

#include "analyzer/classes.h"
#include "analyzer/heap_statistics.h"

#define TOP_CLASSES 12

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
    struct heap_statistics s = heap_statistics(h);
    a->heap = (struct heap_summary){
        .present = true,
        .file = file,
        .nodes = h->node_count,
        .edges = h->edge_count,
        .total_bytes = s.total_bytes,
        .code_bytes = s.code_bytes,
        .string_bytes = s.string_bytes,
        .js_array_bytes = s.js_array_bytes,
        .typed_array_bytes = s.typed_array_bytes,
        .system_bytes = s.system_bytes,
        .native_bytes = s.native_bytes,
    };
    return (list_classes(h, a) && !a->arena.failed) || err_nomem(err, 0, "the figures of the heap");
}
