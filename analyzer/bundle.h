/* A bundle of JavaScript on disk with its source map.
 */
#ifndef MORTEM_ANALYZER_BUNDLE_H
#define MORTEM_ANALYZER_BUNDLE_H

#include "base/buf.h"
#include "parsers/js_scope.h"
#include "parsers/source_map.h"

struct bundle {
    struct buf path; /* on this machine, of the text */
    struct buf text; /* empty: only the map is there */
    struct source_map *map;
};

/* Looks for the script that has this path on the server under `folder`, by the longest part of the
 * path. false: neither it nor its map is there, or *err.code says what is wrong with them. */
bool bundle_open(const char *folder, const char *script, struct bundle *ret, struct err *err);
void bundle_release(struct bundle *b);

/* A file's path in a map as people know it: "webpack://shop/./lib/a.js" is "lib/a.js". */
void source_path_put(const char *source, struct buf *out);

#endif
