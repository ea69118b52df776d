/* Cached pages and fetches: see isr_entries.h. */
#include "analyzer/rules/isr_entries.h"

#include "analyzer/js_values.h"
#include "analyzer/key_pattern.h"
#include "analyzer/lru.h"
#include "analyzer/retainers.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

#define CLIMB_MAX 6
#define WIDTH_MAX 12

/* -- from an entry to its collection -- */

/* A table's Map: the table array is retained by it alone. */
static uint32_t map_of_table(const struct js *js, uint32_t table)
{
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, table);
    while (retainer_next(&w)) {
        uint32_t u = w.source;
        if (js_collection(js, u) == COLLECTION_MAP && js_internal(js, u, JS_TABLE) == table)
            return u;
    }
    return NO_NODE;
}

/* The edges are counted, not looked at: this is asked for every entry. */
static bool is_wide(const struct js *js, uint32_t u)
{
    enum collection c = js_collection(js, u);
    return (c == COLLECTION_ARRAY || c == COLLECTION_OBJECT) &&
           heap_first_edge(js->h, u + 1) - heap_first_edge(js->h, u) >= COLLECTION_LEAST_ENTRIES;
}

static uint32_t container_of(const struct js *js, uint32_t u)
{
    if (heap_type(js->h, u) == NODE_ARRAY)
        return map_of_table(js, u);
    return is_wide(js, u) ? u : NO_NODE;
}

/* Breadth-first over retainers, a few levels and few nodes a level. */
static uint32_t container_above(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    uint32_t level[WIDTH_MAX] = {n}, next[WIDTH_MAX];
    size_t count = 1;
    for (unsigned depth = 0; depth < CLIMB_MAX && count; depth++) {
        size_t next_count = 0;
        for (size_t i = 0; i < count; i++) {
            struct retainer_walk w = heap_retainers(h, level[i]);
            for (unsigned seen = 0; seen < WIDTH_MAX && retainer_next(&w); seen++) {
                uint32_t container = container_of(js, w.source);
                if (container != NO_NODE)
                    return container;
                if (heap_type(h, w.source) == NODE_OBJECT && next_count < WIDTH_MAX)
                    next[next_count++] = w.source;
            }
        }
        memcpy(level, next, next_count * sizeof *next);
        count = next_count;
    }
    return NO_NODE;
}

/* -- entries -- */

static bool is_entry(const struct js *js, uint32_t n)
{
    static const enum js_name contents[] = {JS_HTML, JS_PAGE_DATA, JS_RSC_DATA, JS_BODY,
                                            JS_DATA, JS_PROPS,     JS_BUFFER};
    if (!js_is_object(js, n))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(contents); i++) {
        if (js_property(js, n, contents[i]) != NO_NODE)
            return true;
    }
    return false;
}

static struct isr_cache *count_entry(struct isr_caches *c, uint32_t container, size_t kind)
{
    size_t i = 0;
    while (i < c->count && c->all[i].container != container)
        i++;
    if (i == ISR_CACHES_MAX)
        return NULL;
    if (i == c->count)
        c->all[c->count++] = (struct isr_cache){.container = container};
    c->all[i].entries++;
    c->all[i].by_kind[kind]++;
    return &c->all[i];
}

static size_t kind_of(struct isr_caches *c, struct str word)
{
    size_t i = 0;
    while (i < c->kind_count &&
           (c->kinds[i].len != word.len || memcmp(c->kinds[i].p, word.p, word.len)))
        i++;
    if (i == c->kind_count && i + 1 < ISR_KINDS_MAX)
        c->kinds[c->kind_count++] = word;
    return i;
}

static void find_objects(struct rule_input *in, struct isr_caches *c)
{
    const struct js *js = in->js;
    const struct node_list *words = &in->census->named[CENSUS_KIND_WORDS];
    for (size_t i = 0; i < words->count; i++) {
        uint32_t word = words->nodes[i];
        size_t kind = kind_of(c, heap_name(js->h, word));
        bool fetch = str_equal(heap_name(js->h, word), "FETCH");
        struct retainer_walk w = heap_retainers(js->h, word);
        while (retainer_next(&w)) {
            uint32_t entry = w.source;
            if (!is_entry(js, entry) || js_property(js, entry, JS_KIND) != word)
                continue;
            uint32_t container = container_above(js, entry);
            struct isr_cache *at = container == NO_NODE ? NULL : count_entry(c, container, kind);
            if (at && fetch && at->fetch_count < ISR_SAMPLES)
                at->fetches[at->fetch_count++] = entry;
        }
    }
}

/* JSON is made piece by piece: the text with the beginning is the leftmost leaf of a whole. */
static uint32_t whole_text(const struct js *js, uint32_t n)
{
    enum { DEPTH = 64, LOOK_AT = 8 };
    for (unsigned depth = 0; depth < DEPTH; depth++) {
        struct retainer_walk w = heap_retainers(js->h, n);
        uint32_t above = NO_NODE;
        for (unsigned seen = 0; seen < LOOK_AT && above == NO_NODE && retainer_next(&w); seen++)
            above = heap_type(js->h, w.source) == NODE_CONS_STRING ? w.source : NO_NODE;
        if (above == NO_NODE)
            return n;
        n = above;
    }
    return n;
}

static struct str kind_of_json(struct str text)
{
    static const char key[] = "\"kind\":\"";
    const char *p = memmem(text.p, text.len, key, sizeof key - 1);
    const char *from = p ? p + sizeof key - 1 : NULL;
    const char *to = p ? memchr(from, '"', (size_t)(text.p + text.len - from)) : NULL;
    return to ? (struct str){from, (size_t)(to - from)} : (struct str){"", 0};
}

static void find_texts(struct rule_input *in, struct isr_caches *c)
{
    const struct node_list *texts = &in->census->cached_json;
    for (size_t i = 0; i < texts->count; i++) {
        uint32_t container = container_above(in->js, whole_text(in->js, texts->nodes[i]));
        if (container == NO_NODE)
            continue;
        struct str kind = kind_of_json(heap_name(in->js->h, texts->nodes[i]));
        struct isr_cache *at = count_entry(c, container, kind_of(c, kind));
        if (at)
            at->json = true;
    }
}

void isr_find_caches(struct rule_input *in, struct isr_caches *ret)
{
    find_objects(in, ret);
    find_texts(in, ret);
}

/* -- what they are -- */

uint64_t isr_fetches(const struct isr_caches *all, const struct isr_cache *c)
{
    uint64_t count = 0;
    for (size_t i = 0; i < all->kind_count; i++)
        count += str_equal(all->kinds[i], "FETCH") ? c->by_kind[i] : 0;
    return count;
}

const char *isr_kinds_text(struct rule_input *in, const struct isr_caches *all,
                           const struct isr_cache *c)
{
    const char *text = "";
    for (size_t i = 0; i < all->kind_count; i++) {
        if (c->by_kind[i])
            text = arena_printf(&in->analysis->arena, "%s%s%s %.*s", text, *text ? ", " : "",
                                count_text(in, c->by_kind[i]), (int)all->kinds[i].len,
                                all->kinds[i].p);
    }
    return text;
}

const char *isr_main_kind(struct rule_input *in, const struct isr_caches *all,
                          const struct isr_cache *c)
{
    size_t best = 0;
    for (size_t i = 1; i < all->kind_count; i++)
        best = c->by_kind[i] > c->by_kind[best] ? i : best;
    return arena_strndup(&in->analysis->arena, all->kinds[best].p, all->kinds[best].len);
}

/* -- routes -- */

#define GROUPS_MAX 16
#define GROUP_SAMPLES 48
#define GROUPS_SHOWN 4

/* Keys of one first segment and one depth. */
struct group {
    struct str first;
    size_t depth;
    uint64_t count;
    struct str keys[GROUP_SAMPLES];
};

static void group_key(struct group *groups, size_t *count, struct str key)
{
    size_t i = 0, depth = 0;
    if (key.len < 2 || key.p[0] != '/')
        return;
    const char *end = memchr(key.p + 1, '/', key.len - 1);
    struct str first = {key.p, end ? (size_t)(end - key.p) : key.len};
    for (size_t at = 0; at < key.len; at++)
        depth += key.p[at] == '/';
    /* Pages at the top differ in their only segment. */
    first.len = depth > 1 ? first.len : 1;
    while (i < *count && (groups[i].depth != depth || groups[i].first.len != first.len ||
                          memcmp(groups[i].first.p, first.p, first.len)))
        i++;
    if (i == GROUPS_MAX)
        return;
    if (i == *count)
        groups[(*count)++] = (struct group){.first = first, .depth = depth};
    if (groups[i].count < GROUP_SAMPLES)
        groups[i].keys[groups[i].count] = key;
    groups[i].count++;
}

static int compare_groups(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    return x->count != y->count ? (x->count > y->count ? -1 : 1) : 0;
}

/* The values of an LRU lie in a list; its keys are those of a Map beside it. */
static uint32_t keyed_collection(const struct js *js, uint32_t container)
{
    static const char *const names[] = {"#keyMap", "keyMap"};
    uint32_t lru =
        js_collection(js, container) == COLLECTION_ARRAY ? lru_of(js, container) : NO_NODE;
    for (size_t i = 0; i < ARRAY_LEN(names) && lru != NO_NODE; i++) {
        uint32_t map = js_property_named(js, lru, names[i]);
        if (map != NO_NODE)
            return map;
    }
    return container;
}

static const char *groups_text(struct rule_input *in, struct group *groups, size_t count,
                               const char **ret_main)
{
    struct arena *arena = &in->analysis->arena;
    const char *text = NULL;
    qsort(groups, count, sizeof *groups, compare_groups);
    for (size_t i = 0; i < count && i < GROUPS_SHOWN; i++) {
        struct buf b = {0};
        key_pattern_put(groups[i].keys, min_u64(groups[i].count, GROUP_SAMPLES), &b);
        const char *pattern = arena_strndup(arena, buf_str(&b), b.len);
        buf_release(&b);
        *ret_main = i ? *ret_main : pattern;
        text = arena_printf(arena, "%s%s%s x %s", text ? text : "", text ? ", " : "",
                            count_text(in, groups[i].count), pattern);
    }
    return text;
}

const char *isr_routes_text(struct rule_input *in, const struct isr_cache *c, const char **ret_main)
{
    enum { LOOK_AT = 20000 };
    uint32_t keyed = keyed_collection(in->js, c->container);
    struct js_entry *entries = malloc(LOOK_AT * sizeof *entries);
    struct group *groups = calloc(GROUPS_MAX, sizeof *groups);
    size_t group_count = 0;
    const char *text = NULL;
    *ret_main = NULL;
    if (entries && groups) {
        size_t count = js_sample(in->js, keyed, entries, LOOK_AT);
        for (size_t i = 0; i < count; i++)
            group_key(groups, &group_count, entries[i].key);
        text = groups_text(in, groups, group_count, ret_main);
    }
    in->analysis->arena.failed |= !entries || !groups;
    free(entries);
    free(groups);
    return text;
}

const char *isr_fetched_text(struct rule_input *in, const struct isr_cache *c)
{
    struct str urls[ISR_SAMPLES];
    size_t count = 0;
    for (size_t i = 0; i < c->fetch_count; i++) {
        uint32_t data = js_property(in->js, c->fetches[i], JS_DATA);
        struct str url = js_text(in->js, js_property(in->js, data, JS_URL));
        if (url.len)
            urls[count++] = url;
    }
    struct buf b = {0};
    key_pattern_put(urls, count, &b);
    const char *text = b.len ? arena_strndup(&in->analysis->arena, buf_str(&b), b.len) : NULL;
    buf_release(&b);
    return text;
}

/* -- Next.js' index of all routes -- */

static uint64_t entries_of(const struct js *js, uint32_t object, const char *field)
{
    uint32_t n = js_property_named(js, object, field);
    return js_is_object(js, n) ? js_entries(js, n) : 0;
}

uint64_t isr_index_entries(struct rule_input *in)
{
    enum { LOOK_AT = 32 };
    const struct js *js = in->js;
    const struct node_list *indexes = &in->census->named[CENSUS_ROUTE_INDEXES];
    const struct node_list *caches = &in->census->named[CENSUS_INCREMENTAL_CACHES];
    uint64_t most = 0;
    for (size_t i = 0; i < indexes->count && i < LOOK_AT; i++) {
        most = max_u64(most, entries_of(js, indexes->nodes[i], "timings"));
        most = max_u64(most, entries_of(js, indexes->nodes[i], "cacheControls"));
    }
    for (size_t i = 0; i < caches->count && i < LOOK_AT; i++) {
        uint32_t manifest = js_property_named(js, caches->nodes[i], "prerenderManifest");
        if (js_is_object(js, manifest))
            most = max_u64(most, entries_of(js, manifest, "routes"));
    }
    return most;
}
