/* Tables whose rows are single objects: instances, what holds an object, what it holds, the way to
 * it.
 *
 * Default orders are those of DevTools' views (analyzer/object_list.h).
 */
#ifndef MORTEM_ANALYZER_OBJECT_TABLES_H
#define MORTEM_ANALYZER_OBJECT_TABLES_H

#include "analyzer/answer_table.h"
#include "analyzer/heap.h"

/* Set `t` up for table_fill(); after a failure nothing is owned. `h` is borrowed and has its
 * positions (heap_find_positions()). */

/* Instances of all classes called `name`, or of the one whose key it is (`SCRIPT,LINE,COLUMN,NAME`
 * or `,NAME`). ERR_USAGE if there is none. */
bool instance_table_open(struct table *t, const struct heap *h, const char *name,
                         struct err *err) WARN_UNUSED;

/* Objects that were taken out of a document and are still held. */
bool detached_table_open(struct table *t, const struct heap *h, struct err *err) WARN_UNUSED;

/* Of node n: */
bool retainer_table_open(struct table *t, const struct heap *h, uint32_t n,
                         struct err *err) WARN_UNUSED;
bool content_table_open(struct table *t, const struct heap *h, uint32_t n,
                        struct err *err) WARN_UNUSED;
bool dominated_table_open(struct table *t, const struct heap *h, uint32_t n,
                          struct err *err) WARN_UNUSED;

/* The shortest way from a root to n, a row a step. */
bool path_table_open(struct table *t, const struct heap *h, uint32_t n,
                     struct err *err) WARN_UNUSED;

#endif
