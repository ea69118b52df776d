/* Rule isr-cache: what the incremental cache of Next.js holds in memory, and whether it has a
 * bound.
 *
 * In an LRU, Next.js' own or one of a package's, it has a bound and is a floor, not a leak. In a
 * handler of the application's it has none, unless more routes were cached than are there, or the
 * handler's source takes entries out. What 'use cache' keeps is another LRU, told by its entries.
 */
#include "analyzer/js_values.h"
#include "analyzer/lru.h"
#include "analyzer/next_config.h"
#include "analyzer/rules/isr_entries.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "isr-cache";

#define DEFAULT_BOUND ((uint64_t)50 << 20)

/* -- advice -- */

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

/* Many routes or URLs are the cause, wherever they are kept. */
static void advise_fewer(struct rule_input *in, struct finding *f, bool fetches)
{
    unsigned routers = in->analysis->next.routers;
    if (fetches) {
        advice_add(in, f, "Cache fewer different URLs", "the code that fetches",
                   "fetch(url, { cache: 'no-store' })",
                   "Each URL with its own parameters is an entry of its own: what hardly repeats "
                   "is not worth keeping.");
        return;
    }
    advice_add(in, f, "Render known routes only", f->route,
               routers == ROUTER_PAGES ? "return { paths, fallback: false } // getStaticPaths()"
               : routers == ROUTER_APP
                   ? "export const dynamicParams = false // beside generateStaticParams()"
                   : "export const dynamicParams = false // app router\n"
                     "return { paths, fallback: false } // pages router: getStaticPaths()",
               "Otherwise every slug that anybody asks for, crawlers included, is rendered and "
               "kept; where slugs are open, check them before rendering.");
}

static void advise_limit(struct rule_input *in, struct finding *f, uint64_t bound)
{
    struct arena *arena = &in->analysis->arena;
    const struct next_info *next = &in->analysis->next;
    const char *lines = next_cache_limit_lines(next, bound / 2, arena);
    if (lines)
        advice_add(in, f, "Halve the cache if the memory is needed elsewhere", "next.config.js",
                   lines,
                   "The size is in bytes and holds for each process: a cluster of four takes four "
                   "times as much.");
}

/* -- what is said of any cache -- */

static void add_contents(struct rule_input *in, struct finding *f, const struct isr_caches *all,
                         const struct isr_cache *c)
{
    const char *fetched = isr_fetched_text(in, c), *route;
    const char *routes = isr_routes_text(in, c, &route);
    f->kind = isr_main_kind(in, all, c);
    f->route = route;
    evidence_add(in, f, c->container, "entries by kind: %s%s", isr_kinds_text(in, all, c),
                 c->json ? "; as texts of JSON" : "");
    if (routes)
        evidence_add(in, f, NO_NODE, "routes: %s", routes);
    if (fetched)
        evidence_add(in, f, NO_NODE, "fetched: %s", fetched);
    if (in->analysis->runtime.pm2)
        evidence_add(in, f, NO_NODE, "PM2 runs it in %s mode: each process has a cache of its own",
                     in->analysis->runtime.pm2);
}

static void set_owner(struct rule_input *in, struct finding *f, uint32_t container)
{
    struct owner o;
    owner_find(in->js, container, &o);
    finding_set_owner(in, f, &o);
}

/* -- a handler of the application's -- */

/* The source of a script, of which the heap keeps the first 1024 characters. */
static struct str source_of(struct rule_input *in, uint32_t container)
{
    struct owner o;
    owner_find(in->js, container, &o);
    if (o.script == NO_NODE)
        return (struct str){"", 0};
    return js_text(in->js, js_internal(in->js, o.script, JS_SOURCE));
}

static bool says(struct str text, const char *word)
{
    return memmem(text.p, text.len, word, strlen(word)) != NULL;
}

/* It compares its size with something and takes entries out. */
static bool source_evicts(struct str source)
{
    bool compares = says(source, ".size >") || says(source, ".size>") || says(source, "length >");
    return compares && (says(source, ".delete(") || says(source, "delete ") ||
                        says(source, ".shift(") || says(source, ".clear("));
}

/* All of it is there, and nothing in it could take an entry out. */
static bool source_only_adds(struct str source)
{
    enum { CUT = 1000 };
    return source.len && source.len < CUT && !says(source, "delete") && !says(source, ".clear(") &&
           !says(source, "shift(") && !says(source, "import ") && !says(source, "require(");
}

/* Why it has a bound; NULL: it has none that could be seen. */
static const char *bound_of_handler(struct rule_input *in, const struct isr_caches *all,
                                    const struct isr_cache *c)
{
    struct str source = source_of(in, c->container);
    uint64_t routes = c->entries - isr_fetches(all, c), index = isr_index_entries(in);
    if (lru_of(in->js, c->container) != NO_NODE)
        return "it is part of an LRU, which drops the oldest entries";
    if (source_evicts(source))
        return "its script compares the size and takes entries out";
    /* A few routes may not have been asked for yet. */
    if (routes && index > routes + routes / 10 && index - routes >= ISR_EVICTED_LEAST &&
        !source_only_adds(source))
        return arena_printf(&in->analysis->arena,
                            "Next.js knows %s routes, %s are in it: it drops entries",
                            count_text(in, index), count_text(in, routes));
    return NULL;
}

/* "Map cache", "Map globalThis.handler.entries" */
static const char *holder_text(struct rule_input *in, const struct isr_cache *c)
{
    struct buf b = {0};
    struct owner o;
    owner_find(in->js, c->container, &o);
    buf_puts(&b, collection_word(js_collection(in->js, c->container)));
    if (o.kind != OWNER_NONE) {
        buf_putc(&b, ' ');
        owner_put_accessor(in->js, &o, &b);
    }
    const char *text = arena_strndup(&in->analysis->arena, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static void report_handler(struct rule_input *in, const struct isr_caches *all,
                           const struct isr_cache *c)
{
    struct arena *arena = &in->analysis->arena;
    const char *bound = bound_of_handler(in, all, c);
    struct finding *f = finding_add(in, id, bound ? SEVERITY_INFO : SEVERITY_LEAK, c->container);
    if (!f)
        return;
    bool fetches = isr_fetches(all, c) * 2 > c->entries;
    set_owner(in, f, c->container);
    f->entries = c->entries;
    f->confidence = bound ? 75 : 90;
    f->title = arena_printf(arena, "The cache handler's %s holds %s cached %s and %s",
                            holder_text(in, c), count_text(in, f->entries),
                            fetches ? "fetches and pages" : "pages and fetches",
                            bound ? "has a bound: no leak" : "has no bound");
    add_contents(in, f, all, c);
    if (bound) {
        evidence_add(in, f, NO_NODE, "%s", bound);
        return;
    }
    evidence_add(in, f, NO_NODE,
                 "it is not part of an LRU, and nothing is seen that takes "
                 "entries out");
    advise_handler(in, f);
    advise_fewer(in, f, fetches);
}

/* -- Next.js' own LRU -- */

struct fill {
    uint64_t bound, used; /* bytes */
    bool told;            /* the bound is known, and not only by default */
    bool full;
};

/* As the configuration or the LRU itself tells; the use as the heap has it. */
static struct fill fill_of(struct rule_input *in, const struct isr_caches *all,
                           const struct isr_cache *c, uint32_t lru)
{
    const struct next_info *next = &in->analysis->next;
    const struct js *js = in->js;
    struct fill fill = {.bound = DEFAULT_BOUND, .used = heap_retained_bytes(js->h, lru)};
    const char *set = next_option(next, setting_fit(next, SETTING_CACHE_MAX_MEMORY_SIZE)
                                            ? "cacheMaxMemorySize"
                                            : "experimental.isrMemoryCacheSize");
    uint64_t counted, routes = c->entries - isr_fetches(all, c), index = isr_index_entries(in);
    if (set && *set >= '0' && *set <= '9') {
        fill.bound = strtoull(set, NULL, 10);
        fill.told = true;
    }
    fill.told |= js_number(js, js_property_named(js, lru, "maxSize"), &fill.bound) ||
                 js_number(js, js_property_named(js, lru, "<symbol max>"), &fill.bound);
    if (js_number(js, js_property_named(js, lru, "totalSize"), &counted) ||
        js_number(js, js_property_named(js, lru, "<symbol length>"), &counted))
        fill.used = counted;
    /* Next.js counts otherwise than the heap: an entry may count for 3.6 times what it takes. */
    bool evicted = index > routes + routes / 10 && fill.used >= fill.bound / 3;
    fill.full = evicted || fill.used >= fill.bound / 10 * 9;
    return fill;
}

static void add_fill(struct rule_input *in, struct finding *f, const struct isr_cache *c,
                     const struct fill *fill)
{
    evidence_add(in, f, f->node, "it belongs to an LRUCache, bounded to %s in each process%s",
                 bytes_text(in, fill->bound), fill->told ? "" : " unless configured otherwise");
    if (!fill->full && fill->used && c->entries)
        evidence_add(in, f, NO_NODE, "at today's size of an entry about %s fit, %s",
                     count_text(in, fill->bound / (fill->used / c->entries + 1)),
                     bytes_text(in, fill->bound));
    uint64_t index = isr_index_entries(in);
    if (index)
        evidence_add(in, f, NO_NODE, "Next.js' index of routes has %s entries; it is never emptied",
                     count_text(in, index));
}

static void report_lru(struct rule_input *in, const struct isr_caches *all,
                       const struct isr_cache *c, uint32_t lru)
{
    struct fill fill = fill_of(in, all, c, lru);
    struct finding *f = finding_add(in, id, SEVERITY_INFO, lru);
    if (!f)
        return;
    bool fetches = isr_fetches(all, c) * 2 > c->entries;
    set_owner(in, f, c->container);
    f->entries = c->entries;
    f->confidence = 90;
    f->title = arena_printf(
        &in->analysis->arena, "Next.js' in-memory cache holds %s %s: bounded, %s, no leak",
        count_text(in, c->entries), fetches ? "fetches and pages" : "pages and fetches",
        fill.full ? "at or near its bound" : "still filling");
    add_contents(in, f, all, c);
    add_fill(in, f, c, &fill);
    advise_limit(in, f, fill.bound);
    if (fill.full)
        advise_fewer(in, f, fetches);
}

/* -- 'use cache' -- */

/* {value: a stream, tags: [...], ...}, in Next.js' LRU behind `entry`. */
static bool is_use_cache_entry(const struct js *js, uint32_t n)
{
    if (!js_is_object(js, n))
        return false;
    uint32_t data = js_property(js, n, JS_DATA);
    n = js_is_object(js, data) ? data : n;
    uint32_t inner = js_property_named(js, n, "entry");
    n = js_is_object(js, inner) ? inner : n;
    uint32_t value = js_property_named(js, n, "value");
    return js_is_object(js, value) && js_is_object(js, js_property_named(js, n, "tags")) &&
           memmem(heap_name(js->h, value).p, heap_name(js->h, value).len, "ReadableStream", 14);
}

static bool is_use_cache(const struct js *js, uint32_t map)
{
    enum { SAMPLES = 8 };
    struct js_entry entries[SAMPLES];
    size_t count = js_sample(js, map, entries, SAMPLES), votes = 0;
    for (size_t i = 0; i < count; i++)
        votes += is_use_cache_entry(js, entries[i].value);
    return count && votes * 2 > count;
}

/* Not claimed while it is bounded: its streams may keep requests alive, which is a leak of its own.
 */
static struct finding *add_unclaimed(struct rule_input *in, uint32_t n)
{
    struct finding *f = finding_add(in, id, SEVERITY_INFO, NO_NODE);
    if (f) {
        f->node = n;
        f->node_id = heap_id(in->js->h, n);
        f->retained_bytes = f->node_retained_bytes = heap_retained_bytes(in->js->h, n);
    }
    return f;
}

static void advise_use_cache(struct rule_input *in, struct finding *f, bool bounded)
{
    struct arena *arena = &in->analysis->arena;
    const struct next_info *next = &in->analysis->next;
    if (next->version_min >= NEXT_VERSION(16, 0, 0) && bounded)
        advise_limit(in, f, DEFAULT_BOUND);
    const char *lines = next_use_cache_handler_lines(next, arena);
    if (lines)
        advice_add(in, f,
                   bounded ? "Or keep what 'use cache' caches outside of the process"
                           : "Bound the handler, or keep its entries outside of the process",
                   "next.config.js", lines, "A handler of your own decides where entries lie.");
}

static void report_use_cache(struct rule_input *in, uint32_t map)
{
    uint32_t lru = lru_of(in->js, map);
    uint64_t entries = js_entries(in->js, map);
    bool bounded = lru != NO_NODE || source_evicts(source_of(in, map));
    if (entries < (bounded ? ISR_LEAST_ENTRIES : COLLECTION_LEAST_ENTRIES) ||
        (!bounded && heap_retained_bytes(in->js->h, map) < COLLECTION_LEAST_BYTES))
        return;
    struct finding *f = bounded ? add_unclaimed(in, lru != NO_NODE ? lru : map)
                                : finding_add(in, id, SEVERITY_LEAK, map);
    if (!f)
        return;
    set_owner(in, f, map);
    f->entries = entries;
    f->kind = "use cache";
    f->confidence = bounded ? 85 : 80;
    f->title = arena_printf(&in->analysis->arena, "'use cache' keeps %s entries in memory%s",
                            count_text(in, entries),
                            bounded ? ": bounded, no leak" : ", and its handler has no bound");
    evidence_add(in, f, map, "entries are {value: a stream, tags, ...}%s",
                 lru != NO_NODE ? " in an LRU" : ", in no LRU");
    advise_use_cache(in, f, bounded);
}

static void find_use_cache(struct rule_input *in)
{
    enum { LOOK_AT = 64 };
    const struct node_list *lrus = &in->census->named[CENSUS_LRU_CACHES];
    const struct node_list *large = &in->census->collections;
    for (size_t i = 0; i < lrus->count && i < LOOK_AT; i++) {
        uint32_t map = js_property_named(in->js, lrus->nodes[i], "cache");
        if (js_is_object(in->js, map) && is_use_cache(in->js, map))
            report_use_cache(in, map);
    }
    for (size_t i = 0; i < large->count; i++) {
        uint32_t map = large->nodes[i];
        if (js_collection(in->js, map) == COLLECTION_MAP && lru_of(in->js, map) == NO_NODE &&
            is_use_cache(in->js, map))
            report_use_cache(in, map);
    }
}

/* -- the rule -- */

static bool is_next_lru(struct rule_input *in, uint32_t lru)
{
    struct owner o;
    owner_find(in->js, lru, &o);
    enum script_kind k = owner_script_kind(in->js, &o);
    return k != SCRIPT_USER && k != SCRIPT_PACKAGE;
}

static void judge(struct rule_input *in, const struct isr_caches *all, const struct isr_cache *c)
{
    uint32_t lru = lru_of(in->js, c->container);
    bool own = lru != NO_NODE && is_next_lru(in, lru);
    if (own && c->entries >= ISR_LEAST_ENTRIES)
        report_lru(in, all, c, lru);
    if (!own && c->entries >= COLLECTION_LEAST_ENTRIES &&
        heap_retained_bytes(in->js->h, c->container) >= COLLECTION_LEAST_BYTES)
        report_handler(in, all, c);
}

bool rule_isr_cache(struct rule_input *in, struct err *err)
{
    struct isr_caches *c = calloc(1, sizeof *c);
    if (!c)
        return err_nomem(err, sizeof *c, "caches");
    isr_find_caches(in, c);
    for (size_t i = 0; i < c->count; i++)
        judge(in, c, &c->all[i]);
    if (in->analysis->next.found)
        find_use_cache(in);
    free(c);
    return true;
}
