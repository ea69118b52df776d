/* JSON objects as records: see json_record.h. */
#include "parsers/json_record.h"

/* Keys of lists whose objects are the records. */
static const char *const list_keys[] = {"dmesg", "items", "events", "logEvents", "entries", "logs"};

static bool is_list_key(struct span key)
{
    for (size_t i = 0; i < ARRAY_LEN(list_keys); i++)
        if (span_is(key, list_keys[i]))
            return true;
    return false;
}

static void begin(struct json_record *j, unsigned depth)
{
    record_fields_clear(&j->fields);
    j->fields.in_dmesg = j->dmesg;
    j->record = depth;
    j->group = GROUP_NONE;
    j->field = FIELD_NONE;
    j->array = false;
    j->message_line = 0;
}

static void take_key(struct json_record *j, struct span key, unsigned depth)
{
    j->field = FIELD_NONE;
    j->key_group = GROUP_NONE;
    j->list_key = depth == 1 && is_list_key(key);
    j->dmesg_key = j->list_key && span_is(key, "dmesg");
    j->wrapper_key = depth == 1 && span_is(key, "object"); /* of a watch */
    if (j->record && depth == j->record) {
        j->field = record_field_of(GROUP_RECORD, key);
        j->key_group = record_group_of(key);
    } else if (j->record && depth == j->record + 1 && j->group != GROUP_NONE) {
        j->field = record_field_of(j->group, key);
    }
    j->walk.skip = j->field == FIELD_NONE;
}

static void open_object(struct json_record *j, unsigned depth)
{
    if (depth == 1 || depth - 1 == j->list || (depth == 2 && j->wrapper_key))
        begin(j, depth);
    else if (j->record && depth == j->record + 1)
        j->group = j->array ? GROUP_NONE : j->key_group;
    j->field = FIELD_NONE;
}

static void open_array(struct json_record *j, unsigned depth)
{
    if (depth == 1 || (depth == 2 && j->list_key)) {
        j->list = depth;
        j->listed = true;
        j->record = 0;
        j->dmesg = j->dmesg_key;
    } else {
        j->array = j->record && depth == j->record + 1 && record_field_is_message(j->field);
    }
    if (!j->array)
        j->field = FIELD_NONE;
}

static bool close_any(struct json_record *j, unsigned depth, struct err *err)
{
    j->field = FIELD_NONE;
    j->list_key = j->wrapper_key = false;
    if (j->record && depth == j->record + 1) {
        j->array = false;
        j->group = GROUP_NONE;
    }
    if (depth == j->list)
        j->list = 0;
    if (!j->record || depth != j->record)
        return true;
    j->record = 0;
    return !j->fields.any || j->done(j->ctx, err);
}

/* "MESSAGE":[27,91,51] are bytes, "MESSAGE":["a","b"] is a field that came twice. */
static void take_element(struct json_record *j, enum json_token t, struct span text)
{
    uint64_t v;
    if (t == JSON_STRING) {
        record_field_store(&j->fields, j->field, TYPE_TEXT, text);
    } else if (t == JSON_NUMBER && span_take_number(&text, &v) && v < 256 && !text.len) {
        uint8_t byte = (uint8_t)v;
        j->fields.type[j->field] = TYPE_TEXT;
        record_field_append(&j->fields, j->field, &byte, 1);
    }
}

static void take_value(struct json_record *j, enum json_token t, struct span text, unsigned depth)
{
    if (j->field == FIELD_NONE || !j->record)
        return;
    if (record_field_is_message(j->field) && !j->message_line && t != JSON_LITERAL)
        j->message_line = j->line;
    if (j->array) {
        if (depth == j->record + 1)
            take_element(j, t, text);
        return;
    }
    enum record_type type = t == JSON_STRING        ? TYPE_TEXT
                            : t == JSON_NUMBER      ? TYPE_NUMBER
                            : span_is(text, "null") ? TYPE_NULL
                                                    : TYPE_OTHER;
    record_field_store(&j->fields, j->field, type, text);
    j->field = FIELD_NONE;
}

static bool take_token(void *ctx, enum json_token t, struct span text, unsigned depth,
                       struct err *err)
{
    struct json_record *j = ctx;
    switch (t) {
    case JSON_KEY:
        take_key(j, text, depth);
        return true;
    case JSON_OPEN_OBJECT:
        open_object(j, depth);
        return true;
    case JSON_OPEN_ARRAY:
        open_array(j, depth);
        return true;
    case JSON_CLOSE:
        return close_any(j, depth, err);
    default:
        take_value(j, t, text, depth);
        return true;
    }
}

void json_record_reset(struct json_record *j)
{
    j->walk.ctx = j;
    j->walk.token = take_token;
    json_walk_reset(&j->walk);
    record_fields_clear(&j->fields);
    j->record = j->list = 0;
    j->group = j->key_group = GROUP_NONE;
    j->field = FIELD_NONE;
    j->listed = j->array = j->list_key = j->dmesg_key = j->wrapper_key = j->dmesg = false;
    j->message_line = 0;
}

void json_record_assume(struct json_record *j)
{
    json_record_reset(j);
    json_walk_assume_object(&j->walk);
}

void json_record_release(struct json_record *j)
{
    json_walk_release(&j->walk);
    record_fields_release(&j->fields);
}

enum json_status json_record_feed(struct json_record *j, struct span s, size_t *ret_used,
                                  struct err *err)
{
    return json_walk_feed(&j->walk, s, ret_used, err);
}

bool json_record_cut(struct json_record *j, struct err *err)
{
    if (!json_walk_cut(&j->walk, err))
        return false;
    bool any = j->record && j->fields.any;
    j->record = 0;
    return !any || j->done(j->ctx, err);
}
