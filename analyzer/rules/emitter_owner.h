/* The variable of an emitter, and what people call it. */
#ifndef MORTEM_ANALYZER_RULES_EMITTER_OWNER_H
#define MORTEM_ANALYZER_RULES_EMITTER_OWNER_H

#include "analyzer/listeners.h"
#include "analyzer/rules/rule.h"

/* Every listener may hold its emitter, so that a module's variable is one retainer in many: the one
 * nearest to the roots is looked for, further than owner_find() does. */
void emitter_owner(const struct rule_input *in, uint32_t emitter, struct owner *ret);

/* "market", "process", "a Socket". In the arena. */
const char *emitter_name(struct rule_input *in, uint32_t emitter, const struct owner *o);

/* "market", " for \"quote\"": the list's event, "" if it has none. In the arena. */
const char *emitter_event(struct rule_input *in, const struct listener_list *list);

#endif
