/* The streaming reader of text logs of any form, mixed or not.
 *
 * In: bytes in chunks of any size; any byte may occur, lines end in LF or CRLF, the last one may
 * lack it. Out: events through a sink, in the order in which their decisive line (or, for blocks,
 * the end of the block) comes. The result never depends on the chunking.
 *
 * Memory: under 6 MiB whatever the input. Of a line the first LOG_LINE_KEEP bytes are looked at,
 * the rest is skipped.
 */
#ifndef MORTEM_PARSERS_LOG_H
#define MORTEM_PARSERS_LOG_H

#include "parsers/event.h"

#define LOG_LINE_KEEP 65536

struct log_parser;

/* `file` names the log in the events; it is borrowed and must outlive them. */
bool log_parser_new(const char *file, const struct event_sink *sink, struct log_parser **ret,
                    struct err *err) WARN_UNUSED;
void log_parser_free(struct log_parser *p);

/* From now on an EVENT_STAMP for a line now and then, whatever it says: how its clock runs and what
 * it can be tied to shows in more lines than those of the other events. */
void log_watch_clock(struct log_parser *p);

/* Fails only when the sink does. After a failure the parser can only be freed. */
bool log_feed(struct log_parser *p, const uint8_t *buf, size_t len, struct err *err) WARN_UNUSED;

/* A record that is not read from bytes: line by line, as if it had been. */
struct log_record;
bool log_take_record(struct log_parser *p, const struct log_record *r, struct err *err) WARN_UNUSED;
/* Whether anything can come of a record with this message: if not it need not be made. */
bool log_message_matters(const struct log_parser *p, const char *text, size_t len);
/* Where what comes now is from: as log_parser_new()'s. */
void log_parser_set_file(struct log_parser *p, const char *file);

/* The end of the input: the last line and every open block are delivered. */
bool log_finish(struct log_parser *p, struct err *err) WARN_UNUSED;

/* From the first bytes of a file, 4 KiB are enough: text that may be a log. False for binaries, for
 * containers that are read otherwise, for an empty file and for a JSON document that is no log. */
bool log_bytes_look_like_text(const uint8_t *bytes, size_t len);

#endif
