/* What nodes and edges are called when a person looks at them.
 *
 * The display name is that of Chrome DevTools: a concatenated string is its leaves, a plain object
 * its properties `{a, b, ..., z}`, everything else its name. Texts are appended raw: they may hold
 * anything and must be made safe for where they go. They show the contents of strings, so they are
 * for the browser, and elsewhere only when contents were asked for.
 */
#ifndef MORTEM_ANALYZER_NODE_TEXT_H
#define MORTEM_ANALYZER_NODE_TEXT_H

#include "analyzer/heap.h"
#include "base/buf.h"

/* A heap with the string indexes that naming looks for. */
struct node_text {
    const struct heap *h;
    uint32_t plain, proto, first, second; /* "Object", "__proto__", ...; NO_STRING if absent */
};

/* One pass over the string table. `h` is borrowed and must have been loaded. */
void node_text_init(struct node_text *t, const struct heap *h);

/* The display name, of a long text not much more than `limit` bytes; SIZE_MAX: all of it. */
void node_text_put_name(struct buf *b, const struct node_text *t, uint32_t n, size_t limit);

/* The name with the marks of its type: "text", /regexp/, function(), array[]. */
void node_text_put(struct buf *b, const struct node_text *t, uint32_t n, size_t limit);

/* "object", "concatenated string", as the snapshot calls it. */
const char *node_type_text(const struct heap *h, uint32_t n);

/* .name, ["odd name"], [17], name (variable), name (internal): how `e` is written and its type. */
void edge_text_put(struct buf *b, const struct heap *h, uint64_t e);

/* DevTools' order of edge names: negative, 0, positive. Numbers stand behind names and are compared
 * as text, __proto__ is last. */
int edge_text_compare(const struct node_text *t, uint64_t a, uint64_t b);

/* The node that edge `e` starts from: a binary search. */
uint32_t heap_edge_from(const struct heap *h, uint64_t e);

/* The node with this @id, NO_NODE if there is none: one sweep. */
uint32_t heap_node_by_id(const struct heap *h, uint32_t id);

#endif
