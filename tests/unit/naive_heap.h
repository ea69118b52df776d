/* The numbers of a small heap by the plainest ways there are, to compare the real ones with.
 *
 * Written from the rules (the DevTools engine's, as the specification tells them), not from the
 * passes: dominators by taking a node out and looking what is no longer reached, owners by walking
 * back, sums by looking at every pair.
 */
#ifndef MORTEM_TESTS_NAIVE_HEAP_H
#define MORTEM_TESTS_NAIVE_HEAP_H

#include "tests/unit/random_heap.h"

struct naive_row {
    const char *key; /* borrowed from `keys` */
    uint64_t count, shallow_bytes, retained_bytes;
    int32_t distance;
};

struct naive {
    const struct model *m;
    bool has_user_roots;
    unsigned detachedness[MODEL_NODES];
    struct buf names[MODEL_NODES]; /* "Detached " added */
    bool page_owned[MODEL_NODES];
    bool essential[MODEL_EDGES];
    uint64_t self_bytes[MODEL_NODES];
    int32_t distance[MODEL_NODES];
    bool dominates[MODEL_NODES][MODEL_NODES]; /* [d][n], not of itself */
    uint32_t dominator[MODEL_NODES];
    uint64_t retained_bytes[MODEL_NODES];
    struct buf keys[MODEL_NODES]; /* the published class key */
    uint32_t row_count;
    struct naive_row rows[MODEL_NODES];
};

void naive_compute(struct naive *v, const struct model *m);
void naive_release(struct naive *v);

/* Class keys and rows: the last step of naive_compute(). */
void naive_classify(struct naive *v);

/* The keys that the nodes of v have with the interfaces of `other`: by node, appended. */
void naive_keys_under(const struct naive *v, const struct naive *other, struct buf *ret_keys);

#endif
