/* Bounds by what is left of them in a heap: see bounds.h. Numbers are not there, names are. */
#include "analyzer/rules/bounds.h"

#include <string.h>
#include <strings.h>

/* A class's name and its fields are looked for in the objects that close around a collection. */
#define HOPS_LOOKED_AT 2

static bool contains_word(struct str s, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= s.len; i++) {
        if (!strncasecmp(s.p + i, word, len))
            return true;
    }
    return false;
}

/* "_max", "#max" and "<symbol max>" are meant as "max". */
static bool is_bound_field(struct str s)
{
    static const char *const fields[] = {"max",        "maxSize",     "maxEntries", "maxItems",
                                         "maxKeys",    "maxLength",   "maxCount",   "maxElements",
                                         "capacity",   "limit",       "sizeLimit",  "maxCacheSize",
                                         "maxEntries", "maxByteSize", "maxAge"};
    static const char symbol[] = "<symbol ";
    if (str_starts_with(s, symbol)) {
        s.p += sizeof symbol - 1;
        s.len -= sizeof symbol - 1;
        s.len -= s.len && s.p[s.len - 1] == '>';
    }
    while (s.len && strchr("_#", s.p[0])) {
        s.p++;
        s.len--;
    }
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (str_equal(s, fields[i]))
            return true;
    }
    return false;
}

/* Fields that hold small integers leave no edge, but a name in the object's shape. */
static bool has_bound_field(const struct js *js, uint32_t object)
{
    enum { FIELDS_MAX = 256 };
    const struct heap *h = js->h;
    uint32_t shape = js_internal(js, object, JS_MAP_EDGE), names = NO_NODE;
    if (shape == NO_NODE)
        return false;
    for (uint64_t e = heap_first_edge(h, shape), end = heap_first_edge(h, shape + 1); e < end;
         e++) {
        if (js_is(js, heap_edge_to(h, e), JS_DESCRIPTORS))
            names = heap_edge_to(h, e);
    }
    if (names == NO_NODE)
        return false;
    uint64_t first = heap_first_edge(h, names);
    uint64_t end = min_u64(heap_first_edge(h, names + 1), first + FIELDS_MAX);
    for (uint64_t e = first; e < end; e++) {
        uint32_t to = heap_edge_to(h, e);
        enum node_type t = heap_type(h, to);
        if ((t == NODE_STRING || t == NODE_SYMBOL) && is_bound_field(heap_name(h, to)))
            return true;
    }
    return false;
}

static bool is_bounded_holder(const struct js *js, uint32_t n)
{
    static const char *const classes[] = {"lru", "ttlcache", "boundedmap", "ringbuffer",
                                          "circularbuffer"};
    if (heap_type(js->h, n) != NODE_OBJECT || js_is_context(js, n))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        if (contains_word(heap_name(js->h, n), classes[i]))
            return true;
    }
    return has_bound_field(js, n);
}

/* Does one of `words` follow the name somewhere? */
static bool is_followed_by(struct str source, struct str name, const char *const *words,
                           size_t count)
{
    const char *p = source.p, *end = source.p + source.len;
    while (name.len && p < end && (p = memmem(p, (size_t)(end - p), name.p, name.len))) {
        p += name.len;
        for (size_t i = 0; i < count; i++) {
            size_t len = strlen(words[i]);
            if ((size_t)(end - p) >= len && !memcmp(p, words[i], len))
                return true;
        }
    }
    return false;
}

/* "recent.size > 100" and "recent.delete(key)", in what there is of the script's text. The name is
 * the nearest of the chain. */
static bool is_bounded_in_script(const struct js *js, const struct owner *o)
{
    static const char *const compared[] = {".size >", ".size>", ".length >", ".length>"};
    static const char *const emptied[] = {".delete(", ".clear(", ".shift(", ".splice(", ".pop("};
    const struct heap *h = js->h;
    if (o->script == NO_NODE || edge_type_is_indexed(heap_edge_type(h, o->hops[0].edge)))
        return false;
    struct str source = js_text(js, js_internal(js, o->script, JS_SOURCE));
    struct str name = strings_get(&h->strings, heap_edge_name(h, o->hops[0].edge));
    return is_followed_by(source, name, compared, ARRAY_LEN(compared)) &&
           is_followed_by(source, name, emptied, ARRAY_LEN(emptied));
}

bool has_bound(const struct js *js, const struct owner *o)
{
    if (o->kind == OWNER_NONE)
        return false;
    for (unsigned i = 0; i + 1 < o->hop_count && i < HOPS_LOOKED_AT; i++) {
        if (is_bounded_holder(js, o->hops[i].node))
            return true;
    }
    return is_bounded_in_script(js, o);
}
