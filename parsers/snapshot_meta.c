/* The header of a snapshot: see snapshot_meta.h. */
#include "parsers/snapshot_meta.h"

#include <stdio.h>
#include <string.h>

/* Where the position of a field is stored: one row for each field that is used. */
struct field {
    const char *list;
    const char *name;
    size_t offset;
    bool required;
};

#define FIELD(list, name, member, required)                                                        \
    {                                                                                              \
        list, name, offsetof(struct snapshot_meta, member), required                               \
    }

static const struct field fields[] = {
    FIELD("node_fields", "type", node_type, true),
    FIELD("node_fields", "name", node_name, true),
    FIELD("node_fields", "id", node_id, true),
    FIELD("node_fields", "self_size", node_self_size, true),
    FIELD("node_fields", "edge_count", node_edge_count, true),
    FIELD("node_fields", "trace_node_id", node_trace_node_id, false),
    FIELD("node_fields", "detachedness", node_detachedness, false),
    FIELD("edge_fields", "type", edge_type, true),
    FIELD("edge_fields", "name_or_index", edge_name, true),
    FIELD("edge_fields", "to_node", edge_to, true),
    FIELD("location_fields", "object_index", location_object, false),
    FIELD("location_fields", "script_id", location_script, false),
    FIELD("location_fields", "line", location_line, false),
    FIELD("location_fields", "column", location_column, false),
};

/* Known, and of no use here. */
static const char *const unused_fields[] = {"script_object_index"};

static int *field_position(struct snapshot_meta *m, const struct field *f)
{
    return (int *)((char *)m + f->offset);
}

static int field_position_of(const struct snapshot_meta *m, const struct field *f)
{
    return *(const int *)((const char *)m + f->offset);
}

void snapshot_meta_init(struct snapshot_meta *m)
{
    memset(m, 0, sizeof *m);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        *field_position(m, &fields[i]) = -1;
}

bool snapshot_meta_has_number(const char *key)
{
    static const char *const keys[] = {"node_count", "edge_count", "root_index",
                                       "extra_native_bytes"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (!strcmp(key, keys[i]))
            return true;
    }
    return false;
}

void snapshot_meta_number(struct snapshot_meta *m, const char *key, uint64_t value)
{
    if (!strcmp(key, "node_count")) {
        m->node_count = value;
    } else if (!strcmp(key, "edge_count")) {
        m->edge_count = value;
    } else if (!strcmp(key, "root_index")) {
        m->root_index = value;
    } else if (!strcmp(key, "extra_native_bytes")) {
        m->extra_native_bytes = value;
        m->has_extra_native_bytes = true;
    }
}

static bool add_type(char types[][SNAPSHOT_TYPE_NAME_MAX], unsigned *count, unsigned index,
                     const char *text, size_t len, struct err *err)
{
    if (index >= SNAPSHOT_TYPE_MAX)
        return err_set(err, ERR_INPUT, 0, "more than %d node or edge types in snapshot.meta",
                       SNAPSHOT_TYPE_MAX);
    if (len >= SNAPSHOT_TYPE_NAME_MAX)
        len = SNAPSHOT_TYPE_NAME_MAX - 1;
    memcpy(types[index], text, len);
    types[index][len] = '\0';
    *count = index + 1;
    return true;
}

static bool text_equal(const char *name, const char *text, size_t len)
{
    return strlen(name) == len && !memcmp(name, text, len);
}

static void note_unknown(struct snapshot_meta *m, const char *list, const char *text, size_t len)
{
    size_t used = strlen(m->unknown_fields), room = sizeof m->unknown_fields - used;
    for (size_t i = 0; i < ARRAY_LEN(unused_fields); i++) {
        if (text_equal(unused_fields[i], text, len))
            return;
    }
    /* "node_fields" without its end */
    int wanted =
        snprintf(m->unknown_fields + used, room, "%s%.*s field \"%.*s\"", used ? ", " : "",
                 (int)(strlen(list) - strlen("_fields")), list, (int)min_u64(len, 40), text);
    if (wanted < 0 || (size_t)wanted >= room)
        m->unknown_fields[used] = '\0';
}

static bool add_field(struct snapshot_meta *m, const char *list, unsigned index, const char *text,
                      size_t len, struct err *err)
{
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct field *f = &fields[i];
        if (strcmp(f->list, list) || !text_equal(f->name, text, len))
            continue;
        if (field_position_of(m, f) >= 0)
            return err_set(err, ERR_INPUT, 0, "snapshot.meta.%s names \"%s\" twice", list, f->name);
        *field_position(m, f) = (int)index;
        known = true;
    }
    if (!known)
        note_unknown(m, list, text, len);
    return index < SNAPSHOT_ROW_MAX ||
           err_set(err, ERR_INPUT, 0, "snapshot.meta.%s has more than %d fields", list,
                   SNAPSHOT_ROW_MAX);
}

bool snapshot_meta_string(struct snapshot_meta *m, const char *key, bool nested, unsigned index,
                          const char *text, size_t len, struct err *err)
{
    unsigned *width = NULL;
    if (!strcmp(key, "node_types") && nested)
        return add_type(m->node_types, &m->node_type_count, index, text, len, err);
    if (!strcmp(key, "edge_types") && nested)
        return add_type(m->edge_types, &m->edge_type_count, index, text, len, err);
    if (!strcmp(key, "node_fields"))
        width = &m->node_width;
    else if (!strcmp(key, "edge_fields"))
        width = &m->edge_width;
    else if (!strcmp(key, "location_fields"))
        width = &m->location_width;
    if (!width || nested)
        return true;
    *width = index + 1;
    return add_field(m, key, index, text, len, err);
}

static unsigned width_of(const struct snapshot_meta *m, const struct field *f)
{
    return f->list[0] == 'n'   ? m->node_width
           : f->list[0] == 'e' ? m->edge_width
                               : m->location_width;
}

bool snapshot_meta_check(const struct snapshot_meta *m, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (field_position_of(m, &fields[i]) >= (int)width_of(m, &fields[i]))
            return err_set(err, ERR_INPUT, 0, "not a heap snapshot: snapshot.meta.%s comes twice",
                           fields[i].list);
        if (fields[i].required && field_position_of(m, &fields[i]) < 0)
            return err_set(err, ERR_INPUT, 0,
                           "not a heap snapshot: snapshot.meta.%s names no field \"%s\"",
                           fields[i].list, fields[i].name);
    }
    if (!m->node_type_count || !m->edge_type_count)
        return err_set(err, ERR_INPUT, 0,
                       "not a heap snapshot: snapshot.meta lists no node or edge types");
    return true;
}
