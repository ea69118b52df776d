/* What a rule is: one file, one row of the table in rules.c.
 *
 * A rule looks at the heap through `js` and the census and adds findings: evidence that a person
 * can check, a confidence, and advice that is right for the version found. Everything it adds lives
 * in the analysis' arena. An allocation that fails is noticed once, behind the last rule.
 */
#ifndef MORTEM_ANALYZER_RULES_RULE_H
#define MORTEM_ANALYZER_RULES_RULE_H

#include "analyzer/analysis.h"
#include "analyzer/census.h"
#include "analyzer/owner.h"
#include "analyzer/rules/claims.h"
#include "analyzer/trend.h"

struct rule_input {
    const struct js *js;
    const struct census *census;
    struct claims claims;
    struct err claim_failed; /* the first claim that could not be kept */
    struct analysis *analysis;
    const char *file;
    const struct trend *trend; /* whose newest heap this is; NULL: there is one snapshot only */
};

struct rule {
    const char *id;
    const char *summary;                                 /* one line */
    bool (*run)(struct rule_input *in, struct err *err); /* NULL: it is not about heaps */
};

extern const struct rule rules[];
extern const size_t rule_count;

/* Runs all rules over a heap that was analyzed and orders the findings, worst first. */
bool rules_run(const struct heap *h, const char *file, struct analysis *a,
               struct err *err) WARN_UNUSED;

/* The same over the newest heap of several snapshots of one process: what grew is told too. */
bool rules_run_on_trend(const struct trend *t, struct analysis *a, struct err *err) WARN_UNUSED;

/* Orders all findings, worst first. */
void findings_order(struct analysis *a);

/* -- what rules are written with -- */

/* A new finding about node `n` (NO_NODE: none), which it claims, with its retaining path and
 * retained size. NULL when memory is out. */
struct finding *finding_add(struct rule_input *in, const char *rule, enum severity severity,
                            uint32_t n);
/* Its variable, script from what owner_find() said. */
void finding_set_owner(struct rule_input *in, struct finding *f, const struct owner *o);
/* The finding explains n too, with all that it dominates. */
void finding_claim(struct rule_input *in, const struct finding *f, uint32_t n);
/* The finding that claims n itself, or what dominates it closely; NULL if none does. */
struct finding *finding_of_node(struct rule_input *in, uint32_t n);
struct finding *finding_explaining(struct rule_input *in, uint32_t n);

void evidence_add(struct rule_input *in, struct finding *f, uint32_t n, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
struct advice *advice_add(struct rule_input *in, struct finding *f, const char *title,
                          const char *where, const char *paste, const char *why);

/* The pattern of a collection's keys, and what most of its values are, in the arena; "" if unknown.
 */
const char *collection_keys(struct rule_input *in, uint32_t n);
const char *collection_values(struct rule_input *in, uint32_t n);

/* "Map of 1,800 entries, 57.9 MB" is said in many titles. */
const char *bytes_text(struct rule_input *in, uint64_t bytes);
const char *count_text(struct rule_input *in, uint64_t count);
double share_of_heap(const struct rule_input *in, uint64_t bytes); /* 0 .. 1 */

/* Advice that several rules give. */
void advise_readable_names(struct rule_input *in, struct finding *f);
void advise_bound(struct rule_input *in, struct finding *f, const char *name);

#endif
