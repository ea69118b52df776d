/* The header of a snapshot: collects what yajl reports inside `snapshot` and checks it.
 */
#ifndef MORTEM_PARSERS_SNAPSHOT_META_H
#define MORTEM_PARSERS_SNAPSHOT_META_H

#include "parsers/heapsnapshot.h"

/* All fields unknown. */
void snapshot_meta_init(struct snapshot_meta *m);

/* Is `key` one of the numbers under `snapshot` that count? */
bool snapshot_meta_has_number(const char *key);
/* Such a number: "node_count" and its like; other keys are ignored. */
void snapshot_meta_number(struct snapshot_meta *m, const char *key, uint64_t value);

/* Entry `index` of an array of strings under `snapshot.meta`; `nested` tells node_types[0] from
 * node_types. False: more fields or types than there is room for, or a field that counts twice. */
bool snapshot_meta_string(struct snapshot_meta *m, const char *key, bool nested, unsigned index,
                          const char *text, size_t len, struct err *err) WARN_UNUSED;

/* Are the fields there without which nothing can be read? */
bool snapshot_meta_check(const struct snapshot_meta *m, struct err *err) WARN_UNUSED;

#endif
