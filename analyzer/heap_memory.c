/* The memory that a snapshot will need: see heap_memory.h. */
#include "analyzer/heap_memory.h"

#include "base/memory.h"
#include "base/tasks.h"

/* What a node and an edge take in columns by the end of the passes, and in the snapshot's text. */
#define BYTES_PER_NODE 52
#define BYTES_PER_EDGE 8
#define TEXT_PER_NODE 26
#define TEXT_PER_EDGE 15
#define MEGABYTE ((uint64_t)1 << 20)

static uint64_t column_bytes(const struct heap_needs *n)
{
    return n->nodes * BYTES_PER_NODE + n->edges * BYTES_PER_EDGE;
}

/* What is left of the text without the rows is strings. */
static uint64_t string_bytes(const struct heap_needs *n)
{
    uint64_t rows = n->nodes * TEXT_PER_NODE + n->edges * TEXT_PER_EDGE;
    return n->text_bytes - min_u64(rows, n->text_bytes);
}

bool heap_prepare_memory(struct store *s, const struct heap_needs *n, uint64_t limit,
                         struct err *err)
{
    uint64_t needed = column_bytes(n) + string_bytes(n);
    if (limit && needed > limit)
        return err_set(err, ERR_RESOURCE, 0,
                       "needs about %llu MB for %llu nodes and %llu edges, --memory-limit allows "
                       "%llu MB",
                       (unsigned long long)(needed / MEGABYTE + 1), (unsigned long long)n->nodes,
                       (unsigned long long)n->edges, (unsigned long long)(limit / MEGABYTE));
    store_limit(s, limit);
    if (tasks_threads() > 1 && memory_available() / 2 > column_bytes(n))
        store_make_ahead(s, column_bytes(n));
    return true;
}
