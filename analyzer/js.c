/* JavaScript objects out of the graph: see js.h. */
#include "analyzer/js.h"

#include "analyzer/retainers.h"

#include <string.h>

static const char *const names[JS_NAME_COUNT] = {
#define X(id, text) [JS_##id] = text,
    JS_NAMES(X)
#undef X
};
_Static_assert(JS_NAME_COUNT <= NAMES_MAX, "strings_find() takes them at once");

void js_init(struct js *js, const struct heap *h)
{
    js->h = h;
    strings_find(&h->strings, names, JS_NAME_COUNT, js->name);
}

uint32_t js_edge(const struct js *js, uint32_t n, enum edge_type type, enum js_name name)
{
    const struct heap *h = js->h;
    if (n == NO_NODE || js->name[name] == NO_STRING)
        return NO_NODE;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) == type && heap_edge_name(h, e) == js->name[name])
            return heap_edge_to(h, e);
    }
    return NO_NODE;
}

uint32_t js_property(const struct js *js, uint32_t n, enum js_name name)
{
    return js_edge(js, n, EDGE_PROPERTY, name);
}

uint32_t js_internal(const struct js *js, uint32_t n, enum js_name name)
{
    return js_edge(js, n, EDGE_INTERNAL, name);
}

struct str js_text(const struct js *js, uint32_t n)
{
    if (n == NO_NODE || heap_type(js->h, n) != NODE_STRING)
        return (struct str){"", 0};
    return heap_name(js->h, n);
}

/* Node 24 names the node, in older versions an oddball's hidden edge 0 leads to the word. */
bool js_is_true(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    if (n == NO_NODE || heap_type(h, n) != NODE_HIDDEN)
        return false;
    if (js_is(js, n, JS_TRUE))
        return true;
    if (!js_is(js, n, JS_ODDBALL))
        return false;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) == EDGE_HIDDEN && heap_edge_name(h, e) == 0)
            return js_is(js, heap_edge_to(h, e), JS_TRUE);
    }
    return false;
}

bool js_is_object(const struct js *js, uint32_t n)
{
    return n != NO_NODE && heap_type(js->h, n) == NODE_OBJECT;
}

unsigned js_property_count(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    unsigned count = 0;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++)
        count += heap_edge_type(h, e) == EDGE_PROPERTY;
    return count;
}

/* -- collections -- */

enum collection js_collection(const struct js *js, uint32_t n)
{
    if (heap_type(js->h, n) != NODE_OBJECT)
        return COLLECTION_NONE;
    uint32_t name = heap_name_index(js->h, n);
    if (name == js->name[JS_MAP])
        return COLLECTION_MAP;
    if (name == js->name[JS_SET])
        return COLLECTION_SET;
    if (name == js->name[JS_ARRAY])
        return COLLECTION_ARRAY;
    return name == js->name[JS_OBJECT] ? COLLECTION_OBJECT : COLLECTION_NONE;
}

const char *collection_article(enum collection c)
{
    return c == COLLECTION_MAP || c == COLLECTION_SET ? "a" : "an";
}

const char *collection_word(enum collection c)
{
    static const char *const words[] = {
        [COLLECTION_NONE] = "object", [COLLECTION_MAP] = "Map",       [COLLECTION_SET] = "Set",
        [COLLECTION_ARRAY] = "array", [COLLECTION_OBJECT] = "object",
    };
    return words[c];
}

/* Node 24 shows what is left where an entry was. */
static bool is_hole(const struct js *js, uint32_t n)
{
    return js->name[JS_HOLE] != NO_STRING && js_is(js, n, JS_HOLE);
}

/* Edges of a table are named by their place in it. */
static bool table_place(const struct js *js, uint64_t e, uint64_t *ret)
{
    const struct heap *h = js->h;
    if (heap_edge_type(h, e) != EDGE_INTERNAL || is_hole(js, heap_edge_to(h, e)))
        return false;
    struct str s = strings_get(&h->strings, heap_edge_name(h, e));
    uint64_t place = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || i > 17)
            return false;
        place = place * 10 + (uint64_t)(s.p[i] - '0');
    }
    *ret = place;
    return s.len > 0;
}

/* A hash table's entries are `stride` places: key, value (in a Map), chain. The chain is a number
 * and leaves no edge, so the class of places without edges tells where entries begin. */
struct table {
    uint32_t node;
    unsigned stride;
    unsigned key_class;   /* place % stride of keys */
    uint64_t capacity;    /* entries there is room for, 0: not known */
    uint64_t first_place; /* of the first entry's key, if the capacity is known */
};

#define OBJECT_BYTES 32 /* a Map, a Set or an Array without what it owns */
#define ARRAY_HEADER_BYTES 16
#define WORD_BYTES 8

/* The size of an array inside of V8 that belongs to n alone: it may have been added to n's. */
static uint64_t owned_words(const struct js *js, uint32_t n, uint32_t owned)
{
    uint64_t bytes = heap_self_bytes(js->h, owned);
    if (!bytes && heap_self_bytes(js->h, n) > OBJECT_BYTES)
        bytes = heap_self_bytes(js->h, n) - OBJECT_BYTES;
    return bytes > ARRAY_HEADER_BYTES ? (bytes - ARRAY_HEADER_BYTES) / WORD_BYTES : 0;
}

/* In front of the entries stand three counts and a bucket for two entries. */
static void measure_table(const struct js *js, uint32_t n, struct table *t)
{
    enum { COUNTS = 3 };
    uint64_t words = owned_words(js, n, t->node);
    uint64_t capacity = words > COUNTS ? (words - COUNTS) * 2 / (2 * t->stride + 1) : 0;
    if (capacity & (capacity - 1) || COUNTS + capacity / 2 + capacity * t->stride != words)
        return;
    t->capacity = capacity;
    t->first_place = COUNTS + capacity / 2;
    t->key_class = (unsigned)(t->first_place % t->stride);
}

static struct table find_table(const struct js *js, uint32_t n, enum collection c)
{
    const struct heap *h = js->h;
    struct table t = {.node = js_internal(js, n, JS_TABLE), .stride = c == COLLECTION_MAP ? 3 : 2};
    uint64_t in_class[3] = {0}, place;
    if (t.node == NO_NODE)
        return t;
    for (uint64_t e = heap_first_edge(h, t.node), end = heap_first_edge(h, t.node + 1); e < end;
         e++) {
        if (table_place(js, e, &place))
            in_class[place % t.stride]++;
    }
    unsigned chain = 0;
    for (unsigned k = 1; k < t.stride; k++) {
        if (in_class[k] < in_class[chain])
            chain = k;
    }
    /* Only keys, or only values, leave two empty classes: the chain is the one behind the other. */
    if (t.stride == 3 && !in_class[(chain + 1) % 3] && in_class[(chain + 2) % 3])
        chain = (chain + 1) % 3;
    t.key_class = (chain + 1) % t.stride;
    measure_table(js, n, &t);
    return t;
}

struct table_use {
    uint64_t entries;
    uint64_t last_slot; /* one behind the last entry, counted from the first place */
};

static struct table_use table_use(const struct js *js, const struct table *t)
{
    const struct heap *h = js->h;
    struct table_use u = {0};
    uint64_t last = UINT64_MAX, place;
    for (uint64_t e = heap_first_edge(h, t->node), end = heap_first_edge(h, t->node + 1); e < end;
         e++) {
        if (!table_place(js, e, &place))
            continue;
        uint64_t slot = (place + t->stride - t->key_class) / t->stride;
        u.entries += slot != last;
        last = slot;
        if (place >= t->first_place)
            u.last_slot = max_u64(u.last_slot, (place - t->first_place) / t->stride + 1);
    }
    return u;
}

/* A table doubles when it is full: one of numbers alone is at least half full. */
static uint64_t table_entries(const struct js *js, uint32_t n, enum collection c)
{
    struct table t = find_table(js, n, c);
    if (t.node == NO_NODE)
        return 0;
    uint64_t entries = table_use(js, &t).entries;
    return entries ? entries : t.capacity > 4 ? t.capacity / 2 : 0;
}

uint64_t js_removed_entries(const struct js *js, uint32_t n)
{
    enum collection c = js_collection(js, n);
    if (c != COLLECTION_MAP && c != COLLECTION_SET)
        return 0;
    struct table t = find_table(js, n, c);
    if (t.node == NO_NODE || !t.capacity)
        return 0;
    struct table_use u = table_use(js, &t);
    return u.last_slot > u.entries ? u.last_slot - u.entries : 0;
}

bool js_fills_its_store(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    uint32_t store = js_internal(js, n, JS_ELEMENTS);
    uint64_t behind_last = 0;
    if (js_collection(js, n) != COLLECTION_ARRAY || store == NO_NODE)
        return false;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) == EDGE_ELEMENT)
            behind_last = max_u64(behind_last, (uint64_t)heap_edge_name(h, e) + 1);
    }
    return behind_last && behind_last == owned_words(js, n, store);
}

static uint64_t array_entries(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    uint64_t count = 0;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++)
        count += heap_edge_type(h, e) == EDGE_ELEMENT && !is_hole(js, heap_edge_to(h, e));
    return count;
}

static bool is_own_key(const struct js *js, uint64_t e)
{
    enum edge_type t = heap_edge_type(js->h, e);
    return t == EDGE_ELEMENT ||
           (t == EDGE_PROPERTY && heap_edge_name(js->h, e) != js->name[JS_PROTO]);
}

/* The table of an object that has too many keys to be of a shape, NO_NODE if it is of one. */
static uint32_t key_table(const struct js *js, uint32_t n)
{
    uint32_t table = js_internal(js, n, JS_PROPERTIES);
    return table != NO_NODE && js_is(js, table, JS_KEYS_AND_VALUES) ? table : NO_NODE;
}

/* Is edge e of such a table a key's? They stand at every third place, the value behind them. */
static bool is_table_key(const struct js *js, uint64_t e)
{
    uint64_t place;
    return table_place(js, e, &place) && place % 3 == 0 &&
           heap_type(js->h, heap_edge_to(js->h, e)) == NODE_STRING;
}

/* Numbers leave no edge, but their keys do in the object's table. */
static uint64_t object_entries(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    uint64_t count = 0, keys = 0;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++)
        count += is_own_key(js, e);
    uint32_t table = key_table(js, n);
    if (table == NO_NODE)
        return count;
    for (uint64_t e = heap_first_edge(h, table), end = heap_first_edge(h, table + 1); e < end; e++)
        keys += is_table_key(js, e);
    return max_u64(count, keys);
}

uint64_t js_entries(const struct js *js, uint32_t n)
{
    enum collection c = js_collection(js, n);
    switch (c) {
    case COLLECTION_MAP:
    case COLLECTION_SET:
        return table_entries(js, n, c);
    case COLLECTION_ARRAY:
        return array_entries(js, n);
    case COLLECTION_OBJECT:
        return object_entries(js, n);
    case COLLECTION_NONE:
        break;
    }
    return 0;
}

static size_t sample_table(const struct js *js, uint32_t n, enum collection c, struct js_entry *ret,
                           size_t limit)
{
    const struct heap *h = js->h;
    struct table t = find_table(js, n, c);
    uint64_t last = UINT64_MAX, place;
    size_t count = 0;
    if (t.node == NO_NODE)
        return 0;
    for (uint64_t e = heap_first_edge(h, t.node), end = heap_first_edge(h, t.node + 1); e < end;
         e++) {
        if (!table_place(js, e, &place))
            continue;
        uint64_t slot = (place + t.stride - t.key_class) / t.stride;
        uint32_t to = heap_edge_to(h, e);
        if (slot != last) {
            if (count == limit)
                break;
            ret[count++] = (struct js_entry){.key = {"", 0}, .value = NO_NODE};
            last = slot;
        }
        bool is_key = place % t.stride == t.key_class && c == COLLECTION_MAP;
        if (is_key)
            ret[count - 1].key = js_text(js, to);
        /* Keys that are numbers leave no edge: what looks like the key is the value then. */
        if (!is_key || js_is_object(js, to))
            ret[count - 1].value = to;
    }
    return count;
}

static size_t sample_keys(const struct js *js, uint32_t table, struct js_entry *ret, size_t limit)
{
    const struct heap *h = js->h;
    size_t count = 0;
    for (uint64_t e = heap_first_edge(h, table), end = heap_first_edge(h, table + 1);
         e < end && count < limit; e++) {
        if (is_table_key(js, e))
            ret[count++] =
                (struct js_entry){.key = js_text(js, heap_edge_to(h, e)), .value = NO_NODE};
    }
    return count;
}

size_t js_sample(const struct js *js, uint32_t n, struct js_entry *ret, size_t limit)
{
    const struct heap *h = js->h;
    enum collection c = js_collection(js, n);
    size_t count = 0;
    if (c == COLLECTION_MAP || c == COLLECTION_SET)
        return sample_table(js, n, c, ret, limit);
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1);
         e < end && count < limit; e++) {
        if (!is_own_key(js, e) || is_hole(js, heap_edge_to(h, e)))
            continue;
        bool named = heap_edge_type(h, e) == EDGE_PROPERTY;
        ret[count++] = (struct js_entry){
            .key = named ? strings_get(&h->strings, heap_edge_name(h, e)) : (struct str){"", 0},
            .value = heap_edge_to(h, e),
        };
    }
    if (!count && c == COLLECTION_OBJECT && key_table(js, n) != NO_NODE)
        return sample_keys(js, key_table(js, n), ret, limit);
    return count;
}

uint32_t js_dominating_collection(const struct js *js, uint32_t n, uint64_t least)
{
    enum { CLIMB = 16 };
    const struct heap *h = js->h;
    for (unsigned i = 0; i < CLIMB && n != h->root; i++) {
        n = heap_dominator(h, n);
        if (js_collection(js, n) != COLLECTION_NONE && js_entries(js, n) >= least)
            return n;
    }
    return NO_NODE;
}

/* -- code -- */

bool js_is_context(const struct js *js, uint32_t n)
{
    return heap_type(js->h, n) == NODE_OBJECT &&
           str_starts_with(heap_name(js->h, n), "system / Context");
}

/* Numbers of hidden edges count the objects, not the slots. */
static uint32_t hidden_end(const struct heap *h, uint32_t n)
{
    uint32_t count = 0;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) == EDGE_HIDDEN)
            count = (uint32_t)max_u64(count, (uint64_t)heap_edge_name(h, e) + 1);
    }
    return count;
}

struct str js_variable_name(const struct js *js, uint32_t context, uint64_t e)
{
    const struct heap *h = js->h;
    struct str none = {"", 0}, found = none;
    if (heap_edge_type(h, e) != EDGE_HIDDEN)
        return strings_get(&h->strings, heap_edge_name(h, e));
    uint32_t info = js_internal(js, context, JS_SCOPE_INFO), named = 0;
    if (info == NO_NODE)
        return none;
    for (uint64_t k = heap_first_edge(h, info), end = heap_first_edge(h, info + 1); k < end; k++) {
        if (heap_edge_type(h, k) != EDGE_HIDDEN || heap_type(h, heap_edge_to(h, k)) != NODE_STRING)
            continue;
        if (heap_edge_name(h, k) == heap_edge_name(h, e))
            found = js_text(js, heap_edge_to(h, k));
        named++;
    }
    return named == hidden_end(h, context) ? found : none;
}

uint32_t js_script_of_shared(const struct js *js, uint32_t shared)
{
    uint32_t script = js_internal(js, shared, JS_SCRIPT);
    if (script == NO_NODE)
        script = js_internal(js, shared, JS_SCRIPT_OR_DEBUG_INFO);
    /* A debug info stands between while a debugger or coverage is on. */
    uint32_t behind = js_internal(js, script, JS_SCRIPT);
    return behind != NO_NODE ? behind : script;
}

uint32_t js_script_of_closure(const struct js *js, uint32_t closure)
{
    return js_script_of_shared(js, js_internal(js, closure, JS_SHARED));
}

uint32_t js_context_of_closure(const struct js *js, uint32_t closure)
{
    uint32_t context = js_internal(js, closure, JS_CONTEXT);
    return context != NO_NODE && js_is_context(js, context) ? context : NO_NODE;
}

/* A context does not name its script; closures made in it, or in one inside it, do. */
static uint32_t script_by_closures(const struct js *js, uint32_t context, unsigned depth)
{
    enum { LOOK_AT = 64 };
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, context);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        uint32_t u = w.source;
        if (heap_type(h, u) != NODE_CLOSURE || js_internal(js, u, JS_CONTEXT) != context)
            continue;
        uint32_t script = js_script_of_closure(js, u);
        if (script != NO_NODE && heap_name(h, script).len)
            return script;
    }
    w = heap_retainers(h, context);
    for (unsigned seen = 0; depth && seen < LOOK_AT && retainer_next(&w); seen++) {
        uint32_t u = w.source;
        if (!js_is_context(js, u) || js_internal(js, u, JS_PREVIOUS) != context)
            continue;
        uint32_t script = script_by_closures(js, u, depth - 1);
        if (script != NO_NODE)
            return script;
    }
    return NO_NODE;
}

uint32_t js_script_of_context(const struct js *js, uint32_t context)
{
    enum { DEPTH = 4 };
    return script_by_closures(js, context, DEPTH);
}

static bool contains(struct str s, const char *word)
{
    return memmem(s.p, s.len, word, strlen(word)) != NULL;
}

static bool ends_with(struct str s, const char *word)
{
    size_t len = strlen(word);
    return s.len >= len && !memcmp(s.p + s.len - len, word, len);
}

/* Turbopack names chunks of the user's code after next's templates: only whole folder names count.
 */
enum script_kind script_kind(struct str path)
{
    if (!path.len)
        return SCRIPT_NONE;
    if (str_starts_with(path, "node:") || str_starts_with(path, "internal/"))
        return SCRIPT_CORE;
    if (ends_with(path, "/webpack-runtime.js") || ends_with(path, "/webpack-api-runtime.js") ||
        ends_with(path, "[turbopack]_runtime.js") || contains(path, "/node_modules/next/dist/"))
        return SCRIPT_FRAMEWORK;
    if (contains(path, "/.next/server/"))
        return SCRIPT_USER;
    if (contains(path, "/node_modules/"))
        return SCRIPT_PACKAGE;
    return path.p[0] == '/' || contains(path, ":/") || contains(path, ":\\") ? SCRIPT_USER
                                                                             : SCRIPT_CORE;
}
