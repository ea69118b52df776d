/* Figures over time out of any log, bounded whatever the input: heap, resident memory, free memory.
 *
 * A series is told apart by metric, process or application, isolate and boot. Each keeps its first,
 * last, lowest and highest sample and up to SERIES_POINTS_MAX points, of which every other goes
 * when they are full, lows and highs last. Where there are more series than room, the one that was
 * not added to for longest is told and forgotten.
 */
#ifndef MORTEM_PARSERS_LOG_SERIES_H
#define MORTEM_PARSERS_LOG_SERIES_H

#include "parsers/log_module.h"

struct log_series; /* the table of one parser */

struct series_sample {
    enum series_metric metric;
    struct number pid;
    const char *who; /* application, process or device; "" if none is known */
    uint64_t isolate;
    struct number isolate_us; /* since the isolate began */
    const struct log_time *time;
    uint64_t line;
    int64_t bytes;
};

struct log_series *log_series_new(void); /* NULL for want of memory */
void log_series_free(struct log_series *s);

/* False if the sink failed. */
bool log_series_add(const struct log_out *out, const struct series_sample *s,
                    struct err *err) WARN_UNUSED;
/* What an event that goes out has of figures. */
bool log_series_watch(const struct log_out *out, const struct event *e,
                      struct err *err) WARN_UNUSED;
/* Tells all series that have two samples and more: EVENT_SERIES. */
bool log_series_flush(const struct log_out *out, struct err *err) WARN_UNUSED;

#endif
