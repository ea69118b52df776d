/* The rules, in the order in which they run: one that explains another's bytes comes first.
 */
#ifndef MORTEM_ANALYZER_RULES_RULE_LIST_H
#define MORTEM_ANALYZER_RULES_RULE_LIST_H

#include "analyzer/rules/rule.h"

#define RULE_LIST(X)                                                                               \
    X(isr_cache, "isr-cache", "pages and fetches that the incremental cache holds in memory")      \
    X(isr_config, "isr-config",                                                                    \
      "a size of that cache in the wrong unit or under a key of another "                          \
      "version")                                                                                   \
    X(image_buffers, "image-buffers", "images and other buffers, outside of V8's heap")            \
    X(request_retention, "request-retention",                                                      \
      "finished requests and responses that are still held")                                       \
    X(module_collection, "module-collection",                                                      \
      "a Map, Set, array or object of a module that only "                                         \
      "grows")

#define X(name, id, summary) bool rule_##name(struct rule_input *in, struct err *err);
RULE_LIST(X)
#undef X

#endif
