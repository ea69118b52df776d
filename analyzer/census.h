/* One sweep over the nodes that finds what the rules start from.
 */
#ifndef MORTEM_ANALYZER_CENSUS_H
#define MORTEM_ANALYZER_CENSUS_H

#include "analyzer/js.h"

struct node_list {
    uint32_t *nodes;
    size_t count, cap;
};

/* What is collected by name alone: the list, the name of its nodes, their type. Several names may
 * share a list. */
#define CENSUS_NAMED(X)                                                                            \
    X(KIND_WORDS, "PAGE", STRING) /* the kinds of cached entries */                                \
    X(KIND_WORDS, "PAGES", STRING)                                                                 \
    X(KIND_WORDS, "APP_PAGE", STRING)                                                              \
    X(KIND_WORDS, "ROUTE", STRING)                                                                 \
    X(KIND_WORDS, "APP_ROUTE", STRING)                                                             \
    X(KIND_WORDS, "FETCH", STRING)                                                                 \
    X(NEXT_WORDS, "next", STRING) /* the name in its package.json */                               \
    X(OLD_KEYS, "isrMemoryCacheSize", STRING)                                                      \
    X(TIMER_LISTS, "TimersList", OBJECT)                                                           \
    X(TARGET_LISTENERS, "Listener", OBJECT) /* of an EventTarget */                                \
    X(ASYNC_FRAMES, "AsyncContextFrame", OBJECT)                                                   \
    X(ASYNC_STORAGES, "AsyncLocalStorage", OBJECT)                                                 \
    X(REACTIONS, "system / PromiseReaction", HIDDEN) /* somebody waits for a promise */            \
    X(PROMISES, "Promise", OBJECT)                                                                 \
    X(RENDER_QUEUES, "Batcher", OBJECT) /* of Next.js, see pending_promises.c */                   \
    X(RENDER_QUEUES, "ResponseCache", OBJECT)                                                      \
    X(RENDER_QUEUES, "IncrementalCache", OBJECT)                                                   \
    X(STREAMS, "ReadableStream", OBJECT) /* of the web, with what Node makes of clones */          \
    X(STREAMS, "InternalReadableStream", OBJECT)                                                   \
    X(STREAMS, "InternalReadableByteStream", OBJECT)                                               \
    X(UNDICI_BODIES, "BodyReadable", OBJECT)                                                       \
    X(MESSAGES, "IncomingMessage", OBJECT)                                                         \
    X(VM_CONTEXTS, "system / NativeContext", HIDDEN)                                               \
    X(WORKERS, "Node / Worker", SYNTHETIC) /* Node 20; later ones are native */                    \
    X(WORKERS, "Node / Worker", NATIVE)                                                            \
    X(PORTS, "Node / MessagePort", SYNTHETIC)                                                      \
    X(PORTS, "Node / MessagePort", NATIVE)                                                         \
    X(EXTERNAL_STRINGS, "(External strings)", SYNTHETIC) /* V8's list of them */                   \
    X(LRU_CACHES, "LRUCache", OBJECT)                                                              \
    X(TIMEOUT_MANAGERS, "TimeoutsManager", OBJECT)                                                 \
    X(ABORT_SIGNALS, "AbortSignal", OBJECT)                                                        \
    X(CALL_SITES, "system / CallSiteInfo", HIDDEN)                                                 \
    X(SOURCE_MAPS, "SourceMap", OBJECT)                                                            \
    X(SOURCE_MAPS, "SourceMapConsumer", OBJECT)                                                    \
    X(SOURCE_MAPS, "BasicSourceMapConsumer", OBJECT)                                               \
    X(SOURCE_MAPS, "IndexedSourceMapConsumer", OBJECT)                                             \
    X(SOURCE_MAPS, "TraceMap", OBJECT)                                                             \
    X(SOURCE_MAPS, "SourceMapCacheMap", OBJECT)

enum census_list {
    CENSUS_KIND_WORDS,
    CENSUS_NEXT_WORDS,
    CENSUS_OLD_KEYS,
    CENSUS_TIMER_LISTS,
    CENSUS_TARGET_LISTENERS,
    CENSUS_ASYNC_FRAMES,
    CENSUS_ASYNC_STORAGES,
    CENSUS_REACTIONS,
    CENSUS_PROMISES,
    CENSUS_RENDER_QUEUES,
    CENSUS_STREAMS,
    CENSUS_UNDICI_BODIES,
    CENSUS_MESSAGES,
    CENSUS_VM_CONTEXTS,
    CENSUS_WORKERS,
    CENSUS_PORTS,
    CENSUS_EXTERNAL_STRINGS,
    CENSUS_LRU_CACHES,
    CENSUS_TIMEOUT_MANAGERS,
    CENSUS_ABORT_SIGNALS,
    CENSUS_CALL_SITES,
    CENSUS_SOURCE_MAPS,
    CENSUS_LIST_COUNT,
};

struct census {
    struct node_list named[CENSUS_LIST_COUNT];
    struct node_list collections; /* large by bytes or by entries, see thresholds.h */
    struct node_list responses;   /* ServerResponse objects, prototypes left out */
    struct node_list buffers;     /* backing stores of ArrayBuffers */
    struct node_list configs;     /* texts that set the size of the in-memory cache */
    uint32_t process;             /* the process object, NO_NODE if not there */
    uint64_t sockets;             /* live connections; of HTTP/2 its streams */
    uint64_t buffer_bytes;
};

bool census_take(const struct js *js, struct census *ret, struct err *err) WARN_UNUSED;
void census_release(struct census *c);

#endif
