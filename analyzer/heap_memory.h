/* The memory that a snapshot will need, while only its header is known.
 */
#ifndef MORTEM_ANALYZER_HEAP_MEMORY_H
#define MORTEM_ANALYZER_HEAP_MEMORY_H

#include "base/store.h"

struct heap_needs {
    uint64_t nodes, edges; /* the header's, as far as they are believed */
    uint64_t text_bytes;   /* of the snapshot, 0 if unknown */
};

/* ERR_RESOURCE if they do not fit `limit` (bytes, 0: none), before an hour is lost. Has memory made
 * ready while the snapshot is read, where there is plenty and a thread to do it. */
bool heap_prepare_memory(struct store *s, const struct heap_needs *n, uint64_t limit,
                         struct err *err) WARN_UNUSED;

#endif
