/* DevTools' filters of the Summary view: see heap_filters.h. */
#include "analyzer/heap_filters.h"

#include "analyzer/duplicate_strings.h"

static bool is_detached(const struct heap *h, uint32_t n)
{
    return (heap_flags(h, n) & FLAG_DETACHEDNESS) == 2;
}

static bool is_context(const struct heap *h, uint32_t n)
{
    struct str name = heap_name(h, n);
    return str_equal(name, "system / Context") || str_starts_with(name, "system / Context / ");
}

/* `met` becomes 1 for what a search meets that does not enter nodes of which `is_barrier` says so.
 */
static bool search(const struct heap *h, bool (*is_barrier)(const struct heap *, uint32_t),
                   uint8_t *met, struct err *err)
{
    struct column queue = {0};
    if (!column_make_raw(&queue, h->store, "objects to visit", 4, h->node_count, err))
        return false;
    uint32_t *nodes = queue.data, count = 1;
    nodes[0] = h->root;
    met[h->root] = 1;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t end = heap_first_edge(h, nodes[i] + 1);
        for (uint64_t e = heap_first_edge(h, nodes[i]); e < end; e++) {
            uint32_t to = heap_edge_to(h, e);
            if (met[to] || heap_edge_type(h, e) == EDGE_WEAK || is_barrier(h, to))
                continue;
            met[to] = 1;
            nodes[count++] = to;
        }
    }
    column_release(&queue);
    return true;
}

static bool retained_by(const struct heap *h, bool (*is_barrier)(const struct heap *, uint32_t),
                        uint8_t *passes, struct err *err)
{
    if (!search(h, is_barrier, passes, err))
        return false;
    for (uint32_t n = 0; n < h->node_count; n++)
        passes[n] = !passes[n] && heap_distance(h, n) != NO_DISTANCE;
    return true;
}

static bool retained_by_contexts(const struct heap *h, uint8_t *passes, struct err *err)
{
    return retained_by(h, is_context, passes, err);
}

static bool retained_by_detached(const struct heap *h, uint8_t *passes, struct err *err)
{
    return retained_by(h, is_detached, passes, err);
}

static bool duplicated_strings(const struct heap *h, uint8_t *passes, struct err *err)
{
    struct duplicate_strings d;
    if (!duplicate_strings_find(h, &d, err))
        return false;
    const uint32_t *group_of = d.group_of.data;
    for (uint32_t n = 0; n < h->node_count; n++)
        passes[n] = group_of[n] != 0;
    duplicate_strings_release(&d);
    return true;
}

static const struct {
    const char *word;
    bool (*run)(const struct heap *h, uint8_t *passes, struct err *err);
} filters[HEAP_FILTERS] = {
    [FILTER_RETAINED_BY_CONTEXTS] = {"retained-by-contexts", retained_by_contexts},
    [FILTER_RETAINED_BY_DETACHED] = {"detached", retained_by_detached},
    [FILTER_DUPLICATED_STRINGS] = {"duplicated-strings", duplicated_strings},
};

const char *heap_filter_word(size_t i)
{
    return i < HEAP_FILTERS ? filters[i].word : NULL;
}

bool heap_filter(const struct heap *h, enum heap_filter f, struct column *ret, struct err *err)
{
    struct column passes = {0};
    if (!column_make(&passes, h->store, "filtered objects", 1, h->node_count, err))
        return false;
    if (!filters[f].run(h, passes.data, err)) {
        column_release(&passes);
        return false;
    }
    *ret = passes;
    return true;
}
