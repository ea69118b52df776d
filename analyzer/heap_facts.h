/* Single facts about a heap: its statistics, and what is known of one object.
 */
#ifndef MORTEM_ANALYZER_HEAP_FACTS_H
#define MORTEM_ANALYZER_HEAP_FACTS_H

#include "analyzer/answer_table.h"
#include "analyzer/heap.h"
#include "base/arena.h"

struct fact {
    const char *key;   /* in JSON */
    const char *label; /* for people */
    enum column_kind kind;
    bool known;
    uint64_t number;
    const char *text; /* of kinds that are texts */
};

#define FACTS_MAX 20

struct fact_list {
    struct fact facts[FACTS_MAX];
    size_t count;
    uint64_t total_bytes; /* of the heap, for shares */
    struct arena arena;   /* of the texts */
};

/* The caller calls fact_list_release(), also after a failure. */
bool heap_facts(const struct heap *h, struct fact_list *ret, struct err *err) WARN_UNUSED;
bool node_facts(const struct heap *h, uint32_t n, struct fact_list *ret,
                struct err *err) WARN_UNUSED;
void fact_list_release(struct fact_list *l);

#endif
