/* Linked lists that a program makes by hand: objects that each lead to the next by a property of
 * the same name.
 */
#ifndef MORTEM_ANALYZER_CHAIN_H
#define MORTEM_ANALYZER_CHAIN_H

#include "analyzer/js.h"

struct chain {
    uint32_t first;  /* link */
    uint32_t name;   /* of the property that leads on, a string index */
    uint64_t length; /* links */
};

/* The list that begins at n or at what a property of n leads to; of several the first of at least
 * `least` links. Follows each link once. */
bool chain_find(const struct js *js, uint32_t n, uint64_t least, struct chain *ret);

/* Is n a link behind another one? */
bool chain_is_inside(const struct js *js, uint32_t n);

#endif
