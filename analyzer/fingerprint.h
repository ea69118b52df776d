/* Which versions of Next.js a heap may be of, by what came with a version or left with one: for
 * heaps in which the version itself stands nowhere.
 */
#ifndef MORTEM_ANALYZER_FINGERPRINT_H
#define MORTEM_ANALYZER_FINGERPRINT_H

#include "analyzer/census.h"

struct fingerprint {
    bool found;         /* there are signs of Next.js */
    uint32_t from, to;  /* versions, both included */
    const char *source; /* what told most */
};

void fingerprint_take(const struct js *js, const struct census *census, struct fingerprint *ret);

#endif
