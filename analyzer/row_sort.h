/* Sorting numbers of rows in place: no memory of the table's size, which qsort() may want.
 */
#ifndef MORTEM_ANALYZER_ROW_SORT_H
#define MORTEM_ANALYZER_ROW_SORT_H

#include "base/base.h"

/* `precedes` must be a total order. Heapsort. */
void rows_sort(uint32_t *rows, uint64_t count,
               bool (*precedes)(const void *ctx, uint32_t a, uint32_t b), const void *ctx);

#endif
