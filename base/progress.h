/* Where long work says how far it is. The command line draws it; a NULL progress is silent.
 *
 * progress_step() is cheap enough for every block of 64 KiB; the receiver decides how often to
 * draw. `total` 0 means unknown.
 */
#ifndef MORTEM_BASE_PROGRESS_H
#define MORTEM_BASE_PROGRESS_H

#include "base/base.h"

struct progress {
    /* `phase` is a short present participle with its object: "reading app.heapsnapshot". */
    void (*report)(void *ctx, const char *phase, uint64_t done, uint64_t total);
    void *ctx;
};

static inline void progress_step(const struct progress *p, const char *phase, uint64_t done,
                                 uint64_t total)
{
    if (p)
        p->report(p->ctx, phase, done, total);
}

#endif
