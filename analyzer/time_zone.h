/* The zone of clocks that do not tell theirs, and times as people write them.
 *
 * A zone is a distance from UTC or a name of the system's database ("Europe/Berlin"). Names are
 * libc's business, which knows one zone at a time: time_zone_parse() makes it that of the process,
 * once, before other threads run.
 */
#ifndef MORTEM_ANALYZER_TIME_ZONE_H
#define MORTEM_ANALYZER_TIME_ZONE_H

#include "base/buf.h"
#include "base/err.h"

enum time_zone_kind {
    ZONE_UNKNOWN,
    ZONE_FIXED,
    ZONE_NAMED, /* libc's local time */
};

struct time_zone {
    enum time_zone_kind kind;
    int32_t offset_s; /* of a fixed zone: its clocks are ahead of UTC by that */
};

#define ZONE_OFFSET_MAX_S (14 * 3600)

/* "UTC", "+02:00", "-0530", "local" or a name. Errors are ERR_USAGE. */
bool time_zone_parse(const char *text, struct time_zone *ret, struct err *err) WARN_UNUSED;

/* Microseconds since 1970 of a local time that is given as if it were UTC. *ret_twice: that local
 * time came twice, clocks were set back; the result is one of both. An unknown zone is UTC. */
int64_t time_zone_to_utc(const struct time_zone *z, int64_t local_us, bool *ret_twice);
/* The other way. */
int64_t time_zone_to_local(const struct time_zone *z, int64_t utc_us);

enum time_form {
    TIME_WITH_ZONE,   /* us: since 1970 */
    TIME_LOCAL,       /* us: a local time as if it were UTC */
    TIME_OF_DAY,      /* us: since midnight */
    TIME_BEFORE_LAST, /* us: before the last event */
};

struct time_word {
    enum time_form form;
    int64_t us;
};

/* "2026-11-23T13:22:48Z", "2026-11-23 13:22", "2026-11-23", "13:22", "@1795440168", "-2h30m": what
 * --since and --until take. Errors name `option`. */
bool time_word_parse(const char *text, const char *option, struct time_word *ret,
                     struct err *err) WARN_UNUSED;

/* Appends "2026-11-23T13:22:48.561602", or with a space for `t`. */
void time_put(struct buf *b, int64_t us, char t);

#endif
