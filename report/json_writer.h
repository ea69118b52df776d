/* Writing JSON to a sink, in blocks: what all JSON of ours has in common.
 *
 * The document is valid UTF-8 whatever the inputs held: bytes that are no UTF-8 and surrogates that
 * stand alone become \ufffd, characters that must not reach a terminal are \u escapes. Failures are
 * remembered and said at the end.
 */
#ifndef MORTEM_REPORT_JSON_WRITER_H
#define MORTEM_REPORT_JSON_WRITER_H

#include "base/buf.h"
#include "report/report.h"

struct json_writer {
    const struct report_options *o;
    const struct report_sink *sink;
    void *gen;          /* yajl's generator */
    struct buf scratch; /* a text being made */
    struct buf out;     /* bytes on their way to the sink */
    bool sink_failed;
    bool no_memory;
};

/* `o` and `sink` are borrowed. */
bool json_writer_init(struct json_writer *w, const struct report_options *o,
                      const struct report_sink *sink, struct err *err) WARN_UNUSED;
/* No line ends and spaces between values. */
void json_writer_compact(struct json_writer *w);
/* Writes what is left and releases everything. */
bool json_writer_finish(struct json_writer *w, struct err *err) WARN_UNUSED;
/* Nothing more will be written: a long loop may end. */
bool json_writer_failed(const struct json_writer *w);

void json_open_object(struct json_writer *w);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w, const char *key);
void json_close_array(struct json_writer *w);

void json_put_key(struct json_writer *w, const char *key);
void json_put_null(struct json_writer *w);
void json_put_text(struct json_writer *w, const char *text); /* null for NULL */
void json_put_number(struct json_writer *w, uint64_t value);
void json_put_digits(struct json_writer *w, const char *digits); /* a number, as text */

void json_key_text(struct json_writer *w, const char *key, const char *text);
void json_key_number(struct json_writer *w, const char *key, uint64_t value);
void json_key_number_or_null(struct json_writer *w, const char *key, uint64_t value); /* 0: null */
void json_key_bool(struct json_writer *w, const char *key, bool value);
/* `text` (or null) through one of report/redact.h. */
void json_key_redacted(struct json_writer *w, const char *key, const char *text,
                       void (*redact)(struct buf *, const char *, bool));

#endif
