/* An event as a line: for people, and as a JSON object.
 *
 * A line is drawn in two parts. The body, what only the event knows, is drawn when it comes, the
 * rest when the clocks are settled (analyzer/event_spool.h is in between). Which facts there are is
 * the table's business (analyzer/event_facts.h).
 */
#ifndef MORTEM_REPORT_EVENT_LINES_H
#define MORTEM_REPORT_EVENT_LINES_H

#include "analyzer/event_facts.h"
#include "analyzer/event_spool.h"
#include "report/report.h"

struct event_line {
    const struct spooled_event *event;
    const char *body;
    const char *boot_id;          /* NULL: not told */
    const struct time_zone *zone; /* in which people want times */
};

struct event_drawing {
    /* Appends the body of `e`. */
    bool (*body)(const struct event *e, const struct report_options *o, struct buf *ret,
                 struct err *err);
    /* Appends the whole line with its end. */
    bool (*line)(const struct event_line *l, const struct report_options *o, struct buf *ret,
                 struct err *err);
};

extern const struct event_drawing event_json, event_text;

/* Appends the value of a fact that the event knows, as a number or a text without quotes; with
 * `units` as people read it: "149 MiB". Not escaped. */
void event_fact_put(struct buf *b, const struct event *e, const struct event_fact *f, bool units);

/* Appends value / 10^digits without useless zeros. */
void event_decimal_put(struct buf *b, int64_t value, unsigned digits);

#endif
