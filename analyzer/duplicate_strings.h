/* Strings that a heap holds more than once, as DevTools finds them.
 *
 * Candidates are strings and concatenated strings that have a size, but for concatenations that V8
 * has flattened (one part is empty): those are their own copies. Strings are equal by their display
 * names; where the writer marked one as truncated, by their true lengths and hashes too.
 */
#ifndef MORTEM_ANALYZER_DUPLICATE_STRINGS_H
#define MORTEM_ANALYZER_DUPLICATE_STRINGS_H

#include "analyzer/heap.h"

struct string_group {
    uint32_t first_node;
    uint32_t count;          /* at least 2 */
    uint64_t self_bytes;     /* of all */
    uint64_t retained_bytes; /* summed up */
    uint64_t waste_bytes;    /* self_bytes without the largest copy: what one copy would save */
    uint64_t largest_bytes;
};

struct duplicate_strings {
    struct column groups;   /* struct string_group, by their first nodes */
    struct column group_of; /* uint32_t, by node: 1-based group, 0: none */
};

/* A sweep over the nodes that makes every candidate's display name; the caller releases. */
bool duplicate_strings_find(const struct heap *h, struct duplicate_strings *ret,
                            struct err *err) WARN_UNUSED;
void duplicate_strings_release(struct duplicate_strings *d);

#endif
