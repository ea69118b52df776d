/* Rule isr-config: what the configuration of the in-memory cache does other than its author thinks.
 *
 * The text of next.config.js is in the heap, and so is the object that was made of it. A size that
 * only makes sense as a number of pages, a key of another version or at another place, a cache that
 * is off without a handler to take over: each is told with the lines that are right.
 */
#include "analyzer/config_text.h"
#include "analyzer/js_values.h"
#include "analyzer/next_config.h"
#include "analyzer/retainers.h"
#include "analyzer/rules/isr_entries.h"
#include "analyzer/rules/isr_judgement.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "isr-config";

/* One setting, in the text or in the object. */
struct seen {
    struct isr_setting is;
    uint32_t node; /* of the text */
};

/* One report of a key is enough: Next.js loads its configuration more than once. */
static bool is_reported(struct rule_input *in, const char *key)
{
    const struct analysis *a = in->analysis;
    for (size_t i = 0; i < a->finding_count; i++) {
        if (a->findings[i].rule == id && a->findings[i].file == in->file &&
            !strcmp(a->findings[i].variable, key))
            return true;
    }
    return false;
}

static struct finding *report(struct rule_input *in, const struct seen *s, enum severity severity,
                              const char *title)
{
    struct arena *arena = &in->analysis->arena;
    const struct next_info *next = &in->analysis->next;
    struct finding *f = finding_add(in, id, severity, NO_NODE);
    if (!f)
        return NULL;
    f->confidence = next->certainty == CERTAINTY_EXACT ? 95 : 80;
    f->variable = s->is.key;
    f->title = title;
    evidence_add(in, f, s->node,
                 "the key is in the configuration that the server loaded; it runs "
                 "%s",
                 next_version_words(next, arena));
    return f;
}

static void advise_size(struct rule_input *in, struct finding *f)
{
    const char *lines =
        next_cache_limit_lines(&in->analysis->next, (uint64_t)50 << 20, &in->analysis->arena);
    if (lines && f)
        advice_add(in, f, "Write the size in bytes under the key of your version", "next.config.js",
                   lines,
                   "50 MiB is also the default: leave the key out unless you want another size.");
}

static void advise_handler(struct rule_input *in, struct finding *f)
{
    const char *lines = next_cache_handler_lines(&in->analysis->next, &in->analysis->arena);
    if (lines && f)
        advice_add(in, f, "Write the handler under the key of your version", "next.config.js",
                   lines, "Until then pages and fetches are cached in the memory of each process.");
}

static bool has_handler(struct rule_input *in)
{
    const struct next_info *next = &in->analysis->next;
    return next->cache_handler || next_option(next, "cacheHandler") ||
           next_option(next, "experimental.incrementalCacheHandlerPath");
}

/* Next.js' in-memory cache, NO_NODE if it has none. */
static uint32_t memory_cache(struct rule_input *in, uint32_t *ret_map)
{
    enum { LOOK_AT = 64 };
    const struct node_list *lrus = &in->census->named[CENSUS_LRU_CACHES];
    static const char *const maps[] = {"cache", "<symbol cache>"};
    for (size_t i = 0; i < lrus->count && i < LOOK_AT; i++) {
        uint32_t lru = lrus->nodes[i], map = NO_NODE;
        struct owner o;
        for (size_t k = 0; k < ARRAY_LEN(maps) && map == NO_NODE; k++)
            map = js_property_named(in->js, lru, maps[k]);
        if (!js_is_object(in->js, map))
            continue;
        owner_find(in->js, lru, &o);
        struct str path = owner_script(in->js, &o);
        if (memmem(path.p, path.len, "/incremental-cache/", strlen("/incremental-cache/"))) {
            *ret_map = map;
            return lru;
        }
    }
    return NO_NODE;
}

/* The cache holds more than that: the value in the text is not the one that is used. */
static bool is_contradicted(struct rule_input *in, uint64_t number)
{
    uint32_t map, lru = memory_cache(in, &map);
    return lru != NO_NODE && js_entries(in->js, map) &&
           heap_retained_bytes(in->js->h, map) / 4 > number;
}

static void check(struct rule_input *in, struct seen *s)
{
    struct isr_judgement misfit;
    if (is_reported(in, s->is.key))
        return;
    s->is.has_handler = has_handler(in);
    s->is.is_number &= isr_is_size_key(s->is.key) && !is_contradicted(in, s->is.number);
    if (!isr_judge(&in->analysis->next, &s->is, &in->analysis->arena, &misfit))
        return;
    struct finding *f = report(in, s, misfit.severity, misfit.title);
    if (isr_is_size_key(s->is.key))
        advise_size(in, f);
    else
        advise_handler(in, f);
}

/* -- the object that the configuration became -- */

/* Some object has the key as a property of its own: its shape names it. A key may stand in the text
 * without that, where a condition decides. Next.js itself has no such object with a key that its
 * version ignores. */
static bool is_own_key(const struct js *js, uint32_t n)
{
    enum { LOOK_AT = 4096 };
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, n);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        if (js_is(js, w.source, JS_DESCRIPTORS))
            return true;
    }
    return false;
}

static const char *key_word(struct str name)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (str_equal(name, setting_rows[i].key))
            return setting_rows[i].key;
    }
    return NULL;
}

static void check_own_keys(struct rule_input *in)
{
    const struct node_list *nodes = &in->census->named[CENSUS_CONFIG_KEYS];
    for (size_t i = 0; i < nodes->count; i++) {
        struct seen s = {
            .is = {.key = key_word(heap_name(in->js->h, nodes->nodes[i])), .is_own = true},
            .node = nodes->nodes[i]};
        if (!s.is.key)
            continue;
        s.is.place = setting_rows[isr_row(&s.is, true)].place;
        if (is_own_key(in->js, nodes->nodes[i]))
            check(in, &s);
    }
}

/* Snapshots with numeric values tell the sizes without the text. */
static void check_numbers(struct rule_input *in)
{
    const struct next_info *next = &in->analysis->next;
    static const enum next_setting sizes[] = {SETTING_CACHE_MAX_MEMORY_SIZE,
                                              SETTING_ISR_MEMORY_CACHE_SIZE};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        const char *value = next_option(next, setting_text(sizes[i], &in->analysis->arena));
        const struct setting_row *row = &setting_rows[sizes[i]];
        struct seen s = {.is = {.key = row->key, .place = row->place, .is_number = true},
                         .node = NO_NODE};
        if (!value || *value < '0' || *value > '9' || setting_fit(next, sizes[i]) == FIT_NONE)
            continue;
        s.is.number = strtoull(value, NULL, 10);
        check(in, &s);
    }
}

/* -- the text of the configuration -- */

/* A handler, and nothing said of the cache that Next.js has beside it. The whole text is needed to
 * say so. */
static void check_alone(struct rule_input *in, uint32_t node, struct str text,
                        const struct config_value *values, size_t count)
{
    enum { CUT = 1000 };
    const struct next_info *next = &in->analysis->next;
    struct seen s = {.is = {.key = "cacheHandler"}, .node = node};
    bool handler = false, size = false;
    for (size_t i = 0; i < count; i++) {
        handler |= !strcmp(values[i].key, "cacheHandler") && !values[i].assigned;
        size |= !strcmp(values[i].key, "cacheMaxMemorySize");
    }
    if (!handler || size || text.len >= CUT || is_reported(in, s.is.key) || !next->cache_handler ||
        setting_fit(next, SETTING_CACHE_HANDLER) != FIT_ALL)
        return;
    struct finding *f = report(in, &s, SEVERITY_INFO,
                               "cacheHandler is set without cacheMaxMemorySize: 0: what Next.js "
                               "caches in memory by itself keeps its default size");
    advise_handler(in, f);
}

/* A key at the wrong place, for which the key at the right place is the default's. */
static bool is_misplaced(struct rule_input *in, const struct config_value *v)
{
    const struct isr_setting s = {.key = v->key, .place = v->place};
    size_t other = isr_row(&s, true);
    return isr_row(&s, false) == SETTING_COUNT && !v->assigned &&
           setting_fit(&in->analysis->next, (enum next_setting)other) == FIT_ALL;
}

static void check_texts(struct rule_input *in)
{
    enum { SETTINGS = 16 };
    const struct node_list *configs = &in->census->configs;
    struct config_value values[SETTINGS];
    for (size_t i = 0; i < configs->count; i++) {
        uint32_t n = configs->nodes[i];
        if (!config_is_source(in->js, n))
            continue;
        struct str text = js_text(in->js, n);
        size_t count = config_text_read(text, values, SETTINGS);
        for (size_t k = 0; k < count; k++) {
            struct seen s = {.is = {.key = values[k].key,
                                    .place = values[k].place,
                                    .is_own = is_misplaced(in, &values[k])},
                             .node = n};
            if (s.is.is_own)
                check(in, &s);
        }
        check_alone(in, n, text, values, count);
    }
}

/* -- what became of it -- */

/* The cache was made, pages were rendered for it, and none is in it: each was larger than all of
 * it. */
static void check_effect(struct rule_input *in)
{
    const struct next_info *next = &in->analysis->next;
    bool newer = setting_fit(next, SETTING_CACHE_MAX_MEMORY_SIZE) == FIT_ALL;
    bool older = setting_fit(next, SETTING_ISR_MEMORY_CACHE_SIZE) == FIT_ALL;
    uint64_t rendered = isr_index_entries(in);
    uint32_t map, lru = memory_cache(in, &map);
    enum next_setting setting =
        newer ? SETTING_CACHE_MAX_MEMORY_SIZE : SETTING_ISR_MEMORY_CACHE_SIZE;
    const struct seen s = {.is = {.key = setting_rows[setting].key}, .node = lru};
    if ((!newer && !older) || lru == NO_NODE || js_entries(in->js, map) ||
        rendered < ISR_EVICTED_LEAST || has_handler(in) || is_reported(in, s.is.key))
        return;
    struct finding *f =
        report(in, &s, SEVERITY_WARN,
               arena_printf(&in->analysis->arena,
                            "%s is too small for any page: %s routes were rendered and none is "
                            "cached in memory; it is a size in bytes, not in pages",
                            s.is.key, count_text(in, rendered)));
    if (f)
        f->confidence = 75;
    advise_size(in, f);
}

bool rule_isr_config(struct rule_input *in, struct err *err)
{
    (void)err;
    if (!in->analysis->next.found)
        return true;
    check_own_keys(in);
    check_texts(in);
    check_numbers(in);
    check_effect(in);
    return true;
}
