/* Small heaps made by hand, for what a person looks at.
 */
#ifndef MORTEM_TESTS_BROWSE_HEAP_H
#define MORTEM_TESTS_BROWSE_HEAP_H

#include "analyzer/heap.h"
#include "base/buf.h"

#define SKETCH_NODES 4096
#define SKETCH_EDGES 16384

/* A snapshot being written. Names are raw bytes that end in NUL. */
struct sketch {
    size_t node_count, edge_count, string_count;
    struct {
        enum node_type type;
        size_t name;
        unsigned self_bytes;
    } nodes[SKETCH_NODES];
    struct {
        uint32_t from, to;
        enum edge_type type;
        size_t name;
    } edges[SKETCH_EDGES];
    char *strings[SKETCH_EDGES];
};

/* Nodes get the ids 1, 3, 5 ... in order; the first is the root. */
uint32_t sketch_node(struct sketch *s, enum node_type type, const char *name, unsigned self_bytes);
void sketch_edge(struct sketch *s, uint32_t from, enum edge_type type, const char *name,
                 uint32_t to);
void sketch_index(struct sketch *s, uint32_t from, enum edge_type type, size_t index, uint32_t to);
/* Loads and analyses it, and releases the sketch. Failures fail the test. */
void sketch_finish(struct sketch *s, struct heap *ret);

/* A shop: a module-level Map of 300 pages, and one of everything else there is a name for. */
void browse_heap_shop(struct heap *ret);
/* Every name is one of hostile_texts. */
void browse_heap_hostile(struct heap *ret);

#endif
