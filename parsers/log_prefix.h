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
    struct number caller;  /* "[  T123]": the task whose printk it is, where the kernel tells */
    struct span label;     /* of a multiplexed stream: "web" of "2|web | ..." */
    struct number label_id;
    struct span payload;
    struct span reason, object; /* of a Kubernetes event: "Evicted", "pod/web-1" */
    /* Empty where the line or its record does not tell them. */
    struct span tag;        /* who says it: "systemd", "node" */
    struct span unit;       /* "web.service", a container's name, "Pod/web-1" */
    struct span transport;  /* of the journal: "kernel", "stdout", "journal" */
    struct span stream;     /* "stdout", "stderr" */
    struct span message_id; /* of the journal: 32 hex digits */
    unsigned spread;        /* lines of the file that a line of text takes up, as a rule; 0: one */
    bool partial;           /* the stream's next line goes on with this one */
    bool escaped;           /* the payload is written as /dev/kmsg does: "\\x0a" */
};

#define LOG_FORM_SAMPLES 6

/* Who writes a stamp when it happens is late by a second at most, and clocks are set meanwhile. */
#define LOG_SURE_MS 2000
/* Syslog stamps what it receives: in a storm of messages some seconds late. */
#define LOG_SURE_SYSLOG_MS 10000
/* dmesg adds the uptime to the time of the boot as it is thought to be now: clocks drift apart. */
#define LOG_SURE_DMESG_MS 30000
/* Its relative times have a stamp for each minute. */
#define LOG_SURE_MINUTE_MS 90000

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
/* The same for the text of a record: what *p says already stays. */
void log_strip_more(struct span line, struct log_prefix *p);

#endif
