/* Which of the answers speak for all: the death that the page opens with, the advice in the order
 * in which it should be followed. Used by every renderer that sums up.
 */
#ifndef MORTEM_ANALYZER_VERDICT_H
#define MORTEM_ANALYZER_VERDICT_H

#include "analyzer/analysis.h"
#include "base/buf.h"

#define VERDICT_ADVICE_MAX 40

#define VERDICT_NONE SIZE_MAX

struct verdict_item {
    const struct advice *advice;
    size_t finding, death; /* whose it is: one index, the other is VERDICT_NONE */
};

struct verdict_advice {
    struct verdict_item list[VERDICT_ADVICE_MAX];
    size_t count;
    size_t dropped; /* more than the list holds */
};

/* The last death of a Node process, else the last death; its index in a->deaths.
 * a->death_count must not be 0. */
size_t verdict_death(const struct analysis *a);

/* First what stops leaks, then what keeps the process alive meanwhile, then the rest. What several
 * give under one title is taken from the first: the last death of the server speaks for older ones.
 */
void verdict_advice(const struct analysis *a, struct verdict_advice *ret);

bool verdict_has_input(const struct analysis *a, enum input_kind kind);

/* "1,000 entries, 2.1 MB, 2.1 kB a request, in 2 snapshots"; nothing if it was not compared. */
void growth_put(struct buf *b, const struct growth_figures *g);

/* The finding is of the heap that a->heap sums up: shares of its total make sense. */
bool verdict_is_main_heap(const struct analysis *a, const struct finding *f);

#endif
