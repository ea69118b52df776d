/* Stores of AsyncLocalStorage: what run() and enterWith() hang onto whatever is made inside.
 *
 * Up to Node 22 a resource (a timer, a promise) carries each store as a property under a symbol of
 * its AsyncLocalStorage. From Node 24 on it carries one AsyncContextFrame, a Map from the
 * AsyncLocalStorage to its store.
 */
#ifndef MORTEM_ANALYZER_ASYNC_STORE_H
#define MORTEM_ANALYZER_ASYNC_STORE_H

#include "analyzer/census.h"
#include "analyzer/owner.h"

#define ASYNC_STORAGES_MAX 64

struct async_storage {
    uint32_t node;
    uint32_t symbol; /* NO_NODE from Node 24 on */
    struct owner owner;
    enum script_kind kind; /* SCRIPT_FRAMEWORK: Next.js' own */
};

struct async_storages {
    struct async_storage all[ASYNC_STORAGES_MAX];
    size_t count;
};

struct async_store {
    uint32_t store;
    const struct async_storage *storage; /* NULL: it is not known whose it is */
};

void async_storages_find(const struct js *js, const struct census *census,
                         struct async_storages *ret);

/* Does this edge of a resource lead to a store or to a frame of them? */
bool async_store_edge(const struct js *js, uint64_t e);

/* The store that a resource (or a frame) carries, the application's before others. */
bool async_store_of(const struct js *js, const struct async_storages *storages, uint32_t resource,
                    struct async_store *ret);

#endif
