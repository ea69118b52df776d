/* What the rules about callbacks say of them: whose they are, where they are written, how long
 * timers wait. Texts live in the arena.
 */
#ifndef MORTEM_ANALYZER_RULES_CALLBACKS_H
#define MORTEM_ANALYZER_RULES_CALLBACKS_H

#include "analyzer/function_groups.h"
#include "analyzer/rules/rule.h"

/* Written by the application or by a package, not by Node or the framework. */
bool callbacks_are_users(const struct rule_input *in, uint32_t function);

const char *callbacks_place(struct rule_input *in, uint32_t function);
const char *callbacks_captures(struct rule_input *in, uint32_t function); /* "": nothing */

/* "requestScope": the AsyncLocalStorage whose store a resource or frame carries, an application's
 * if there is one; NULL if it carries none that is known. Its owner goes to *ret. */
const char *callbacks_storage(struct rule_input *in, uint32_t carrier, struct owner *ret,
                              bool *ret_frameworks);

/* The function's name becomes the finding's variable, with its script and line. */
void callbacks_set_place(struct rule_input *in, struct finding *f, uint32_t function);

/* Timers of one function. */
struct timers_seen {
    uint32_t once, unref;
    uint32_t shortest_ms, longest_ms; /* 0: not known */
    bool starts_itself;               /* the function can see itself, and so start itself anew */
};

void timers_look(struct rule_input *in, const struct function_groups *g,
                 const struct function_group *group, struct timers_seen *ret);

const char *callbacks_duration(struct rule_input *in, const struct timers_seen *seen); /* "30 s" */

#endif
