/* YAML documents: see config_yaml.h. */
#include "parsers/config_yaml.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#define ANCHORS_MAX 64

struct anchor {
    char *name, *path;
};

struct reader {
    struct config_tree tree;
    struct err *err;
    struct anchor anchors[ANCHORS_MAX];
    size_t anchor_count;
    bool expects_value[CONFIG_DEPTH_MAX + 1]; /* behind a key of the map at that depth */
};

/* -- anchors -- */

static void forget_anchors(struct reader *r)
{
    for (size_t i = 0; i < r->anchor_count; i++) {
        free(r->anchors[i].name);
        free(r->anchors[i].path);
    }
    r->anchor_count = 0;
}

static bool keep_anchor(struct reader *r, const yaml_char_t *name)
{
    if (!name || r->anchor_count == ANCHORS_MAX || r->tree.lost)
        return true;
    struct anchor *a = &r->anchors[r->anchor_count++];
    *a = (struct anchor){strdup((const char *)name), strdup(r->tree.path)};
    return (a->name && a->path) || err_nomem(r->err, CONFIG_PATH_MAX, "the reader of YAML");
}

static const char *path_of_anchor(const struct reader *r, const yaml_char_t *name)
{
    for (size_t i = r->anchor_count; i-- > 0;) {
        if (!strcmp(r->anchors[i].name, (const char *)name))
            return r->anchors[i].path;
    }
    return NULL;
}

/* -- scalars -- */

static enum value_kind kind_of_plain(const char *text, double *ret_number)
{
    static const struct {
        const char *word;
        enum value_kind kind;
    } words[] = {{"true", VALUE_TRUE}, {"True", VALUE_TRUE},   {"yes", VALUE_TRUE},
                 {"on", VALUE_TRUE},   {"false", VALUE_FALSE}, {"False", VALUE_FALSE},
                 {"no", VALUE_FALSE},  {"off", VALUE_FALSE},   {"null", VALUE_NULL},
                 {"~", VALUE_NULL},    {"", VALUE_NULL}};
    char *end;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!strcmp(text, words[i].word))
            return words[i].kind;
    }
    *ret_number = strtod(text, &end);
    bool number = !*end && (char_is_digit(*text) || strchr("+-.", *text)) && isfinite(*ret_number);
    return number ? VALUE_NUMBER : VALUE_TEXT;
}

/* Does a key of a map come next? */
static bool *key_state(struct reader *r)
{
    bool in_map =
        r->tree.depth && r->tree.depth <= CONFIG_DEPTH_MAX && !config_tree_in_list(&r->tree);
    return in_map ? &r->expects_value[r->tree.depth - 1] : NULL;
}

static void finish_value(struct reader *r)
{
    bool *behind_key = key_state(r);
    if (behind_key)
        *behind_key = false;
}

static bool take_scalar(struct reader *r, const yaml_event_t *e)
{
    struct span text = {(const char *)e->data.scalar.value, e->data.scalar.length};
    bool *behind_key = key_state(r);
    if (behind_key && !*behind_key) {
        config_tree_map_key(&r->tree, text);
        *behind_key = true;
        return true;
    }
    bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    double number = 0;
    enum value_kind kind = plain ? kind_of_plain(text.p, &number) : VALUE_TEXT;
    if (!keep_anchor(r, e->data.scalar.anchor) ||
        !config_tree_give(&r->tree, kind, text, number, e->start_mark.line + 1, r->err))
        return false;
    finish_value(r);
    config_tree_next(&r->tree);
    return true;
}

static bool take_alias(struct reader *r, const yaml_event_t *e)
{
    const char *path = path_of_anchor(r, e->data.alias.anchor);
    bool *behind_key = key_state(r);
    if (behind_key && !*behind_key) {
        *behind_key = true;
        return true;
    }
    if (path && !config_tree_give(&r->tree, VALUE_SAME, (struct span){path, strlen(path)}, 0,
                                  e->start_mark.line + 1, r->err))
        return false;
    finish_value(r);
    config_tree_next(&r->tree);
    return true;
}

static bool take_open(struct reader *r, const yaml_char_t *anchor, bool list)
{
    bool *behind_key = key_state(r);
    if (behind_key)
        *behind_key = true; /* a container as a key counts as one, too */
    if (!keep_anchor(r, anchor))
        return false;
    config_tree_open(&r->tree, list);
    if (r->tree.depth <= CONFIG_DEPTH_MAX)
        r->expects_value[r->tree.depth - 1] = false;
    return true;
}

static bool take_event(struct reader *r, const yaml_event_t *e, bool *ret_any)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        r->tree.setting.document += *ret_any;
        *ret_any = true;
        forget_anchors(r);
        return true;
    case YAML_MAPPING_START_EVENT:
        return take_open(r, e->data.mapping_start.anchor, false);
    case YAML_SEQUENCE_START_EVENT:
        return take_open(r, e->data.sequence_start.anchor, true);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        config_tree_close(&r->tree);
        finish_value(r);
        return true;
    case YAML_SCALAR_EVENT:
        return take_scalar(r, e);
    case YAML_ALIAS_EVENT:
        return take_alias(r, e);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return true;
}

static bool read_events(struct reader *r, yaml_parser_t *parser, struct config_damage *ret)
{
    bool more = true, ok = true, any = false;
    while (ok && more) {
        yaml_event_t e;
        if (!yaml_parser_parse(parser, &e)) {
            ret->line = parser->problem_mark.line + 1;
            snprintf(ret->what, sizeof ret->what, "no YAML from here on%s%s",
                     parser->problem ? ": " : "", parser->problem ? parser->problem : "");
            return parser->error != YAML_MEMORY_ERROR || err_nomem(r->err, 0, "the reader of YAML");
        }
        ok = take_event(r, &e, &any);
        more = e.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&e);
    }
    return ok;
}

bool config_yaml_read(struct span text, const char *file, enum config_kind source,
                      const struct setting_sink *sink, struct config_damage *ret, struct err *err)
{
    struct reader r = {.err = err};
    yaml_parser_t parser;
    r.tree.sink = sink;
    r.tree.setting.source = source;
    r.tree.setting.file = file;
    *ret = (struct config_damage){0};
    if (!yaml_parser_initialize(&parser))
        return err_nomem(err, sizeof parser, "the reader of YAML");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.len);
    bool ok = read_events(&r, &parser, ret);
    yaml_parser_delete(&parser);
    forget_anchors(&r);
    return ok;
}
