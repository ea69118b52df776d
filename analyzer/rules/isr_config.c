/* Rule isr-config: the size of the in-memory cache as it stands in the user's next.config.js.
 *
 * The text of the configuration is in the heap. A size that only makes sense as a number of pages, or a
 * key that the version found ignores, does not do what its author thinks.
 */
#include "analyzer/next_config.h"
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

static void report(struct rule_input *in, uint32_t script, const char *key, const char *problem,
                   uint64_t value)
{
    struct arena *arena = &in->analysis->arena;
    const struct next_info *next = &in->analysis->next;
    struct finding *f = finding_add(in, id, SEVERITY_WARN, NO_NODE);
    struct str path = heap_name(in->js->h, script);
    if (!f)
        return;
    f->confidence = next->certainty == CERTAINTY_EXACT ? 95 : 80;
    f->variable = key;
    f->script = arena_strndup(arena, path.p, path.len);
    f->title = arena_printf(arena, "%s: %llu in next.config.js: %s", key, (unsigned long long)value,
                            problem);
    evidence_add(in, f, script, "the configuration's text is in the heap; Next.js is %s",
                 next->version ? next->version : "of an unknown version");
    const char *lines = next_cache_limit_lines(next, (uint64_t)50 << 20, arena);
    if (lines)
        advice_add(in, f, "Write the size in bytes under the key of your version", "next.config.js",
                   lines, "50 MiB is also the default: leave the key out unless you want another size.");
}

static void check_key(struct rule_input *in, uint32_t script, struct str source, const char *key,
                      enum cache_key of)
{
    uint64_t value;
    enum cache_key wanted = next_cache_key(&in->analysis->next);
    if (!find_number(source, key, &value))
        return;
    if (wanted != CACHE_KEY_UNKNOWN && wanted != of)
        report(in, script, key,
               of == CACHE_KEY_ISR ? "ignored since Next.js 14.1, where the key is cacheMaxMemorySize"
                                   : "this version does not know the key",
               value);
    else if (value && value < LEAST_SENSIBLE_BYTES)
        report(in, script, key, "the unit is bytes, not pages: nothing fits, every page is made anew",
               value);
}

bool rule_isr_config(struct rule_input *in, struct err *err)
{
    const struct node_list *configs = &in->census->configs;
    (void)err;
    for (size_t i = 0; i < configs->count; i++) {
        struct str source = js_text(in->js, js_internal(in->js, configs->nodes[i], JS_SOURCE));
        check_key(in, configs->nodes[i], source, "isrMemoryCacheSize", CACHE_KEY_ISR);
        check_key(in, configs->nodes[i], source, "cacheMaxMemorySize", CACHE_KEY_MAX);
    }
    return true;
}
