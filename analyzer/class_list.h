/* The rows of DevTools' Summary view: of all objects, or of those that a filter lets through.
 *
 * With a filter an object still counts with its full retained size: what it would free does not
 * depend on who looks.
 */
#ifndef MORTEM_ANALYZER_CLASS_LIST_H
#define MORTEM_ANALYZER_CLASS_LIST_H

#include "analyzer/classes.h"
#include "base/buf.h"

struct class_sum {
    uint32_t row;        /* of the class table */
    struct str name;     /* borrowed from the heap */
    uint32_t first_node; /* the first that counts */
    uint64_t count;
    uint64_t shallow_bytes;
    uint64_t retained_bytes;
    int32_t distance;
};

/* Classes with at least one object that counts, by retained size and then by name, as DevTools has
 * them; equal ones in the order of their first objects. `passes` is a byte a node, 0 for those that
 * do not count, or NULL. *ret: struct class_sum, the caller releases it. Two sweeps. */
bool class_list(const struct heap *h, const uint8_t *passes, struct column *ret,
                struct err *err) WARN_UNUSED;

struct str class_name(const struct heap *h, uint32_t row);

/* Appends the published key: `,NAME` or `SCRIPT,LINE,COLUMN,NAME`. */
void class_put_key(struct buf *b, const struct heap *h, uint32_t row);

/* Negative if a comes first. */
int class_sum_compare(const struct class_sum *a, const struct class_sum *b);

#endif
