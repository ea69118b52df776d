/* Rule source-maps-retained: source maps that a server keeps to make its stacks readable.
 *
 * Node with --enable-source-maps, source-map-support and Next.js keep each map that they read:
 * its text, the sources in it, and after the first error an object for each of its mappings, many
 * times the size of the file. Some megabytes of it are normal under PM2.
 */
#include "analyzer/next_config.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "source-maps-retained";

enum keeper { KEEPER_NODE, KEEPER_SUPPORT, KEEPER_NEXT, KEEPER_OTHER, KEEPER_COUNT };

struct maps {
    struct claims claims; /* what holds the maps, each byte once */
    uint64_t count;
    uint64_t bytes;            /* more than once where one holds another */
    uint64_t by[KEEPER_COUNT]; /* the same by keeper */
    uint32_t largest[KEEPER_COUNT];
};

static bool has(struct str s, const char *word)
{
    return memmem(s.p, s.len, word, strlen(word));
}

static enum keeper keeper_of(struct rule_input *in, uint32_t n, const struct owner *o)
{
    struct str script = owner_script(in->js, o), name = heap_name(in->js->h, n);
    if (str_equal(name, "SourceMap") || str_equal(name, "SourceMapCacheMap") ||
        has(script, "internal/source_map"))
        return KEEPER_NODE;
    if (has(script, "source-map-support"))
        return KEEPER_SUPPORT;
    return has(script, "/next/dist/") ? KEEPER_NEXT : KEEPER_OTHER;
}

static bool add(struct rule_input *in, struct maps *m, uint32_t n, struct err *err)
{
    const struct heap *h = in->js->h;
    uint64_t bytes = heap_retained_bytes(h, n);
    struct owner o;
    owner_find(in->js, n, &o);
    enum keeper k = keeper_of(in, n, &o);
    m->bytes += bytes;
    m->by[k] += bytes;
    if (m->largest[k] == NO_NODE || bytes > heap_retained_bytes(h, m->largest[k]))
        m->largest[k] = n;
    return claims_add(&m->claims, n, 0, err);
}

/* Objects that are maps; prototypes weigh nothing. */
static bool add_named(struct rule_input *in, struct maps *m, struct err *err)
{
    enum { LEAST = 16384, MOST = 20000 };
    const struct node_list *all = &in->census->named[CENSUS_SOURCE_MAPS];
    for (size_t i = 0; i < all->count && i < MOST; i++) {
        if (heap_retained_bytes(in->js->h, all->nodes[i]) < LEAST)
            continue;
        m->count++;
        if (!add(in, m, all->nodes[i], err))
            return false;
    }
    return true;
}

/* Caches of texts of maps, which need no object of a class of theirs. */
static bool add_caches(struct rule_input *in, struct maps *m, struct err *err)
{
    static const char *const variables[] = {"sourceMapURLs", "sourceMapCache", "sourceMapsCache",
                                            "fileContentsCache"};
    const struct node_list *all = &in->census->collections;
    const struct heap *h = in->js->h;
    for (size_t i = 0; i < all->count; i++) {
        uint32_t n = all->nodes[i];
        struct owner o;
        if (heap_retained_bytes(h, n) < COLLECTION_LEAST_BYTES)
            continue;
        owner_find(in->js, n, &o);
        struct str script = owner_script(in->js, &o);
        bool ours = has(script, "internal/source_map") || has(script, "source-map-support");
        struct str name = {"", 0};
        if (o.kind != OWNER_NONE)
            name = strings_get(&h->strings, heap_edge_name(h, o.hops[o.hop_count - 1].edge));
        for (size_t k = 0; k < ARRAY_LEN(variables); k++)
            ours = ours || str_equal(name, variables[k]);
        if (ours && !add(in, m, n, err))
            return false;
    }
    return true;
}

static void advise_node(struct rule_input *in, struct finding *f)
{
    if (next_has_server_minification(&in->analysis->next))
        advice_add(in, f, "Turn source maps of the server off", "next.config.js",
                   "module.exports = {\n  experimental: { serverSourceMaps: false },\n}",
                   "It is off by default: with it Next.js turns Node's source maps on, and each "
                   "error reads the map of every file in its stack.");
    advice_add(in, f, "Start Node without --enable-source-maps", "package.json",
               "\"start\": \"node server.js\"  // and no --enable-source-maps in NODE_OPTIONS",
               "Node keeps every map that it has read and expands each on the first error in its "
               "file. Stacks can be translated later, from the log.");
}

static void advise(struct rule_input *in, struct finding *f, enum keeper k)
{
    if (k == KEEPER_NODE || k == KEEPER_NEXT) {
        advise_node(in, f);
        return;
    }
    advice_add(in, f, "Load source-map-support in development only",
               f->script ? f->script : "the file that installs it",
               "if (process.env.NODE_ENV !== 'production') require('source-map-support').install()",
               "It keeps each file and each map that an error came through, and never lets go of "
               "one.");
    if (k == KEEPER_SUPPORT)
        advice_add(in, f, "Under PM2, tell it not to load it", "ecosystem.config.js",
                   "module.exports = { apps: [{ name: 'web', script: 'server.js',\n"
                   "  disable_source_map_support: true }] }",
                   "PM2 loads source-map-support where a file has a map beside it.");
}

static void report(struct rule_input *in, struct maps *m, uint64_t bytes)
{
    static const char *const names[] = {
        [KEEPER_NODE] = "Node (--enable-source-maps)",
        [KEEPER_SUPPORT] = "source-map-support",
        [KEEPER_NEXT] = "Next.js",
        [KEEPER_OTHER] = "a package",
    };
    enum keeper k = KEEPER_NODE;
    for (enum keeper i = 0; i < KEEPER_COUNT; i++)
        k = m->by[i] > m->by[k] ? i : k;
    bool heavy = bytes >= SOURCE_MAPS_WARN_BYTES && share_of_heap(in, bytes) >= SOURCE_MAPS_SHARE;
    struct owner o;
    struct finding *f = finding_add(in, id, heavy ? SEVERITY_WARN : SEVERITY_INFO, m->largest[k]);
    if (!f)
        return;
    owner_find(in->js, m->largest[k], &o);
    finding_set_owner(in, f, &o);
    if (k == KEEPER_NODE)
        f->variable = NULL; /* of Node itself */
    f->kind = "source map";
    f->entries = m->count;
    f->retained_bytes = bytes;
    f->confidence = 90;
    f->title = arena_printf(&in->analysis->arena, "%s keeps %s of source maps", names[k],
                            bytes_text(in, bytes));
    if (m->count)
        evidence_add(in, f, NO_NODE, "%s maps are expanded: an object for each mapping",
                     count_text(in, m->count));
    for (enum keeper i = 0; i < KEEPER_COUNT; i++) {
        if (m->largest[i] != NO_NODE)
            evidence_add(in, f, m->largest[i], "the largest that %s keeps: %s", names[i],
                         bytes_text(in, heap_retained_bytes(in->js->h, m->largest[i])));
    }
    advise(in, f, k);
}

static void claim_all(struct rule_input *in, const struct finding *f, const struct node_list *all)
{
    for (size_t i = 0; i < all->count; i++)
        finding_claim(in, f, all->nodes[i]);
}

bool rule_source_maps_retained(struct rule_input *in, struct err *err)
{
    struct maps m = {.largest = {NO_NODE, NO_NODE, NO_NODE, NO_NODE}};
    size_t before = in->analysis->finding_count;
    if (!claims_init(&m.claims, in->js->h, err))
        return false;
    bool ok = add_named(in, &m, err) && add_caches(in, &m, err);
    /* The exact sum is a sweep: it is made where there is something to tell. */
    uint64_t bytes = ok && m.bytes >= SOURCE_MAPS_BYTES ? claims_bytes(&m.claims) : 0;
    claims_release(&m.claims);
    if (bytes >= SOURCE_MAPS_BYTES)
        report(in, &m, bytes);
    if (in->analysis->finding_count > before)
        claim_all(in, &in->analysis->findings[before], &in->census->named[CENSUS_SOURCE_MAPS]);
    return ok;
}
