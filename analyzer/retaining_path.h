/* The shortest retaining path of an object, for people to read.
 */
#ifndef MORTEM_ANALYZER_RETAINING_PATH_H
#define MORTEM_ANALYZER_RETAINING_PATH_H

#include "analyzer/analysis.h"
#include "analyzer/js.h"
#include "base/buf.h"

/* From a root to `n` in the arena, at most PATH_STEPS_MAX steps: longer ones are cut in the middle.
 * Descends by distance; among equally near retainers the one that tells most. */
bool retaining_path(const struct js *js, uint32_t n, struct arena *arena,
                    struct path_step **ret_path, size_t *ret_count, struct err *err) WARN_UNUSED;

#define PATH_STEPS_MAX 24

/* The same, whole: nodes from `n` up to the root, and the edges that lead into each. Of a list that
 * is walked link by link only the last links. An object that is not reached is alone. */
#define WALK_NODES_MAX 4096
struct retaining_walk {
    uint32_t nodes[WALK_NODES_MAX];
    uint64_t edges[WALK_NODES_MAX];
    size_t count;
};
void retaining_walk(const struct js *js, uint32_t n, struct retaining_walk *ret);

/* What a node is: its class, a context's script, a function's name. No string contents. */
void node_put_label(const struct js *js, uint32_t n, struct buf *out);

#endif
