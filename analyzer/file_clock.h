/* What is gathered about the clocks of files. Private to the times of events: see event_times.h.
 *
 * All of it is bounded, whatever the logs: of more boots, turns of years and kills than these the
 * first count.
 */
#ifndef MORTEM_ANALYZER_FILE_CLOCK_H
#define MORTEM_ANALYZER_FILE_CLOCK_H

#include "analyzer/event_times.h"
#include "base/arena.h"

#define ANCHORS_MAX 16
#define BOOTS_MAX 256
#define YEAR_PARTS_MAX 1024
#define KILLS_MAX 64

#define DAY_US (INT64_C(86400) * 1000000)
#define LEAP_DAY 789 /* 29 February of LOG_YEARLESS_YEAR, in days since 1970 */

struct anchor {
    int64_t uptime_us, wall_us; /* wall_us as the log has it */
    enum log_clock clock;
    uint32_t sure_ms;
    uint64_t line;
};

struct boot_clock {
    unsigned number; /* event.boot */
    unsigned joined; /* over all files, from 1 on */
    char id[33];
    struct anchor anchors[ANCHORS_MAX]; /* in order of lines */
    size_t anchor_count;
    int64_t gap_us; /* between two anchors, at least */
};

/* Lines of one year. */
struct year_part {
    uint64_t first_line;
    int years; /* from file_clock.year on */
    int64_t max_us;
    bool leap; /* it has 29 February */
};

struct kill_seen {
    int64_t pid;
    struct number anon_kib;
    unsigned boot;
    uint64_t line;
    struct log_time time;
};

struct file_clock {
    const char *name;
    struct number written_us;
    bool tells_boots;
    struct boot_clock *boots; /* by number */
    size_t boot_count;
    struct year_part *parts; /* by line */
    size_t part_count;
    int64_t last_yearless_us;
    unsigned last_boot;
    struct number last_began_us; /* the boot, by the last yearless stamp */
    int year;                    /* of the first part; 0: not known */
    struct kill_seen *kills;
    size_t kill_count;
    struct number ahead_us; /* of UTC, inferred */
};

/* A boot over all files. */
struct joined_boot {
    char id[33];
};

struct placed_anchor {
    unsigned boot; /* joined */
    bool zone_known;
    int64_t uptime_us, us, sure_us;
};

struct event_times {
    struct arena arena;
    struct time_zone zone;
    struct file_clock *files;
    size_t file_count;
    struct joined_boot *joined;
    size_t joined_count;
    struct placed_anchor *anchors; /* by boot, those that know their zone first, then by uptime */
    size_t anchor_count;
};

/* A time of LOG_YEARLESS_YEAR moved to `year`. */
int64_t clock_in_year(int64_t us, int year);

/* A stamp that has a wall time, by what is settled so far. */
struct event_time clock_wall_time(const struct event_times *t, const struct file_clock *f,
                                  uint64_t line, const struct log_time *at);

/* The best anchors of a boot: those that know their zone, if there are any. */
bool clock_anchors_of(const struct event_times *t, unsigned boot, size_t *ret_first,
                      size_t *ret_count);

#endif
