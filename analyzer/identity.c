/* Versions out of a heap: see identity.h. */
#include "analyzer/identity.h"

#include "analyzer/retainers.h"

#include <string.h>

bool next_version_parse(struct str text, uint32_t *ret)
{
    uint32_t parts[3] = {0};
    size_t i = 0;
    for (unsigned k = 0; k < 3; k++) {
        size_t start = i;
        for (; i < text.len && text.p[i] >= '0' && text.p[i] <= '9' && i - start < 3; i++)
            parts[k] = parts[k] * 10 + (uint32_t)(text.p[i] - '0');
        if (i == start || (k < 2 && (i == text.len || text.p[i++] != '.')))
            return false;
    }
    if (i < text.len && text.p[i] != '-')
        return false;
    *ret = NEXT_VERSION(parts[0], parts[1], parts[2]);
    return true;
}

/* An object {name: "next", version: "14.2.3", ...}: its package.json, which the server reads. */
static struct str version_of_package(const struct js *js, const struct census *census)
{
    enum { LOOK_AT = 1000000 };
    const struct heap *h = js->h;
    for (size_t i = 0; i < census->named[CENSUS_NEXT_WORDS].count; i++) {
        uint32_t name = census->named[CENSUS_NEXT_WORDS].nodes[i];
        struct retainer_walk w = heap_retainers(h, name);
        for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
            uint32_t u = w.source;
            uint32_t version;
            if (!js_is_object(js, u) || js_property(js, u, JS_NAME) != name)
                continue;
            struct str text = js_text(js, js_property(js, u, JS_VERSION));
            if (next_version_parse(text, &version))
                return text;
        }
    }
    return (struct str){"", 0};
}

/* Words that came into Next.js with a version, or left it: what is known where the package is not.
 */
static const struct mark {
    const char *word;
    uint32_t from, to; /* versions that have it */
} marks[] = {
    {"isrMemoryCacheSize", NEXT_VERSION(11, 1, 0), NEXT_VERSION(99, 0, 0)},
    {"cacheMaxMemorySize", NEXT_VERSION(14, 1, 0), NEXT_VERSION(99, 0, 0)},
    {"SharedRevalidateTimings", NEXT_VERSION(13, 5, 7), NEXT_VERSION(15, 1, 999)},
    {"SharedCacheControls", NEXT_VERSION(15, 2, 0), NEXT_VERSION(99, 0, 0)},
    {"SentinelNode", NEXT_VERSION(15, 5, 0), NEXT_VERSION(99, 0, 0)},
};

static const char *version_text(struct arena *arena, uint32_t v)
{
    return arena_printf(arena, "%u.%u", v / 1000000, v / 1000 % 1000);
}

static void identify_by_marks(const struct js *js, struct analysis *a)
{
    const char *words[ARRAY_LEN(marks)];
    uint32_t found[ARRAY_LEN(marks)];
    uint32_t from = 0, to = NEXT_VERSION(99, 0, 0);
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        words[i] = marks[i].word;
    strings_find(&js->h->strings, words, ARRAY_LEN(words), found);
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (found[i] == NO_STRING)
            continue;
        from = marks[i].from > from ? marks[i].from : from;
        to = marks[i].to < to ? marks[i].to : to;
    }
    if (!from)
        return;
    /* The new key replaced the old one in 14.1: without it the version is older. */
    if (found[1] == NO_STRING && to > NEXT_VERSION(14, 0, 999))
        to = NEXT_VERSION(14, 0, 999);
    a->next = (struct next_info){
        .found = true,
        .certainty = CERTAINTY_RANGE,
        .source = "names of settings and classes in the heap",
        .version_min = from,
        .version_max = to,
        .node_version = a->next.node_version,
    };
    a->next.version = to == NEXT_VERSION(99, 0, 0)
                          ? arena_printf(&a->arena, ">= %s", version_text(&a->arena, from))
                          : arena_printf(&a->arena, "%s .. %s", version_text(&a->arena, from),
                                         version_text(&a->arena, to));
}

static void identify_next(const struct js *js, const struct census *census, struct analysis *a)
{
    struct str version = version_of_package(js, census);
    if (version.len && a->next.certainty < CERTAINTY_EXACT) {
        a->next.found = true;
        a->next.certainty = CERTAINTY_EXACT;
        a->next.version = arena_strndup(&a->arena, version.p, version.len);
        a->next.source = "the package.json of next in the heap";
        (void)next_version_parse(version, &a->next.version_min);
        a->next.version_max = a->next.version_min;
    } else if (a->next.certainty < CERTAINTY_RANGE) {
        identify_by_marks(js, a);
    }
}

bool heap_identify(const struct js *js, const struct census *census, struct analysis *a,
                   struct err *err)
{
    identify_next(js, census, a);
    struct str node = js_text(js, js_property(js, census->process, JS_VERSION));
    if (node.len > 1 && node.p[0] == 'v')
        a->next.node_version = arena_strndup(&a->arena, node.p + 1, node.len - 1);
    return !a->arena.failed || err_nomem(err, 0, "the versions");
}
