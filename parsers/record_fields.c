/* The fields of structured log records: see record_fields.h. */
#include "parsers/record_fields.h"

#define TEXT_KEEP 256 /* of what is no message */

struct field_name {
    enum record_group group;
    const char *key;
    enum record_field id;
};

static const struct field_name names[] = {
    {GROUP_RECORD, "MESSAGE", FIELD_JOURNAL_MESSAGE},
    {GROUP_RECORD, "__REALTIME_TIMESTAMP", FIELD_REALTIME},
    {GROUP_RECORD, "__MONOTONIC_TIMESTAMP", FIELD_MONOTONIC},
    {GROUP_RECORD, "_SOURCE_REALTIME_TIMESTAMP", FIELD_SOURCE_REALTIME},
    {GROUP_RECORD, "_SOURCE_MONOTONIC_TIMESTAMP", FIELD_SOURCE_MONOTONIC},
    {GROUP_RECORD, "_BOOT_ID", FIELD_BOOT_ID},
    {GROUP_RECORD, "_TRANSPORT", FIELD_TRANSPORT},
    {GROUP_RECORD, "SYSLOG_IDENTIFIER", FIELD_IDENTIFIER},
    {GROUP_RECORD, "_COMM", FIELD_COMM},
    {GROUP_RECORD, "_PID", FIELD_PID},
    {GROUP_RECORD, "SYSLOG_PID", FIELD_SYSLOG_PID},
    {GROUP_RECORD, "UNIT", FIELD_UNIT},
    {GROUP_RECORD, "USER_UNIT", FIELD_USER_UNIT},
    {GROUP_RECORD, "_SYSTEMD_UNIT", FIELD_OWN_UNIT},
    {GROUP_RECORD, "_SYSTEMD_USER_UNIT", FIELD_OWN_USER_UNIT},
    {GROUP_RECORD, "MESSAGE_ID", FIELD_MESSAGE_ID},
    {GROUP_RECORD, "CONTAINER_NAME", FIELD_CONTAINER_NAME},
    {GROUP_RECORD, "CONTAINER_PARTIAL_MESSAGE", FIELD_CONTAINER_PARTIAL},
    {GROUP_RECORD, "message", FIELD_MESSAGE},
    {GROUP_RECORD, "msg", FIELD_MSG},
    {GROUP_RECORD, "log", FIELD_LOG},
    {GROUP_RECORD, "textPayload", FIELD_OTHER_TEXT},
    {GROUP_RECORD, "short_message", FIELD_OTHER_TEXT},
    {GROUP_RECORD, "@message", FIELD_OTHER_TEXT},
    {GROUP_RECORD, "line", FIELD_OTHER_TEXT},
    {GROUP_RECORD, "text", FIELD_OTHER_TEXT},
    {GROUP_RECORD, "stack", FIELD_STACK},
    {GROUP_RECORD, "error", FIELD_STACK},
    {GROUP_RECORD, "err", FIELD_STACK},
    {GROUP_ERROR, "stack", FIELD_STACK},
    {GROUP_ERROR, "stack_trace", FIELD_STACK},
    {GROUP_ERROR, "message", FIELD_STACK},
    {GROUP_RECORD, "stream", FIELD_STREAM},
    {GROUP_RECORD, "time", FIELD_TIME},
    {GROUP_RECORD, "timestamp", FIELD_TIMESTAMP},
    {GROUP_RECORD, "@timestamp", FIELD_TIMESTAMP},
    {GROUP_RECORD, "ts", FIELD_TIMESTAMP},
    {GROUP_RECORD, "level", FIELD_LEVEL},
    {GROUP_RECORD, "severity", FIELD_LEVEL},
    {GROUP_RECORD, "log.level", FIELD_LEVEL},
    {GROUP_RECORD, "pri", FIELD_PRI},
    {GROUP_RECORD, "pid", FIELD_APP_PID},
    {GROUP_RECORD, "process_id", FIELD_PROCESS_ID},
    {GROUP_RECORD, "app_name", FIELD_APP_NAME},
    {GROUP_RECORD, "name", FIELD_NAME},
    {GROUP_RECORD, "type", FIELD_TYPE},
    {GROUP_RECORD, "reason", FIELD_REASON},
    {GROUP_RECORD, "firstTimestamp", FIELD_FIRST_TIME},
    {GROUP_RECORD, "deprecatedFirstTimestamp", FIELD_FIRST_TIME},
    {GROUP_RECORD, "lastTimestamp", FIELD_LAST_TIME},
    {GROUP_RECORD, "deprecatedLastTimestamp", FIELD_LAST_TIME},
    {GROUP_RECORD, "eventTime", FIELD_EVENT_TIME},
    {GROUP_RECORD, "note", FIELD_MESSAGE},
    {GROUP_RECORD, "reportingComponent", FIELD_COMPONENT},
    {GROUP_RECORD, "reportingController", FIELD_COMPONENT},
    {GROUP_RECORD, "count", FIELD_COUNT_OF_EVENT},
    {GROUP_OBJECT, "kind", FIELD_OBJECT_KIND},
    {GROUP_OBJECT, "name", FIELD_OBJECT_NAME},
    {GROUP_SOURCE, "component", FIELD_COMPONENT},
    {GROUP_METADATA, "creationTimestamp", FIELD_CREATED},
};

static const struct {
    const char *key;
    enum record_group group;
} groups[] = {
    {"err", GROUP_ERROR},        {"error", GROUP_ERROR},       {"exception", GROUP_ERROR},
    {"reason", GROUP_ERROR},     {"source", GROUP_SOURCE},     {"involvedObject", GROUP_OBJECT},
    {"regarding", GROUP_OBJECT}, {"metadata", GROUP_METADATA}, {"deprecatedSource", GROUP_SOURCE},
};

enum record_field record_field_of(enum record_group group, struct span key)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (key.len && *names[i].key == *key.p && names[i].group == group &&
            span_is(key, names[i].key))
            return names[i].id;
    return FIELD_NONE;
}

enum record_group record_group_of(struct span key)
{
    for (size_t i = 0; i < ARRAY_LEN(groups); i++)
        if (span_is(key, groups[i].key))
            return groups[i].group;
    return GROUP_NONE;
}

bool record_field_is_message(enum record_field id)
{
    return id == FIELD_JOURNAL_MESSAGE || id == FIELD_MESSAGE || id == FIELD_MSG ||
           id == FIELD_LOG || id == FIELD_OTHER_TEXT || id == FIELD_STACK;
}

void record_fields_clear(struct record_fields *f)
{
    f->in_dmesg = false;
    if (!f->any)
        return;
    for (size_t i = 0; i < RECORD_FIELD_COUNT; i++) {
        if (f->type[i] != TYPE_ABSENT)
            buf_clear(&f->text[i]);
        f->type[i] = TYPE_ABSENT;
    }
    f->any = false;
}

void record_fields_release(struct record_fields *f)
{
    for (size_t i = 0; i < RECORD_FIELD_COUNT; i++)
        buf_release(&f->text[i]);
}

void record_field_append(struct record_fields *f, enum record_field id, const void *bytes,
                         size_t len)
{
    size_t cap = record_field_is_message(id) ? RECORD_TEXT_KEEP : TEXT_KEEP;
    size_t room = f->text[id].len < cap ? cap - f->text[id].len : 0;
    buf_append(&f->text[id], bytes, len < room ? len : room);
    f->any = true;
}

void record_field_store(struct record_fields *f, enum record_field id, enum record_type type,
                        struct span text)
{
    bool again = f->type[id] == TYPE_TEXT || f->type[id] == TYPE_NUMBER;
    f->any = true;
    if (again && id == FIELD_STACK && type == TYPE_TEXT) { /* a stack begins with its message */
        if (f->text[id].len >= text.len)
            return;
        buf_clear(&f->text[id]);
        again = false;
    }
    if (again && (!record_field_is_message(id) || type != TYPE_TEXT))
        return;
    if (again)
        record_field_append(f, id, "\n", 1);
    f->type[id] = (uint8_t)type;
    record_field_append(f, id, text.p, text.len);
}
