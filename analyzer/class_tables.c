/* Tables whose rows stand for many objects: see class_tables.h. */
#include "analyzer/class_tables.h"

#include <stdlib.h>

#include "analyzer/class_list.h"
#include "analyzer/duplicate_strings.h"
#include "analyzer/node_text.h"

/* -- classes -- */

enum class_cell {
    CLASS_NAME,
    CLASS_LOCATION,
    CLASS_DISTANCE,
    CLASS_COUNT,
    CLASS_SHALLOW,
    CLASS_RETAINED,
    CLASS_SHARE
};

static const struct table_column class_cells[] = {
    [CLASS_NAME] = {"name", "Class", 0, COLUMN_NAME, true},
    [CLASS_LOCATION] = {"location", "Location", 12, COLUMN_TEXT, false},
    [CLASS_DISTANCE] = {"distance", "Distance", 8, COLUMN_DISTANCE, false},
    [CLASS_COUNT] = {"count", "Count", 11, COLUMN_COUNT, false},
    [CLASS_SHALLOW] = {"shallow_bytes", "Shallow", 9, COLUMN_BYTES, false},
    [CLASS_RETAINED] = {"retained_bytes", "Retained", 9, COLUMN_BYTES, false},
    [CLASS_SHARE] = {"share", "Share", 7, COLUMN_SHARE, false},
};

struct class_rows {
    const struct heap *h;
    struct column sums; /* struct class_sum, in default order */
};

static const struct class_sum *sum_at(const struct table *t, uint64_t item)
{
    const struct class_rows *rows = t->data;
    return &((const struct class_sum *)rows->sums.data)[item];
}

static bool each_class(struct table *t, struct err *err)
{
    const struct class_rows *rows = t->data;
    (void)err;
    for (uint64_t i = 0; i < rows->sums.count; i++)
        table_offer(t, i);
    return true;
}

static uint64_t class_number(const struct table *t, uint64_t item, size_t column)
{
    const struct class_sum *s = sum_at(t, item);
    switch ((enum class_cell)column) {
    case CLASS_DISTANCE:
        return (uint64_t)(int64_t)s->distance;
    case CLASS_COUNT:
        return s->count;
    case CLASS_SHALLOW:
        return s->shallow_bytes;
    default:
        return s->retained_bytes;
    }
}

/* The location is what DevTools' key has before the name. */
static void class_text(const struct table *t, uint64_t item, size_t column, struct buf *ret)
{
    const struct class_rows *rows = t->data;
    const struct class_sum *s = sum_at(t, item);
    const struct class_info *c = class_row(rows->h, s->row);
    if (column == CLASS_NAME)
        buf_append(ret, s->name.p, s->name.len);
    else if (c->has_location)
        buf_printf(ret, "%u,%u,%u", c->script_id, c->line, c->column);
}

static int compare_items(struct table *t, uint64_t a, uint64_t b)
{
    (void)t;
    return a < b ? -1 : a > b;
}

static void release_classes(void *data)
{
    struct class_rows *rows = data;
    column_release(&rows->sums);
    free(rows);
}

static const struct table_source class_source = {
    .name = "classes",
    .columns = class_cells,
    .column_count = ARRAY_LEN(class_cells),
    .each = each_class,
    .number = class_number,
    .text = class_text,
    .compare = compare_items,
    .release = release_classes,
};

bool class_table_open(struct table *t, const struct heap *h, const uint8_t *passes, struct err *err)
{
    struct class_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return err_nomem(err, sizeof *rows, "classes");
    rows->h = h;
    if (!class_list(h, passes, &rows->sums, err)) {
        free(rows);
        return false;
    }
    *t = (struct table){&class_source, .data = rows, .total_bytes = heap_total_bytes(h)};
    return true;
}

/* -- strings -- */

enum string_cell {
    STRING_TEXT,
    STRING_LENGTH,
    STRING_COUNT,
    STRING_SHALLOW,
    STRING_RETAINED,
    STRING_WASTE,
};

static const struct table_column string_cells[] = {
    [STRING_TEXT] = {"string", "String", 0, COLUMN_STRING, true},
    [STRING_LENGTH] = {"length_bytes", "Length", 9, COLUMN_BYTES, false},
    [STRING_COUNT] = {"count", "Count", 11, COLUMN_COUNT, false},
    [STRING_SHALLOW] = {"shallow_bytes", "Shallow", 9, COLUMN_BYTES, false},
    [STRING_RETAINED] = {"retained_bytes", "Retained", 9, COLUMN_BYTES, false},
    [STRING_WASTE] = {"waste_bytes", "Waste", 9, COLUMN_BYTES, false},
};

struct string_rows {
    struct node_text text;
    struct duplicate_strings found;
};

static const struct string_group *group_at(const struct table *t, uint64_t item)
{
    const struct string_rows *rows = t->data;
    return &((const struct string_group *)rows->found.groups.data)[item];
}

static bool each_string(struct table *t, struct err *err)
{
    const struct string_rows *rows = t->data;
    (void)err;
    for (uint64_t i = 0; i < rows->found.groups.count; i++)
        table_offer(t, i);
    return true;
}

static void string_text(const struct table *t, uint64_t item, size_t column, struct buf *ret)
{
    const struct string_rows *rows = t->data;
    (void)column;
    node_text_put_name(ret, &rows->text, group_at(t, item)->first_node, SIZE_MAX);
}

static uint64_t string_number(const struct table *t, uint64_t item, size_t column)
{
    const struct string_group *g = group_at(t, item);
    struct buf text = {0};
    uint64_t length;
    switch ((enum string_cell)column) {
    case STRING_LENGTH:
        string_text(t, item, STRING_TEXT, &text);
        length = text.len;
        buf_release(&text);
        return length;
    case STRING_COUNT:
        return g->count;
    case STRING_SHALLOW:
        return g->self_bytes;
    case STRING_RETAINED:
        return g->retained_bytes;
    default:
        return g->waste_bytes;
    }
}

static int compare_strings(struct table *t, uint64_t a, uint64_t b)
{
    uint64_t x = group_at(t, a)->waste_bytes, y = group_at(t, b)->waste_bytes;
    return x != y ? (x > y ? -1 : 1) : compare_items(t, a, b);
}

static void release_strings(void *data)
{
    struct string_rows *rows = data;
    duplicate_strings_release(&rows->found);
    free(rows);
}

static const struct table_source string_source = {
    .name = "strings",
    .columns = string_cells,
    .column_count = ARRAY_LEN(string_cells),
    .each = each_string,
    .number = string_number,
    .text = string_text,
    .compare = compare_strings,
    .release = release_strings,
};

bool string_table_open(struct table *t, const struct heap *h, struct err *err)
{
    struct string_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return err_nomem(err, sizeof *rows, "strings");
    node_text_init(&rows->text, h);
    if (!duplicate_strings_find(h, &rows->found, err)) {
        free(rows);
        return false;
    }
    *t = (struct table){&string_source, .data = rows, .total_bytes = heap_total_bytes(h)};
    return true;
}
