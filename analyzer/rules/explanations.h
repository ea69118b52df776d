/* What each rule means, for people: `mortem explain`.
 *
 * One row a public id. Texts are items, one a line. {NAME} in them stands for a threshold's value
 * (analyzer/rules/thresholds.h), so that a number cannot be another one than the rule goes by.
 */
#ifndef MORTEM_ANALYZER_RULES_EXPLANATIONS_H
#define MORTEM_ANALYZER_RULES_EXPLANATIONS_H

#include "base/buf.h"

struct explanation {
    const char *id;
    const char *means;
    const char *decides;
    const char *fooled;  /* what looks like it and is not, or hides it */
    const char *fix;     /* best first */
    const char *carries; /* what a finding of it carries besides its title and advice */
};

extern const struct explanation explanations[];
extern const size_t explanation_count;

/* NULL if there is none. */
const struct explanation *explanation_find(const char *id);

/* Appends a text with the thresholds' values in it. False if it names one that is not known. */
bool explanation_put(struct buf *b, const char *text);

#endif
