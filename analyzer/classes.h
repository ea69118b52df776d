/* The classes of a heap, as DevTools' Summary view lists them.
 *
 * A class is a published key: `,NAME`, or `SCRIPT,LINE,COLUMN,NAME` for instances of classes that
 * have a location. Plain objects are named by the interfaces inferred from their properties. Where
 * the DevTools engine loses a row because two classes publish the same key, there is one row here
 * with the union.
 */
#ifndef MORTEM_ANALYZER_CLASSES_H
#define MORTEM_ANALYZER_CLASSES_H

#include "analyzer/interfaces.h"
#include "base/buf.h"

struct class_info {
    uint32_t name; /* string index */
    bool has_location;
    uint32_t script_id, line, column;
    uint64_t count; /* of nodes with a size */
    uint64_t shallow_bytes;
    uint64_t retained_bytes; /* of the topmost nodes of the class in the dominator tree */
    int32_t distance;        /* the least; NO_DISTANCE if one is not reached */
};

struct class_table {
    struct column rows; /* struct class_info */
    struct interfaces interfaces;
};

/* What is published of a class, and makes it the same class in another heap. */
struct class_key {
    struct str name; /* borrowed */
    bool has_location;
    uint32_t script_id, line, column;
};

uint64_t class_key_hash(const struct class_key *k);
bool class_key_equal(const struct class_key *a, const struct class_key *b);
/* `,NAME` or `SCRIPT,LINE,COLUMN,NAME`. */
void class_key_put(struct buf *b, const struct class_key *k);

void class_table_free(struct class_table *t);

static inline uint32_t class_count(const struct heap *h)
{
    return h->classes ? (uint32_t)h->classes->rows.count : 0;
}

static inline const struct class_info *class_row(const struct heap *h, uint32_t row)
{
    return &((const struct class_info *)h->classes->rows.data)[row];
}

static inline struct class_key class_row_key(const struct heap *h, uint32_t row)
{
    const struct class_info *c = class_row(h, row);
    return (struct class_key){strings_get(&h->strings, c->name), c->has_location, c->script_id,
                              c->line, c->column};
}

static inline uint32_t heap_class(const struct heap *h, uint32_t n)
{
    return ((const uint32_t *)h->class_of.data)[n];
}

static inline struct str heap_class_name(const struct heap *h, uint32_t n)
{
    return strings_get(&h->strings, class_row(h, heap_class(h, n))->name);
}

/* The `limit` rows with the largest retained size, then by name; rows without nodes are left out.
 * Returns how many. */
size_t classes_top(const struct heap *h, uint32_t *ret_rows, size_t limit);

#endif
