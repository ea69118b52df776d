/* Rule isr-config: the size of the in-memory cache as it stands in the user's next.config.js.
 *
 * The text of the configuration is in the heap. A size that only makes sense as a number of pages,
 * or a key that the version found ignores, does not do what its author thinks.
 */
#include "analyzer/next_config.h"
#include "analyzer/retainers.h"
#include "analyzer/rules/rule_list.h"

#include <string.h>

static const char id[] = "isr-config";

/* Nobody means a cache of less: the number was taken for pages. */
#define LEAST_SENSIBLE_BYTES 65536

/* The number behind "KEY:", false if the key is not there or what follows is no number. */
static bool find_number(struct str source, const char *key, uint64_t *ret)
{
    const char *p = memmem(source.p, source.len, key, strlen(key));
    const char *end = source.p + source.len;
    if (!p)
        return false;
    p += strlen(key);
    while (p < end && (*p == ' ' || *p == ':' || *p == '"' || *p == '\''))
        p++;
    const char *start = p;
    uint64_t value = 0;
    for (; p < end && ((*p >= '0' && *p <= '9') || *p == '_') && p - start < 18; p++)
        value = *p == '_' ? value : value * 10 + (uint64_t)(*p - '0');
    while (p < end && *p == ' ')
        p++;
    *ret = value;
    return p > start && (p == end || *p != '*');
}

static void report(struct rule_input *in, uint32_t n, const char *key, const char *title)
{
    struct arena *arena = &in->analysis->arena;
    const struct next_info *next = &in->analysis->next;
    struct finding *f = finding_add(in, id, SEVERITY_WARN, NO_NODE);
    if (!f)
        return;
    f->confidence = next->certainty == CERTAINTY_EXACT ? 95 : 80;
    f->variable = key;
    f->title = title;
    evidence_add(in, f, n, "the key is in the configuration that the server loaded; Next.js is %s",
                 next->version ? next->version : "of an unknown version");
    const char *lines = next_cache_limit_lines(next, (uint64_t)50 << 20, arena);
    if (lines)
        advice_add(in, f, "Write the size in bytes under the key of your version", "next.config.js",
                   lines,
                   "50 MiB is also the default: leave the key out unless you want another size.");
}

/* One copy of the text is enough: Next.js loads its configuration more than once. */
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

static void check_text(struct rule_input *in, uint32_t n, struct str text, const char *key)
{
    uint64_t value;
    if (is_reported(in, key) || !find_number(text, key, &value) || !value ||
        value >= LEAST_SENSIBLE_BYTES)
        return;
    report(in, n, key,
           arena_printf(&in->analysis->arena,
                        "%s: %llu in next.config.js is a size in bytes, not in pages: nothing fits",
                        key, (unsigned long long)value));
}

/* Is the text the source of a script, or a module's that is kept in a variable? */
static bool is_source(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, n);
    while (retainer_next(&w)) {
        uint32_t u = w.source;
        if (js_internal(js, u, JS_SOURCE) == n || js_edge(js, u, EDGE_CONTEXT, JS_SOURCE) == n)
            return true;
    }
    return false;
}

/* An object has the key as a property of its own: the shape of the user's `experimental` names it.
 * Next.js itself has not had such an object since it renamed the key. */
static bool is_own_key(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, n);
    while (retainer_next(&w)) {
        if (js_is(js, w.source, JS_DESCRIPTORS))
            return true;
    }
    return false;
}

static void check_old_key(struct rule_input *in)
{
    static const char key[] = "isrMemoryCacheSize";
    const struct node_list *nodes = &in->census->named[CENSUS_OLD_KEYS];
    if (next_cache_key(&in->analysis->next) != CACHE_KEY_MAX)
        return;
    for (size_t i = 0; i < nodes->count; i++) {
        if (!is_reported(in, key) && is_own_key(in->js, nodes->nodes[i]))
            report(in, nodes->nodes[i], key,
                   "experimental.isrMemoryCacheSize is set, which Next.js ignores since 14.1: the "
                   "cache has its default size");
    }
}

bool rule_isr_config(struct rule_input *in, struct err *err)
{
    const struct node_list *configs = &in->census->configs;
    (void)err;
    for (size_t i = 0; i < configs->count; i++) {
        struct str text = js_text(in->js, configs->nodes[i]);
        if (!is_source(in->js, configs->nodes[i]))
            continue;
        check_text(in, configs->nodes[i], text, "isrMemoryCacheSize");
        check_text(in, configs->nodes[i], text, "cacheMaxMemorySize");
    }
    check_old_key(in);
    return true;
}
