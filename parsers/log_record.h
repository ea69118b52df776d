/* Structured logs: what a record is, and the table of the forms that records come in.
 *
 * A form is a row: its name, how it is told, its clock, samples. Framing (record_reader.h) cuts
 * bytes into records, a row says which fields are the message, the time and the process. All end
 * in struct log_record, whose message goes line by line to the matchers that text lines go to.
 */
#ifndef MORTEM_PARSERS_LOG_RECORD_H
#define MORTEM_PARSERS_LOG_RECORD_H

#include "parsers/log_prefix.h"
#include "parsers/record_fields.h"

/* How records stand in the bytes. */
enum record_framing {
    FRAMING_LINE = 1,     /* a JSON object on one line, or several in an array on one */
    FRAMING_LINES = 2,    /* JSON over several lines */
    FRAMING_SEQUENCE = 4, /* RFC 7464: each behind the byte 1e */
    FRAMING_SSE = 8,      /* "data: " before each */
    FRAMING_EXPORT = 16,  /* the journal's own */
    FRAMING_VERBOSE = 32, /* a header, fields indented below it */
    FRAMING_JOURNAL = 64, /* the journal's binary file */
};

#define FRAMING_JSON (FRAMING_LINE | FRAMING_LINES | FRAMING_SEQUENCE | FRAMING_SSE)

struct log_record {
    const struct log_form *form;
    const struct record_fields *fields; /* NULL if there are none */
    uint64_t line;     /* of the message; further lines of it follow in the file if ... */
    bool lines_follow; /* ... else all are said to be on that one */
    struct log_time time;
    struct span message;  /* may hold line ends, and anything else */
    struct span document; /* the JSON text that the record is, if it is on one line */
    struct span boot_id;  /* 32 hex digits, or empty */
    struct number pid;
    struct span tag, unit, transport, stream, message_id; /* as in struct log_prefix */
    unsigned spread; /* lines of the file that a record takes up, as a rule */
    bool kernel;
    bool bare;    /* the message has no prefix of its own */
    bool partial; /* the stream's next record goes on with this one's line */
};

/* Receives records; what they point to is valid during the call only. */
struct record_sink {
    void *ctx;
    bool (*record)(void *ctx, const struct log_record *r, struct err *err);
};

struct record_form {
    struct log_form form; /* strip is NULL: see record_reader.h */
    unsigned framings;
    bool (*tells)(const struct record_fields *f);
    /* Spans are those of *f. */
    void (*fill)(const struct record_fields *f, struct log_record *ret);
};

/* The table, in the order in which it is tried; the last row is told by little. */
const struct record_form *record_forms(size_t *ret_count);

/* NULL if the fields are no record of any form. */
const struct record_form *record_form_of(const struct record_fields *f,
                                         enum record_framing framing);

/* Microseconds since 1970 as a time with its zone, and a text for people. */
void log_time_store_realtime(struct log_time *t, uint64_t us);

#endif
