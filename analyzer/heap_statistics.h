/* DevTools' Statistics view: the bytes of a heap by what they are.
 */
#ifndef MORTEM_ANALYZER_HEAP_STATISTICS_H
#define MORTEM_ANALYZER_HEAP_STATISTICS_H

#include "analyzer/heap.h"

/* Native and V8's bytes make up the total; the others are parts of one of the two. */
struct heap_statistics {
    uint64_t total_bytes;
    uint64_t native_bytes;      /* outside of V8's heap */
    uint64_t typed_array_bytes; /* of native_bytes: backing stores */
    uint64_t v8_bytes;
    uint64_t code_bytes, js_array_bytes, string_bytes, system_bytes; /* of v8_bytes */
};

/* Of an analyzed heap: one sweep. */
struct heap_statistics heap_statistics(const struct heap *h);

#endif
