/* What an event may know, as one table: what programs read it under, where it lies, what it means.
 *
 * The writer of JSON and text (report/event_lines.h), the list that `mortem events --list` prints
 * and docs/events.md has, and the tests go by this table. Who adds a fact to an event adds a row.
 */
#ifndef MORTEM_ANALYZER_EVENT_FACTS_H
#define MORTEM_ANALYZER_EVENT_FACTS_H

#include "parsers/event.h"

enum fact_type {
    FACT_NUMBER,      /* struct number */
    FACT_HEX,         /* struct number, as a text "0x140dca" */
    FACT_KIB,         /* struct number of KiB */
    FACT_BYTES,       /* struct number of bytes */
    FACT_MIB,         /* struct number of bytes, told in MiB with a fraction */
    FACT_THOUSANDTHS, /* struct number, told as a thousandth with a fraction */
    FACT_BOOL,        /* bool */
    FACT_FLAG,        /* bool that is told only if it is true */
    FACT_TEXT,        /* char array; "": not known */
    FACT_OOM_KIND,    /* enum oom_kind, and other enums, told by their words */
    FACT_V8_CAUSE,
    FACT_NODE_ERROR,
    FACT_SERIES_METRIC,
    FACT_SERIES_AXIS,
    FACT_KILLER,
    FACT_COUNT, /* int64_t */
    FACT_LINE,  /* uint64_t; 0: not known */
};

/* Which of an event's structs a fact lies in. */
enum fact_part {
    PART_EVENT, /* of the event itself */
    PART_OOM,
    PART_V8,
    PART_REPORT,
    PART_PM2,
    PART_NOTE,
    PART_MEMORY,
    PART_KILLER,
    PART_UNIT,
    PART_CONTAINER,
    PART_SERIES,
    PART_REQUESTS,
    PART_ERROR,
    PART_COUNT,
};

struct event_fact {
    const char *key; /* once in its part */
    enum fact_part part;
    enum fact_type type;
    size_t offset;
    const char *brief; /* in a line of text, '%' stands for the value; NULL: not there */
    const char *help;
};

/* The table, in the order in which facts are told. */
const struct event_fact *event_facts(size_t *ret_count);

/* The struct that a fact lies in; NULL if the event has none. */
const void *event_part(const struct event *e, enum fact_part part);
const char *fact_part_word(enum fact_part part); /* "oom" */

/* Where the value of a fact is; NULL if the event lacks that part. */
static inline const void *event_fact_at(const struct event *e, const struct event_fact *f)
{
    const char *part = event_part(e, f->part);
    return part ? part + f->offset : NULL;
}

/* The word of a fact whose type is an enum; NULL for the other types. */
const char *event_fact_word(const struct event *e, const struct event_fact *f);

/* Whether the event knows it. */
bool event_knows(const struct event *e, const struct event_fact *f);

/* What a line of JSON has besides facts: of every event, or where the help says so. */
struct event_key {
    const char *key;
    const char *help;
};

const struct event_key *event_keys(size_t *ret_count);

/* A kind of event: what its name and its text are. */
struct event_kind_row {
    enum event_kind kind;
    const char *name_key; /* of event.comm: "comm", "app" */
    const char *text_key; /* of event.text; NULL: it has none */
    const char *help;
};

/* Never NULL: a kind without a row has keys "comm" and "text". */
const struct event_kind_row *event_kind_row(enum event_kind k);

/* Words for --kind: those of kinds of events, then those of kinds of OOM. NULL behind the last. */
const char *event_kind_choice(size_t i);

/* Bits of what is let through. */
struct event_kinds {
    uint64_t kinds;     /* 1 << enum event_kind */
    unsigned oom_kinds; /* 1 << enum oom_kind: kernel OOMs of that kind */
};

/* By event_kind_choice()'s number. */
void event_kinds_add(struct event_kinds *k, size_t choice);
bool event_kinds_have(const struct event_kinds *k, const struct event *e);

#endif
