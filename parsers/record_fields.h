/* What a structured log record says, by name: the fields of the journal, of containers' logs and of
 * applications' JSON lines that matter here. All others are passed over.
 *
 * Texts are kept up to a cap of their own, messages up to RECORD_TEXT_KEEP. Nothing of the
 * environment is among them.
 */
#ifndef MORTEM_PARSERS_RECORD_FIELDS_H
#define MORTEM_PARSERS_RECORD_FIELDS_H

#include "base/buf.h"
#include "parsers/span.h"

#define RECORD_TEXT_KEEP 65536

enum record_field {
    /* the journal's */
    FIELD_JOURNAL_MESSAGE,
    FIELD_REALTIME,
    FIELD_MONOTONIC,
    FIELD_SOURCE_REALTIME,
    FIELD_SOURCE_MONOTONIC,
    FIELD_BOOT_ID,
    FIELD_TRANSPORT,
    FIELD_IDENTIFIER,
    FIELD_COMM,
    FIELD_PID,
    FIELD_SYSLOG_PID,
    FIELD_UNIT,      /* the unit that a message of systemd is about */
    FIELD_USER_UNIT, /* the same of a user's systemd */
    FIELD_OWN_UNIT,  /* the unit that the message comes from */
    FIELD_OWN_USER_UNIT,
    FIELD_MESSAGE_ID,
    FIELD_CONTAINER_NAME,
    FIELD_CONTAINER_PARTIAL,
    /* containers', the kernel's ring, applications' */
    FIELD_MESSAGE,
    FIELD_MSG,
    FIELD_LOG,
    FIELD_OTHER_TEXT,
    FIELD_STACK,
    FIELD_STREAM,
    FIELD_TIME,
    FIELD_TIMESTAMP,
    FIELD_LEVEL,
    FIELD_PRI,
    FIELD_APP_PID,
    FIELD_PROCESS_ID,
    FIELD_APP_NAME,
    FIELD_NAME,
    FIELD_TYPE,
    /* Kubernetes' events */
    FIELD_REASON,
    FIELD_FIRST_TIME,
    FIELD_LAST_TIME,
    FIELD_EVENT_TIME,
    FIELD_COUNT_OF_EVENT,
    FIELD_OBJECT_KIND,
    FIELD_OBJECT_NAME,
    FIELD_COMPONENT,
    FIELD_CREATED,
    RECORD_FIELD_COUNT,
    FIELD_NONE = RECORD_FIELD_COUNT,
};

/* Objects inside a record of which something is wanted. */
enum record_group {
    GROUP_RECORD, /* the record itself */
    GROUP_ERROR,
    GROUP_OBJECT,
    GROUP_SOURCE,
    GROUP_METADATA,
    GROUP_NONE,
};

enum record_type { TYPE_ABSENT, TYPE_TEXT, TYPE_NUMBER, TYPE_NULL, TYPE_OTHER };

struct record_fields {
    struct buf text[RECORD_FIELD_COUNT];
    uint8_t type[RECORD_FIELD_COUNT];
    bool in_dmesg; /* the record stands in the list that dmesg writes */
    bool any;      /* something was stored */
};

void record_fields_clear(struct record_fields *f);
void record_fields_release(struct record_fields *f);

/* FIELD_NONE if nobody wants it. */
enum record_field record_field_of(enum record_group group, struct span key);
enum record_group record_group_of(struct span key);
/* Whether it is one of the fields that messages come in. */
bool record_field_is_message(enum record_field id);

/* A field that comes again is a further line if it is a message, else the first one counts. */
void record_field_store(struct record_fields *f, enum record_field id, enum record_type type,
                        struct span text);
/* Puts bytes behind what is there. */
void record_field_append(struct record_fields *f, enum record_field id, const void *bytes,
                         size_t len);

static inline bool record_has(const struct record_fields *f, enum record_field id)
{
    return f->type[id] != TYPE_ABSENT;
}

static inline bool record_has_text(const struct record_fields *f, enum record_field id)
{
    return f->type[id] == TYPE_TEXT;
}

static inline struct span record_text(const struct record_fields *f, enum record_field id)
{
    if (f->type[id] != TYPE_TEXT && f->type[id] != TYPE_NUMBER)
        return (struct span){"", 0};
    return (struct span){buf_str(&f->text[id]), f->text[id].len};
}

#endif
