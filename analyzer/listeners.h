/* Long lists of listeners: of EventEmitters, of EventTargets, and of RxJS' subjects.
 *
 * Found by one sweep over the properties of objects: emitters have classes of any name, and their
 * lists are plain arrays.
 */
#ifndef MORTEM_ANALYZER_LISTENERS_H
#define MORTEM_ANALYZER_LISTENERS_H

#include "analyzer/census.h"
#include "analyzer/function_groups.h"

struct listener_list {
    uint32_t emitter;
    uint32_t list;  /* the array; of an EventTarget the first listener */
    uint32_t event; /* string index, NO_STRING: it has no name */
    uint32_t count;
};

struct listeners {
    struct column lists;                /* struct listener_list */
    struct function_groups by_function; /* values: places in `lists` */
};

/* Lists of at least `least` listeners. */
bool listeners_collect(const struct js *js, const struct census *census, uint32_t least,
                       struct listeners *ret, struct err *err) WARN_UNUSED;
void listeners_release(struct listeners *l);

static inline const struct listener_list *listener_list_at(const struct listeners *l, uint32_t i)
{
    return &((const struct listener_list *)l->lists.data)[i];
}

#endif
