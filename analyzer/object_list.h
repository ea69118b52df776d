/* Lists of a heap's objects in the order a person wants them: the instances of a class, what a node
 * dominates, what retains it, what it contains.
 *
 * A list knows its first rows only and finds more when asked, so a node with millions of children
 * costs one sweep over them and the memory of the rows looked at. Default orders, ties too, are
 * those of DevTools' tables.
 */
#ifndef MORTEM_ANALYZER_OBJECT_LIST_H
#define MORTEM_ANALYZER_OBJECT_LIST_H

#include "analyzer/node_text.h"
#include "analyzer/ranking.h"

enum object_list_kind {
    OBJECTS_INSTANCES, /* of class row `subject`, those with a size */
    OBJECTS_DOMINATED, /* by node `subject`, immediately */
    OBJECTS_RETAINERS, /* sources of edges to node `subject`, but for weak ones and the root's */
    OBJECTS_CONTENTS,  /* targets of the edges of node `subject` */
    OBJECT_LIST_KINDS,
};

enum object_order {
    ORDER_RETAINED, /* largest first */
    ORDER_SHALLOW,
    ORDER_DISTANCE, /* nearest first */
    ORDER_NAME,     /* by display name */
    OBJECT_ORDERS,
};

#define NO_EDGE UINT64_MAX

struct object_list {
    const struct node_text *text; /* borrowed */
    enum object_list_kind kind;
    enum object_order order;
    uint32_t subject;
    uint64_t total; /* of all rows; known after the first object_list_reach() */
    bool counted;
    struct ranking ranking;
    struct buf name_a, name_b;
};

enum object_order object_list_default_order(enum object_list_kind kind);

void object_list_init(struct object_list *l, const struct node_text *text,
                      enum object_list_kind kind, uint32_t subject, enum object_order order);
void object_list_release(struct object_list *l);

/* Makes the first `rows` rows known, or all if there are fewer. Costs a sweep over the candidates
 * (all nodes for instances) when it must look deeper, each time at least twice as deep. */
bool object_list_reach(struct object_list *l, uint64_t rows, struct err *err) WARN_UNUSED;

static inline uint64_t object_list_known(const struct object_list *l)
{
    return l->ranking.known;
}

/* Calls `each` with every row's item (a node, or an edge) and its node, in no order. */
void object_list_each(const struct object_list *l,
                      void (*each)(void *ctx, uint64_t item, uint32_t n), void *ctx);

/* The order of two items: the list's own and, where that says nothing, its kind's. Negative if a
 * comes first. */
int object_list_compare(struct object_list *l, uint64_t a, uint64_t b);

uint32_t object_list_node_of(const struct object_list *l, uint64_t item);

/* Of row < object_list_known(). The edge is NO_EDGE where rows are not edges. */
uint32_t object_list_node(const struct object_list *l, uint64_t row);
uint64_t object_list_edge(const struct object_list *l, uint64_t row);

#endif
