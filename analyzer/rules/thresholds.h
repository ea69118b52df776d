/* The numbers that rules decide by, each with its reason.
 */
#ifndef MORTEM_ANALYZER_RULES_THRESHOLDS_H
#define MORTEM_ANALYZER_RULES_THRESHOLDS_H

/* A collection is looked at from so many bytes and entries on: no collection of the user's in a
 * healthy Next.js server reaches both. */
#define COLLECTION_LEAST_BYTES ((uint64_t)1000000)
#define COLLECTION_LEAST_ENTRIES 40
/* ... or from so many entries whatever their size: they grow with the traffic. */
#define COLLECTION_MANY_ENTRIES 2000
/* Tables of packages (MIME types, entities) are constant and smaller than this. */
#define PACKAGE_LEAST_BYTES ((uint64_t)5000000)

/* A table from which at least a twentieth of its entries was taken out is being emptied: it loses
 * these places again when it is made anew. Fewer are the exception that a leak has too. */
#define REMOVED_SHARE 20
#define REMOVED_LEAST 3
/* What is filled in one go survives one or two garbage collections and so lies in a few groups. */
#define GROUPS_LEAST 8
/* A server serves fewer requests than this between two collections: each leaves some 10 kB to
 * collect at least, and 16 MB are collected at a time. */
#define ENTRIES_A_GROUP 1500

/* Finished responses that are still there: healthy servers keep up to 30 of them for a moment. */
#define ORPHANS_LEAST 50
#define ORPHANS_PER_SOCKET 3
/* With several causes each holds its share of them. */
#define ORPHANS_OF_CAUSE 20

/* Callbacks (timers, listeners, closures) of one function: an application has one for each thing
 * that it does, and some for each live connection. */
#define CALLBACKS_LEAST 50
#define CALLBACKS_PER_SOCKET 2
/* ... or so few of them if they keep much: what they capture came with requests. */
#define CALLBACKS_FEW 20
#define CALLBACKS_FEW_BYTES ((uint64_t)5000000)
/* From so much on that they keep, or so many, they are a leak for certain; below a habit that may
 * become one. */
#define CALLBACKS_LEAK_BYTES ((uint64_t)500000)
#define CALLBACKS_LEAK_COUNT 500
/* A timer that fires once ends by itself. Waits of a request (a race against 5 s, a retry) are
 * shorter than the first of these; what waits longer than the second is as good as kept. */
#define TIMER_SHORT_MS 60000u
#define TIMER_LONG_MS 600000u
/* Between: many, or with much behind them. */
#define TIMER_WAITS_COUNT 1000
#define TIMER_WAITS_BYTES ((uint64_t)1000000)
/* Short ones, when they keep so much at once. */
#define TIMER_BUSY_COUNT 200
#define TIMER_BUSY_BYTES ((uint64_t)5000000)

/* Stores of nothing but an id weigh little: a pool of connections keeps some of them for good. */
#define STORES_LEAST_BYTES ((uint64_t)200000)

/* Listeners of one event: Node itself warns from 11 on. */
#define LISTENERS_LEAST 11

/* Bundled libraries make hundreds of small closures for each schema or validator; they keep next
 * to nothing. A flood either keeps much or is beyond any library. */
#define FLOOD_LEAST 300
#define FLOOD_LEAST_BYTES ((uint64_t)2000000)
#define FLOOD_COUNT 50000

/* The in-memory cache of a fresh server holds its prerendered pages: below this it is no news. */
#define ISR_LEAST_ENTRIES 100
/* Routes that a handler must have dropped to be called bounded: a few prerendered ones that nobody
 * asked for yet are in Next.js' index too. */
#define ISR_EVICTED_LEAST 50

/* Idle, Next.js keeps 0.2 to 2 MB of buffers; WebAssembly of fetch is among them. */
#define BUFFERS_LEAST_BYTES ((uint64_t)4000000)
#define BUFFERS_LEAST_COUNT 8
/* Smaller buffers are slices of a pool and are not images. */
#define BUFFER_LEAST_BYTES 4096

/* Calls of one function that wait: a healthy server has as many as requests are in flight, a few
 * for each connection. */
#define WAITERS_LEAST 50
#define WAITERS_PER_SOCKET 3
/* Bodies that nobody began to read: a healthy server has those that arrived this moment. */
#define UNREAD_LEAST 50
/* vm contexts: tools and the edge runtime make one a function or plugin, some tens at most. */
#define CONTEXTS_LEAST 20
#define CONTEXTS_MANY 50
/* Threads: pools have one or two a core. */
#define WORKERS_LEAST 20
#define PORTS_LEAST 100
/* Texts of a megabyte: healthy servers have none but sources of scripts. */
#define LARGE_STRING_BYTES ((uint64_t)1000000)
/* A large text alone is a choice that can be right: it has to weigh something to be a warning. */
#define LARGE_STRING_WARN_BYTES ((uint64_t)5000000)
#define LARGE_STRING_SHARE 0.1
/* JSON.stringify() joins pieces of 16 KB; who appends lines makes many small ones. A page that is
 * being rendered can look the same for a moment, but not of this size. */
#define APPENDED_LEAST_PIECES 1000
#define APPENDED_PIECE_BYTES 4096
#define APPENDED_LEAK_BYTES ((uint64_t)2000000)
/* A part of a shorter text, a URL out of a request's headers, is no matter. */
#define CUT_LEAST_BYTES ((uint64_t)16384)
/* Node makes texts of so many characters outside of V8's heap (EXTERN_APEX in its sources). */
#define OUTSIDE_LEAST_BYTES ((uint64_t)1031913)
#define OUTSIDE_MANY 5
/* V8 writes the first 1024 characters of a text. */
#define SHOWN_LENGTH 1024
/* What Next.js is known to keep is told from so many entries on, half a day's crawlers, and is a
 * leak from the next: healthy servers that were asked for 3,000 different pages have as many. */
#define KNOWN_LEAK_SHOWN 1000
#define KNOWN_LEAK_ENTRIES 5000
#define KNOWN_LEAK_BYTES ((uint64_t)5000000)
#define KNOWN_LEAK_SHARE 0.1
/* A bound of a million entries is no matter before a tenth of it is used: 17 MB and more. */
#define ROUTER_CAPPED_ENTRIES 100000
/* Room for ids of timeouts: an array doubles, and some thousand may be pending. */
#define TIMEOUT_IDS_SHOWN 50000
/* Bodies on their way are a few for each socket. */
#define CLONED_BODIES_LEAST 50
/* A healthy server has about 150 of them: errors that its modules keep. */
#define CALL_SITES_LEAST 2000
/* At 0.1 to 0.33 kB a path this is 2 to 7 MB. */
#define ROUTE_INDEX_SHOWN 20000
/* PM2's source-map-support keeps 1.5 MB in a healthy server, maps of some files up to 4. */
#define SOURCE_MAPS_BYTES ((uint64_t)4000000)
#define SOURCE_MAPS_WARN_BYTES ((uint64_t)10000000)
#define SOURCE_MAPS_SHARE 0.1
/* In healthy servers, and in those that leak what requests brought, copies of equal texts are 1 to
 * 2 % of the heap. */
#define DUPLICATES_LEAST_BYTES ((uint64_t)2000000)
#define DUPLICATES_LEAST_SHARE 0.08
/* A bounded cache of rows can have them too: a warning wants more. */
#define DUPLICATES_WARN_BYTES ((uint64_t)10000000)
#define DUPLICATES_WARN_SHARE 0.25
/* Between snapshots: a leak of 300 bytes a request shows after 1,000 requests, while what healthy
 * servers load and fill meanwhile stays below for each variable. */
#define GROWTH_LEAST_BYTES ((uint64_t)300000)
#define GROWTH_LEAST_ENTRIES COLLECTION_LEAST_ENTRIES
/* Without entries to count, and in packages: pools of connections reach some hundred kilobytes. */
#define GROWTH_PLAIN_BYTES ((uint64_t)1000000)
#define GROWTH_PLAIN_OBJECTS 1000
/* Two steps between snapshots have their share, in percent of all growth: one jump and noise beside
 * it is a warm-up. */
#define GROWTH_STEP_PERCENT 5
/* Links of a list, told by their class. */
#define GROWTH_LEAST_LINKS 300
/* Entries gained are entries of requests if they are a small multiple, within so many percent. */
#define GROWTH_FIT_PERCENT 10
#define GROWTH_FIT_MULTIPLE 3

/* Of configuration files, in MiB. Three semi-spaces of 16 lie beside the old space that V8's flag
 * bounds. A Next.js server that does nothing has some 100 outside of its heap: code, ICU, stacks,
 * the C library's heap. So three quarters of a limit are for the heap. */
#define CONFIG_YOUNG_MIB 48
#define CONFIG_OUTSIDE_MIB 100
#define CONFIG_HEAP_PERCENT 75
#define CONFIG_HEAP_LEAST_MIB 64
/* PM2 acts before V8 gives up. */
#define CONFIG_RESTART_PERCENT 90
/* No Node process runs in less: the unit is wrong. */
#define CONFIG_UNIT_MISTAKE_MIB 16
/* V8's own limit on a large machine: a restart above it never comes first. */
#define CONFIG_DEFAULT_HEAP_MIB 4144
/* A probe that kills a server sooner after its start than a slow machine needs to load Next.js. */
#define CONFIG_PROBE_LEAST_SECONDS 20

#endif
