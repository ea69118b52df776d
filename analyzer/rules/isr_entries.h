/* Cached pages and fetches of Next.js, and the collections that they lie in.
 *
 * An entry is told by its shape in every version and with every handler: {kind: "PAGE", html ...},
 * or the same as JSON in a text. The collection that it hangs from, a few steps above, is the
 * cache: a Map, an object used as a dictionary, or the list of values of an LRU.
 */
#ifndef MORTEM_ANALYZER_RULES_ISR_ENTRIES_H
#define MORTEM_ANALYZER_RULES_ISR_ENTRIES_H

#include "analyzer/rules/rule.h"

#define ISR_CACHES_MAX 16
#define ISR_KINDS_MAX 10
#define ISR_SAMPLES 32

struct isr_cache {
    uint32_t container;
    uint64_t entries;
    uint64_t by_kind[ISR_KINDS_MAX];
    uint32_t fetches[ISR_SAMPLES]; /* some entries of the kind FETCH */
    size_t fetch_count;
    bool json; /* entries are texts */
};

struct isr_caches {
    struct isr_cache all[ISR_CACHES_MAX];
    size_t count;
    struct str kinds[ISR_KINDS_MAX];
    size_t kind_count;
};

/* `ret` is zeroed by the caller. */
void isr_find_caches(struct rule_input *in, struct isr_caches *ret);

/* How many of the entries are fetches; the others are pages and routes. */
uint64_t isr_fetches(const struct isr_caches *all, const struct isr_cache *c);
/* "1,800 PAGE, 12 FETCH" */
const char *isr_kinds_text(struct rule_input *in, const struct isr_caches *all,
                           const struct isr_cache *c);
/* The kind that most entries have. */
const char *isr_main_kind(struct rule_input *in, const struct isr_caches *all,
                          const struct isr_cache *c);
/* Patterns of the keys that are routes, the commonest first: "1,800 x /blog/a####", and the first
 * of them alone. NULL if there are none. */
const char *isr_routes_text(struct rule_input *in, const struct isr_cache *c,
                            const char **ret_main);
/* The pattern of what was fetched; NULL if it is not known. */
const char *isr_fetched_text(struct rule_input *in, const struct isr_cache *c);

/* How many routes were ever cached, as Next.js' own index has it; 0: there is none. */
uint64_t isr_index_entries(struct rule_input *in);

#endif
