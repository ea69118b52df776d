/* Tables whose rows stand for many objects: classes, and strings that are there more than once.
 */
#ifndef MORTEM_ANALYZER_CLASS_TABLES_H
#define MORTEM_ANALYZER_CLASS_TABLES_H

#include "analyzer/answer_table.h"
#include "analyzer/heap.h"

/* Set `t` up for table_fill(); after a failure nothing is owned. `h` is borrowed. */

/* DevTools' Summary view of the objects that `passes` (a byte a node, NULL: all) lets through. */
bool class_table_open(struct table *t, const struct heap *h, const uint8_t *passes,
                      struct err *err) WARN_UNUSED;

/* Duplicate strings, the most wasteful first. */
bool string_table_open(struct table *t, const struct heap *h, struct err *err) WARN_UNUSED;

#endif
