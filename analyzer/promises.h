/* Promises, what waits for them, and async functions that are suspended, as V8 writes them.
 *
 * A pending promise has a list of reactions. The reaction of an `await` has closures whose context
 * leads to the generator object of the suspended function; that of a `then` has the callbacks.
 */
#ifndef MORTEM_ANALYZER_PROMISES_H
#define MORTEM_ANALYZER_PROMISES_H

#include "analyzer/js.h"

/* Who goes on when a promise settles. */
struct waiter {
    uint32_t node;     /* the generator object of an async function, or the callback's closure */
    uint32_t function; /* closure: of the async function, or the callback; NO_NODE: V8's own, as
                          Promise.race() and Promise.all() have them */
    bool is_suspended; /* an async function */
};

/* What a PromiseReaction leads to. */
struct waiter promise_waiter(const struct js *js, uint32_t reaction);

/* The next reaction of the same promise, NO_NODE at the end. */
uint32_t promise_next_reaction(const struct js *js, uint32_t reaction);

/* The promise whose list of reactions begins with this one, NO_NODE if it is a later one. */
uint32_t promise_of_first_reaction(const struct js *js, uint32_t reaction);

/* Is n the generator object of an async function or a generator that has not returned? A module's
 * own is not: it stays for ever. */
bool promise_is_suspended(const struct js *js, uint32_t n);

/* What would settle a promise that nobody waits for: the context of its resolve and reject, as long
 * as something holds one of them. NO_NODE for other promises. */
uint32_t promise_resolvers(const struct js *js, uint32_t promise);

/* Does a request that somebody still waits for depend on this waiter? Follows what the function
 * holds and what waits for it in turn, a few hundred objects. */
enum liveness {
    LIVENESS_UNKNOWN, /* no request found */
    LIVENESS_LIVE,    /* its connection is open and the answer is not complete */
    LIVENESS_DEAD,    /* answered, or the client is gone */
};
enum liveness promise_liveness(const struct js *js, const struct waiter *w);

#endif
