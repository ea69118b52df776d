/* What to do about promises that never settle, by what keeps them.
 */
#ifndef MORTEM_ANALYZER_RULES_PENDING_ADVICE_H
#define MORTEM_ANALYZER_RULES_PENDING_ADVICE_H

#include "analyzer/rules/rule.h"

enum pending_shape {
    PENDING_RESOLVERS,   /* a collection of resolve functions */
    PENDING_EVENT,       /* listeners that wait for an event */
    PENDING_QUEUE,       /* a limiter, queue or lock */
    PENDING_ONE_PROMISE, /* all await one promise */
    PENDING_RACE,        /* Promise.race() against one promise */
    PENDING_RENDER,      /* renders of Next.js */
};

/* `holder` is what keeps them, as it is written in the source. */
void advise_pending(struct rule_input *in, struct finding *f, enum pending_shape shape,
                    const char *holder);

#endif
