/* What stands before the payload of a log line, and how it is taken away.
 *
 * A line is prefix(es) and payload: `Jun 20 12:47:04 web kernel: [15180286.179791] Killed process
 * ...`. The forms are rows of one table, each with a scanner written by hand; a line is tried
 * against them anew, since captures are mixed. No scanner knows what a payload means.
 */
#ifndef MORTEM_PARSERS_LOG_PREFIX_H
#define MORTEM_PARSERS_LOG_PREFIX_H

#include "parsers/event.h"
#include "parsers/span.h"

struct log_form;

struct log_prefix {
    const struct log_form *form; /* the outermost */
    struct log_time time;
    struct number tag_pid; /* of "node[17258]:" */
    bool kernel;           /* a tag says that the kernel speaks */
    struct span payload;
};

#define LOG_FORM_SAMPLES 6

struct log_form {
    const char *name;
    const char *told; /* how the form is told, for people */
    enum log_clock clock;
    /* True if the line begins with this form's prefix: *p then has what it said and the payload. */
    bool (*strip)(struct span line, struct log_prefix *p);
    const char *samples[LOG_FORM_SAMPLES]; /* whole lines; each fits this row and no other */
};

/* The table, in the order in which it is tried; the last row is the line without any prefix. */
const struct log_form *log_forms(size_t *ret_count);

/* Takes all prefixes and pasted noise from a line without its end. Never fails: a line that is told
 * by nothing is its own payload. */
void log_strip(struct span line, struct log_prefix *ret);

#endif
