/* Tables whose rows are single objects: see object_tables.h. */
#include "analyzer/object_tables.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/class_list.h"
#include "analyzer/object_list.h"
#include "analyzer/retaining_path.h"

enum object_cell {
    CELL_EDGE,
    CELL_ID,
    CELL_NAME,
    CELL_DISTANCE,
    CELL_SHALLOW,
    CELL_RETAINED,
    CELL_SHARE,
};

/* Tables of objects leave the first out. */
static const struct table_column cells[] = {
    [CELL_EDGE] = {"edge", "Edge", 28, COLUMN_EDGE, true},
    [CELL_ID] = {"id", "Object", 12, COLUMN_ID, false},
    [CELL_NAME] = {"name", "Name", 0, COLUMN_NAME, true},
    [CELL_DISTANCE] = {"distance", "Distance", 8, COLUMN_DISTANCE, false},
    [CELL_SHALLOW] = {"shallow_bytes", "Shallow", 9, COLUMN_BYTES, false},
    [CELL_RETAINED] = {"retained_bytes", "Retained", 9, COLUMN_BYTES, false},
    [CELL_SHARE] = {"share", "Share", 7, COLUMN_SHARE, false},
};

struct object_rows {
    struct node_text text;
    struct object_list list;     /* the order, and the rows of most tables */
    uint8_t *classes;            /* of instances: by class row, 1 for those that are meant */
    struct retaining_walk *walk; /* of a path */
};

static bool has_edges(const struct table *t)
{
    return t->source->columns == cells;
}

static enum object_cell cell_at(const struct table *t, size_t column)
{
    return (enum object_cell)(has_edges(t) ? column : column + 1);
}

static uint32_t list_node(const struct table *t, uint64_t item)
{
    const struct object_rows *rows = t->data;
    return object_list_node_of(&rows->list, item);
}

static uint64_t number_of(const struct heap *h, uint32_t n, enum object_cell cell)
{
    switch (cell) {
    case CELL_ID:
        return heap_id(h, n);
    case CELL_DISTANCE:
        return (uint64_t)(int64_t)heap_distance(h, n);
    case CELL_SHALLOW:
        return heap_self_bytes(h, n);
    default:
        return heap_retained_bytes(h, n);
    }
}

static uint64_t object_number(const struct table *t, uint64_t item, size_t column)
{
    const struct object_rows *rows = t->data;
    return number_of(rows->text.h, list_node(t, item), cell_at(t, column));
}

static void object_text(const struct table *t, uint64_t item, size_t column, struct buf *ret)
{
    const struct object_rows *rows = t->data;
    if (cell_at(t, column) == CELL_EDGE)
        edge_text_put(ret, rows->text.h, item);
    else
        node_text_put(ret, &rows->text, list_node(t, item), SIZE_MAX);
}

static void offer_item(void *t, uint64_t item, uint32_t n)
{
    (void)n;
    table_offer(t, item);
}

static bool each_listed(struct table *t, struct err *err)
{
    const struct object_rows *rows = t->data;
    (void)err;
    object_list_each(&rows->list, offer_item, t);
    return true;
}

static bool each_instance(struct table *t, struct err *err)
{
    const struct object_rows *rows = t->data;
    const struct heap *h = rows->text.h;
    (void)err;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (rows->classes[heap_class(h, n)] && heap_self_bytes(h, n))
            table_offer(t, n);
    }
    return true;
}

static bool each_detached(struct table *t, struct err *err)
{
    const struct object_rows *rows = t->data;
    const struct heap *h = rows->text.h;
    (void)err;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if ((heap_flags(h, n) & FLAG_DETACHEDNESS) == 2 && heap_self_bytes(h, n))
            table_offer(t, n);
    }
    return true;
}

static int compare_listed(struct table *t, uint64_t a, uint64_t b)
{
    struct object_rows *rows = t->data;
    return object_list_compare(&rows->list, a, b);
}

static void release(void *data)
{
    struct object_rows *rows = data;
    object_list_release(&rows->list);
    free(rows->classes);
    free(rows->walk);
    free(rows);
}

/* -- the way to an object: items are steps, from the root -- */

static size_t step_at(const struct object_rows *rows, uint64_t item)
{
    return rows->walk->count - 1 - (size_t)item;
}

static bool each_step(struct table *t, struct err *err)
{
    const struct object_rows *rows = t->data;
    (void)err;
    for (uint64_t i = 0; i < rows->walk->count; i++)
        table_offer(t, i);
    return true;
}

static uint64_t step_number(const struct table *t, uint64_t item, size_t column)
{
    const struct object_rows *rows = t->data;
    return number_of(rows->text.h, rows->walk->nodes[step_at(rows, item)], cell_at(t, column));
}

static void step_text(const struct table *t, uint64_t item, size_t column, struct buf *ret)
{
    const struct object_rows *rows = t->data;
    size_t at = step_at(rows, item);
    if (cell_at(t, column) != CELL_EDGE)
        node_text_put(ret, &rows->text, rows->walk->nodes[at], SIZE_MAX);
    else if (item > 0)
        edge_text_put(ret, rows->text.h, rows->walk->edges[at]);
}

static int compare_steps(struct table *t, uint64_t a, uint64_t b)
{
    (void)t;
    return a < b ? -1 : a > b;
}

/* -- the sources -- */

#define OBJECT_TABLE(what, offers)                                                                 \
    {                                                                                              \
        what, cells + 1, ARRAY_LEN(cells) - 1, offers, object_number, object_text, compare_listed, \
            release                                                                                \
    }
#define EDGE_TABLE(what)                                                                           \
    {                                                                                              \
        what, cells, ARRAY_LEN(cells), each_listed, object_number, object_text, compare_listed,    \
            release                                                                                \
    }

static const struct table_source instance_source = OBJECT_TABLE("class", each_instance);
static const struct table_source detached_source = OBJECT_TABLE("detached", each_detached);
static const struct table_source dominated_source = OBJECT_TABLE("dominators", each_listed);
static const struct table_source retainer_source = EDGE_TABLE("retainers");
static const struct table_source content_source = EDGE_TABLE("contents");
static const struct table_source path_source = {"path",      cells,     ARRAY_LEN(cells), each_step,
                                                step_number, step_text, compare_steps,    release};

static bool open_table(struct table *t, const struct table_source *source, const struct heap *h,
                       enum object_list_kind kind, uint32_t subject, struct err *err)
{
    struct object_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return err_nomem(err, sizeof *rows, "a table");
    node_text_init(&rows->text, h);
    object_list_init(&rows->list, &rows->text, kind, subject, object_list_default_order(kind));
    *t = (struct table){source, .data = rows, .total_bytes = heap_total_bytes(h)};
    return true;
}

bool retainer_table_open(struct table *t, const struct heap *h, uint32_t n, struct err *err)
{
    return open_table(t, &retainer_source, h, OBJECTS_RETAINERS, n, err);
}

bool content_table_open(struct table *t, const struct heap *h, uint32_t n, struct err *err)
{
    return open_table(t, &content_source, h, OBJECTS_CONTENTS, n, err);
}

bool dominated_table_open(struct table *t, const struct heap *h, uint32_t n, struct err *err)
{
    return open_table(t, &dominated_source, h, OBJECTS_DOMINATED, n, err);
}

bool detached_table_open(struct table *t, const struct heap *h, struct err *err)
{
    return open_table(t, &detached_source, h, OBJECTS_INSTANCES, 0, err);
}

/* Marks the classes that are meant; false if there are none. */
static bool mark_classes(const struct heap *h, const char *name, uint8_t *classes)
{
    struct buf key = {0};
    bool found = false;
    for (uint32_t row = 0; row < class_count(h); row++) {
        buf_clear(&key);
        class_put_key(&key, h, row);
        classes[row] = str_equal(class_name(h, row), name) || !strcmp(buf_str(&key), name);
        found |= classes[row];
    }
    buf_release(&key);
    return found;
}

bool instance_table_open(struct table *t, const struct heap *h, const char *name, struct err *err)
{
    uint8_t *classes = calloc(class_count(h) + 1u, 1);
    if (!classes)
        return err_nomem(err, class_count(h), "classes");
    bool ok = mark_classes(h, name, classes) ||
              err_set(err, ERR_USAGE, 0, "no class '%.200s': 'show FILE classes' lists them", name);
    ok = ok && open_table(t, &instance_source, h, OBJECTS_INSTANCES, 0, err);
    if (ok)
        ((struct object_rows *)t->data)->classes = classes;
    else
        free(classes);
    return ok;
}

bool path_table_open(struct table *t, const struct heap *h, uint32_t n, struct err *err)
{
    struct js js;
    struct retaining_walk *walk = malloc(sizeof *walk);
    if (!walk)
        return err_nomem(err, sizeof *walk, "a retaining path");
    js_init(&js, h);
    retaining_walk(&js, n, walk);
    if (!open_table(t, &path_source, h, OBJECTS_RETAINERS, n, err)) {
        free(walk);
        return false;
    }
    ((struct object_rows *)t->data)->walk = walk;
    return true;
}
