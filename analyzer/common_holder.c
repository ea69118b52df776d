/* The nearest common dominator, by vote: see common_holder.h. */
#include "analyzer/common_holder.h"

#include "analyzer/promises.h"
#include "analyzer/retainers.h"
#include "base/u64_map.h"

#include <string.h>

/* Lists make deep trees: a link of a queue is a few steps. */
#define CLIMB 20000
#define SAMPLES 16

/* As many entries make a collection the container, and not a record with some fields. */
#define ENTRIES_LEAST 20

static bool is_system(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    enum node_type t = heap_type(h, n);
    return n == h->root || t == NODE_SYNTHETIC || t == NODE_NATIVE || t == NODE_CODE;
}

static bool vote(const struct js *js, const uint32_t *samples, size_t count, struct u64_map *votes,
                 struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t n = samples[i];
        for (unsigned step = 0; step < CLIMB && n != js->h->root; step++) {
            uint32_t *value;
            bool is_new;
            n = heap_dominator(js->h, n);
            if (!u64_map_put(votes, n, 0, &value, &is_new, err))
                return false;
            ++*value;
        }
    }
    return true;
}

/* The first node above n that most samples are below of. */
static uint32_t first_with(const struct js *js, const struct u64_map *votes, uint32_t n,
                           size_t need)
{
    for (unsigned step = 0; step < CLIMB && n != js->h->root; step++) {
        n = heap_dominator(js->h, n);
        const uint32_t *value = u64_map_get(votes, n);
        if (value && *value >= need)
            return n;
    }
    return NO_NODE;
}

/* The table of a Map, the elements of an array, the reactions of a promise: what they belong to. */
static uint32_t climb_internals(const struct js *js, uint32_t n)
{
    enum { STEPS = 64 };
    for (unsigned i = 0; i < STEPS && n != js->h->root; i++) {
        enum node_type t = heap_type(js->h, n);
        bool internal = (t == NODE_ARRAY || t == NODE_HIDDEN) && !js_is_context(js, n);
        if (!internal)
            break;
        n = heap_dominator(js->h, n);
    }
    return n;
}

/* From a link of a list to what holds its first. */
static uint32_t climb_links(const struct js *js, uint32_t n)
{
    uint32_t link = heap_name_index(js->h, n);
    if (js_collection(js, n) != COLLECTION_NONE || js_is(js, n, JS_PROMISE))
        return n;
    for (unsigned i = 0; i < CLIMB && n != js->h->root; i++) {
        uint32_t above = heap_dominator(js->h, n);
        if (heap_type(js->h, above) != NODE_OBJECT || heap_name_index(js->h, above) != link)
            break;
        n = above;
    }
    return n;
}

static void note_surroundings(const struct js *js, struct common_holder *c)
{
    enum { STEPS = 24 };
    uint32_t n = c->node;
    for (unsigned i = 0; i < STEPS && n != NO_NODE && n != js->h->root; i++) {
        if (heap_type(js->h, n) == NODE_OBJECT) {
            struct str name = heap_name(js->h, n);
            c->in_lru |= memmem(name.p, name.len, "LRU", 3) != NULL;
            c->in_call |= promise_is_suspended(js, n);
        }
        n = heap_dominator(js->h, n);
    }
    for (unsigned i = 0; i < c->owner.hop_count; i++) {
        struct str name = heap_name(js->h, c->owner.hops[i].node);
        c->in_lru |= memmem(name.p, name.len, "LRU", 3) != NULL;
        c->held_by_system |= js_is(js, c->owner.hops[i].node, JS_TIMEOUT);
    }
}

/* `queue` of a package says little: which variable of the application has a function of its? */
static void find_user(const struct js *js, struct common_holder *c)
{
    enum { LOOK_AT = 32 };
    c->user = (struct owner){.holder = NO_NODE, .script = NO_NODE};
    if (c->owner.kind != OWNER_VARIABLE || owner_script_kind(js, &c->owner) != SCRIPT_PACKAGE)
        return;
    struct retainer_walk w = heap_retainers(js->h, c->owner.holder);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        struct owner o;
        if (heap_type(js->h, w.source) != NODE_CLOSURE)
            continue;
        owner_find(js, w.source, &o);
        if (o.kind != OWNER_NONE && owner_script_kind(js, &o) == SCRIPT_USER) {
            c->user = o;
            return;
        }
    }
}

static void settle(const struct js *js, uint32_t holder, struct common_holder *c)
{
    if (holder != NO_NODE)
        holder = climb_links(js, climb_internals(js, holder));
    if (holder == NO_NODE || is_system(js, holder)) {
        owner_find(js, c->sample, &c->owner);
        c->held_by_system = true;
        return;
    }
    c->node = holder;
    c->entries = js_entries(js, holder);
    if (c->entries < ENTRIES_LEAST)
        c->entries = 0;
    owner_find(js, holder, &c->owner);
    find_user(js, c);
    note_surroundings(js, c);
}

/* Without a common dominator: the nearest collection above one, a few references away. */
static uint32_t nearest_collection(const struct js *js, uint32_t n)
{
    enum { WALKED = 160, LOOK_AT = 24, STEPS = 8 };
    uint32_t walked[WALKED] = {n};
    uint8_t steps[WALKED] = {0};
    size_t count = 1;
    for (size_t i = 0; i < count && steps[i] < STEPS; i++) {
        struct retainer_walk w = heap_retainers(js->h, walked[i]);
        for (unsigned seen = 0; seen < LOOK_AT && count < WALKED && retainer_next(&w); seen++) {
            uint32_t u = w.source;
            if (!w.essential || is_system(js, u) || js_is_context(js, u) ||
                heap_type(js->h, u) == NODE_CLOSURE || heap_type(js->h, u) == NODE_OBJECT_SHAPE)
                continue;
            if (js_collection(js, u) != COLLECTION_NONE && js_entries(js, u) >= ENTRIES_LEAST)
                return u;
            walked[count] = u;
            steps[count++] = (uint8_t)(steps[i] + 1);
        }
    }
    return NO_NODE;
}

/* The collection that most of those samples are in that are in one at all; others are still on
 * their way through a connection. */
static uint32_t shared_collection(const struct js *js, const uint32_t *samples, size_t count)
{
    uint32_t found[SAMPLES], best = NO_NODE;
    size_t inside = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        size_t votes = 1;
        uint32_t n = nearest_collection(js, samples[i]);
        if (n == NO_NODE)
            continue;
        for (size_t k = 0; k < inside; k++)
            votes += found[k] == n;
        found[inside++] = n;
        if (votes > most) {
            most = votes;
            best = n;
        }
    }
    return most * 2 > inside && most * 4 >= count ? best : NO_NODE;
}

bool common_holder_find(const struct js *js, const uint32_t *nodes, size_t count,
                        struct common_holder *ret, struct err *err)
{
    uint32_t samples[SAMPLES], best = NO_NODE;
    struct common_holder c = {.node = NO_NODE, .sample = nodes[0]};
    struct u64_map votes;
    size_t tried = min_u64(count, SAMPLES), need = tried - tried / 4;
    for (size_t i = 0; i < tried; i++)
        samples[i] = nodes[i * count / tried];
    if (!u64_map_init(&votes, js->h->store, err))
        return false;
    bool ok = vote(js, samples, tried, &votes, err);
    for (size_t i = 0; ok && i < tried; i++) {
        uint32_t n = first_with(js, &votes, samples[i], need);
        if (n != NO_NODE &&
            (best == NO_NODE || heap_retained_bytes(js->h, n) < heap_retained_bytes(js->h, best))) {
            best = n;
            c.sample = samples[i];
        }
    }
    u64_map_release(&votes);
    if (!ok)
        return false;
    if (best == NO_NODE || is_system(js, climb_internals(js, best)))
        best = shared_collection(js, samples, tried);
    settle(js, best, &c);
    *ret = c;
    return true;
}
