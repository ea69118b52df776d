/* Which of the answers speak for all: the death that the page opens with, the advice in the order
 * in which it should be followed. Used by every renderer that sums up.
 */
#ifndef MORTEM_REPORT_VERDICT_H
#define MORTEM_REPORT_VERDICT_H

#include "analyzer/analysis.h"

#define VERDICT_ADVICE_MAX 40

struct verdict_advice {
    const struct advice *list[VERDICT_ADVICE_MAX];
    size_t count;
    size_t dropped; /* more than the list holds */
};

/* The last death of a server by its name or cause, else the last death; its index in a->deaths.
 * a->death_count must not be 0. */
size_t verdict_death(const struct analysis *a);

/* First what stops leaks, then what keeps the process alive meanwhile, then the rest; each once. */
void verdict_advice(const struct analysis *a, struct verdict_advice *ret);

bool verdict_has_input(const struct analysis *a, enum input_kind kind);

/* The finding is of the heap that a->heap sums up: shares of its total make sense. */
bool verdict_is_main_heap(const struct analysis *a, const struct finding *f);

#endif
