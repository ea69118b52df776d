/* The events of all logs that were given, kept until they are joined.
 *
 * The list owns copies of everything, but for the names of files. What comes by the thousand and
 * counts only by its last (collections of one isolate, the banner again) takes the place of the one
 * before. The same kill in several captures is one event: that of the capture which knows most,
 * with another's place in also_file and also_line.
 */
#ifndef MORTEM_ANALYZER_EVENT_LIST_H
#define MORTEM_ANALYZER_EVENT_LIST_H

#include "base/arena.h"
#include "parsers/event.h"

struct event_times;
#define EVENT_LIST_BUCKETS 1024

struct event_link {
    uint32_t event, next; /* next: its place among the links + 1, 0 ends the chain */
};

struct event_list {
    struct arena arena;
    struct event *events; /* in the order of the inputs and of their lines */
    size_t count;
    const struct event_times *times; /* borrowed; NULL: stamps are all there is */
    struct event_link *kills;        /* those of the kernel, in chains by their pid */
    size_t kill_count;
    uint32_t kill_chains[EVENT_LIST_BUCKETS];
};

/* `list` is a struct event_list: this is an event_sink's function. */
bool event_list_add(void *list, const struct event *e, struct err *err);
void event_list_release(struct event_list *l);

static inline struct event_sink event_list_sink(struct event_list *l)
{
    return (struct event_sink){l, event_list_add};
}

#endif
