/* DevTools' Comparison view of two heaps: which objects of each class are new, which were deleted.
 *
 * The plain objects of the base heap are named by the interfaces of the current one, classes are
 * matched by what is published of them, objects by their id within a class: an object that changed
 * its class is deleted in one row and new in another. Where the engine loses rows there is the
 * union, see classes.h.
 */
#ifndef MORTEM_ANALYZER_COMPARE_H
#define MORTEM_ANALYZER_COMPARE_H

#include "analyzer/classes.h"

struct class_change {
    uint32_t name;        /* string index, of base or current */
    uint32_t base_last;   /* of the base's objects the one with the greatest id, NO_NODE */
    bool name_is_of_base; /* else of current */
    bool has_location;
    uint32_t script_id, line, column;
    uint64_t base_count, base_bytes; /* of objects with a size; shallow */
    uint64_t current_count, current_bytes;
    uint64_t new_count, new_bytes;
    uint64_t deleted_count, deleted_bytes;
};

/* A JS object that is in both heaps and is larger in the current one. */
struct grown {
    uint32_t node; /* of current */
    uint64_t bytes;
};

struct comparison {
    const struct heap *base, *current; /* borrowed */
    struct column rows;                /* struct class_change: the base's classes, then others */
    struct column grown;               /* struct grown */
};

/* Both heaps are analyzed. Costs a sort of the objects of each. The comparison lives in the store
 * of `current`. */
bool comparison_make(const struct heap *base, const struct heap *current, struct comparison *ret,
                     struct err *err) WARN_UNUSED;
void comparison_release(struct comparison *c);

static inline const struct class_change *comparison_row(const struct comparison *c, uint32_t row)
{
    return &((const struct class_change *)c->rows.data)[row];
}

struct class_key comparison_key(const struct comparison *c, uint32_t row);

/* The class's name as DevTools shows it: for a class that current has not, the name that the base
 * alone would give. */
struct str comparison_name(const struct comparison *c, uint32_t row);

/* The rows with new or deleted objects, the largest new bytes first, then by name: uint32_t. The
 * caller releases *ret. */
bool comparison_sort(const struct comparison *c, struct column *ret, struct err *err) WARN_UNUSED;

#endif
