/* The largest of many: see ranking.h. */
#include "analyzer/ranking.h"

#include <stdlib.h>

void ranking_release(struct ranking *r)
{
    free(r->rows);
    r->rows = NULL;
    r->known = r->fresh = r->more = 0;
}

bool ranking_begin(struct ranking *r, size_t more, struct err *err)
{
    size_t bytes;
    if (__builtin_mul_overflow(r->known + more, sizeof *r->rows, &bytes))
        return err_nomem(err, UINT64_MAX, "a sorted list");
    struct ranked *rows = realloc(r->rows, bytes ? bytes : 1);
    if (!rows)
        return err_nomem(err, bytes, "a sorted list");
    r->rows = rows;
    r->fresh = 0;
    r->more = more;
    return true;
}

static bool is_before(const struct ranking *r, const struct ranked *a, const struct ranked *b)
{
    return a->key != b->key ? a->key > b->key : r->precedes(r->ctx, a->item, b->item);
}

static void sift_down(const struct ranking *r, struct ranked *heap, size_t count, size_t at)
{
    struct ranked moved = heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && is_before(r, &heap[child], &heap[child + 1]))
            child++;
        if (!is_before(r, &moved, &heap[child]))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}

static void sift_up(const struct ranking *r, struct ranked *heap, size_t at)
{
    struct ranked moved = heap[at];
    while (at > 0 && is_before(r, &heap[(at - 1) / 2], &moved)) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = moved;
}

void ranking_offer(struct ranking *r, uint64_t key, uint64_t item)
{
    struct ranked *heap = r->rows + r->known;
    struct ranked candidate = {key, item};
    if (r->fresh == r->more && (r->more == 0 || !is_before(r, &candidate, &heap[0])))
        return;
    if (r->known > 0 && !is_before(r, &r->rows[r->known - 1], &candidate))
        return;
    if (r->fresh < r->more) {
        heap[r->fresh] = candidate;
        sift_up(r, heap, r->fresh++);
    } else {
        heap[0] = candidate;
        sift_down(r, heap, r->fresh, 0);
    }
}

void ranking_end(struct ranking *r)
{
    struct ranked *heap = r->rows + r->known;
    for (size_t left = r->fresh; left > 1; left--) {
        struct ranked last = heap[0];
        heap[0] = heap[left - 1];
        heap[left - 1] = last;
        sift_down(r, heap, left - 1, 0);
    }
    r->known += r->fresh;
    r->fresh = 0;
}
