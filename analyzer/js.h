/* JavaScript objects read out of the graph: properties, collections, closures and their scripts.
 *
 * How V8 writes them is known here and nowhere else. Nodes that are not there are NO_NODE.
 */
#ifndef MORTEM_ANALYZER_JS_H
#define MORTEM_ANALYZER_JS_H

#include "analyzer/heap.h"

/* Strings of the heap that are looked for by name: resolved once. */
#define JS_NAMES(X)                                                                                \
    X(ARRAY, "Array")                                                                              \
    X(ARRAY_BUFFER, "ArrayBuffer")                                                                 \
    X(BACKING_STORE, "system / JSArrayBufferData")                                                 \
    X(BODY, "body")                                                                                \
    X(BUFFER, "buffer")                                                                            \
    X(CLEANUP_QUEUE, "Node / CleanupQueue")                                                        \
    X(CONTEXT, "context")                                                                          \
    X(DATA, "data")                                                                                \
    X(DESCRIPTORS, "system / DescriptorArray")                                                     \
    X(ELEMENTS, "elements")                                                                        \
    X(FINISHED, "finished")                                                                        \
    X(HTML, "html")                                                                                \
    X(KIND, "kind")                                                                                \
    X(LRU_CACHE, "LRUCache")                                                                       \
    X(MAP, "Map")                                                                                  \
    X(MAP_EDGE, "map")                                                                             \
    X(NAME, "name")                                                                                \
    X(OBJECT, "Object")                                                                            \
    X(ODDBALL, "system / Oddball")                                                                 \
    X(PAGE_DATA, "pageData")                                                                       \
    X(PREVIOUS, "previous")                                                                        \
    X(PROPS, "props")                                                                              \
    X(PROTO, "__proto__")                                                                          \
    X(REQ, "req")                                                                                  \
    X(RSC_DATA, "rscData")                                                                         \
    X(SCRIPT, "script")                                                                            \
    X(SCRIPT_OR_DEBUG_INFO, "script_or_debug_info")                                                \
    X(SET, "Set")                                                                                  \
    X(SHARED, "shared")                                                                            \
    X(SOCKET, "socket")                                                                            \
    X(SOURCE, "source")                                                                            \
    X(TABLE, "table")                                                                              \
    X(TRUE, "true")                                                                                \
    X(UINT8_CLAMPED, "Uint8ClampedArray")                                                          \
    X(URL, "url")                                                                                  \
    X(VERSION, "version")

enum js_name {
#define X(id, text) JS_##id,
    JS_NAMES(X)
#undef X
        JS_NAME_COUNT,
};

struct js {
    const struct heap *h;
    uint32_t name[JS_NAME_COUNT]; /* string indexes, NO_STRING where the heap has none */
};

void js_init(struct js *js, const struct heap *h);

/* Is the node called so? */
static inline bool js_is(const struct js *js, uint32_t n, enum js_name name)
{
    return heap_name_index(js->h, n) == js->name[name];
}

/* Target of the first edge of n with this type and name. */
uint32_t js_edge(const struct js *js, uint32_t n, enum edge_type type, enum js_name name);
uint32_t js_property(const struct js *js, uint32_t n, enum js_name name);
uint32_t js_internal(const struct js *js, uint32_t n, enum js_name name);

/* The text of a string node ("" for anything else). */
struct str js_text(const struct js *js, uint32_t n);

bool js_is_true(const struct js *js, uint32_t n);
/* A real object: not a primitive, which a property may point to as well. */
bool js_is_object(const struct js *js, uint32_t n);
unsigned js_property_count(const struct js *js, uint32_t n);

/* -- collections -- */

enum collection {
    COLLECTION_NONE,
    COLLECTION_MAP,
    COLLECTION_SET,
    COLLECTION_ARRAY,
    COLLECTION_OBJECT, /* a plain object, as a dictionary */
};

enum collection js_collection(const struct js *js, uint32_t n);
const char *collection_word(enum collection c); /* "Map", "array" */
const char *collection_article(enum collection c);

/* Small integers leave no edge: entries are told by the places of the others. */
uint64_t js_entries(const struct js *js, uint32_t n);

struct js_entry {
    struct str key; /* of a Map or an object; empty for others and for keys that are no strings */
    uint32_t value; /* of a Set its key */
};

/* The first entries, up to `limit`. Returns how many. */
size_t js_sample(const struct js *js, uint32_t n, struct js_entry *ret, size_t limit);

/* The nearest collection of at least `least` entries among n's dominators, NO_NODE if the first few
 * have none. */
uint32_t js_dominating_collection(const struct js *js, uint32_t n, uint64_t least);

/* -- code -- */

uint32_t js_script_of_closure(const struct js *js,
                              uint32_t closure); /* the node named by its path */
uint32_t js_script_of_context(const struct js *js, uint32_t context);
bool js_is_context(const struct js *js, uint32_t n);

enum script_kind {
    SCRIPT_NONE,
    SCRIPT_USER,
    SCRIPT_PACKAGE,   /* node_modules, not next */
    SCRIPT_FRAMEWORK, /* next itself, the bundlers' runtimes */
    SCRIPT_CORE,      /* node: */
};

enum script_kind script_kind(struct str path);

#endif
