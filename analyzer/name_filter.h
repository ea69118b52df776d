/* --filter: a regular expression of a user's, matched against names that an input gave.
 *
 * PCRE2 on UTF-8; names that are none match as far as they are. A name that makes the expression
 * backtrack without end does not match: an answer late is worse than one row less, and it is
 * counted.
 */
#ifndef MORTEM_ANALYZER_NAME_FILTER_H
#define MORTEM_ANALYZER_NAME_FILTER_H

#include "base/err.h"

struct name_filter {
    void *code; /* NULL: everything matches */
    void *match;
    void *context;
    uint64_t given_up; /* names that took too long */
};

/* A NULL `regex` lets everything through. Errors are ERR_USAGE with the place in the expression. */
bool name_filter_init(struct name_filter *f, const char *regex, struct err *err) WARN_UNUSED;
void name_filter_release(struct name_filter *f);

/* Does it match anywhere in the text? */
bool name_filter_matches(struct name_filter *f, const char *text, size_t len);

#endif
