/* The streaming reader of Node's diagnostic reports (report.*.json).
 *
 * In: the JSON text in chunks of any size. Out: one EVENT_NODE_REPORT with its facts, at the end of
 * the document or, cut short, with what was there. Only named fields are looked at: what the report
 * says about the environment is never kept, let alone printed.
 */
#ifndef MORTEM_PARSERS_NODE_REPORT_H
#define MORTEM_PARSERS_NODE_REPORT_H

#include "parsers/event.h"

struct node_report;

/* `file` names the report in the event; it is borrowed and must outlive it. */
bool node_report_new(const char *file, const struct event_sink *sink, struct node_report **ret,
                     struct err *err) WARN_UNUSED;
void node_report_free(struct node_report *r);

/* Errors name the byte in the stream. After a failure node_report_finish() still gives what was
 * read. */
bool node_report_feed(struct node_report *r, const uint8_t *buf, size_t len,
                      struct err *err) WARN_UNUSED;

/* The end of the input. *ret_complete is false when the document is not closed or was damaged.
 * Fails if there was no header at all, or if the sink does. */
bool node_report_finish(struct node_report *r, bool *ret_complete, struct err *err) WARN_UNUSED;

/* From the first bytes of a file, 4 KiB are enough: a JSON object with the header of a report. */
bool bytes_are_node_report(const uint8_t *bytes, size_t len);

#endif
