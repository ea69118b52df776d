/* Versions by what came and went: see fingerprint.h. */
#include "analyzer/fingerprint.h"

#include "analyzer/js_values.h"
#include "analyzer/next_version.h"
#include "analyzer/owner.h"

#define V NEXT_VERSION
#define END NEXT_PATCH_END
#define ON NEXT_VERSION_END

/* Words of Next.js' own configuration and classes. Where the defaults of its configuration are
 * loaded at all, a word that is not there tells an older version; 0: its absence tells nothing. */
static const struct mark {
    const char *word;
    uint32_t from, to;  /* versions that have it */
    uint32_t absent_to; /* the last that has not */
} marks[] = {
    {"isrMemoryCacheSize", V(11, 1, 0), ON, 0},
    {"cacheMaxMemorySize", V(14, 1, 0), ON, V(14, 0, END)},
    {"preloadEntriesOnStart", V(14, 2, 0), ON, V(14, 1, END)},
    {"imgOptConcurrency", V(15, 0, 0), ON, V(14, 2, END)},
    {"isolatedDevBuild", V(15, 5, 0), ON, V(15, 5, END)},
    {"imgOptOperationCache", V(16, 3, 0), ON, V(16, 3, END)},
    {"SharedRevalidateTimings", V(13, 5, 7), V(15, 1, END), 0},
    {"SharedCacheControls", V(15, 2, 0), ON, 0},
    {"SentinelNode", V(15, 5, 0), ON, 0},
};

enum { MARK_ISR, MARK_MAX }; /* one of the two is in every version from 11.1 on */

static void narrow(struct fingerprint *f, uint32_t from, uint32_t to, const char *source)
{
    f->found = true;
    f->source = source;
    f->from = from > f->from ? from : f->from;
    f->to = to < f->to ? to : f->to;
}

static void take_words(const struct js *js, struct fingerprint *f)
{
    static const char source[] = "names of settings and classes in the heap";
    const char *words[ARRAY_LEN(marks)];
    uint32_t found[ARRAY_LEN(marks)];
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        words[i] = marks[i].word;
    strings_find(&js->h->strings, words, ARRAY_LEN(words), found);
    bool configured = found[MARK_ISR] != NO_STRING || found[MARK_MAX] != NO_STRING;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (found[i] != NO_STRING)
            narrow(f, marks[i].from, marks[i].to, source);
        else if (configured && marks[i].absent_to)
            narrow(f, 0, marks[i].absent_to, source);
    }
}

/* Next.js' own LRU, not one of the application's: it is held by a variable of its code. */
static bool is_framework_lru(const struct js *js, uint32_t lru)
{
    struct owner o;
    owner_find(js, lru, &o);
    return o.kind != OWNER_NONE && owner_script_kind(js, &o) == SCRIPT_FRAMEWORK;
}

/* How the LRU is made changed with the versions. */
static void take_lru(const struct js *js, uint32_t lru, struct fingerprint *f)
{
    static const char source[] = "the shape of Next.js' in-memory cache";
    bool symbols = js_property_named(js, lru, "<symbol cache>") != NO_NODE;
    bool sizes = js_property_named(js, lru, "sizes") != NO_NODE;
    bool links = js_property_named(js, lru, "head") != NO_NODE &&
                 js_property_named(js, lru, "calculateSize") != NO_NODE;
    if ((!symbols && !sizes && !links) || !is_framework_lru(js, lru))
        return;
    if (symbols)
        narrow(f, V(11, 1, 0), V(14, 2, END), source);
    else if (sizes)
        narrow(f, V(15, 0, 0), V(15, 4, END), source);
    else
        narrow(f, V(15, 5, 0), ON, source);
    if (links && js_is_object(js, js_property_named(js, lru, "onEvict")))
        narrow(f, V(15, 5, 11), ON, source);
}

static void take_shapes(const struct js *js, const struct census *census, struct fingerprint *f)
{
    enum { LOOK_AT = 32 };
    const struct node_list *lrus = &census->named[CENSUS_LRU_CACHES];
    const struct node_list *caches = &census->named[CENSUS_FILE_CACHES];
    for (size_t i = 0; i < lrus->count && i < LOOK_AT; i++)
        take_lru(js, lrus->nodes[i], f);
    for (size_t i = 0; i < caches->count && i < LOOK_AT; i++) {
        if (js_is_object(js, js_property_named(js, caches->nodes[i], "memoryCache")))
            narrow(f, V(15, 4, 0), ON, "the shape of Next.js' in-memory cache");
    }
}

void fingerprint_take(const struct js *js, const struct census *census, struct fingerprint *ret)
{
    struct fingerprint f = {.to = NEXT_VERSION_END};
    take_words(js, &f);
    take_shapes(js, census, &f);
    /* What contradicts itself is of two programs, or of a version that nobody has seen yet. */
    if (f.from > f.to)
        f.to = NEXT_VERSION_END;
    *ret = f;
}
