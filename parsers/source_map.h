/* Source maps: which line of which source file a place in a bundle comes from.
 *
 * In: the JSON text of a map of version 3 in chunks of any size, one with sections too. Out:
 * answers to source_map_find(), the same that the npm package @jridgewell/trace-mapping gives.
 * Lines and columns count from 0, columns in UTF-16 units. Everything is kept in memory: a map is a
 * few times as large as its bundle.
 */
#ifndef MORTEM_PARSERS_SOURCE_MAP_H
#define MORTEM_PARSERS_SOURCE_MAP_H

#include "base/err.h"

struct source_map;

bool source_map_new(struct source_map **ret, struct err *err) WARN_UNUSED;
void source_map_free(struct source_map *m);

/* Errors name the byte. After one the map is of no use. */
bool source_map_feed(struct source_map *m, const uint8_t *buf, size_t len,
                     struct err *err) WARN_UNUSED;
/* The end of the text: fails if it is cut, or no map. */
bool source_map_finish(struct source_map *m, struct err *err) WARN_UNUSED;

/* Texts are the map's and may hold anything. */
struct source_place {
    const char *source; /* as the map has it, with its root in front */
    uint32_t line, column;
    const char *name;    /* the identifier's in the source, NULL if the map does not tell */
    const char *content; /* of the whole source, NULL if the map does not have it */
    size_t content_len;
};

/* The nearest mapping at or before a place, in its line. false: there is none, or it has no source.
 */
bool source_map_find(const struct source_map *m, uint32_t line, uint32_t column,
                     struct source_place *ret);

size_t source_map_count(const struct source_map *m); /* of mappings */

#endif
