/* One sweep over the nodes that finds what the rules start from.
 */
#ifndef MORTEM_ANALYZER_CENSUS_H
#define MORTEM_ANALYZER_CENSUS_H

#include "analyzer/js.h"

struct node_list {
    uint32_t *nodes;
    size_t count, cap;
};

/* What is collected by name alone: the list, the name of its nodes, their type. In order of names;
 * several names may share a list, and several lists a name. */
#define CENSUS_NAMED(X)                                                                            \
    X(EXTERNAL_STRINGS, "(External strings)", SYNTHETIC) /* V8's list of them */                   \
    X(KIND_WORDS, "APP_PAGE", STRING)                                                              \
    X(KIND_WORDS, "APP_ROUTE", STRING)                                                             \
    X(ABORT_SIGNALS, "AbortSignal", OBJECT)                                                        \
    X(ASYNC_FRAMES, "AsyncContextFrame", OBJECT)                                                   \
    X(ASYNC_STORAGES, "AsyncLocalStorage", OBJECT)                                                 \
    X(SOURCE_MAPS, "BasicSourceMapConsumer", OBJECT)                                               \
    X(RENDER_QUEUES, "Batcher", OBJECT) /* of Next.js, see pending_promises.c */                   \
    X(UNDICI_BODIES, "BodyReadable", OBJECT)                                                       \
    X(KIND_WORDS, "FETCH", STRING)                                                                 \
    X(FILE_CACHES, "FileSystemCache", CLOSURE)                                                     \
    X(MESSAGES, "IncomingMessage", OBJECT)                                                         \
    X(RENDER_QUEUES, "IncrementalCache", OBJECT)                                                   \
    X(INCREMENTAL_CACHES, "IncrementalCache", OBJECT)                                              \
    X(SOURCE_MAPS, "IndexedSourceMapConsumer", OBJECT)                                             \
    X(STREAMS, "InternalReadableByteStream", OBJECT)                                               \
    X(STREAMS, "InternalReadableStream", OBJECT)                                                   \
    X(LRU_CACHES, "LRUCache", OBJECT)                                                              \
    X(TARGET_LISTENERS, "Listener", OBJECT) /* of an EventTarget */                                \
    X(NEXT_SERVERS, "NextNodeServer", OBJECT)                                                      \
    X(PORTS, "Node / MessagePort", SYNTHETIC)                                                      \
    X(PORTS, "Node / MessagePort", NATIVE)                                                         \
    X(WORKERS, "Node / Worker", SYNTHETIC) /* Node 20; later ones are native */                    \
    X(WORKERS, "Node / Worker", NATIVE)                                                            \
    X(KIND_WORDS, "PAGE", STRING) /* the kinds of cached entries */                                \
    X(KIND_WORDS, "PAGES", STRING)                                                                 \
    X(PROMISES, "Promise", OBJECT)                                                                 \
    X(KIND_WORDS, "REDIRECT", STRING)                                                              \
    X(KIND_WORDS, "ROUTE", STRING)                                                                 \
    X(STREAMS, "ReadableStream", OBJECT) /* of the web, with what Node makes of clones */          \
    X(RENDER_QUEUES, "ResponseCache", OBJECT)                                                      \
    X(HTTP_SERVERS, "Server", OBJECT)                                                              \
    X(ROUTE_INDEXES, "SharedCacheControls", CLOSURE)                                               \
    X(ROUTE_INDEXES, "SharedRevalidateTimings", CLOSURE)                                           \
    X(SOURCE_MAPS, "SourceMap", OBJECT)                                                            \
    X(SOURCE_MAPS, "SourceMapCacheMap", OBJECT)                                                    \
    X(SOURCE_MAPS, "SourceMapConsumer", OBJECT)                                                    \
    X(TIMEOUT_MANAGERS, "TimeoutsManager", OBJECT)                                                 \
    X(TIMER_LISTS, "TimersList", OBJECT)                                                           \
    X(SOURCE_MAPS, "TraceMap", OBJECT)                                                             \
    X(VERSION_CODE, "assignDefaults", CODE)                                                        \
    X(VERSION_CODE, "assignDefaultsAndValidate", CODE)                                             \
    X(CONFIG_KEYS, "cacheMaxMemorySize", STRING)                                                   \
    X(CONFIG_KEYS, "incrementalCacheHandlerPath", STRING)                                          \
    X(VERSION_CODE, "isStableBuild", CODE)                                                         \
    X(CONFIG_KEYS, "isrMemoryCacheSize", STRING)                                                   \
    X(VERSION_CODE, "logStartInfo", CODE)                                                          \
    X(NEXT_WORDS, "next", STRING)        /* the name in its package.json */                        \
    X(VERSION_CODE, "startServer", CODE) /* functions that have Next.js' version in them */        \
    X(CALL_SITES, "system / CallSiteInfo", HIDDEN)                                                 \
    X(VM_CONTEXTS, "system / NativeContext", HIDDEN)                                               \
    X(REACTIONS, "system / PromiseReaction", HIDDEN) /* somebody waits for a promise */

enum census_list {
    CENSUS_KIND_WORDS,
    CENSUS_NEXT_WORDS,
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
    CENSUS_CONFIG_KEYS,
    CENSUS_NEXT_SERVERS,
    CENSUS_INCREMENTAL_CACHES,
    CENSUS_FILE_CACHES,
    CENSUS_ROUTE_INDEXES,
    CENSUS_HTTP_SERVERS,
    CENSUS_VERSION_CODE,
    CENSUS_LIST_COUNT,
};

struct census {
    struct node_list named[CENSUS_LIST_COUNT];
    struct node_list collections; /* large by bytes or by entries, see thresholds.h */
    struct node_list instances;   /* large by bytes, of classes; heads of lists, not their links */
    struct node_list responses;   /* ServerResponse objects, prototypes left out */
    struct node_list buffers;     /* backing stores of ArrayBuffers */
    struct node_list configs;     /* texts that set the size of the in-memory cache */
    struct node_list scripts;     /* files of code, named by their path */
    struct node_list cached_json; /* texts that begin as a cached page or fetch does */
    uint32_t next_mark;           /* string that begins with "@next/" and ends with a version */
    uint32_t process;             /* the process object, NO_NODE if not there */
    uint64_t sockets;             /* live connections; of HTTP/2 its streams */
    uint64_t buffer_bytes;
};

bool census_take(const struct js *js, struct census *ret, struct err *err) WARN_UNUSED;
void census_release(struct census *c);

#endif
