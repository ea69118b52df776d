/* What is searched for: a regular expression (PCRE2) while it is being typed and after.
 *
 * Small letters match capitals too, as long as there is no capital in the expression. What is no
 * regular expression (yet) is taken as plain text.
 */
#ifndef MORTEM_TUI_SEARCH_H
#define MORTEM_TUI_SEARCH_H

#include "base/buf.h"
#include "base/err.h"

struct search {
    struct buf text; /* UTF-8 */
    void *code;      /* PCRE2's; NULL: nothing to search for */
    void *match;
    void *limits;
};

void search_release(struct search *s);
/* After `text` has changed. */
bool search_compile(struct search *s, struct err *err) WARN_UNUSED;
/* The subject may be any bytes. An expression that takes too long does not match. */
bool search_matches(const struct search *s, const char *subject, size_t len);

void search_type(struct search *s, uint32_t character);
void search_erase(struct search *s); /* the last character */

#endif
