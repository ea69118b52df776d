/* The streaming reader of `pm2 jlist` (JSON) and `pm2 prettylist` (what util.inspect makes of it).
 *
 * In: the text in chunks of any size. Out: one EVENT_PM2_PROCESS for each process. Only named
 * fields are looked at: the list holds the whole environment of every process, which is never kept.
 */
#ifndef MORTEM_PARSERS_PM2_LIST_H
#define MORTEM_PARSERS_PM2_LIST_H

#include "parsers/event.h"

struct pm2_list;

/* `file` names the list in the events; it is borrowed and must outlive them. */
bool pm2_list_new(const char *file, const struct event_sink *sink, struct pm2_list **ret,
                  struct err *err) WARN_UNUSED;
void pm2_list_free(struct pm2_list *l);

/* Fails only when the sink does. */
bool pm2_list_feed(struct pm2_list *l, const uint8_t *buf, size_t len, struct err *err) WARN_UNUSED;

/* The end of the input: a process that was cut short is told as far as it was there.
 * *ret_complete: the list was closed. */
bool pm2_list_finish(struct pm2_list *l, bool *ret_complete, struct err *err) WARN_UNUSED;

/* From the first bytes of a file, 4 KiB are enough. */
bool bytes_are_pm2_list(const uint8_t *bytes, size_t len);

#endif
