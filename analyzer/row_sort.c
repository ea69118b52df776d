/* Sorting numbers of rows: see row_sort.h. */
#include "analyzer/row_sort.h"

struct order {
    bool (*precedes)(const void *ctx, uint32_t a, uint32_t b);
    const void *ctx;
};

/* In a heap with the last row on top. */
static void sift_down(const struct order *o, uint32_t *rows, uint64_t count, uint64_t at)
{
    uint32_t moved = rows[at];
    for (;;) {
        uint64_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && o->precedes(o->ctx, rows[child], rows[child + 1]))
            child++;
        if (!o->precedes(o->ctx, moved, rows[child]))
            break;
        rows[at] = rows[child];
        at = child;
    }
    rows[at] = moved;
}

void rows_sort(uint32_t *rows, uint64_t count,
               bool (*precedes)(const void *ctx, uint32_t a, uint32_t b), const void *ctx)
{
    const struct order o = {precedes, ctx};
    for (uint64_t i = count / 2; i-- > 0;)
        sift_down(&o, rows, count, i);
    for (uint64_t left = count; left > 1; left--) {
        uint32_t last = rows[0];
        rows[0] = rows[left - 1];
        rows[left - 1] = last;
        sift_down(&o, rows, left - 1, 0);
    }
}
