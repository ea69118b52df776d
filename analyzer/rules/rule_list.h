/* The rules, in the order in which they run: one that explains another's bytes comes first.
 */
#ifndef MORTEM_ANALYZER_RULES_RULE_LIST_H
#define MORTEM_ANALYZER_RULES_RULE_LIST_H

#include "analyzer/rules/rule.h"

#define RULE_LIST(X)                                                                               \
    X(isr_cache, "isr-cache", "pages and fetches that the incremental cache holds in memory")      \
    X(isr_config, "isr-config",                                                                    \
      "a size of that cache in the wrong unit or under a key of another version")                  \
    X(next_known_leak, "next-known-leak",                                                          \
      "leaks of Next.js itself, with their issue and the version that has the fix")                \
    X(timer_leak, "timer-leak", "intervals and long timeouts that were never cleared")             \
    X(listener_leak, "listener-leak", "listeners that were added again and again")                 \
    X(pending_promises, "pending-promises", "async functions that wait for what never comes")      \
    X(unread_bodies, "unread-bodies", "bodies of responses that are kept and never read")          \
    X(detached_contexts, "detached-contexts", "vm contexts, windows and threads that stay")        \
    X(request_retention, "request-retention",                                                      \
      "finished requests and responses that are still held")                                       \
    X(als_retention, "als-retention", "stores of AsyncLocalStorage that outlive their requests")   \
    X(image_buffers, "image-buffers", "images and other buffers, outside of V8's heap")            \
    X(source_maps_retained, "source-maps-retained",                                                \
      "source maps that Node, a package or Next.js keeps")                                         \
    X(large_string, "large-string",                                                                \
      "single texts of megabytes: whole, appended to, or kept by a part")                          \
    X(closure_flood, "closure-flood", "one function in very many copies")                          \
    X(module_collection, "module-collection",                                                      \
      "a Map, Set, array or object of a module that only grows")                                   \
    X(duplicate_strings, "duplicate-strings",                                                      \
      "equal texts in many copies, where they are a good part of the heap")                        \
    X(growth, "growth", "what a variable holds and is more in every later snapshot")

/* What analyzer/config_lint.h finds in configuration files: no heap is looked at for these. */
#define CONFIG_RULE_LIST(X)                                                                        \
    X("config-limits", "limits in configuration files that do not fit each other, or their unit")  \
    X("config-next",                                                                               \
      "settings of next.config.js that its version does not have, or that cost memory")

#define X(name, id, summary) bool rule_##name(struct rule_input *in, struct err *err);
RULE_LIST(X)
#undef X

#endif
