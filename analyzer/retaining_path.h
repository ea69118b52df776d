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

/* What a node is: its class, a context's script, a function's name. No string contents. */
void node_put_label(const struct js *js, uint32_t n, struct buf *out);

#endif
