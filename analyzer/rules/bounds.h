/* Signs that a collection has a bound that it has not reached yet.
 */
#ifndef MORTEM_ANALYZER_RULES_BOUNDS_H
#define MORTEM_ANALYZER_RULES_BOUNDS_H

#include "analyzer/owner.h"

/* Does what holds the collection look like a cache with a bound? By the class (an LRU), by a field
 * of it (max, capacity), or by lines of the script that compare its size and take entries out. `o`
 * is the owner of the collection. */
bool has_bound(const struct js *js, const struct owner *o);

#endif
