/* The objects of a heap in the order of their ids, class by class: what a comparison merges.
 *
 * Sorted by radix in columns of 8 bytes an object, so that nothing of the heap's size is in
 * anonymous memory.
 */
#ifndef MORTEM_ANALYZER_OBJECT_IDS_H
#define MORTEM_ANALYZER_OBJECT_IDS_H

#include "analyzer/heap.h"

#define NO_ROW UINT32_MAX

struct object_id {
    uint32_t id;
    uint32_t node;
};

/* Makes *ret (struct object_id) of the nodes n with row_of[n] != NO_ROW, by row, then by id, then
 * by place in the file. The caller releases it. */
bool object_ids_sort(const struct heap *h, const uint32_t *row_of, struct column *ret,
                     struct err *err) WARN_UNUSED;

#endif
