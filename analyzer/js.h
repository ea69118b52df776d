/* JavaScript objects read out of the graph: properties, collections, closures and their scripts.
 *
 * How V8 writes them is known here and nowhere else. Nodes that are not there are NO_NODE.
 */
#ifndef MORTEM_ANALYZER_JS_H
#define MORTEM_ANALYZER_JS_H

#include "analyzer/heap.h"

/* Strings of the heap that are looked for by name: resolved once. */
#define JS_NAMES(X)                                                                                \
    X(ADD, "add")                                                                                  \
    X(ALS, "AsyncLocalStorage")                                                                    \
    X(ARRAY, "Array")                                                                              \
    X(ARRAY_BUFFER, "ArrayBuffer")                                                                 \
    X(ASYNC_FRAME, "AsyncContextFrame")                                                            \
    X(ASYNC_FRAME_SYMBOL, "<symbol kAsyncContextFrame>")                                           \
    X(ASYNC_GENERATOR, "AsyncGenerator")                                                           \
    X(BACKING_STORE, "system / JSArrayBufferData")                                                 \
    X(BODY, "body")                                                                                \
    X(BOUND_FUNCTION, "bound_function")                                                            \
    X(BOUND_THIS, "bound_this")                                                                    \
    X(BUFFER, "buffer")                                                                            \
    X(BYTECODES, "system / BytecodeArray")                                                         \
    X(CACHE, "cache")                                                                              \
    X(CACHE_CONTROLS, "cacheControls")                                                             \
    X(CALLBACK, "callback")                                                                        \
    X(CLEANUP_QUEUE, "Node / CleanupQueue")                                                        \
    X(CLEAR, "clear")                                                                              \
    X(COMPLETE, "complete")                                                                        \
    X(CONCAT, "concat")                                                                            \
    X(CONSTANT_POOL, "(constant pool)")                                                            \
    X(CONSUMING, "_consuming")                                                                     \
    X(CONTEXT, "context")                                                                          \
    X(DATA, "data")                                                                                \
    X(DELETE, "delete")                                                                            \
    X(DESCRIPTORS, "system / DescriptorArray")                                                     \
    X(DESCRIPTORS_EDGE, "descriptors")                                                             \
    X(DESTROYED, "destroyed")                                                                      \
    X(DISTURBED, "disturbed")                                                                      \
    X(DUMPED, "_dumped")                                                                           \
    X(DYNAMIC_ROUTES, "dynamicRoutes")                                                             \
    X(ELEMENTS, "elements")                                                                        \
    X(ENTRY, "entry")                                                                              \
    X(EVENTS, "_events")                                                                           \
    X(EXPORTS, "exports")                                                                          \
    X(EXTENSION, "extension")                                                                      \
    X(FEEDBACK_CELL, "feedback_cell")                                                              \
    X(FEEDBACK_CELL_NODE, "system / FeedbackCell")                                                 \
    X(FEEDBACK_VECTOR, "system / FeedbackVector")                                                  \
    X(FETCH_METRICS, "fetchMetrics")                                                               \
    X(FILENAME, "filename")                                                                        \
    X(FINISHED, "finished")                                                                        \
    X(FUNCTION, "function")                                                                        \
    X(FUNCTION_DATA, "function_data")                                                              \
    X(GENERATOR, "Generator")                                                                      \
    X(GET_ITEMS_LRU, "getItemsLru")                                                                \
    X(GLOBAL_PROXY, "global_proxy_object")                                                         \
    X(HANDLE, "_handle")                                                                           \
    X(HOLE, "system / Hole")                                                                       \
    X(HTML, "html")                                                                                \
    X(IDLE_NEXT, "_idleNext")                                                                      \
    X(INCOMING_MESSAGE, "IncomingMessage")                                                         \
    X(INTERPRETER_DATA, "interpreter_data")                                                        \
    X(KEYS_AND_VALUES, "(object properties)")                                                      \
    X(KIND, "kind")                                                                                \
    X(K_CONSUME, "<symbol kConsume>")                                                              \
    X(K_HANDLE, "<symbol kHandle>")                                                                \
    X(K_READING, "<symbol kReading>")                                                              \
    X(K_SOCKET, "<symbol kSocket>")                                                                \
    X(K_STATE, "<symbol kState>")                                                                  \
    X(LISTENER, "listener")                                                                        \
    X(LISTENER_CLASS, "Listener")                                                                  \
    X(LOCKS, "locks")                                                                              \
    X(LRU_CACHE, "LRUCache")                                                                       \
    X(MAP, "Map")                                                                                  \
    X(MAP_EDGE, "map")                                                                             \
    X(MEMORY_CACHE, "memoryCache")                                                                 \
    X(MODULE, "Module")                                                                            \
    X(NAME, "name")                                                                                \
    X(NATIVE_TO_JAVASCRIPT, "native_to_javascript")                                                \
    X(NEXT, "next")                                                                                \
    X(OBJECT, "Object")                                                                            \
    X(OBSERVERS, "observers")                                                                      \
    X(ODDBALL, "system / Oddball")                                                                 \
    X(OLD_CACHE, "oldCache")                                                                       \
    X(ON_EVICT, "onEvict")                                                                         \
    X(ON_TIMEOUT, "_onTimeout")                                                                    \
    X(PAGE_DATA, "pageData")                                                                       \
    X(PARENT, "parent")                                                                            \
    X(PENDING, "pending")                                                                          \
    X(PENDING_RESPONSES, "pendingResponses")                                                       \
    X(POP, "pop")                                                                                  \
    X(PREVIOUS, "previous")                                                                        \
    X(PROMISE, "Promise")                                                                          \
    X(PROMISE_REACTION, "system / PromiseReaction")                                                \
    X(PROPERTIES, "properties")                                                                    \
    X(PROPS, "props")                                                                              \
    X(PROTO, "__proto__")                                                                          \
    X(PUSH, "push")                                                                                \
    X(REACTIONS, "reactions_or_result")                                                            \
    X(READABLE, "readable")                                                                        \
    X(REFED, "<symbol refed>")                                                                     \
    X(REGISTERS, "parameters_and_registers")                                                       \
    X(REPEAT, "_repeat")                                                                           \
    X(REQ, "req")                                                                                  \
    X(RES, "res")                                                                                  \
    X(RESOLVE, "resolve")                                                                          \
    X(RESOURCES, "resources")                                                                      \
    X(RESOURCE_STORE, "<symbol kResourceStore>")                                                   \
    X(ROUTES, "routes")                                                                            \
    X(RSC_DATA, "rscData")                                                                         \
    X(SCOPE_INFO, "scope_info")                                                                    \
    X(SCRIPT, "script")                                                                            \
    X(SCRIPT_OR_DEBUG_INFO, "script_or_debug_info")                                                \
    X(SERVER_RESPONSE, "ServerResponse")                                                           \
    X(SET, "Set")                                                                                  \
    X(SET_METHOD, "set")                                                                           \
    X(SHARED, "shared")                                                                            \
    X(SHIFT, "shift")                                                                              \
    X(SOCKET, "socket")                                                                            \
    X(SOURCE, "source")                                                                            \
    X(SOURCE_TEXT_MODULE, "system / SourceTextModule")                                             \
    X(SPLICE, "splice")                                                                            \
    X(STATE, "state")                                                                              \
    X(STORE_SYMBOL, "kResourceStore")                                                              \
    X(SYMBOL_MAX, "<symbol max>")                                                                  \
    X(TABLE, "table")                                                                              \
    X(TIMEOUT, "Timeout")                                                                          \
    X(TIMINGS, "timings")                                                                          \
    X(TRUE, "true")                                                                                \
    X(TRUSTED_FUNCTION_DATA, "trusted_function_data")                                              \
    X(UINT8_CLAMPED, "Uint8ClampedArray")                                                          \
    X(UNSHIFT, "unshift")                                                                          \
    X(URL, "url")                                                                                  \
    X(VALUE, "value")                                                                              \
    X(VERSION, "version")                                                                          \
    X(WS_SOCKET, "_socket")

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

/* Small integers leave no edge: entries are told by the places of the others. Of a table of nothing
 * but numbers only its size is left, and the answer is what it holds at least. */
uint64_t js_entries(const struct js *js, uint32_t n);
/* Places of a Map or Set from which an entry was taken out since the table was last made anew. */
uint64_t js_removed_entries(const struct js *js, uint32_t n);
/* Is an array's store filled to its last place? One that grows entry by entry is given room ahead:
 * this one was made at its length. */
bool js_fills_its_store(const struct js *js, uint32_t n);

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
/* Of what all closures of one function share. */
uint32_t js_script_of_shared(const struct js *js, uint32_t shared);
uint32_t js_script_of_context(const struct js *js, uint32_t context);
/* The variables of the code around a function, NO_NODE for what is built in. */
uint32_t js_context_of_closure(const struct js *js, uint32_t closure);
bool js_is_context(const struct js *js, uint32_t n);
/* The name of the variable that edge `e` of a context is. Those of a block have edges without a
 * name: V8 lists the names in the context's scope info, and they can be told apart as long as all
 * of them hold objects. "" if not known. */
struct str js_variable_name(const struct js *js, uint32_t context, uint64_t e);

enum script_kind {
    SCRIPT_NONE,
    SCRIPT_USER,
    SCRIPT_PACKAGE,   /* node_modules, not next */
    SCRIPT_FRAMEWORK, /* next itself, the bundlers' runtimes */
    SCRIPT_CORE,      /* node: */
};

enum script_kind script_kind(struct str path);

#endif
