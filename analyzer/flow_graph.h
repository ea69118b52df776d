/* Immediate dominators of a directed graph that is small enough for its arrays to be touched at
 * random: what is left of a heap when everything plain is taken away (dominators.c).
 */
#ifndef MORTEM_ANALYZER_FLOW_GRAPH_H
#define MORTEM_ANALYZER_FLOW_GRAPH_H

#include "analyzer/places.h"

/* Vertex 0 is where all paths begin. Edges of vertex v are to[places_at(first, v)] up to those of
 * v + 1. */
struct flow_graph {
    struct store *store;
    uint32_t count;
    const struct places *first;
    const uint32_t *to;
};

#define NO_VERTEX UINT32_MAX

/* Fills dominator[count]: NO_VERTEX for what cannot be reached, 0 for vertex 0.
 *
 * Semi-NCA (L. Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005), on
 * depth-first preorder numbers, so that its sweeps are in order. */
bool flow_graph_dominators(const struct flow_graph *g, uint32_t *dominator,
                           struct err *err) WARN_UNUSED;

#endif
