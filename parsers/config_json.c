/* JSON documents: see config_json.h. */
#include "parsers/config_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

struct reader {
    struct config_tree tree;
    uint64_t line;
    struct err *err;
    bool failed;
};

static int give(struct reader *r, enum value_kind kind, const char *text, size_t len, double number)
{
    r->failed =
        !config_tree_give(&r->tree, kind, (struct span){text, len}, number, r->line, r->err);
    config_tree_next(&r->tree);
    return !r->failed;
}

static int take_null(void *ctx)
{
    return give(ctx, VALUE_NULL, "null", 4, 0);
}

static int take_boolean(void *ctx, int value)
{
    const char *text = value ? "true" : "false";
    return give(ctx, value ? VALUE_TRUE : VALUE_FALSE, text, strlen(text), 0);
}

static int take_number(void *ctx, const char *text, size_t len)
{
    char copy[64];
    span_copy(copy, sizeof copy, (struct span){text, len});
    return give(ctx, VALUE_NUMBER, text, len, strtod(copy, NULL));
}

static int take_string(void *ctx, const unsigned char *text, size_t len)
{
    return give(ctx, VALUE_TEXT, (const char *)text, len, 0);
}

static int take_key(void *ctx, const unsigned char *text, size_t len)
{
    struct reader *r = ctx;
    config_tree_map_key(&r->tree, (struct span){(const char *)text, len});
    return 1;
}

static int open_map(void *ctx)
{
    config_tree_open(&((struct reader *)ctx)->tree, false);
    return 1;
}

static int open_list(void *ctx)
{
    config_tree_open(&((struct reader *)ctx)->tree, true);
    return 1;
}

static int close_container(void *ctx)
{
    config_tree_close(&((struct reader *)ctx)->tree);
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = take_null,
    .yajl_boolean = take_boolean,
    .yajl_number = take_number,
    .yajl_string = take_string,
    .yajl_start_map = open_map,
    .yajl_map_key = take_key,
    .yajl_end_map = close_container,
    .yajl_start_array = open_list,
    .yajl_end_array = close_container,
};

bool config_json_read(struct span text, const char *file, enum config_kind source,
                      const struct setting_sink *sink, struct config_damage *ret, struct err *err)
{
    struct reader r = {.line = 1, .err = err};
    yajl_status status = yajl_status_ok;
    r.tree.sink = sink;
    r.tree.setting.source = source;
    r.tree.setting.file = file;
    yajl_handle yajl = yajl_alloc(&callbacks, NULL, &r);
    if (!yajl)
        return err_nomem(err, text.len, "the reader of JSON");
    yajl_config(yajl, yajl_allow_comments, 1);
    yajl_config(yajl, yajl_dont_validate_strings, 1);
    *ret = (struct config_damage){0};
    span_take(&text, "\xef\xbb\xbf");
    while (text.len && status == yajl_status_ok) {
        const char *end = memchr(text.p, '\n', text.len);
        size_t len = end ? (size_t)(end - text.p) + 1 : text.len;
        status = yajl_parse(yajl, (const unsigned char *)text.p, len);
        text = span_from(text, len);
        r.line += end && status == yajl_status_ok;
    }
    if (status == yajl_status_ok)
        status = yajl_complete_parse(yajl);
    if (status != yajl_status_ok && !r.failed) {
        ret->line = r.line;
        snprintf(ret->what, sizeof ret->what, "no JSON from here on");
    }
    yajl_free(yajl);
    return !r.failed;
}
