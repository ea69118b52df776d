/* When events happened: from the clocks of logs (parsers/event.h) to times that can be compared.
 *
 * First all events are shown in the order of their files, EVENT_STAMPs too, then the clocks are
 * settled, then any event may be asked about. What is settled:
 *
 *   years   of stamps without one: the newest that puts no line behind the time at which its file
 *           was last written, one more from December to January;
 *   zones   of local stamps: the one given; else, where a kill or a boot also stands in a log
 *           that knows its zone, what lies between both; else they are taken as they are;
 *   boots   the same in several files by its id, or by a kill that both have: numbered from 1 on
 *           over all files;
 *   anchors lines with a wall time and an uptime, and kills that have one in one log and the other
 *           in another: they give wall times to lines of that boot that have an uptime only.
 */
#ifndef MORTEM_ANALYZER_EVENT_TIMES_H
#define MORTEM_ANALYZER_EVENT_TIMES_H

#include "analyzer/time_zone.h"
#include "parsers/event.h"

enum time_source {
    TIME_NOT_KNOWN,
    TIME_STAMPED,  /* the stamp says its zone */
    TIME_IN_ZONE,  /* local, in the zone that was given */
    TIME_INFERRED, /* local; the zone by another log of the same boot */
    TIME_AS_LOCAL, /* local, the zone is not known: us is as if it were UTC */
    TIME_ANCHORED, /* by the uptime and other lines of the boot */
    TIME_SOURCE_COUNT,
};

struct event_time {
    enum time_source source;
    bool zone_known; /* us is UTC */
    int64_t us;      /* microseconds since 1970 */
    int64_t sure_us; /* it may be off by so much, a zone that is not known aside */
    unsigned boot;   /* from 1 on, over all files; 0: the file tells nothing of boots */
};

struct event_times;

/* `zone` is that of all clocks that do not tell theirs. */
bool event_times_new(const struct time_zone *zone, struct event_times **ret,
                     struct err *err) WARN_UNUSED;
void event_times_free(struct event_times *t);

/* When `file` was last written, in microseconds since 1970: no line of it is younger. Names of
 * files are compared as pointers and borrowed. */
void event_times_file(struct event_times *t, const char *file, int64_t written_us);
void event_times_see(struct event_times *t, const struct event *e);
/* Fails for want of memory. Nothing may be shown afterwards. */
bool event_times_settle(struct event_times *t, struct err *err) WARN_UNUSED;

/* Looks at e's file, line, boot and time only. `t` NULL: nothing is known but the stamp itself. */
struct event_time event_times_of(const struct event_times *t, const struct event *e);

static inline bool event_time_known(const struct event_time *t)
{
    return t->source != TIME_NOT_KNOWN;
}

/* Whether both are known and lie further apart than they are unsure and `more_us`. If only one
 * knows its zone, any distance between zones may lie between them. */
bool event_times_apart(const struct event_time *a, const struct event_time *b, int64_t more_us);

const char *time_source_word(enum time_source s); /* "stamp" */

unsigned event_times_boots(const struct event_times *t);
/* The id of a boot, NULL if no log has it. */
const char *event_times_boot_id(const struct event_times *t, unsigned boot);

#endif
