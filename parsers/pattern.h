/* PCRE2 for the few lines that are worth it: compiled once for a parser, JIT where there is one.
 *
 * Patterns are bytes, not UTF-8, and run on a line that a plain search has already chosen. A
 * subject that makes a pattern backtrack too long is no match.
 */
#ifndef MORTEM_PARSERS_PATTERN_H
#define MORTEM_PARSERS_PATTERN_H

#include "base/err.h"
#include "parsers/span.h"

struct pattern {
    void *code;
    void *match;
    void *context;
};

bool pattern_init(struct pattern *p, const char *text, struct err *err) WARN_UNUSED;
void pattern_release(struct pattern *p);

/* Fills ret[0..groups) with the whole match and its groups, p NULL for one that took no part. The
 * match begins at subject[at] if `anchored`, else there or later. */
bool pattern_match(const struct pattern *p, struct span subject, size_t at, bool anchored,
                   struct span *ret, size_t groups);

#endif
