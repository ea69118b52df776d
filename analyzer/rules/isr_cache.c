/* Rule isr-cache: what the incremental cache of Next.js holds in memory, and whether it has a
 * bound.
 *
 * An entry is told by its shape in every version and with every handler: {kind: "PAGE", html ...},
 * a few steps below a Map. The Map that most entries hang from is the cache. Within Next.js' own
 * LRU it has a bound; in a handler of the user's it has none that could be seen.
 */
#include "analyzer/next_config.h"
#include "analyzer/retainers.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "isr-cache";

#define CLIMB_MAX 6
#define WIDTH_MAX 12
#define CACHES_MAX 16
#define KINDS_MAX 8
#define DEFAULT_BOUND ((uint64_t)50 << 20)

struct cache {
    uint32_t map;
    uint64_t entries;
    uint64_t by_kind[KINDS_MAX];
};

struct caches {
    struct cache all[CACHES_MAX];
    size_t count;
    struct str kinds[KINDS_MAX];
    size_t kind_count;
};

/* -- from an entry to its Map -- */

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

/* Breadth-first over retainers, a few levels and few nodes a level. */
static uint32_t map_above(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    uint32_t level[WIDTH_MAX] = {n}, next[WIDTH_MAX];
    size_t count = 1;
    for (unsigned depth = 0; depth < CLIMB_MAX && count; depth++) {
        size_t next_count = 0;
        for (size_t i = 0; i < count; i++) {
            struct retainer_walk w = heap_retainers(h, level[i]);
            for (unsigned seen = 0; seen < WIDTH_MAX && retainer_next(&w); seen++) {
                uint32_t u = w.source;
                uint32_t map = heap_type(h, u) == NODE_ARRAY ? map_of_table(js, u) : NO_NODE;
                if (map != NO_NODE)
                    return map;
                if (heap_type(h, u) == NODE_OBJECT && next_count < WIDTH_MAX)
                    next[next_count++] = u;
            }
        }
        memcpy(level, next, next_count * sizeof *next);
        count = next_count;
    }
    return NO_NODE;
}

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

static void count_entry(struct caches *c, uint32_t map, size_t kind)
{
    size_t i = 0;
    while (i < c->count && c->all[i].map != map)
        i++;
    if (i == CACHES_MAX)
        return;
    if (i == c->count)
        c->all[c->count++] = (struct cache){.map = map};
    c->all[i].entries++;
    c->all[i].by_kind[kind]++;
}

static size_t kind_of(struct caches *c, struct str word)
{
    size_t i = 0;
    while (i < c->kind_count &&
           (c->kinds[i].len != word.len || memcmp(c->kinds[i].p, word.p, word.len)))
        i++;
    if (i == c->kind_count && i + 1 < KINDS_MAX)
        c->kinds[c->kind_count++] = word;
    return i;
}

static void find_caches(struct rule_input *in, struct caches *c)
{
    const struct js *js = in->js;
    const struct heap *h = js->h;
    for (size_t i = 0; i < in->census->named[CENSUS_KIND_WORDS].count; i++) {
        uint32_t word = in->census->named[CENSUS_KIND_WORDS].nodes[i];
        size_t kind = kind_of(c, heap_name(h, word));
        struct retainer_walk w = heap_retainers(h, word);
        while (retainer_next(&w)) {
            uint32_t entry = w.source;
            if (!is_entry(js, entry) || js_property(js, entry, JS_KIND) != word)
                continue;
            uint32_t map = map_above(js, entry);
            if (map != NO_NODE)
                count_entry(c, map, kind);
        }
    }
}

/* -- judging it -- */

/* Is the Map part of Next.js' LRU? */
static uint32_t lru_of(const struct js *js, uint32_t map)
{
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, map);
    while (retainer_next(&w)) {
        uint32_t u = w.source;
        if (heap_type(h, u) == NODE_OBJECT && js_is(js, u, JS_LRU_CACHE))
            return u;
    }
    return NO_NODE;
}

static const char *kinds_text(struct rule_input *in, const struct caches *all,
                              const struct cache *c)
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

static void advise_handler(struct rule_input *in, struct finding *f)
{
    struct arena *arena = &in->analysis->arena;
    const struct next_info *next = &in->analysis->next;
    advice_add(
        in, f, "Give the cache handler a bound", f->script,
        "const { LRUCache } = require('lru-cache') // npm install lru-cache\n"
        "const cache = new LRUCache({\n"
        "  maxSize: 50 * 1024 * 1024, // bytes, for each process\n"
        "  sizeCalculation: (entry) => Buffer.byteLength(JSON.stringify(entry)),\n"
        "})",
        "The handler keeps every page and fetch that was ever rendered: crawlers and unknown "
        "slugs fill it.");
    const char *lines = next_cache_handler_lines(next, arena);
    if (lines)
        advice_add(in, f, "Or keep the cache outside of the process (Redis), and Next.js' own off",
                   "next.config.js", lines,
                   "Several processes then share one cache, and a restart does not empty it.");
}

static void advise_limit(struct rule_input *in, struct finding *f)
{
    struct arena *arena = &in->analysis->arena;
    const struct next_info *next = &in->analysis->next;
    const char *lines = next_cache_limit_lines(next, DEFAULT_BOUND / 2, arena);
    if (lines)
        advice_add(in, f, "Halve the cache if the memory is needed elsewhere", "next.config.js",
                   lines,
                   "The size is in bytes and holds for each process: a cluster of four takes four "
                   "times as much.");
}

static void report_handler(struct rule_input *in, const struct caches *all, const struct cache *c)
{
    struct arena *arena = &in->analysis->arena;
    struct owner o;
    struct finding *f = finding_add(in, id, SEVERITY_LEAK, c->map);
    if (!f)
        return;
    owner_find(in->js, c->map, &o);
    finding_set_owner(in, f, &o);
    f->entries = js_entries(in->js, c->map);
    f->confidence = 90;
    f->title = arena_printf(arena,
                            "The cache handler's Map%s%s holds %s cached pages and fetches and has "
                            "no bound",
                            f->variable ? " " : "", f->variable ? f->variable : "",
                            count_text(in, f->entries));
    evidence_add(in, f, c->map, "entries by kind: %s", kinds_text(in, all, c));
    const char *keys = collection_keys(in, c->map);
    if (*keys)
        evidence_add(in, f, NO_NODE, "its keys look like %s", keys);
    evidence_add(in, f, NO_NODE, "the Map is not part of an LRUCache: nothing evicts");
    advise_handler(in, f);
}

static void report_lru(struct rule_input *in, const struct caches *all, const struct cache *c,
                       uint32_t lru)
{
    struct arena *arena = &in->analysis->arena;
    struct owner o;
    struct finding *f = finding_add(in, id, SEVERITY_INFO, lru);
    if (!f)
        return;
    owner_find(in->js, c->map, &o);
    finding_set_owner(in, f, &o);
    f->entries = c->entries;
    f->confidence = 90;
    bool full = f->retained_bytes >= DEFAULT_BOUND / 2;
    f->title =
        arena_printf(arena,
                     "Next.js' in-memory cache holds %s pages and fetches: bounded, %s, no "
                     "leak",
                     count_text(in, c->entries), full ? "at or near its bound" : "still filling");
    evidence_add(in, f, lru,
                 "the Map belongs to an LRUCache; its default bound is 50 MiB a process");
    evidence_add(in, f, c->map, "entries by kind: %s", kinds_text(in, all, c));
    advise_limit(in, f);
}

bool rule_isr_cache(struct rule_input *in, struct err *err)
{
    struct caches *c = calloc(1, sizeof *c);
    if (!c)
        return err_nomem(err, sizeof *c, "caches");
    find_caches(in, c);
    for (size_t i = 0; i < c->count; i++) {
        uint32_t map = c->all[i].map, lru = lru_of(in->js, map);
        uint64_t entries = c->all[i].entries;
        if (lru != NO_NODE && entries >= ISR_LEAST_ENTRIES)
            report_lru(in, c, &c->all[i], lru);
        if (lru == NO_NODE && entries >= COLLECTION_LEAST_ENTRIES &&
            heap_retained_bytes(in->js->h, map) >= COLLECTION_LEAST_BYTES)
            report_handler(in, c, &c->all[i]);
    }
    free(c);
    return true;
}
