/* Small steps between a record or a line and its payload: for log.c only. */
#ifndef MORTEM_PARSERS_LOG_LINES_H
#define MORTEM_PARSERS_LOG_LINES_H

#include "parsers/log_module.h"
#include "parsers/log_record.h"

/* The next line of a text, without its end; false behind the last. A text without any byte has one
 * line. The first call is told by rest->p alone. */
bool span_take_line(struct span *rest, struct span *ret);

/* Puts what a record says to what is known from around it, which wins. */
void log_record_prefix(const struct log_record *r, struct log_prefix *base);

/* Whether line ends may be written as "\\x0a" (kmsg) or "#012" (syslog) in the payload. */
bool log_is_escaped(const struct log_line *line);
/* The payload with the bytes that were meant; `store` holds it. */
struct span log_unescape(struct span payload, bool kmsg, struct buf *store);

/* " SUBSYSTEM=acpi" below a record of /dev/kmsg */
bool is_kmsg_dictionary(struct span line);

#endif
