/* Cuts lines and bytes into structured records: the layer between the bytes of a log and
 * struct log_record.
 *
 * The reader is asked about each line. One that begins or goes on with a record is the reader's;
 * all others are text. While a record is open every line is wanted, and a few forms want bytes
 * instead of lines: the journal's export has values of a given length, a line of JSON may be longer
 * than a line is kept. Damage ends a record, gives what was read of it, and what follows is text.
 */
#ifndef MORTEM_PARSERS_RECORD_READER_H
#define MORTEM_PARSERS_RECORD_READER_H

#include "parsers/line_join.h"
#include "parsers/log_record.h"

struct record_reader;

bool record_reader_new(const struct record_sink *sink, struct record_reader **ret,
                       struct err *err) WARN_UNUSED;
void record_reader_free(struct record_reader *r);

/* What a line has that may begin or change a record, beside the matchers' needles: where none is in
 * a line and no record is open, record_reader_line() need not be asked. NULL ends the list. */
extern const char *const record_needles[];

/* Of a line with one of these only: false if it need not be asked after all. */
bool record_line_matters(struct span line);

/* A record or a part of a line is open: every line counts. */
bool record_reader_is_open(const struct record_reader *r);

/* The line without its end. *ret_rest is what of it is text: all of it if no record has to do with
 * it, nothing if it is a record's, the tail behind a record. */
bool record_reader_line(struct record_reader *r, struct span line, uint64_t number,
                        struct span *ret_rest, struct err *err) WARN_UNUSED;

/* Whether a line that begins so is to be read whole, whatever its length. */
bool record_reader_reads_long(const struct record_reader *r, struct span head);
/* From here on until its end the line comes by record_reader_bytes(); `head` is its first part. */
bool record_reader_begin_long(struct record_reader *r, struct span head, uint64_t number,
                              struct err *err) WARN_UNUSED;

bool record_reader_wants_bytes(const struct record_reader *r);
/* *ret_used bytes were taken, with *ret_lines line ends among them. *ret_text: a long line has
 * ended and was no record. */
bool record_reader_bytes(struct record_reader *r, struct span s, uint64_t lines, size_t *ret_used,
                         uint64_t *ret_lines, bool *ret_text, struct err *err) WARN_UNUSED;

/* A record that was read otherwise: joined with others if it is a part of a line. */
bool record_reader_take(struct record_reader *r, const struct log_record *record,
                        struct err *err) WARN_UNUSED;

/* The end of the input. *ret_text as above. */
bool record_reader_finish(struct record_reader *r, bool *ret_text, struct err *err) WARN_UNUSED;

#endif
