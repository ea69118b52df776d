/* Paths of keys: see config_tree.h. */
#include "parsers/config_tree.h"

#include <stdio.h>

static void put(struct config_tree *t, const char *bytes, size_t len)
{
    if (t->lost)
        return;
    if (len > CONFIG_PATH_MAX - t->len) {
        t->lost = true;
        return;
    }
    for (size_t i = 0; i < len; i++)
        t->path[t->len + i] = bytes[i] ? bytes[i] : '?';
    t->len += len;
    t->path[t->len] = '\0';
}

static size_t mark(struct config_tree *t)
{
    if (!t->lost)
        t->lost_at = t->len;
    return t->len;
}

size_t config_tree_key(struct config_tree *t, struct span key)
{
    size_t before = mark(t);
    if (t->len)
        put(t, ".", 1);
    put(t, key.p, key.len);
    return before;
}

size_t config_tree_index(struct config_tree *t, unsigned index)
{
    char text[16];
    size_t before = mark(t);
    put(t, text, (size_t)snprintf(text, sizeof text, "[%u]", index));
    return before;
}

void config_tree_back(struct config_tree *t, size_t len)
{
    if (t->lost && len <= t->lost_at)
        t->lost = false;
    if (len <= t->len)
        t->len = len;
    t->path[t->len] = '\0';
}

/* -- maps and lists -- */

/* The place in a list that comes next becomes part of the path. */
static void enter_item(struct config_tree *t)
{
    if (t->depth && t->depth <= CONFIG_DEPTH_MAX && t->open[t->depth - 1].list) {
        config_tree_back(t, t->open[t->depth - 1].len);
        config_tree_index(t, t->open[t->depth - 1].items);
    }
}

void config_tree_open(struct config_tree *t, bool list)
{
    if (t->depth < CONFIG_DEPTH_MAX) {
        t->open[t->depth].len = t->len;
        t->open[t->depth].list = list;
        t->open[t->depth].items = 0;
    }
    t->depth++;
    enter_item(t);
}

void config_tree_close(struct config_tree *t)
{
    if (t->depth == 0)
        return;
    t->depth--;
    if (t->depth < CONFIG_DEPTH_MAX)
        config_tree_back(t, t->open[t->depth].len);
    config_tree_next(t);
}

void config_tree_map_key(struct config_tree *t, struct span key)
{
    if (t->depth && t->depth <= CONFIG_DEPTH_MAX) {
        config_tree_back(t, t->open[t->depth - 1].len);
        config_tree_key(t, key);
    }
}

void config_tree_next(struct config_tree *t)
{
    if (!t->depth) {
        config_tree_back(t, 0);
    } else if (t->depth <= CONFIG_DEPTH_MAX) {
        config_tree_back(t, t->open[t->depth - 1].len);
        t->open[t->depth - 1].items++;
        enter_item(t);
    }
}

bool config_tree_in_list(const struct config_tree *t)
{
    return !t->depth || t->depth > CONFIG_DEPTH_MAX || t->open[t->depth - 1].list;
}

bool config_tree_give(struct config_tree *t, enum value_kind kind, struct span text, double number,
                      uint64_t line, struct err *err)
{
    if (t->lost || t->depth > CONFIG_DEPTH_MAX)
        return true;
    span_copy(t->text, sizeof t->text, text);
    t->setting.key = t->path;
    t->setting.kind = kind;
    t->setting.text = t->text;
    t->setting.number = number;
    t->setting.line = line;
    return t->sink->setting(t->sink->ctx, &t->setting, err);
}
