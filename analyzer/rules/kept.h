/* What many callbacks keep together: timers, listeners, closures of one function.
 *
 * Each holds its closure, that the contexts with what they captured, a bound `this`, a store of
 * AsyncLocalStorage. What nearly all of them share (a module's variables) is not theirs. A finding
 * claims the rest, and what that dominates is what they keep, each byte once.
 */
#ifndef MORTEM_ANALYZER_RULES_KEPT_H
#define MORTEM_ANALYZER_RULES_KEPT_H

#include "analyzer/function_groups.h"
#include "analyzer/rules/rule.h"

/* What nothing else explains yet: to be asked before the group's finding is added. */
bool kept_bytes(struct rule_input *in, const struct function_groups *g,
                const struct function_group *group, uint64_t *ret, struct err *err) WARN_UNUSED;

/* The finding explains all members of the group and what they hold apart from the others. */
bool kept_claim(struct rule_input *in, struct finding *f, const struct function_groups *g,
                const struct function_group *group, struct err *err) WARN_UNUSED;

/* How many of the group no finding explains yet. */
uint32_t kept_unexplained(struct rule_input *in, const struct function_groups *g,
                          const struct function_group *group);

#endif
