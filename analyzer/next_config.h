/* Lines for next.config.js, right for the version that was found.
 *
 * The size of the in-memory cache is in bytes in all versions; its key moved in 14.1. Where only a
 * range is known both forms are given, each with the versions that it is for.
 */
#ifndef MORTEM_ANALYZER_NEXT_CONFIG_H
#define MORTEM_ANALYZER_NEXT_CONFIG_H

#include "analyzer/analysis.h"

enum cache_key {
    CACHE_KEY_NONE,    /* to 11.0: not configurable */
    CACHE_KEY_ISR,     /* experimental.isrMemoryCacheSize, 11.1 to 14.0 */
    CACHE_KEY_MAX,     /* cacheMaxMemorySize, from 14.1 */
    CACHE_KEY_UNKNOWN, /* the version is not known well enough */
};

enum cache_key next_cache_key(const struct next_info *next);

/* The whole of next.config.js that limits the cache to `bytes`; 0 turns it off. */
const char *next_cache_limit_lines(const struct next_info *next, uint64_t bytes,
                                   struct arena *arena);

/* The same with a cache handler of the user's in `./cache-handler.js`. */
const char *next_cache_handler_lines(const struct next_info *next, struct arena *arena);

/* serverMinification: false keeps variables' names readable; it is there from 13.4 on. */
bool next_has_server_minification(const struct next_info *next);

#endif
