/* What one snapshot tells of a collection's life: does it grow, is it bounded, was it made once?
 *
 * Structure decides: places of a table from which entries were taken, an array made at its length,
 * calls that the code around it made, the classes of caches that evict. Where none of these says
 * anything the keys do.
 */
#ifndef MORTEM_ANALYZER_RULES_COLLECTION_LIFE_H
#define MORTEM_ANALYZER_RULES_COLLECTION_LIFE_H

#include "analyzer/code_use.h"
#include "analyzer/rules/rule.h"

enum life {
    LIFE_UNKNOWN,
    LIFE_GROWS,    /* code that ran adds to it, and none was seen to take out */
    LIFE_BOUNDED,  /* entries leave it, or their number is fixed */
    LIFE_CONSTANT, /* filled once, while the program was loaded */
};

struct collection_life {
    enum life life;
    const char *reason; /* a sentence in the arena, NULL if there is none */
    uint32_t adder;     /* the function that adds, NO_NODE if not known */
    unsigned groups; /* entries lie in so many groups among the heap's objects: made bit by bit */
    bool bit_by_bit; /* in many for their number */
    bool keys_from_requests; /* URLs, numbers behind a word, addresses: not words of a table */
};

/* Of collection n, whose owner is o. */
void collection_life(struct rule_input *in, uint32_t n, const struct owner *o,
                     struct collection_life *ret);

/* Whose code keeps it: that of the variable's script, or of the class of the object that has it. */
enum script_kind collection_code_kind(const struct js *js, const struct owner *o);

#endif
