/* The views whose rows are objects: Instances, Dominators, Retainers, Contents.
 *
 * One list of objects under each (analyzer/object_list.h); they differ by the row's text and by
 * where Enter leads.
 */
#include "tui/view.h"

#include <stdlib.h>

#include "analyzer/classes.h"
#include "analyzer/object_list.h"
#include "base/text.h"
#include "tui/table.h"

/* Bytes of a name worth making for one line. */
#define NAME_LIMIT 400

enum object_column {
    COLUMN_OBJECT,
    COLUMN_DISTANCE,
    COLUMN_SHALLOW,
    COLUMN_RETAINED,
    COLUMN_SHARE,
    COLUMN_BAR,
    OBJECT_COLUMNS,
};

static const struct view_column object_columns[OBJECT_COLUMNS] = {
    [COLUMN_OBJECT] = {"Object", 0, false, 0, ORDER_NAME},
    [COLUMN_DISTANCE] = {"Distance", 8, true, 90, ORDER_DISTANCE},
    [COLUMN_SHALLOW] = {"Shallow", 9, true, 70, ORDER_SHALLOW},
    [COLUMN_RETAINED] = {"Retained", 9, true, 0, ORDER_RETAINED},
    [COLUMN_SHARE] = {"Share", 7, true, 0, NO_ORDER},
    [COLUMN_BAR] = {"", BAR_WIDTH, true, 80, IS_BAR},
};

static void reach(void *ctx, uint64_t rows)
{
    struct view *v = ctx;
    struct object_list *l = v->data;
    if (!object_list_reach(l, rows, &v->problem))
        return;
    v->list.count = object_list_known(l);
    v->total = l->total;
}

static bool open_list(struct view *v, enum object_list_kind kind, struct err *err)
{
    struct object_list *l = calloc(1, sizeof *l);
    if (!l)
        return err_nomem(err, sizeof *l, "a list");
    v->data = l;
    v->order = (int)object_list_default_order(kind);
    object_list_init(l, &v->m->text, kind, (uint32_t)v->place.subject, (enum object_order)v->order);
    table_set_columns(v, object_columns, OBJECT_COLUMNS);
    v->list.reach = reach;
    if (!object_list_reach(l, 1, err))
        return false;
    v->list.count = object_list_known(l);
    v->total = l->total;
    return true;
}

static void close_list(struct view *v)
{
    object_list_release(v->data);
    free(v->data);
}

static bool sort_list(struct view *v, struct err *err)
{
    struct object_list *l = v->data;
    object_list_release(l);
    object_list_init(l, &v->m->text, l->kind, l->subject, (enum object_order)v->order);
    v->list.count = 0;
    if (!object_list_reach(l, v->list.height, err))
        return false;
    v->list.count = object_list_known(l);
    v->total = l->total;
    return true;
}

static bool open_instances(struct view *v, struct err *err)
{
    return open_list(v, OBJECTS_INSTANCES, err);
}

static bool open_dominators(struct view *v, struct err *err)
{
    return open_list(v, OBJECTS_DOMINATED, err);
}

static bool open_retainers(struct view *v, struct err *err)
{
    return open_list(v, OBJECTS_RETAINERS, err);
}

static bool open_contents(struct view *v, struct err *err)
{
    return open_list(v, OBJECTS_CONTENTS, err);
}

/* -- texts -- */

static void put_object(struct buf *b, const struct view *v, uint32_t n)
{
    node_text_put(b, &v->m->text, n, NAME_LIMIT);
    buf_printf(b, " @%u", heap_id(v->m->h, n));
}

static void put_row_object(const struct view *v, uint64_t row, struct buf *b)
{
    const struct object_list *l = v->data;
    uint64_t e = object_list_edge(l, row);
    if (e != NO_EDGE) {
        edge_text_put(b, v->m->h, e);
        buf_puts(b, l->kind == OBJECTS_RETAINERS ? " in " : ": ");
    }
    put_object(b, v, object_list_node(l, row));
}

/* What the bar is a part of: where the rows share out one whole, that. */
static uint64_t bar_whole(const struct view *v)
{
    const struct object_list *l = v->data;
    if (l->kind == OBJECTS_DOMINATED)
        return heap_retained_bytes(v->m->h, l->subject);
    if (l->kind == OBJECTS_INSTANCES)
        return class_row(v->m->h, l->subject)->retained_bytes;
    return heap_total_bytes(v->m->h);
}

static void put_cell(const struct view *v, uint64_t row, size_t column, struct buf *b)
{
    const struct heap *h = v->m->h;
    uint32_t n = object_list_node(v->data, row);
    int32_t distance = heap_distance(h, n);
    switch ((enum object_column)column) {
    case COLUMN_OBJECT:
        put_row_object(v, row, b);
        break;
    case COLUMN_DISTANCE:
        if (distance < 0 || distance >= SYSTEM_DISTANCE)
            buf_putc(b, '-');
        else
            text_put_count(b, (uint64_t)distance);
        break;
    case COLUMN_SHALLOW:
        text_put_bytes(b, heap_self_bytes(h, n));
        break;
    case COLUMN_RETAINED:
        text_put_bytes(b, heap_retained_bytes(h, n));
        break;
    case COLUMN_SHARE:
        text_put_percent(b, heap_retained_bytes(h, n), heap_total_bytes(h));
        break;
    case COLUMN_BAR:
        table_put_bar(b, heap_retained_bytes(h, n), bar_whole(v), v->m->ascii);
        break;
    case OBJECT_COLUMNS:
        break;
    }
}

static uint32_t row_node(const struct view *v, uint64_t row)
{
    return row < v->list.count ? object_list_node(v->data, row) : NO_NODE;
}

/* Numbers first: a long name is cut. */
static void put_node_title(const struct view *v, struct buf *b)
{
    const struct heap *h = v->m->h;
    uint32_t n = (uint32_t)v->place.subject;
    buf_printf(b, "@%u, ", heap_id(h, n));
    text_put_bytes(b, heap_retained_bytes(h, n));
    buf_puts(b, ", ");
    text_put_percent(b, heap_retained_bytes(h, n), heap_total_bytes(h));
    buf_puts(b, ": ");
    node_text_put(b, &v->m->text, n, NAME_LIMIT);
}

static void put_class_title(const struct view *v, struct buf *b)
{
    const struct class_info *row = class_row(v->m->h, (uint32_t)v->place.subject);
    struct str name = strings_get(&v->m->h->strings, row->name);
    text_put_bytes(b, row->retained_bytes);
    buf_puts(b, ": ");
    buf_append(b, name.p, name.len);
}

/* -- where Enter leads -- */

static bool leads_to(const struct view *v, uint64_t row, enum view_id view, struct place *ret)
{
    uint32_t n = row_node(v, row);
    *ret = (struct place){view, n};
    return n != NO_NODE;
}

static bool to_contents(const struct view *v, uint64_t row, struct place *ret)
{
    return leads_to(v, row, VIEW_CONTENTS, ret);
}

static bool to_dominators(const struct view *v, uint64_t row, struct place *ret)
{
    return leads_to(v, row, VIEW_DOMINATORS, ret);
}

static bool to_retainers(const struct view *v, uint64_t row, struct place *ret)
{
    return leads_to(v, row, VIEW_RETAINERS, ret);
}

#define OBJECT_VIEW                                                                                \
    .needs = NEEDS_HEAP, .close = close_list, .put_cell = put_cell, .put_text = table_put_text,    \
    .node = row_node, .sort = sort_list

const struct view_kind view_instances = {
    .name = "Instances",
    .help = "the objects of a class",
    .subject = SUBJECT_CLASS,
    .if_empty = "The class has no objects.",
    .open = open_instances,
    .put_title = put_class_title,
    .target = to_contents,
    OBJECT_VIEW,
};

const struct view_kind view_dominators = {
    .name = "Dominators",
    .help = "what an object alone keeps alive, largest first: follow the memory down",
    .subject = SUBJECT_NODE,
    .if_empty = "It keeps nothing else alive. Press c for what it refers to.",
    .open = open_dominators,
    .put_title = put_node_title,
    .target = to_dominators,
    OBJECT_VIEW,
};

const struct view_kind view_retainers = {
    .name = "Retainers",
    .help = "what refers to an object, nearest to a root first: follow it up to its owner",
    .subject = SUBJECT_NODE,
    .if_empty = "Nothing but the root refers to it.",
    .open = open_retainers,
    .put_title = put_node_title,
    .target = to_retainers,
    OBJECT_VIEW,
};

const struct view_kind view_contents = {
    .name = "Contents",
    .help = "what an object refers to",
    .subject = SUBJECT_NODE,
    .if_empty = "It refers to nothing.",
    .open = open_contents,
    .put_title = put_node_title,
    .target = to_contents,
    OBJECT_VIEW,
};
