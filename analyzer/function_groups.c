/* Things grouped by function: see function_groups.h. */
#include "analyzer/function_groups.h"

bool function_groups_init(struct function_groups *g, struct store *s, struct err *err)
{
    *g = (struct function_groups){0};
    return column_make(&g->groups, s, "groups of functions", sizeof(struct function_group), 0,
                       err) &&
           column_make(&g->members, s, "members of groups", sizeof(struct function_member), 0,
                       err) &&
           u64_map_init(&g->place_of, s, err);
}

void function_groups_release(struct function_groups *g)
{
    column_release(&g->groups);
    column_release(&g->members);
    u64_map_release(&g->place_of);
}

bool function_groups_add(struct function_groups *g, uint64_t key, uint32_t function, uint32_t node,
                         uint32_t value, struct err *err)
{
    uint32_t *place;
    bool is_new;
    if (!column_reserve(&g->groups, 1, err) || !column_reserve(&g->members, 1, err) ||
        !u64_map_put(&g->place_of, key, (uint32_t)g->groups.count, &place, &is_new, err))
        return false;
    struct function_group *groups = g->groups.data;
    if (is_new)
        groups[g->groups.count++] = (struct function_group){.key = key, .function = function};
    struct function_group *group = &groups[*place];
    ((struct function_member *)g->members.data)[g->members.count++] =
        (struct function_member){.node = node, .value = value, .before = group->last};
    group->last = (uint32_t)g->members.count;
    group->count++;
    return true;
}

const struct function_group *function_group_of(const struct function_groups *g, uint64_t key)
{
    const uint32_t *place = u64_map_get(&g->place_of, key);
    return place ? function_group_at(g, *place) : NULL;
}
