/* The stamps of log lines: small scanners for the parts that the forms are put together from.
 *
 * No clock of this machine is read. A time without a zone is taken as if it were UTC and marked
 * local; a time without a year lies in LOG_YEARLESS_YEAR.
 */
#ifndef MORTEM_PARSERS_LOG_TIME_H
#define MORTEM_PARSERS_LOG_TIME_H

#include "parsers/event.h"
#include "parsers/span.h"

struct civil_time {
    unsigned year, month, day; /* 1-based; month 0: its name is in no table */
    unsigned hour, minute, second, microsecond;
    int zone_minutes;
    bool zone_known;
};

/* "13:22:48" with an optional fraction after '.' or ','. */
bool take_clock_time(struct span *s, struct civil_time *t);

/* "2026-11-23T13:22:48,561602+00:00", "2026-11-23 13:22:48": date, 'T' or space, time, fraction,
 * and 'Z' or an offset with or without its colon, which " +00:00" may also stand apart. */
bool take_iso_time(struct span *s, struct civil_time *t);

/* A month by name in the languages that logs are seen in, "5月" too; 0 if unknown. */
unsigned month_by_name(struct span name);

/* "Nov 23", "23 nov.", "5月 29": a month's name and a day, in either order, and the space behind.
 */
bool take_month_day(struct span *s, struct civil_time *t);

/* "1393.561602" with at least one digit after the point, as microseconds. */
bool take_seconds(struct span *s, uint64_t *ret_us);

/* Fills clock and wall_us of *ret. */
void civil_time_store(const struct civil_time *t, enum log_clock clock, struct log_time *ret);

#endif
