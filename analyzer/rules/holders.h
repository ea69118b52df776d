/* What holds an object on: a collection, a timer, an emitter's listeners, a store.
 *
 * Looked for among what dominates the object, the nearest first. Where several things hold it
 * together none dominates it: then along its shortest retaining path.
 */
#ifndef MORTEM_ANALYZER_RULES_HOLDERS_H
#define MORTEM_ANALYZER_RULES_HOLDERS_H

#include "analyzer/rules/rule.h"

enum holder_kind {
    HOLDER_UNKNOWN,
    HOLDER_COLLECTION,
    HOLDER_TIMER,
    HOLDER_LISTENERS, /* an emitter's array, or a Listener of an EventTarget */
    HOLDER_STORE,     /* a store of AsyncLocalStorage, and nothing else that is known */
};

struct holder {
    enum holder_kind kind;
    uint32_t node;    /* the collection, the Timeout, the array or Listener; the store's resource */
    uint32_t key;     /* equal for objects with the same cause */
    uint32_t carrier; /* what carries the store that the object is in: a resource or a frame;
                         NO_NODE: in none */
};

/* Collections that were looked at, so that a large one is counted once. */
#define HOLDERS_KNOWN_MAX 64
struct known_holders {
    struct {
        uint32_t node;
        bool holds;
    } all[HOLDERS_KNOWN_MAX];
    size_t count;
};

void holder_find(const struct rule_input *in, struct known_holders *known, uint32_t n,
                 struct holder *ret);

/* Along the retaining path: dear, for samples. */
void holder_find_by_path(const struct rule_input *in, struct known_holders *known, uint32_t n,
                         struct holder *ret);

/* The array's emitter if it is a list of listeners, NO_NODE if not; the event's name goes to
 * *ret_event, NO_STRING if it has none. */
uint32_t holder_emitter(const struct js *js, uint32_t array, uint32_t *ret_event);

#endif
