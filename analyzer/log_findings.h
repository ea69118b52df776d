/* What logs tell of the memory that a heap does not: options that Next.js refused, and a process
 * much larger than its heap.
 */
#ifndef MORTEM_ANALYZER_LOG_FINDINGS_H
#define MORTEM_ANALYZER_LOG_FINDINGS_H

#include "analyzer/analysis.h"
#include "analyzer/event_list.h"

/* Adds to a->findings, or to the evidence of one that says the same of a heap. To be called when
 * the snapshots are joined and a->next is known. */
void logs_find(const struct event_list *events, struct analysis *a);

#endif
