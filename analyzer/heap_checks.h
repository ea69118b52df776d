/* Checks of a heap that was just loaded, which note what is odd in heap.odd.
 */
#ifndef MORTEM_ANALYZER_HEAP_CHECKS_H
#define MORTEM_ANALYZER_HEAP_CHECKS_H

#include "analyzer/heap.h"

/* Gives names that are not among the strings an index that no string gets, lest they become those
 * of strings that the passes add. For files where there are such; looks at every node and edge. */
void heap_mark_missing_names(struct heap *h);

/* Notes the nodes whose ids are those of others before them. */
bool heap_note_ids(struct heap *h, struct err *err) WARN_UNUSED;

/* By node, one a node: the last of several wins. */
bool heap_sort_locations(struct heap *h, struct err *err) WARN_UNUSED;

#endif
