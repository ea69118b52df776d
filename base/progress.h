/* Where long work says how far it is, and learns that nobody wants it any more. The command line
 * and the browser draw it; a NULL progress is silent.
 *
 * Both calls are cheap enough for every block of 64 KiB; the receiver decides how often to draw.
 * `total` 0 means unknown.
 */
#ifndef MORTEM_BASE_PROGRESS_H
#define MORTEM_BASE_PROGRESS_H

#include <stdatomic.h>

#include "base/err.h"

struct progress {
    /* `phase` is a short present participle with its object: "reading app.heapsnapshot". */
    void (*report)(void *ctx, const char *phase, uint64_t done, uint64_t total);
    void *ctx;
    atomic_bool *cancelled; /* set by another thread; NULL: never */
};

static inline void progress_step(const struct progress *p, const char *phase, uint64_t done,
                                 uint64_t total)
{
    if (p)
        p->report(p->ctx, phase, done, total);
}

static inline bool progress_is_cancelled(const struct progress *p)
{
    return p && p->cancelled && atomic_load_explicit(p->cancelled, memory_order_relaxed);
}

/* False when the work was cancelled: it is to come back with this error soon. */
static inline bool progress_goes_on(const struct progress *p, struct err *err)
{
    return !progress_is_cancelled(p) || err_set(err, ERR_RESOURCE, 0, "cancelled before the end");
}

#endif
