/* What callbacks keep: see kept.h. */
#include "analyzer/rules/kept.h"

#include "analyzer/async_store.h"
#include "analyzer/functions.h"

/* Of what is reached from more than this part of the members nobody can say whose it is. */
#define SHARED_BY_LEAST 4
#define SHARED_PART 8

struct kept {
    struct rule_input *in;
    const struct function_groups *groups;
    const struct function_group *group;
    struct u64_map uses; /* node to the number of members that hold it */
};

#define HELD_MAX 24

struct held {
    uint32_t nodes[HELD_MAX];
    size_t count;
};

static void hold(struct held *l, uint32_t n)
{
    if (n != NO_NODE && l->count < HELD_MAX)
        l->nodes[l->count++] = n;
}

static void hold_contexts(const struct js *js, uint32_t closure, struct held *l)
{
    enum { DEPTH = 3 };
    uint32_t at = function_context(js, closure);
    for (unsigned i = 0; i < DEPTH && at != NO_NODE && js_is_context(js, at); i++) {
        hold(l, at);
        at = js_internal(js, at, JS_PREVIOUS);
    }
}

static void hold_function(const struct js *js, uint32_t closure, struct held *l)
{
    uint32_t behind = function_behind(js, closure);
    if (closure == NO_NODE)
        return;
    hold(l, closure);
    hold(l, js_internal(js, closure, JS_BOUND_THIS));
    hold_contexts(js, closure, l);
    if (behind != NO_NODE && behind != closure) {
        hold(l, behind);
        hold_contexts(js, behind, l);
    }
}

static void hold_stores(const struct js *js, uint32_t n, struct held *l)
{
    const struct heap *h = js->h;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (async_store_edge(js, e))
            hold(l, heap_edge_to(h, e));
    }
}

/* A member is a closure, or an object that has one: a timer, a listener of an EventTarget. */
static void find_held(const struct js *js, uint32_t member, struct held *l)
{
    l->count = 0;
    hold(l, member);
    if (heap_type(js->h, member) == NODE_CLOSURE) {
        hold_function(js, member, l);
        return;
    }
    hold_function(js, js_property(js, member, JS_ON_TIMEOUT), l);
    hold_function(js, js_property(js, member, JS_CALLBACK), l);
    hold_stores(js, member, l);
}

static bool count_uses(struct kept *k, struct err *err)
{
    const struct function_member *m = function_group_last(k->groups, k->group);
    struct held held;
    if (!u64_map_init(&k->uses, k->in->js->h->store, err))
        return false;
    for (; m; m = function_group_before(k->groups, m)) {
        find_held(k->in->js, m->node, &held);
        for (size_t i = 0; i < held.count; i++) {
            uint32_t *uses;
            bool is_new;
            if (!u64_map_put(&k->uses, held.nodes[i], 0, &uses, &is_new, err))
                return false;
            ++*uses;
        }
    }
    return true;
}

static bool is_own(const struct kept *k, uint32_t n, uint32_t uses)
{
    uint64_t least = max_u64(SHARED_BY_LEAST, k->group->count / SHARED_PART);
    return uses && uses <= least && n != k->in->js->h->root;
}

/* Is n below another of the nodes that count, or below what another finding explains? */
static bool is_inside(const struct kept *k, uint32_t n)
{
    enum { CLIMB = 500 };
    const struct heap *h = k->in->js->h;
    if (finding_of_node(k->in, n))
        return true;
    for (unsigned i = 0; i < CLIMB && n != h->root; i++) {
        n = heap_dominator(h, n);
        const uint32_t *uses = u64_map_get(&k->uses, n);
        if ((uses && is_own(k, n, *uses)) || finding_of_node(k->in, n))
            return true;
    }
    return false;
}

static uint64_t sum(const struct kept *k)
{
    const struct u64_map_slot *slots = k->uses.slots.data;
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < k->uses.slots.count; i++) {
        uint32_t n = (uint32_t)slots[i].key;
        if (slots[i].used && is_own(k, n, slots[i].value) && !is_inside(k, n))
            bytes += heap_retained_bytes(k->in->js->h, n);
    }
    return bytes;
}

bool kept_bytes(struct rule_input *in, const struct function_groups *g,
                const struct function_group *group, uint64_t *ret, struct err *err)
{
    struct kept k = {.in = in, .groups = g, .group = group};
    bool ok = count_uses(&k, err);
    if (ok)
        *ret = sum(&k);
    u64_map_release(&k.uses);
    return ok;
}

bool kept_claim(struct rule_input *in, struct finding *f, const struct function_groups *g,
                const struct function_group *group, struct err *err)
{
    struct kept k = {.in = in, .groups = g, .group = group};
    bool ok = count_uses(&k, err);
    const struct u64_map_slot *slots = k.uses.slots.data;
    for (uint64_t i = 0; ok && i < k.uses.slots.count; i++) {
        if (slots[i].used && is_own(&k, (uint32_t)slots[i].key, slots[i].value))
            finding_claim(in, f, (uint32_t)slots[i].key);
    }
    u64_map_release(&k.uses);
    return ok;
}

uint32_t kept_unexplained(struct rule_input *in, const struct function_groups *g,
                          const struct function_group *group)
{
    const struct function_member *m = function_group_last(g, group);
    uint32_t count = 0;
    for (; m; m = function_group_before(g, m))
        count += !finding_explaining(in, m->node);
    return count;
}
