/* Collections that drop their oldest entries by themselves: they have a bound, and are no leak.
 */
#ifndef MORTEM_ANALYZER_LRU_H
#define MORTEM_ANALYZER_LRU_H

#include "analyzer/js.h"

/* The LRU that `container` (a Map, array or object) is part of, NO_NODE if it is of none that is
 * known: Next.js' own, and those of the packages lru-cache, quick-lru, lru_map, tiny-lru, mnemonist
 * and @isaacs/ttlcache. */
uint32_t lru_of(const struct js *js, uint32_t container);

#endif
