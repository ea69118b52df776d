/* Things that belong to functions, grouped by function: timers by what they call, listeners.
 *
 * All columns live in the store; the members of a group are linked, the newest first.
 */
#ifndef MORTEM_ANALYZER_FUNCTION_GROUPS_H
#define MORTEM_ANALYZER_FUNCTION_GROUPS_H

#include "analyzer/heap.h"
#include "base/u64_map.h"

struct function_member {
    uint32_t node;
    uint32_t value;  /* what goes with it */
    uint32_t before; /* 1-based place of the group's member before it, 0: the first */
};

struct function_group {
    uint64_t key;
    uint32_t function; /* the closure of one of them */
    uint32_t count;
    uint32_t last; /* 1-based place of the newest member */
};

struct function_groups {
    struct column groups;  /* struct function_group, in order of their first members */
    struct column members; /* struct function_member */
    struct u64_map place_of;
};

bool function_groups_init(struct function_groups *g, struct store *s, struct err *err) WARN_UNUSED;
void function_groups_release(struct function_groups *g);

bool function_groups_add(struct function_groups *g, uint64_t key, uint32_t function, uint32_t node,
                         uint32_t value, struct err *err) WARN_UNUSED;

static inline const struct function_group *function_group_at(const struct function_groups *g,
                                                             uint64_t i)
{
    return &((const struct function_group *)g->groups.data)[i];
}

/* The group of this key, NULL if there is none. */
const struct function_group *function_group_of(const struct function_groups *g, uint64_t key);

/* Members of a group: for (m = function_group_last(..); m; m = function_group_before(..)). */
static inline const struct function_member *function_member_at(const struct function_groups *g,
                                                               uint32_t place)
{
    return place ? &((const struct function_member *)g->members.data)[place - 1] : NULL;
}

static inline const struct function_member *function_group_last(const struct function_groups *g,
                                                                const struct function_group *group)
{
    return function_member_at(g, group->last);
}

static inline const struct function_member *function_group_before(const struct function_groups *g,
                                                                  const struct function_member *m)
{
    return function_member_at(g, m->before);
}

#endif
