/* The life of a collection: see collection_life.h. */
#include "analyzer/rules/collection_life.h"

#include "analyzer/retainers.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE 64
#define RETAINERS_MAX 64

/* -- keys -- */

static bool has_digit(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
    }
    return false;
}

static bool is_from_request(struct str key)
{
    enum { LONG_TEXT = 48 };
    return key.len > LONG_TEXT || (key.len > 1 && key.p[0] == '/') ||
           memmem(key.p, key.len, "://", 3) || memchr(key.p, '?', key.len) ||
           (has_digit(key) && memchr(key.p, ':', key.len)) || memchr(key.p, '@', key.len);
}

/* How many of a hundred keys are so; objects keyed by numbers leave no text. */
struct key_kinds {
    unsigned request, digits, none;
};

static struct key_kinds key_kinds(const struct js *js, uint32_t n)
{
    struct js_entry entries[SAMPLE];
    struct key_kinds k = {0};
    size_t count = js_sample(js, n, entries, SAMPLE);
    bool is_set = js_collection(js, n) == COLLECTION_SET;
    for (size_t i = 0; i < count; i++) {
        struct str key = is_set ? js_text(js, entries[i].value) : entries[i].key;
        k.request += is_from_request(key);
        k.digits += has_digit(key);
        k.none += !key.len;
    }
    for (unsigned *p = &k.request; count && p <= &k.none; p++)
        *p = (unsigned)(*p * 100 / count);
    return k;
}

/* -- when the entries were made -- */

static int compare_ids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* V8 numbers the objects of a first snapshot in the order of its pages, into which objects move
 * together that were made between two garbage collections. What was made in one go lies together,
 * entries made along with other work lie apart. */
static unsigned id_groups(const struct js *js, uint32_t n)
{
    enum { LOOK_AT = 16384, NEAR = 2000 };
    const struct heap *h = js->h;
    struct js_entry *entries = malloc(LOOK_AT * sizeof *entries);
    uint32_t *ids = malloc(LOOK_AT * sizeof *ids);
    size_t count = 0, sampled = entries && ids ? js_sample(js, n, entries, LOOK_AT) : 0;
    for (size_t i = 0; i < sampled; i++) {
        if (entries[i].value != NO_NODE && heap_type(h, entries[i].value) != NODE_HIDDEN)
            ids[count++] = heap_id(h, entries[i].value);
    }
    free(entries);
    if (count)
        qsort(ids, count, sizeof *ids, compare_ids);
    uint64_t each = count ? ((const uint32_t *)h->subtree.data)[n] / count : 0;
    unsigned groups = count > 0;
    for (size_t i = 1; i < count; i++)
        groups += (ids[i] - ids[i - 1]) / 2 > NEAR + 8 * each;
    free(ids);
    return groups;
}

/* -- the code around it -- */

enum script_kind collection_code_kind(const struct js *js, const struct owner *o)
{
    const struct heap *h = js->h;
    enum script_kind kind = owner_script_kind(js, o);
    if (kind != SCRIPT_USER || o->hop_count < 2 || js_collection(js, o->hops[0].node))
        return kind;
    uint32_t prototype = js_property(js, o->hops[0].node, JS_PROTO);
    if (!js_is_object(js, prototype))
        return kind;
    for (uint64_t e = heap_first_edge(h, prototype), end = heap_first_edge(h, prototype + 1);
         e < end; e++) {
        uint32_t to = heap_edge_to(h, e);
        uint32_t script = heap_edge_type(h, e) == EDGE_PROPERTY && heap_type(h, to) == NODE_CLOSURE
                              ? js_script_of_closure(js, to)
                              : NO_NODE;
        if (script != NO_NODE) {
            enum script_kind of_class = script_kind(heap_name(h, script));
            return of_class == SCRIPT_FRAMEWORK || of_class == SCRIPT_CORE ? of_class : kind;
        }
    }
    return kind;
}

static bool is_hop(const struct owner *o, uint32_t u)
{
    for (unsigned i = 0; i < o->hop_count; i++) {
        if (o->hops[i].node == u)
            return true;
    }
    return false;
}

/* Functions of other modules that have the object among their variables, or what gives it out. */
static void use_by_others(const struct js *js, uint32_t n, const struct owner *o,
                          enum collection kind, struct code_use *use, bool *shared)
{
    const struct heap *h = js->h;
    if (heap_flags(h, n) & FLAG_HUB)
        return;
    struct retainer_walk w = heap_retainers(h, n);
    for (unsigned seen = 0; seen < RETAINERS_MAX && retainer_next(&w); seen++) {
        uint32_t u = w.source;
        if (is_hop(o, u))
            continue;
        if (js_is_context(js, u)) {
            *shared = true;
            code_use_of_context(js, u, kind, use);
            continue;
        }
        if (!js_is_object(js, u) || js_property_count(js, u) > RETAINERS_MAX ||
            (heap_flags(h, u) & FLAG_HUB))
            continue;
        *shared = true;
        struct retainer_walk outer = heap_retainers(h, u);
        for (unsigned k = 0; k < RETAINERS_MAX && retainer_next(&outer); k++) {
            if (js_is_context(js, outer.source) && !is_hop(o, outer.source))
                code_use_of_context(js, outer.source, kind, use);
        }
    }
}

static uint32_t scope_of(const struct js *js, const struct owner *o)
{
    if (o->kind == OWNER_VARIABLE)
        return o->holder;
    return o->kind == OWNER_STATIC ? js_context_of_closure(js, o->holder) : NO_NODE;
}

/* Whoever imports what the scope's functions are properties of. */
static void use_by_importers(const struct js *js, uint32_t scope, const struct owner *o,
                             enum collection kind, struct code_use *use)
{
    bool shared;
    struct retainer_walk w = heap_retainers(js->h, scope);
    for (unsigned seen = 0; seen < RETAINERS_MAX && retainer_next(&w); seen++) {
        if (heap_type(js->h, w.source) == NODE_CLOSURE &&
            js_context_of_closure(js, w.source) == scope)
            use_by_others(js, w.source, o, kind, use, &shared);
    }
}

static void find_use(const struct js *js, uint32_t n, const struct owner *o, enum collection kind,
                     struct code_use *use)
{
    uint32_t scope = scope_of(js, o);
    bool shared = false;
    code_use_init(use);
    if (scope != NO_NODE)
        code_use_of_context(js, scope, kind, use);
    for (unsigned i = 0; i + 1 < o->hop_count; i++) {
        if (js_is_object(js, o->hops[i].node))
            code_use_of_methods(js, o->hops[i].node, kind, use);
    }
    if (use->adds)
        return;
    use_by_others(js, n, o, kind, use, &shared);
    for (unsigned i = 0; i + 1 < o->hop_count; i++) {
        if (js_is_object(js, o->hops[i].node))
            use_by_others(js, o->hops[i].node, o, kind, use, &shared);
    }
    if (!use->adds && use->hands_out && scope != NO_NODE && !(heap_flags(js->h, scope) & FLAG_HUB))
        use_by_importers(js, scope, o, kind, use);
}

/* -- caches that evict -- */

static bool is_lru_name(struct str name)
{
    for (size_t i = 0; i + 3 <= name.len; i++) {
        if (!strncasecmp(name.p + i, "lru", 3))
            return true;
    }
    return false;
}

/* lru-cache has four makes: until 6 a list beside a Map, and a number or Infinity as its bound
 * (only numbers that are not small integers are seen); from 7 on arrays made at the length of the
 * bound. */
static bool lru_has_bound(const struct js *js, uint32_t lru)
{
    const struct heap *h = js->h;
    bool has_list = false;
    uint32_t max = js_property(js, lru, JS_SYMBOL_MAX);
    /* quick-lru: two generations, of which the older is dropped as a whole. */
    if (js_property(js, lru, JS_OLD_CACHE) != NO_NODE)
        return true;
    if (max != NO_NODE)
        return heap_type(h, max) != NODE_NUMBER;
    for (uint64_t e = heap_first_edge(h, lru), end = heap_first_edge(h, lru + 1); e < end; e++) {
        uint32_t to = heap_edge_to(h, e);
        if (heap_edge_type(h, e) != EDGE_PROPERTY || js_collection(js, to) != COLLECTION_ARRAY ||
            js_entries(js, to) < COLLECTION_LEAST_ENTRIES)
            continue;
        if (js_fills_its_store(js, to))
            return true;
        has_list = true;
    }
    return !has_list;
}

/* The cache that n is, or that holds it; NO_NODE if none is on the way. */
static uint32_t evicting_cache(const struct js *js, uint32_t n, const struct owner *o)
{
    for (unsigned i = 0; js_is_object(js, n); i++) {
        if (is_lru_name(heap_name(js->h, n)) || js_property(js, n, JS_OLD_CACHE) != NO_NODE)
            return n;
        if (i + 1 >= o->hop_count)
            break;
        n = o->hops[i].node;
    }
    return NO_NODE;
}

/* -- constants -- */

static bool ends_with_json(struct str s)
{
    return s.len > 5 && !memcmp(s.p + s.len - 5, ".json", 5);
}

/* Is it what require() of a JSON file returned? Bundlers parse it in a module of its own, of which
 * nothing else is left: an object that is the whole of a module. */
static bool is_json_module(const struct js *js, uint32_t n, bool bundled)
{
    const struct heap *h = js->h;
    if (heap_flags(h, n) & FLAG_HUB)
        return false;
    struct retainer_walk w = heap_retainers(h, n);
    for (unsigned seen = 0; seen < RETAINERS_MAX && retainer_next(&w); seen++) {
        if (!js_is_object(js, w.source) || js_property(js, w.source, JS_EXPORTS) != n)
            continue;
        if (js_is(js, w.source, JS_MODULE)
                ? ends_with_json(js_text(js, js_property(js, w.source, JS_FILENAME)))
                : bundled && js_is(js, w.source, JS_OBJECT))
            return true;
    }
    return false;
}

static bool is_of_json(const struct js *js, uint32_t n, const struct owner *o, unsigned groups)
{
    enum { GROUPS_MOST = 3 };
    bool bundled = js_collection(js, n) == COLLECTION_OBJECT && groups <= GROUPS_MOST;
    bool found = is_json_module(js, n, bundled);
    for (unsigned i = 0; i + 1 < o->hop_count && !found; i++)
        found = js_is_object(js, o->hops[i].node) && is_json_module(js, o->hops[i].node, false);
    return found;
}

/* Has the scope another variable with such a collection, that the calls may have been for? */
static bool has_another(const struct js *js, uint32_t scope, uint32_t n, enum collection kind)
{
    const struct heap *h = js->h;
    if (scope == NO_NODE)
        return false;
    for (uint64_t e = heap_first_edge(h, scope), end = heap_first_edge(h, scope + 1); e < end;
         e++) {
        uint32_t to = heap_edge_to(h, e);
        if (heap_edge_type(h, e) == EDGE_CONTEXT && to != n && js_collection(js, to) == kind)
            return true;
    }
    return false;
}

static const char *function_text(struct rule_input *in, uint32_t closure)
{
    struct str name = heap_name(in->js->h, closure);
    const struct location *l = heap_location(in->js->h, closure);
    struct arena *arena = &in->analysis->arena;
    const char *where = l ? arena_printf(arena, " (line %u)", l->line + 1) : "";
    return name.len ? arena_printf(arena, "%.*s()%s", (int)min_u64(name.len, 80), name.p, where)
                    : arena_printf(arena, "a function%s", where);
}

static void set(struct collection_life *ret, enum life life, const char *reason)
{
    ret->life = life;
    ret->reason = reason;
}

/* What the collection itself shows. */
static bool judge_by_structure(struct rule_input *in, uint32_t n, const struct owner *o,
                               uint64_t entries, struct collection_life *ret)
{
    const struct js *js = in->js;
    uint64_t removed = js_removed_entries(js, n);
    uint32_t cache = evicting_cache(js, n, o);
    bool bounded = cache != NO_NODE && lru_has_bound(js, cache);
    if (bounded)
        set(ret, LIFE_BOUNDED, "it belongs to a cache that evicts");
    else if (removed * REMOVED_SHARE >= entries && removed >= REMOVED_LEAST)
        set(ret, LIFE_BOUNDED,
            arena_printf(&in->analysis->arena,
                         "%s places in its table are empty again: entries are taken out",
                         count_text(in, removed)));
    else if (is_of_json(js, n, o, ret->groups))
        set(ret, LIFE_CONSTANT, "it was read from a JSON file");
    else if (cache != NO_NODE)
        set(ret, LIFE_GROWS, "the cache has no bound: neither a number of entries nor a size");
    return ret->life != LIFE_UNKNOWN;
}

static void judge_by_code(struct rule_input *in, uint32_t n, const struct owner *o,
                          enum collection kind, struct collection_life *ret)
{
    struct code_use use;
    find_use(in->js, n, o, kind, &use);
    bool full = js_fills_its_store(in->js, n);
    bool in_one_go = js_entries(in->js, n) >= (uint64_t)ENTRIES_A_GROUP * ret->groups &&
                     !ret->keys_from_requests && has_another(in->js, scope_of(in->js, o), n, kind);
    ret->adder = use.adder;
    if (kind == COLLECTION_ARRAY && use.removes)
        set(ret, LIFE_BOUNDED,
            arena_printf(&in->analysis->arena, "%s takes entries out of such an array too",
                         function_text(in, use.remover)));
    else if (full && !use.adds)
        set(ret, LIFE_CONSTANT, "it was made at its length");
    else if (in_one_go)
        set(ret, LIFE_CONSTANT, "its entries were made in one go");
    else if (use.adds)
        set(ret, LIFE_GROWS,
            arena_printf(&in->analysis->arena, "%s adds to it, and no call that takes out was seen",
                         function_text(in, use.adder)));
    else if (use.functions && ret->groups < GROUPS_LEAST)
        set(ret, LIFE_CONSTANT, "no function that ran adds to it: it was filled on loading");
}

/* Operators fill objects and leave no trace in the code: keys and time must tell. */
static void judge_object(const struct js *js, uint32_t n, const struct key_kinds *k,
                         struct collection_life *ret)
{
    enum { MOST = 75, FEW_GROUPS = 2 };
    bool large = heap_retained_bytes(js->h, n) >= COLLECTION_LEAST_BYTES;
    if (!ret->keys_from_requests && ret->groups && ret->groups <= FEW_GROUPS &&
        js_entries(js, n) >= (uint64_t)ENTRIES_A_GROUP * ret->groups)
        set(ret, LIFE_CONSTANT, "its entries were made in one go");
    else if (ret->keys_from_requests || (large && (k->digits >= MOST || k->none >= MOST)))
        return;
    else if (ret->groups < GROUPS_LEAST || !large)
        set(ret, LIFE_CONSTANT, "its keys are the words of a table");
}

void collection_life(struct rule_input *in, uint32_t n, const struct owner *o,
                     struct collection_life *ret)
{
    enum { MOST = 75 };
    const struct js *js = in->js;
    struct key_kinds k = key_kinds(js, n);
    enum collection kind = js_collection(js, n);
    *ret = (struct collection_life){
        .adder = NO_NODE, .groups = id_groups(js, n), .keys_from_requests = k.request >= MOST};
    if (judge_by_structure(in, n, o, js_entries(js, n), ret))
        return;
    if (kind == COLLECTION_OBJECT)
        judge_object(js, n, &k, ret);
    else
        judge_by_code(in, n, o, kind, ret);
}
