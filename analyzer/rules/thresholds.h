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

/* Finished responses that are still there: healthy servers keep up to 30 of them for a moment. */
#define ORPHANS_LEAST 50
#define ORPHANS_PER_SOCKET 3

/* The in-memory cache of a fresh server holds its prerendered pages: below this it is no news. */
#define ISR_LEAST_ENTRIES 100

/* Idle, Next.js keeps 0.2 to 2 MB of buffers; WebAssembly of fetch is among them. */
#define BUFFERS_LEAST_BYTES ((uint64_t)4000000)
#define BUFFERS_LEAST_COUNT 8
/* Smaller buffers are slices of a pool and are not images. */
#define BUFFER_LEAST_BYTES 4096

#endif
