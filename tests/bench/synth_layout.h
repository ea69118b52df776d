/* Where the nodes and strings of a synthetic snapshot stand in the file, by arithmetic: nothing is
 * kept for a node, so that a file of any size takes the same memory to write.
 *
 * Nodes: the base; the entries of each container, group after group; then blocks of some groups
 * each, in a shuffled order, as pages of a heap are not in the order they were filled. In a block
 * the areas follow one another. Strings: the base's; the numbers that name slots of tables; each
 * group's.
 */
#ifndef MORTEM_TESTS_BENCH_SYNTH_LAYOUT_H
#define MORTEM_TESTS_BENCH_SYNTH_LAYOUT_H

#include "tests/bench/synth_plan.h"

/* Groups of a block: chosen so that edges are about as long as those of a real server's snapshot.
 */
#define BLOCK_GROUPS 96

struct layout {
    const struct plan *p;
    uint64_t groups, seed;
    uint64_t area_start[AREA_BODIES]; /* ordinals */
    uint64_t blocks_start;
    uint64_t block_nodes, full_blocks;    /* a last one that is not full keeps its place */
    uint64_t factor, offset, back_factor; /* the shuffle of full blocks, and its way back */
    uint64_t nodes, edges, numbers, strings, locations;
};

void layout_init(struct layout *l, const struct plan *p, uint64_t groups, uint64_t seed);

/* `n` as an edge of group `g` names it; `salt` chooses the other group, where it is one. */
uint64_t layout_ordinal(const struct layout *l, uint64_t g, uint32_t n, uint32_t salt);

/* Which block stands at a place, full or not. */
uint64_t layout_block_at(const struct layout *l, uint64_t place);
uint64_t layout_blocks(const struct layout *l);
uint64_t layout_groups_of_block(const struct layout *l, uint64_t block);

/* `name` of a node of group `g` (0 for one of the base); of an edge. */
uint64_t layout_name(const struct layout *l, uint64_t g, uint32_t name);
uint64_t layout_edge_name(const struct layout *l, const struct plan_edge *e);

/* Containers. Slots are places in the table of a Map: entry i has its key in slot i, its value in
 * the next. */
uint64_t layout_entries(const struct layout *l, unsigned container);
uint64_t layout_slot(const struct layout *l, unsigned container, uint64_t entry);
uint64_t layout_self(const struct layout *l, const struct plan_node *n);
uint64_t layout_edge_count(const struct layout *l, const struct plan_node *n);

#endif
