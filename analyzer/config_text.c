/* Settings in the text of a configuration: see config_text.h. */
#include "analyzer/config_text.h"

#include "analyzer/retainers.h"
#include "parsers/js_object.h"

#include <string.h>

struct collector {
    struct config_value *values;
    size_t limit, count;
};

static const char *known_key(struct span name)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (span_is(name, setting_rows[i].key))
            return setting_rows[i].key;
    }
    return NULL;
}

static enum setting_place place_of(struct span path)
{
    size_t dot = span_find_last(path, ".");
    struct span parent = dot == SPAN_NONE ? path : span_from(path, dot + 1);
    if (span_is(parent, "experimental"))
        return PLACE_EXPERIMENTAL;
    return span_is(parent, "images") ? PLACE_IMAGES : PLACE_TOP;
}

bool config_key_parse(const char *path, const char **ret_key, enum setting_place *ret_place)
{
    struct span s = {path, strlen(path)};
    size_t dot = span_find_last(s, ".");
    *ret_key = known_key(dot == SPAN_NONE ? s : span_from(s, dot + 1));
    *ret_place = place_of(span_head(s, dot == SPAN_NONE ? 0 : dot));
    return *ret_key != NULL;
}

static bool collect(void *ctx, const struct setting *s, struct err *err)
{
    struct collector *c = ctx;
    struct config_value v = {.assigned = s->assigned};
    (void)err;
    if (c->count == c->limit || !config_key_parse(s->key, &v.key, &v.place))
        return true;
    if (s->kind == VALUE_TRUE)
        v.kind = CONFIG_TRUE;
    else if (s->kind == VALUE_FALSE)
        v.kind = CONFIG_FALSE;
    else if (s->kind == VALUE_NUMBER && config_whole_number(s->number, &v.number))
        v.kind = CONFIG_NUMBER;
    c->values[c->count++] = v;
    return true;
}

bool config_whole_number(double number, uint64_t *ret)
{
    if (!(number >= 0 && number <= 0x1p53) || number != (double)(uint64_t)number)
        return false;
    *ret = (uint64_t)number;
    return true;
}

size_t config_text_read(struct str text, struct config_value *ret, size_t limit)
{
    struct collector c = {ret, limit, 0};
    const struct setting_sink sink = {&c, collect};
    struct err never;
    (void)!js_object_read((struct span){text.p, text.len}, "", CONFIG_KIND_NEXT, &sink, &never);
    return c.count;
}

const char *config_value_key(const struct config_value *v, struct arena *arena)
{
    static const char *const places[] = {
        [PLACE_TOP] = "", [PLACE_EXPERIMENTAL] = "experimental.", [PLACE_IMAGES] = "images."};
    return arena_printf(arena, "%s%s", places[v->place], v->key);
}

bool config_is_source(const struct js *js, uint32_t n)
{
    struct retainer_walk w = heap_retainers(js->h, n);
    while (retainer_next(&w)) {
        uint32_t u = w.source;
        if (js_edge(js, u, EDGE_CONTEXT, JS_SOURCE) == n)
            return true;
        if (js_internal(js, u, JS_SOURCE) != n)
            continue;
        enum script_kind k = script_kind(heap_name(js->h, u));
        if (k != SCRIPT_FRAMEWORK && k != SCRIPT_PACKAGE)
            return true;
    }
    return false;
}
