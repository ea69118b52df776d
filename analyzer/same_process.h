/* Are two heaps of one process? Only then do ids say which object is which.
 *
 * Ids are counted from 1 in every process, so that all heaps have most ids in common. But in one
 * process an id is the same thing for ever: its type and name stay. Measured on real servers: of
 * the common ids 99.9 % or more agree in one process, less than 15 % in two.
 */
#ifndef MORTEM_ANALYZER_SAME_PROCESS_H
#define MORTEM_ANALYZER_SAME_PROCESS_H

#include "analyzer/heap.h"

/* Looks at a sample of objects; one sweep over the ids of `b`. Heaps without a common id are told
 * apart. */
bool heaps_same_process(const struct heap *a, const struct heap *b, bool *ret,
                        struct err *err) WARN_UNUSED;

/* The same of a few objects, for heaps that are not there together: cheap, and sure only if it says
 * no. */
struct process_sketch;
void process_sketch_take(const struct heap *h, struct process_sketch *ret);
bool sketches_may_agree(const struct process_sketch *a, const struct process_sketch *b);

/* JS objects have odd ids, which no other object of the process ever gets; embedders' are even and
 * tell nothing. */
static inline bool id_is_js(uint32_t id)
{
    return id & 1;
}

/* Objects with a greater id are younger than this heap. */
uint32_t heap_max_js_id(const struct heap *h);

#endif
