/* The rows of DevTools' Summary view: see class_list.h. */
#include "analyzer/class_list.h"

#include <stdlib.h>

#include "analyzer/utf16.h"

struct str class_name(const struct heap *h, uint32_t row)
{
    return strings_get(&h->strings, class_row(h, row)->name);
}

void class_put_key(struct buf *b, const struct heap *h, uint32_t row)
{
    struct class_key key = class_row_key(h, row);
    class_key_put(b, &key);
}

static bool counts(const struct heap *h, const uint8_t *passes, uint32_t n)
{
    return heap_self_bytes(h, n) && (!passes || passes[n]);
}

static void add_up(const struct heap *h, const uint8_t *passes, struct class_sum *sums)
{
    for (uint32_t n = 0; n < h->node_count; n++) {
        struct class_sum *s = &sums[heap_class(h, n)];
        if (!counts(h, passes, n))
            continue;
        if (!s->count++) {
            s->first_node = n;
            s->distance = heap_distance(h, n);
        }
        s->shallow_bytes += heap_self_bytes(h, n);
        if (heap_distance(h, n) < s->distance)
            s->distance = heap_distance(h, n);
    }
}

/* Of nodes of one class that dominate each other only the topmost adds. Down the dominator tree in
 * preorder a class is covered up to the end of the subtree of its last such node. */
static void add_up_retained(const struct heap *h, const uint8_t *passes, uint32_t *covered_to,
                            struct class_sum *sums)
{
    const uint32_t *order = h->dom_order.data;
    for (uint32_t place = 0; place < h->node_count; place++) {
        uint32_t n = order[place], row = heap_class(h, n);
        if (!counts(h, passes, n) || place < covered_to[row])
            continue;
        sums[row].retained_bytes += heap_retained_bytes(h, n);
        covered_to[row] = heap_subtree_end(h, place);
    }
}

int class_sum_compare(const struct class_sum *a, const struct class_sum *b)
{
    if (a->retained_bytes != b->retained_bytes)
        return a->retained_bytes > b->retained_bytes ? -1 : 1;
    int order = utf16_compare(a->name, b->name);
    return order ? order : (a->first_node > b->first_node) - (a->first_node < b->first_node);
}

static int compare(const void *a, const void *b)
{
    return class_sum_compare(a, b);
}

bool class_list(const struct heap *h, const uint8_t *passes, struct column *ret, struct err *err)
{
    struct column sums = {0}, covered = {0};
    uint32_t rows = class_count(h);
    bool ok =
        column_make(&sums, h->store, "sums of classes", sizeof(struct class_sum), rows, err) &&
        column_make(&covered, h->store, "sums of classes", 4, rows, err);
    if (ok) {
        struct class_sum *s = sums.data;
        add_up(h, passes, s);
        add_up_retained(h, passes, covered.data, s);
        uint32_t kept = 0;
        for (uint32_t row = 0; row < rows; row++) {
            s[row].row = row;
            s[row].name = class_name(h, row);
            if (s[row].count)
                s[kept++] = s[row];
        }
        sums.count = kept;
        qsort(s, kept, sizeof *s, compare);
        *ret = sums;
    } else {
        column_release(&sums);
    }
    column_release(&covered);
    return ok;
}
