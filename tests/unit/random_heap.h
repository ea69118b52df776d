/* Small random heaps as a snapshot's text, with everything in them that the rules speak of:
 * garbage, self loops, parallel edges, weak and shortcut edges, WeakMap entries, roots of both
 * kinds, detached nodes, sizes of zero and beyond 32 bits, fields and types in any order.
 */
#ifndef MORTEM_TESTS_RANDOM_HEAP_H
#define MORTEM_TESTS_RANDOM_HEAP_H

#include "analyzer/heap.h"
#include "base/buf.h"

#define MODEL_NODES 128
#define MODEL_EDGES 2048
#define MODEL_STRINGS 512
#define NO_PAIR UINT32_MAX

struct model_node {
    unsigned type; /* enum node_type, NODE_TYPE_KNOWN is an unknown one */
    uint32_t name;
    uint32_t id;
    uint64_t self_bytes;
    unsigned detachedness;
    bool located;
    uint32_t script_id, line, column;
};

struct model_edge {
    uint32_t from, to;
    enum edge_type type;
    uint32_t name;     /* a string, or the index */
    uint32_t pair;     /* the WeakMap entry it belongs to, NO_PAIR: it is none */
    uint32_t table_id; /* of that entry */
};

struct model {
    uint32_t node_count, edge_count, string_count, root;
    bool has_detachedness;
    uint64_t extra_native_bytes;
    struct model_node nodes[MODEL_NODES];
    struct model_edge edges[MODEL_EDGES]; /* by `from` */
    uint32_t first_edge[MODEL_NODES + 1];
    char *strings[MODEL_STRINGS]; /* WTF-8 */
};

/* The same seed, the same heap. */
void model_make(struct model *m, uint64_t seed);
/* The snapshot, in a dress that the seed chooses: order of fields and types, white space, escapes.
 */
void model_write(const struct model *m, uint64_t seed, struct buf *text);
/* The same with fields and types in V8's order, which other readers may rely on. */
void model_write_as_v8(const struct model *m, struct buf *text);
void model_release(struct model *m);

/* A random number below `bound`. */
uint32_t random_below(uint64_t *state, uint32_t bound);

#endif
