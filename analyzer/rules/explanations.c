/* The texts of the rules: see explanations.h. A new rule adds its row, and the thresholds that it
 * names to the table below.
 */
#include "analyzer/rules/explanations.h"

#include <string.h>

#include "analyzer/rules/thresholds.h"
#include "base/text.h"

const struct explanation explanations[] = {
    {
        "isr-cache",
        "Next.js keeps rendered pages (ISR), answers of route handlers and fetched data in the "
        "memory of each process. That is Next.js' own cache, which has a bound, or a cacheHandler "
        "of yours, which has one only if you wrote it.",
        "Entries are told by their shape (kind, html, pageData, rscData, body), whatever holds "
        "them.\n"
        "leak: {COLLECTION_LEAST_ENTRIES} entries and {COLLECTION_LEAST_BYTES} or more in a Map "
        "that is no part of an LRU.\n"
        "info: {ISR_LEAST_ENTRIES} entries or more in Next.js' LRU, which is full, or still "
        "filling.",
        "A full LRU is a floor under the heap, not a leak; it counts UTF-16 units and not bytes, "
        "so that it may hold half or twice of what its bound says.\n"
        "The bound is for one process: a cluster of four holds four of them.",
        "Give the handler a bound in bytes (lru-cache with maxSize and sizeCalculation).\n"
        "Or keep the cache in Redis, and turn Next.js' own off: cacheMaxMemorySize: 0 from 14.1 "
        "on, experimental.isrMemoryCacheSize: 0 from 11.1 to 14.0.\n"
        "Let fewer paths be cached: no ISR for free text, search or tracking parameters.",
        "variable and script of the Map; entries; kind: of most entries (PAGE, FETCH); route: the "
        "pattern of the cached paths.",
    },
    {
        "isr-config",
        "The size of the cache in next.config.js does not do what its author thinks: the unit is "
        "bytes, and the key is another one from Next.js 14.1 on.",
        "The text of the configuration is in the heap, and so is what tells the version.\n"
        "warn: isrMemoryCacheSize in 14.1 and later, which ignore it.\n"
        "warn: a size that only makes sense as a number of pages: nothing is then cached in "
        "memory, and each request renders again.",
        "Only the first 1024 characters of a text are in a snapshot; a standalone server has its "
        "configuration as JSON, which is gone once it was read.\n"
        "0 is right where a cacheHandler keeps the entries.",
        "Write bytes, 50 * 1024 * 1024, under cacheMaxMemorySize (14.1 and later) or "
        "experimental.isrMemoryCacheSize (11.1 to 14.0).",
        "variable: the key. It has no object, and retains nothing by itself.",
    },
    {
        "image-buffers",
        "Backing stores of Buffers and ArrayBuffers lie outside of V8's heap: they count for the "
        "process' memory and its container, not for --max-old-space-size.",
        "Looked at from {BUFFERS_LEAST_COUNT} buffers and {BUFFERS_LEAST_BYTES} on; those under "
        "{BUFFER_LEAST_BYTES} are slices of a pool.\n"
        "leak: a collection of yours keeps them.\n"
        "warn: raw bitmaps of squoosh, which Next.js uses up to 14 where sharp is not installed.\n"
        "info: in flight, images being made or bodies being read.",
        "After the last request next/image leaves nothing in the heap while the process' memory "
        "stays high: that is libvips and the allocator. Look at RSS beside V8's heap in the logs.\n"
        "WebAssembly's memory and the parser's buffers are always there.",
        "Bound what keeps them, in bytes.\n"
        "Install sharp (up to 14); experimental.imgOptConcurrency: 1 (15 and later); a CDN or a "
        "custom loader takes the work away altogether.\n"
        "glibc: MALLOC_ARENA_MAX=2, or jemalloc.",
        "variable and script of the collection; entries: buffers.",
    },
    {
        "request-retention",
        "A request is over, its response was sent and its socket is gone, but something still "
        "holds the ServerResponse, and with it headers, buffers and what was rendered.",
        "leak: {ORPHANS_LEAST} finished responses without a socket or more, and more than "
        "{ORPHANS_PER_SOCKET} for each live connection.\n"
        "The holder is the collection that dominates most of a sample, or what the path from a "
        "root goes through: timers, stores, listeners, promises.",
        "The last requests are still there for a moment: up to 30 on Next.js 16.\n"
        "Long polling and server-sent events hold responses that are not finished: these do not "
        "count.",
        "Copy the few fields that are needed instead of req, res or props, and bound the list.\n"
        "End timers and listeners with the request: res.once('close', ...).",
        "variable and script of the holder; entries: responses; route: the pattern of their URLs.",
    },
    {
        "timer-leak",
        "setInterval, or a setTimeout that sets itself again or waits for long, was called for "
        "each request and never cleared. Each timer holds its function, what that closes over, and "
        "the AsyncLocalStorage store it was made in.",
        "Looked at are {CALLBACKS_LEAST} timers of one function and more, or {CALLBACKS_FEW} that "
        "keep {CALLBACKS_FEW_BYTES}, if there are more than {CALLBACKS_PER_SOCKET} for each live "
        "connection.\n"
        "leak: they keep {CALLBACKS_LEAK_BYTES}, or are {CALLBACKS_LEAK_COUNT}; warn below that.\n"
        "Timers that fire once and soon end by themselves: from a minute's wait on they are a "
        "warning if they keep {TIMER_WAITS_BYTES}, from ten minutes on as good as kept.",
        "A healthy server has 3 to 20 timers; keep-alive sockets add one each, all of Node's own.\n"
        "One timer for each open connection is fine: it ends with it.",
        "clearInterval when the request ends: res.once('close', () => clearInterval(timer)).\n"
        "One timer for the process instead of one for each request.\n"
        "unref() only lets the process exit: it frees nothing.",
        "variable, script and line of the function; entries: timers.",
    },
    {
        "listener-leak",
        "Listeners were added for each request to an emitter that lives as long as the process, "
        "and not taken off again. Each holds what its function closes over.",
        "Lists from {LISTENERS_LEAST} listeners of one event on, of EventEmitter and EventTarget.\n"
        "Of one function there have to be {CALLBACKS_LEAST}, or {CALLBACKS_FEW} that keep "
        "{CALLBACKS_FEW_BYTES}, and more than {CALLBACKS_PER_SOCKET} for each live connection; "
        "those on many emitters of a kind count together.\n"
        "leak: they keep {CALLBACKS_LEAK_BYTES}, or are {CALLBACKS_LEAK_COUNT}; warn below that.",
        "Libraries set up some dozens of listeners once; server-sent events have one for each "
        "connection.\n"
        "MaxListenersExceededWarning in the log is the same leak, at 11.",
        "Take it off when the request ends: res.once('close', () => bus.off('price', onPrice)).\n"
        "Or use once(), or the signal option and abort it.\n"
        "setMaxListeners only silences the warning.",
        "variable: the emitter and its event; script and line of the function; entries: listeners.",
    },
    {
        "pending-promises",
        "Async functions wait for promises that nobody settles: each holds its locals, the request "
        "among them. Something keeps what would settle them, or V8 would have collected both.",
        "leak: {WAITERS_LEAST} waits of one function, or for one promise, and more than "
        "{WAITERS_PER_SOCKET} for each live connection.\n"
        "Told by the function that goes on when the promise settles, and by what keeps the "
        "resolvers: a Map, a queue, a lock, an emitter.",
        "Requests in flight wait too: there is a connection for each.\n"
        "A queue with back-pressure waits on purpose, and drains.",
        "Give every wait an end: AbortSignal.timeout(ms) for fetch, Promise.race with a timer that "
        "is cleared.\n"
        "Settle on every path: error, close and timeout too.\n"
        "Delete the resolver from its Map once it was called, or never will be.",
        "variable and script of what keeps the resolvers, or of the waiting function; entries: "
        "waits.",
    },
    {
        "unread-bodies",
        "Bodies of fetch were cloned and never read, or not cancelled: each keeps its bytes, a "
        "stream and often the connection. So does a response of node:http that nobody consumes.",
        "leak: {UNREAD_LEAST} readable streams or more that nobody began to read, kept by your "
        "code or holding connections; warn: kept by something else.\n"
        "Both branches of a clone have to be read: the slower one keeps all that the other took.",
        "Next.js' own fetch cache cloned responses without reading them in some versions: see "
        "next-known-leak.\n"
        "Bodies that arrived this moment are not read yet; those that a bounded cache keeps are "
        "left out.",
        "Read it, or say that you will not: await response.body?.cancel().\n"
        "Keep what was parsed, not the Response.\n"
        "Do not clone to look at the status only.",
        "variable and script of what keeps them; entries: bodies.",
    },
    {
        "closure-flood",
        "The same function was made again and again and each copy is kept: a wrapper around the "
        "one before, hooks and callbacks in each other's contexts.",
        "Looked at from {FLOOD_LEAST} copies on that keep {FLOOD_LEAST_BYTES}, or {FLOOD_COUNT} "
        "whatever they keep; a leak at twice these bytes, a warning below.\n"
        "Copies that a collection, timers, listeners or promises hold are told by those rules.",
        "Bundlers' runtimes, schemas and tables of colours make hundreds of closures once: they "
        "keep next to nothing.",
        "Make the function once, at module level, and pass it what it needs.\n"
        "Wrap a function once, when the module is loaded, and not at each request.\n"
        "Take out of the list what was put in.",
        "variable and script of what keeps them; line of the function; entries: copies.",
    },
    {
        "als-retention",
        "Stores of an AsyncLocalStorage outlive their request: whatever was created inside run() "
        "(a timer, a connection, a promise) refers to the store, and the store to the request.",
        "Looked at from {CALLBACKS_LEAST} stores of one storage on that keep {STORES_LEAST_BYTES}, "
        "more than {CALLBACKS_PER_SOCKET} for each live connection.\n"
        "leak: they keep {CALLBACKS_LEAK_BYTES}, or are {CALLBACKS_LEAK_COUNT}; warn below that.\n"
        "Where finished responses, timers or listeners are the cause, those rules say so.",
        "A pool of connections that was filled during requests keeps one store for each "
        "connection: few, and constant.\n"
        "Node 24 keeps stores in frames instead of on every resource: fewer ways to leak.",
        "Leave the context before making what lives longer: als.exit(() => ...), or create it at "
        "start.\n"
        "Put ids into the store, not req and res.",
        "variable and script of the storage or of what holds the stores; entries: stores.",
    },
    {
        "detached-contexts",
        "Worlds of JavaScript stay: contexts of node:vm, windows of jsdom, worker threads and "
        "their ports. A context has builtins of its own, some hundred kilobytes; a worker has a "
        "heap of its own.",
        "Looked at from {CONTEXTS_LEAST} vm contexts, {WORKERS_LEAST} workers or {PORTS_LEAST} "
        "message ports on.\n"
        "leak: {CONTEXTS_MANY} contexts, or that many workers or ports; warn below that; info: "
        "Next.js' own.",
        "Next.js' edge runtime makes one context for a sandbox and keeps it; test runners make one "
        "for each file on purpose.\n"
        "The heap of a worker is not in the snapshot, but in the process.",
        "Make one context and run all scripts in it; keep no functions or objects that came out of "
        "a finished one.\n"
        "Call terminate() on workers, close() on ports and windows.",
        "variable and script of what holds them; entries: contexts.",
    },
    {
        "next-known-leak",
        "The leak is Next.js' own, and known: a version that has it and its shape in the heap "
        "match.",
        "A row for each known leak: the versions affected, those that have the fix, and its "
        "shape.\n"
        "Told from {KNOWN_LEAK_SHOWN} entries on; leak: from {KNOWN_LEAK_ENTRIES} entries or "
        "{KNOWN_LEAK_BYTES} on, where nothing bounds it in the version found; info: it is there "
        "and small, or has a bound.\n"
        "warn at most where only a range of versions is known.",
        "A fix that bounds a list leaves the list: it is there in fixed versions too.\n"
        "Version ranges are those of the published packages; issues sometimes say otherwise.",
        "Upgrade to the version that the finding names.\n"
        "Until then the work-around that it gives, if there is one.",
        "variable and script inside of Next.js; issue: its number; entries.",
    },
    {
        "module-collection",
        "A Map, Set, array or object that lives as long as the process is filled by requests and "
        "never emptied: at module level, on globalThis, in a static or a singleton's field, in "
        "the closure of a memoize, in a package.",
        "Looked at from {COLLECTION_LEAST_ENTRIES} entries and {COLLECTION_LEAST_BYTES} on, or "
        "from {COLLECTION_MANY_ENTRIES} entries whatever their size.\n"
        "leak: its owner is your code, or it is a global.\n"
        "warn: in a package, from {PACKAGE_LEAST_BYTES} on.\n"
        "The framework's and Node's own tables are known and left out. A collection inside of "
        "another one of the same variable is told once.",
        "Tables of constants (MIME types, entities, a JSON file) are large and do not grow: a "
        "second snapshot tells.\n"
        "A bound that the code keeps cannot be seen in one snapshot.\n"
        "The script is the bundle that loaded the module first; other pages may use it too.",
        "A bound: lru-cache with max or maxSize, and a ttl.\n"
        "Delete an entry when what it belongs to is over.\n"
        "WeakMap where the keys are objects that die.",
        "variable, script; kind: Map, Set, array, object; entries; the pattern of its keys and "
        "the class of its values as evidence.",
    },
    {
        "duplicate-strings",
        "The same text is in memory many times: parsed JSON and templates make a new string each "
        "time, even if it is equal.",
        "info or warn by the bytes that one copy of each would save.\n"
        "What keeps most of the copies is told.",
        "Sources and keys of hidden classes are there once for each script or shape: V8's, not "
        "yours.\n"
        "Strings over 1024 characters are cut in a snapshot: equal beginnings are not called "
        "equal texts unless their sizes are too.",
        "Keep one copy: a Map from text to itself for values that repeat (intern).\n"
        "Keep ids and look the text up.",
        "variable and script of what keeps most; entries: copies; retained: what would be saved.",
    },
    {
        "large-string",
        "One text is very large: a response, a file, a JSON or a base64 that is kept whole; one "
        "that is appended to and never read; or one that is kept because a short part of it is.",
        "Looked at from {LARGE_STRING_BYTES} on, if your code or a package keeps it; sources of "
        "scripts are left out.\n"
        "leak: appended to in {APPENDED_LEAST_PIECES} pieces and more, {APPENDED_LEAK_BYTES}; or "
        "{COLLECTION_LEAST_ENTRIES} of them in a collection.\n"
        "warn: from {LARGE_STRING_WARN_BYTES} on, or parts that keep long texts; info: the rest.",
        "Sources of the bundles and of React's server renderer are a megabyte each, and needed.\n"
        "A text that is being sent is there for a moment.\n"
        "Node keeps some texts outside of V8's heap: their length is in no snapshot.",
        "Stream it, or keep it as a Buffer: half the bytes of two-byte text.\n"
        "Write a log to a stream instead of appending to a text.\n"
        "Copy a part that is to live longer: Buffer.from(part).toString().",
        "variable and script of what keeps it; entries: texts or pieces.",
    },
    {
        "source-maps-retained",
        "Parsed source maps are kept: by --enable-source-maps, source-map-support, PM2, or "
        "experimental.serverSourceMaps, once an error was printed.",
        "info or warn by the bytes of decoded mappings and of the maps' texts.",
        "Some megabytes for each bundle are normal where source maps are wanted.\n"
        "Next.js' own cache of them has a bound of 512 MiB: far over what a container has.",
        "Start without --enable-source-maps; PM2: disable_source_map_support: true.\n"
        "Resolve traces where the errors are collected, not in the server.",
        "variable and script of what keeps them; entries: maps or mappings.",
    },
    {
        "growth",
        "Two or more snapshots of one process were given, and what a variable holds is more in "
        "each of them than in the one before.",
        "Objects count whose id is above all of the first snapshot's, and what older ones grew by; "
        "compiled code does not. Looked at from {GROWTH_LEAST_BYTES} on; a collection has to gain "
        "{GROWTH_LEAST_ENTRIES} entries, some in every step.\n"
        "leak: a collection, or a list of {GROWTH_LEAST_LINKS} links, in your code, that was there "
        "before the last snapshot, or has URLs for keys, or gained as many entries as there were "
        "requests (--requests N).\n"
        "warn: in a package, or without entries to count, from {GROWTH_PLAIN_BYTES} and "
        "{GROWTH_PLAIN_OBJECTS} new objects on; a leak if a third snapshot or the number of "
        "requests says so too.\n"
        "info: what is Next.js' or Node's own, caches with a bound that they have not reached, and "
        "what appeared with the last snapshot.\n"
        "What another rule has found in the last snapshot is told once: there, with the growth as "
        "evidence and more confidence.",
        "Pages that were loaded between the snapshots, and caches that fill: take the first "
        "snapshot after a warm-up, and a third one.\n"
        "Snapshots of different processes, even of one server, have nothing to compare.",
        "Bound what grows, or take out what was put in: the lines depend on what it is.",
        "variable, script; kind; entries of the last snapshot; retained: the bytes that it grew "
        "by; growth: bytes, entries, snapshots, and bytes a request with --requests N.",
    },
    {
        "config-limits",
        "Limits stand in several files: V8's in a flag, PM2's, the container's, the unit's. They "
        "have to fit each other, or the wrong one comes first: V8 aborts before PM2 restarts, the "
        "kernel kills before V8 collects.",
        "Files are read, not run: ecosystem files, package.json, Dockerfiles, compose files, "
        "systemd units, Kubernetes manifests, .env files (of these only NODE_OPTIONS, "
        "MALLOC_ARENA_MAX and UV_THREADPOOL_SIZE).\n"
        "warn: max_memory_restart that is not below the heap limit, that PM2 does not take, or "
        "under {CONFIG_UNIT_MISTAKE_MIB} MiB.\n"
        "warn: a heap limit that, with {CONFIG_YOUNG_MIB} MiB for young objects, fills the limit "
        "of the container or unit; info: with {CONFIG_OUTSIDE_MIB} MiB for what is outside of the "
        "heap.\n"
        "warn: V8's flags in NODE_OPTIONS under PM2's cluster mode; Node 18 and older in a "
        "container without a heap limit; a size whose unit is wrong.\n"
        "info: no limit anywhere; a request without a limit and the reverse; a liveness probe that "
        "kills within {CONFIG_PROBE_LEAST_SECONDS} s; sharp on glibc without MALLOC_ARENA_MAX.",
        "A limit may be set where no file given shows it: on the command line, by a Helm chart, in "
        "a LimitRange, in the environment of the host.\n"
        "Expressions are not evaluated; those that matter are named as not understood.\n"
        "A heap limit of the image or of the start script is held against a container only where "
        "the files have one container.",
        "{CONFIG_HEAP_PERCENT} % of the container's limit less {CONFIG_YOUNG_MIB} MiB for the "
        "heap; max_memory_restart at {CONFIG_RESTART_PERCENT} % of the heap limit.\n"
        "The advice shows the change of the file as a diff.",
        "variable: the key; script and line: where it stands. It retains nothing.",
    },
    {
        "config-next",
        "A setting of next.config.js that the version of Next.js does not have, or that costs "
        "memory. What is wrong with the size of the cache, isr-config says, from files too.",
        "The version is that of a heap or a log, or what package.json asks for.\n"
        "warn: a key below images that the version does not know, which ends Next.js from 13.5 "
        "on.\n"
        "info: other keys that it does not know; serverSourceMaps; no sharp up to 14.2.",
        "package.json may allow newer versions than the one that runs.",
        "Use the key of your version: nextjs.org/docs has a page for each.",
        "variable: the key; script and line: where it stands.",
    },
};
const size_t explanation_count = ARRAY_LEN(explanations);

const struct explanation *explanation_find(const char *id)
{
    for (size_t i = 0; i < explanation_count; i++) {
        if (!strcmp(explanations[i].id, id))
            return &explanations[i];
    }
    return NULL;
}

/* -- thresholds in texts -- */

#define BYTES(name)                                                                                \
    {                                                                                              \
#name, name, true                                                                          \
    }
#define COUNT(name)                                                                                \
    {                                                                                              \
#name, name, false                                                                         \
    }

static const struct {
    const char *name;
    uint64_t value;
    bool is_bytes;
} thresholds[] = {
    BYTES(COLLECTION_LEAST_BYTES),
    COUNT(COLLECTION_LEAST_ENTRIES),
    COUNT(COLLECTION_MANY_ENTRIES),
    BYTES(PACKAGE_LEAST_BYTES),
    COUNT(ORPHANS_LEAST),
    COUNT(ORPHANS_PER_SOCKET),
    COUNT(ISR_LEAST_ENTRIES),
    BYTES(BUFFERS_LEAST_BYTES),
    COUNT(BUFFERS_LEAST_COUNT),
    BYTES(BUFFER_LEAST_BYTES),
    BYTES(GROWTH_LEAST_BYTES),
    COUNT(GROWTH_LEAST_ENTRIES),
    COUNT(GROWTH_LEAST_LINKS),
    BYTES(GROWTH_PLAIN_BYTES),
    COUNT(GROWTH_PLAIN_OBJECTS),
#ifdef CALLBACKS_LEAST
    COUNT(CALLBACKS_LEAST),
    COUNT(CALLBACKS_PER_SOCKET),
    COUNT(CALLBACKS_FEW),
    BYTES(CALLBACKS_FEW_BYTES),
    BYTES(CALLBACKS_LEAK_BYTES),
    COUNT(CALLBACKS_LEAK_COUNT),
    BYTES(TIMER_WAITS_BYTES),
    BYTES(STORES_LEAST_BYTES),
    COUNT(LISTENERS_LEAST),
    COUNT(FLOOD_LEAST),
    BYTES(FLOOD_LEAST_BYTES),
    COUNT(FLOOD_COUNT),
#endif
#ifdef WAITERS_LEAST
    COUNT(WAITERS_LEAST),
    COUNT(WAITERS_PER_SOCKET),
    COUNT(UNREAD_LEAST),
    COUNT(CONTEXTS_LEAST),
    COUNT(CONTEXTS_MANY),
    COUNT(WORKERS_LEAST),
    COUNT(PORTS_LEAST),
#endif
    COUNT(CONFIG_YOUNG_MIB),
    COUNT(CONFIG_OUTSIDE_MIB),
    COUNT(CONFIG_HEAP_PERCENT),
    COUNT(CONFIG_RESTART_PERCENT),
    COUNT(CONFIG_UNIT_MISTAKE_MIB),
    COUNT(CONFIG_PROBE_LEAST_SECONDS),
#ifdef LARGE_STRING_BYTES
    BYTES(LARGE_STRING_BYTES),
    BYTES(LARGE_STRING_WARN_BYTES),
    COUNT(APPENDED_LEAST_PIECES),
    BYTES(APPENDED_LEAK_BYTES),
    COUNT(KNOWN_LEAK_SHOWN),
    COUNT(KNOWN_LEAK_ENTRIES),
    BYTES(KNOWN_LEAK_BYTES),
#endif
};

static bool put_threshold(struct buf *b, const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(thresholds); i++) {
        if (strlen(thresholds[i].name) != len || memcmp(thresholds[i].name, name, len))
            continue;
        (thresholds[i].is_bytes ? text_put_bytes : text_put_count)(b, thresholds[i].value);
        return true;
    }
    return false;
}

bool explanation_put(struct buf *b, const char *text)
{
    while (*text) {
        size_t len = *text == '{' ? strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") : 0;
        bool named = len && text[len + 1] == '}';
        if (named && !put_threshold(b, text + 1, len))
            return false;
        if (!named)
            buf_putc(b, *text);
        text += named ? len + 2 : 1;
    }
    return true;
}
