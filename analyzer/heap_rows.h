/* Rows of numbers into the columns of a heap, for rows as V8 writes them.
 *
 * What a row's numbers mean is worked out once from the header. Then whole rows go to the places
 * that their ordinals say, in any order and on any thread, as long as nothing in them is unusual: a
 * value that needs a table of its own, or one that cannot be. Those are the caller's.
 */
#ifndef MORTEM_ANALYZER_HEAP_ROWS_H
#define MORTEM_ANALYZER_HEAP_ROWS_H

#include "analyzer/heap.h"
#include "parsers/heapsnapshot.h"

/* A power of two: any number is made an index of these tables by masking. */
#define ROW_TYPES 64

struct row_plan {
    struct snapshot_meta meta;
    uint8_t node_types[ROW_TYPES];   /* by the file's types: ours */
    uint32_t edge_labels[ROW_TYPES]; /* the same, in the label's place */
    uint32_t edge_names[ROW_TYPES];  /* all bits set where the name is a string */
    uint64_t width_inverse;          /* see row_target() */
    unsigned width_shift;
};

/* Names the heap's node types and notes those that are unknown. */
void row_plan_init(struct row_plan *r, const struct snapshot_meta *meta, struct heap *h);

/* Makes the columns of a heap that is loaded, empty, with room for so many rows. */
bool rows_make_columns(struct heap *h, uint64_t nodes, uint64_t edges, struct err *err) WARN_UNUSED;

/* The ordinal of the node at `place` of the flat nodes array; too large for any node where there
 * is none.
 *
 * Division without dividing: the width is an odd number times 2^shift. Multiplying by the odd
 * number's inverse modulo 2^64 is one-to-one and takes its multiples to their quotients, so
 * everything else lands behind the largest quotient; and bits that the shift would drop are turned
 * round to the top. */
static inline uint64_t row_target(const struct row_plan *r, uint64_t place)
{
    uint64_t q = place * r->width_inverse;
    return q >> r->width_shift | q << (-r->width_shift & 63);
}

/* What is told of all rows together. */
struct row_marks {
    uint32_t node_name_max;
    uint32_t edge_name_max; /* of edges that are named by a string */
    uint64_t edges;         /* sum of the nodes' edge counts */
};

/* Rows of the file to the columns' elements from `first` on, for which there is room. A node's
 * edge count goes to first_edge.low. False if a row is unusual; then the elements and *marks are
 * anything. */
bool rows_put_nodes(const struct row_plan *r, struct heap *h, uint64_t first, const uint64_t *v,
                    size_t rows, struct row_marks *marks);
/* heap.node_count is known. */
bool rows_put_edges(const struct row_plan *r, struct heap *h, uint64_t first, const uint64_t *v,
                    size_t rows, struct row_marks *marks);

#endif
