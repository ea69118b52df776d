/* Rule next-known-leak: leaks of Next.js itself, told by their shape in the heap.
 *
 * The shape decides whether one is there and how large it has become, the version whether it has a
 * bound: known_leaks.h has the versions. What a fixed version holds is no leak whatever its size.
 */
#include "analyzer/key_pattern.h"
#include "analyzer/retainers.h"
#include "analyzer/rules/known_leaks.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE 64

static void set_owner_of(struct rule_input *in, struct finding *f, uint32_t n)
{
    struct owner o;
    owner_find(in->js, n, &o);
    finding_set_owner(in, f, &o);
}

/* Who reaches n over an edge of this type and name? NO_NODE: nobody. */
static uint32_t holder_by(const struct js *js, uint32_t n, enum edge_type type, enum js_name name)
{
    enum { LOOK_AT = 256 };
    struct retainer_walk w = heap_retainers(js->h, n);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        if (js_edge(js, w.source, type, name) == n)
            return w.source;
    }
    return NO_NODE;
}

static bool is_large(const struct rule_input *in, uint64_t entries, uint32_t n)
{
    return entries >= KNOWN_LEAK_ENTRIES &&
           heap_retained_bytes(in->js->h, n) >= COLLECTION_LEAST_BYTES;
}

/* -- paths that the router has looked up -- */

struct lookups {
    uint64_t looked_at, without_file;
    bool counted; /* entries are those of the LRU that had the bug */
};

static struct lookups sample_lookups(const struct js *js, uint32_t map)
{
    struct js_entry entries[SAMPLE];
    struct lookups l = {.looked_at = js_sample(js, map, entries, SAMPLE)};
    for (size_t i = 0; i < l.looked_at; i++) {
        uint32_t entry = entries[i].value;
        if (entry == NO_NODE)
            continue;
        uint32_t data = js_property(js, entry, JS_DATA);
        bool nothing = data == NO_NODE || heap_type(js->h, data) == NODE_HIDDEN;
        l.counted = l.counted || str_equal(heap_name(js->h, entry), "LRUNode");
        l.without_file += nothing;
    }
    return l;
}

/* With the cap, or a little before it, came a hook. */
static bool is_uncapped(const struct rule_input *in)
{
    return in->js->name[JS_ON_EVICT] == NO_STRING;
}

/* The version that is known decides. Otherwise the heap does. */
static enum known_leak_id router_leak(struct rule_input *in)
{
    const struct next_info *next = &in->analysis->next;
    if (known_leak_standing(known_leak(LEAK_ROUTER_UNBOUNDED), next) == STANDING_AFFECTED)
        return LEAK_ROUTER_UNBOUNDED;
    if (known_leak_standing(known_leak(LEAK_ROUTER_CAPPED), next) == STANDING_AFFECTED)
        return LEAK_ROUTER_CAPPED;
    return is_uncapped(in) ? LEAK_ROUTER_UNBOUNDED : LEAK_ROUTER_CAPPED;
}

static enum severity router_severity(struct rule_input *in, enum known_leak_id which,
                                     uint64_t entries, uint32_t lru)
{
    if (which == LEAK_ROUTER_UNBOUNDED)
        return is_large(in, entries, lru) ? SEVERITY_LEAK : SEVERITY_INFO;
    return entries >= ROUTER_CAPPED_ENTRIES ? SEVERITY_WARN : SEVERITY_INFO;
}

static void report_router(struct rule_input *in, uint32_t lru, uint32_t map, uint64_t entries,
                          const struct lookups *l)
{
    struct arena *arena = &in->analysis->arena;
    enum known_leak_id which = router_leak(in);
    enum severity severity = router_severity(in, which, entries, lru);
    struct finding *f = known_leak_report(in, which, severity, lru,
                                          which == LEAK_ROUTER_UNBOUNDED && is_uncapped(in));
    if (!f)
        return;
    bool bounded = f->severity == SEVERITY_INFO && which == LEAK_ROUTER_CAPPED;
    set_owner_of(in, f, lru);
    f->kind = "LRUCache";
    f->entries = entries;
    f->title = arena_printf(
        arena, "Next.js' router keeps %s paths that it looked up%s", count_text(in, entries),
        bounded                       ? ": bounded in this version, no leak"
        : which == LEAK_ROUTER_CAPPED ? ", up to 1,048,576 in this version"
        : severity == SEVERITY_LEAK   ? " and never forgets one that has no file"
                                      : ": it forgets none, and they are few yet");
    evidence_add(in, f, lru,
                 "getItemsLru of filesystem.js: %llu of %llu entries looked at have no "
                 "file",
                 (unsigned long long)l->without_file, (unsigned long long)l->looked_at);
    if (which == LEAK_ROUTER_CAPPED && !bounded)
        evidence_add(in, f, NO_NODE, "at its bound it would take about %s",
                     bytes_text(in, f->retained_bytes / entries * 1048576));
    const char *keys = collection_keys(in, map);
    if (*keys) {
        f->route = keys;
        evidence_add(in, f, map, "the paths look like %s", keys);
    }
}

/* From 16.3 on a path without a file has a mark of its own and its length counts: there is none
 * without data. */
static void look_at_router(struct rule_input *in)
{
    const struct node_list *lrus = &in->census->named[CENSUS_LRU_CACHES];
    const struct js *js = in->js;
    for (size_t i = 0; i < lrus->count; i++) {
        uint32_t lru = lrus->nodes[i], map = js_property(js, lru, JS_CACHE);
        if (map == NO_NODE || js_collection(js, map) != COLLECTION_MAP ||
            holder_by(js, lru, EDGE_CONTEXT, JS_GET_ITEMS_LRU) == NO_NODE)
            continue;
        uint64_t entries = js_entries(js, map);
        if (entries < KNOWN_LEAK_SHOWN * 2)
            continue;
        struct lookups l = sample_lookups(js, map);
        if (l.counted && l.without_file * 2 >= l.looked_at && !finding_of_node(in, lru))
            report_router(in, lru, map, entries, &l);
    }
}

/* -- records of fetches -- */

static const char *urls_of(struct rule_input *in, uint32_t list)
{
    struct js_entry entries[SAMPLE];
    struct str urls[SAMPLE];
    struct buf b = {0};
    size_t count = js_sample(in->js, list, entries, SAMPLE), used = 0;
    for (size_t i = 0; i < count; i++) {
        struct str url = js_text(in->js, js_property(in->js, entries[i].value, JS_URL));
        if (url.len)
            urls[used++] = url;
    }
    key_pattern_put(urls, used, &b);
    const char *text = arena_strndup(&in->analysis->arena, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static void look_at_fetches(struct rule_input *in)
{
    const struct node_list *all = &in->census->named[CENSUS_ASYNC_STORAGES];
    const struct js *js = in->js;
    for (size_t i = 0; i < all->count; i++) {
        uint32_t list = js_property(js, all->nodes[i], JS_FETCH_METRICS);
        if (list == NO_NODE || js_collection(js, list) != COLLECTION_ARRAY ||
            finding_of_node(in, list))
            continue;
        uint64_t entries = js_entries(js, list);
        if (entries < KNOWN_LEAK_SHOWN)
            continue;
        /* Only affected versions make the list there: a range of versions need not decide. */
        bool large = is_large(in, entries, list);
        bool proven = known_leak_standing(known_leak(LEAK_FETCH_METRICS), &in->analysis->next) !=
                      STANDING_FIXED;
        struct finding *f = known_leak_report(in, LEAK_FETCH_METRICS,
                                              large ? SEVERITY_LEAK : SEVERITY_INFO, list, proven);
        if (!f)
            return;
        f->variable = "AsyncLocalStorage.fetchMetrics";
        f->kind = "Array";
        f->entries = entries;
        f->title = arena_printf(&in->analysis->arena,
                                "Next.js keeps a record of each of %s fetches made outside of an "
                                "App Router render%s",
                                count_text(in, entries), large ? "" : ": few yet");
        evidence_add(in, f, list,
                     "fetchMetrics of the AsyncLocalStorage that renders share: %s a "
                     "fetch",
                     bytes_text(in, f->retained_bytes / entries));
        const char *urls = urls_of(in, list);
        if (*urls)
            evidence_add(in, f, NO_NODE, "they fetched %s", urls);
    }
}

/* -- ids of timeouts -- */

/* Numbers leave no edges: the room of the array tells how many there may be. */
static void look_at_timeouts(struct rule_input *in)
{
    enum { SLOT_BYTES = 8 };
    const struct node_list *all = &in->census->named[CENSUS_TIMEOUT_MANAGERS];
    const struct js *js = in->js;
    for (size_t i = 0; i < all->count; i++) {
        uint32_t list = js_property(js, all->nodes[i], JS_RESOURCES);
        if (list == NO_NODE || js_collection(js, list) != COLLECTION_ARRAY)
            continue;
        uint64_t room = heap_retained_bytes(js->h, list) / SLOT_BYTES;
        if (room < TIMEOUT_IDS_SHOWN || finding_of_node(in, list))
            continue;
        bool large = room * SLOT_BYTES >= COLLECTION_LEAST_BYTES;
        struct finding *f = known_leak_report(in, LEAK_TIMEOUT_IDS,
                                              large ? SEVERITY_LEAK : SEVERITY_INFO, list, false);
        if (!f)
            return;
        f->variable = "TimeoutsManager.resources";
        f->kind = "Array";
        f->entries = room;
        f->title = arena_printf(&in->analysis->arena,
                                "Next.js' edge sandbox keeps the ids of timeouts that have fired: "
                                "room for %s",
                                count_text(in, room));
        evidence_add(in, f, list, "an array of numbers, which a snapshot shows by its size only");
    }
}

/* -- signals, errors, the index of routes -- */

static uint64_t retained_by_all(const struct heap *h, const struct node_list *l)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < l->count; i++)
        sum += heap_retained_bytes(h, l->nodes[i]);
    return sum;
}

static void add_samples(struct rule_input *in, struct finding *f, const struct node_list *l,
                        const char *what)
{
    for (size_t i = 0; i < 3 && i < l->count; i++)
        evidence_add(in, f, l->nodes[i * l->count / 3], "%s", what);
}

static void look_at_signals(struct rule_input *in)
{
    const struct node_list *all = &in->census->named[CENSUS_ABORT_SIGNALS];
    const struct known_leak *k = known_leak(LEAK_ABORT_SIGNALS);
    if (all->count < ORPHANS_LEAST || all->count <= ORPHANS_PER_SOCKET * in->census->sockets ||
        known_leak_standing(k, &in->analysis->next) != STANDING_AFFECTED)
        return;
    uint64_t bytes = retained_by_all(in->js->h, all);
    bool large = bytes >= KNOWN_LEAK_BYTES;
    struct finding *f = known_leak_report(
        in, LEAK_ABORT_SIGNALS, large ? SEVERITY_LEAK : SEVERITY_INFO, all->nodes[0], false);
    if (!f)
        return;
    for (size_t i = 0; i < all->count; i++)
        finding_claim(in, f, all->nodes[i]);
    f->kind = "AbortSignal";
    f->entries = all->count;
    f->retained_bytes = bytes;
    f->confidence = 70; /* claimed by its issue */
    f->title = arena_printf(&in->analysis->arena,
                            "%s abort signals of prerenders are still there, and %s with them",
                            count_text(in, all->count), bytes_text(in, bytes));
    add_samples(in, f, all, "one of the signals");
}

/* A collection of the user's that errors were put into is that collection's leak. */
static bool is_in_users_collection(const struct js *js, uint32_t n)
{
    struct owner o;
    uint32_t c = js_dominating_collection(js, n, COLLECTION_LEAST_ENTRIES);
    if (c == NO_NODE)
        return false;
    owner_find(js, c, &o);
    enum script_kind k = owner_script_kind(js, &o);
    return o.kind != OWNER_NONE && (k == SCRIPT_USER || k == SCRIPT_PACKAGE);
}

static void look_at_errors(struct rule_input *in)
{
    const struct node_list *all = &in->census->named[CENSUS_CALL_SITES];
    const struct next_info *next = &in->analysis->next;
    if (all->count < CALL_SITES_LEAST || !next->found)
        return;
    uint64_t bytes = retained_by_all(in->js->h, all);
    bool heavy = share_of_heap(in, bytes) >= KNOWN_LEAK_SHARE;
    uint32_t one = all->nodes[all->count / 2];
    if (bytes < KNOWN_LEAK_BYTES || finding_explaining(in, one) ||
        is_in_users_collection(in->js, one))
        return;
    enum standing standing = known_leak_standing(known_leak(LEAK_ERRORS), next);
    struct finding *f =
        finding_add(in, KNOWN_LEAK_RULE, heavy ? SEVERITY_WARN : SEVERITY_INFO, NO_NODE);
    if (!f)
        return;
    f->issue = standing == STANDING_AFFECTED ? known_leak(LEAK_ERRORS)->issue : NULL;
    f->kind = "Error";
    f->entries = all->count;
    f->retained_bytes = bytes;
    f->confidence = 50;
    f->title = arena_printf(&in->analysis->arena,
                            "Errors whose stacks nobody has read hold %s frames, and %s with them",
                            count_text(in, all->count), bytes_text(in, bytes));
    add_samples(in, f, all, "a frame: it holds its function and the object that it was called on");
    const struct known_leak *k = known_leak(LEAK_ERRORS);
    if (standing != STANDING_FIXED) {
        known_leak_put_versions(in, f, k, standing);
        known_leak_advise(in, f, k);
    } else {
        advice_add(in, f, k->around_title, k->around_where, k->around, k->around_why);
    }
}

/* Is it one of the tables in which Next.js keeps each path that it ever rendered? */
static const char *index_name(const struct js *js, uint32_t n)
{
    uint32_t manifest = holder_by(js, n, EDGE_PROPERTY, JS_ROUTES);
    if (manifest != NO_NODE && js_property(js, manifest, JS_DYNAMIC_ROUTES) != NO_NODE)
        return "prerenderManifest.routes";
    if (js_collection(js, n) != COLLECTION_MAP)
        return NULL;
    uint32_t holder = holder_by(js, n, EDGE_PROPERTY, JS_CACHE_CONTROLS);
    if (holder != NO_NODE && heap_type(js->h, holder) == NODE_CLOSURE)
        return "SharedCacheControls.cacheControls";
    holder = holder_by(js, n, EDGE_PROPERTY, JS_TIMINGS);
    return holder != NO_NODE && str_equal(heap_name(js->h, holder), "SharedRevalidateTimings")
               ? "SharedRevalidateTimings.timings"
               : NULL;
}

static void look_at_indexes(struct rule_input *in)
{
    const struct node_list *all = &in->census->collections;
    for (size_t i = 0; i < all->count; i++) {
        uint32_t n = all->nodes[i];
        if (heap_retained_bytes(in->js->h, n) < COLLECTION_LEAST_BYTES)
            continue;
        const char *name = index_name(in->js, n);
        uint64_t entries = name ? js_entries(in->js, n) : 0;
        if (entries < ROUTE_INDEX_SHOWN || finding_explaining(in, n))
            continue;
        struct finding *f = known_leak_report(in, LEAK_ROUTE_INDEX, SEVERITY_INFO, n, false);
        if (!f)
            return;
        f->variable = name;
        f->kind = js_collection(in->js, n) == COLLECTION_MAP ? "Map" : "Object";
        f->entries = entries;
        f->title = arena_printf(&in->analysis->arena,
                                "Next.js' index of rendered paths has %s entries: it never shrinks",
                                count_text(in, entries));
        const char *keys = collection_keys(in, n);
        evidence_add(in, f, n, "%s an entry%s%s", bytes_text(in, f->retained_bytes / entries),
                     *keys ? ", for paths like " : "", keys);
        f->route = *keys ? keys : NULL;
    }
}

bool rule_next_known_leak(struct rule_input *in, struct err *err)
{
    look_at_router(in);
    look_at_fetches(in);
    look_at_timeouts(in);
    if (!known_leak_use_cache(in, err))
        return false;
    look_at_indexes(in);
    if (!in->analysis->next.found)
        return true;
    if (!known_leak_bodies(in, err))
        return false;
    look_at_signals(in);
    look_at_errors(in);
    return true;
}
