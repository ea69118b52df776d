/* Streams that Next.js keeps: entries of 'use cache', and bodies of cloned responses. Part of the
 * rule next-known-leak.
 */
#include "analyzer/retaining_path.h"
#include "analyzer/rules/known_leaks.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

#define WALKS 24

/* -- 'use cache' -- */

static bool is_stream(const struct heap *h, uint32_t n)
{
    struct str name = heap_name(h, n);
    return heap_type(h, n) == NODE_OBJECT && memmem(name.p, name.len, "ReadableStream", 14);
}

/* The handler's entries are streams: {entry: {value}} or {value}, in a link of the LRU or not. */
static bool is_use_cache(const struct js *js, uint32_t map)
{
    struct js_entry entries[8];
    size_t count = js_sample(js, map, entries, ARRAY_LEN(entries)), streams = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t at = entries[i].value, data = js_property(js, at, JS_DATA);
        at = js_is_object(js, data) ? data : at;
        uint32_t entry = js_property(js, at, JS_ENTRY);
        uint32_t value = js_property(js, entry != NO_NODE ? entry : at, JS_VALUE);
        streams += value != NO_NODE && is_stream(js->h, value);
    }
    return streams * 2 > count;
}

static bool walk_passes(const struct retaining_walk *w, uint32_t n)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->nodes[i] == n)
            return true;
    }
    return false;
}

/* How many of a sample of finished responses hang from the cache. */
static size_t responses_through(struct rule_input *in, uint32_t cache, size_t *ret_tried,
                                struct err *err)
{
    const struct node_list *all = &in->census->responses;
    struct retaining_walk *w = malloc(sizeof *w);
    size_t hits = 0, tried = min_u64(all->count, WALKS);
    *ret_tried = tried;
    if (!w) {
        (void)err_nomem(err, sizeof *w, "a retaining path");
        return 0;
    }
    for (size_t i = 0; i < tried; i++) {
        retaining_walk(in->js, all->nodes[i * all->count / tried], w);
        hits += walk_passes(w, cache);
    }
    free(w);
    return hits;
}

static void report_requests(struct rule_input *in, uint32_t lru, uint64_t entries, size_t hits,
                            size_t tried)
{
    const struct node_list *all = &in->census->responses;
    uint64_t bytes = 0;
    struct finding *f = known_leak_report(in, LEAK_USE_CACHE_REQUESTS, SEVERITY_LEAK, lru, true);
    if (!f)
        return;
    struct owner o;
    owner_find(in->js, lru, &o);
    finding_set_owner(in, f, &o);
    for (size_t i = 0; i < all->count; i++) {
        bytes += heap_retained_bytes(in->js->h, all->nodes[i]);
        finding_claim(in, f, all->nodes[i]);
    }
    f->kind = "LRUCache";
    f->entries = entries;
    f->retained_bytes = max_u64(f->retained_bytes, bytes);
    f->title = arena_printf(&in->analysis->arena,
                            "Entries of 'use cache' keep the requests that made them: %s responses "
                            "behind %s entries",
                            count_text(in, all->count), count_text(in, entries));
    evidence_add(in, f, all->nodes[0],
                 "%zu of %zu finished responses looked at hang from its "
                 "streams",
                 hits, tried);
}

static void report_entries(struct rule_input *in, uint32_t lru, uint64_t entries)
{
    bool large = entries >= KNOWN_LEAK_ENTRIES &&
                 heap_retained_bytes(in->js->h, lru) >= COLLECTION_LEAST_BYTES;
    struct finding *f = known_leak_report(in, LEAK_USE_CACHE_ENTRIES,
                                          large ? SEVERITY_LEAK : SEVERITY_INFO, lru, false);
    if (!f)
        return;
    struct owner o;
    owner_find(in->js, lru, &o);
    finding_set_owner(in, f, &o);
    f->kind = "LRUCache";
    f->entries = entries;
    f->title = arena_printf(&in->analysis->arena,
                            "The in-memory cache of 'use cache' holds %s entries and is bounded at "
                            "50,000,000",
                            count_text(in, entries));
    evidence_add(in, f, lru, "%s an entry", bytes_text(in, f->retained_bytes / entries));
}

bool known_leak_use_cache(struct rule_input *in, struct err *err)
{
    const struct node_list *lrus = &in->census->named[CENSUS_LRU_CACHES];
    const struct js *js = in->js;
    struct err e = {0};
    for (size_t i = 0; i < lrus->count; i++) {
        uint32_t lru = lrus->nodes[i], map = js_property(js, lru, JS_CACHE);
        if (map == NO_NODE || js_collection(js, map) != COLLECTION_MAP ||
            finding_of_node(in, lru) || !is_use_cache(js, map))
            continue;
        uint64_t entries = js_entries(js, map);
        size_t tried = 0, hits = 0;
        if (in->census->responses.count >= ORPHANS_LEAST)
            hits = responses_through(in, lru, &tried, &e);
        if (hits * 2 > tried)
            report_requests(in, lru, entries, hits, tried);
        else if (entries >= KNOWN_LEAK_SHOWN &&
                 known_leak_standing(known_leak(LEAK_USE_CACHE_ENTRIES), &in->analysis->next) !=
                     STANDING_FIXED)
            report_entries(in, lru, entries);
    }
    if (e.code)
        *err = e;
    return !e.code;
}

/* -- bodies that were cloned -- */

/* Does the path lead over a stream, and over nobody's variable but the framework's? */
static bool is_forgotten_body(const struct js *js, const struct retaining_walk *w)
{
    bool stream = false;
    for (size_t i = 0; i < w->count; i++) {
        stream = stream || is_stream(js->h, w->nodes[i]);
        if (!js_is_context(js, w->nodes[i]))
            continue;
        uint32_t script = js_script_of_context(js, w->nodes[i]);
        enum script_kind k =
            script == NO_NODE ? SCRIPT_NONE : script_kind(heap_name(js->h, script));
        if (k == SCRIPT_USER || k == SCRIPT_PACKAGE)
            return false;
    }
    return stream;
}

bool known_leak_bodies(struct rule_input *in, struct err *err)
{
    const struct node_list *all = &in->census->buffers;
    const struct known_leak *k = known_leak(LEAK_CLONED_BODIES);
    if (all->count < CLONED_BODIES_LEAST || in->census->buffer_bytes < BUFFERS_LEAST_BYTES ||
        known_leak_standing(k, &in->analysis->next) == STANDING_FIXED)
        return true;
    struct retaining_walk *w = malloc(sizeof *w);
    size_t hits = 0, tried = min_u64(all->count, WALKS);
    uint32_t one = NO_NODE;
    if (!w)
        return err_nomem(err, sizeof *w, "a retaining path");
    for (size_t i = 0; i < tried; i++) {
        uint32_t n = all->nodes[i * all->count / tried];
        retaining_walk(in->js, n, w);
        if (finding_explaining(in, n) || !is_forgotten_body(in->js, w))
            continue;
        hits++;
        one = n;
    }
    free(w);
    if (hits * 2 <= tried)
        return true;
    struct finding *f = known_leak_report(in, LEAK_CLONED_BODIES, SEVERITY_WARN, one, false);
    if (!f)
        return true;
    for (size_t i = 0; i < all->count; i++)
        finding_claim(in, f, all->nodes[i]);
    f->kind = "ArrayBuffer";
    f->entries = all->count * hits / tried;
    f->retained_bytes = in->census->buffer_bytes * hits / tried;
    f->confidence = 60;
    f->title = arena_printf(&in->analysis->arena,
                            "About %s bodies of fetched responses wait in streams that nobody of "
                            "yours holds",
                            count_text(in, f->entries));
    evidence_add(in, f, one, "%zu of %zu buffers looked at are in the queue of a stream", hits,
                 tried);
    return true;
}
