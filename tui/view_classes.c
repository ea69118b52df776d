/* The view Classes: what kinds of objects there are, and what they hold.
 *
 * Columns are those of every report (analyzer/class_columns.h) and a bar; the rows are ranked as
 * far as they are looked at.
 */
#include "tui/view.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/class_columns.h"
#include "analyzer/classes.h"
#include "analyzer/ranking.h"
#include "tui/table.h"

#define FIRST_ROWS 256

enum class_order {
    CLASSES_BY_RETAINED,
    CLASSES_BY_SHALLOW,
    CLASSES_BY_COUNT,
    CLASSES_BY_NAME,
};

/* How the shared columns behave here, in their order. */
static const struct {
    unsigned from_width;
    int order;
} layouts[CLASS_COLUMN_COUNT] = {
    {0, CLASSES_BY_NAME},     {100, NO_ORDER},          {60, CLASSES_BY_COUNT},
    {90, CLASSES_BY_SHALLOW}, {0, CLASSES_BY_RETAINED}, {0, NO_ORDER},
};
_Static_assert(CLASS_COLUMN_COUNT + 1 <= VIEW_COLUMNS_MAX, "room for the columns and the bar");

static int compare_names(const struct heap *h, uint32_t a, uint32_t b)
{
    struct str s = strings_get(&h->strings, class_row(h, a)->name);
    struct str t = strings_get(&h->strings, class_row(h, b)->name);
    int order = memcmp(s.p, t.p, min_u64(s.len, t.len));
    return order ? order : (s.len > t.len) - (s.len < t.len);
}

static bool precedes(void *ctx, uint64_t a, uint64_t b)
{
    int order = compare_names(ctx, (uint32_t)a, (uint32_t)b);
    return order ? order < 0 : a < b;
}

static uint64_t order_key(const struct class_info *row, int order)
{
    switch ((enum class_order)order) {
    case CLASSES_BY_RETAINED:
        return row->retained_bytes;
    case CLASSES_BY_SHALLOW:
        return row->shallow_bytes;
    case CLASSES_BY_COUNT:
        return row->count;
    case CLASSES_BY_NAME:
        break;
    }
    return 0;
}

static bool find_rows(struct view *v, uint64_t rows, struct err *err)
{
    const struct heap *h = v->m->h;
    struct ranking *r = v->data;
    if (v->total > 0 && r->known == v->total)
        return true;
    uint64_t more = max_u64(max_u64(r->known, FIRST_ROWS), rows > r->known ? rows - r->known : 0);
    if (!ranking_begin(r, (size_t)min_u64(more, class_count(h)), err))
        return false;
    v->total = 0;
    for (uint32_t row = 0; row < class_count(h); row++) {
        const struct class_info *c = class_row(h, row);
        if (!c->count)
            continue;
        v->total++;
        ranking_offer(r, order_key(c, v->order), row);
    }
    ranking_end(r);
    v->list.count = r->known;
    return true;
}

static void reach(void *ctx, uint64_t rows)
{
    struct view *v = ctx;
    if (!find_rows(v, rows, &v->problem))
        return;
}

static void set_columns(struct view *v)
{
    struct view_column columns[CLASS_COLUMN_COUNT + 1];
    for (size_t i = 0; i < CLASS_COLUMN_COUNT; i++) {
        const struct class_column *c = &class_columns[i];
        columns[i] = (struct view_column){c->title, c->width, c->right, layouts[i].from_width,
                                          layouts[i].order};
    }
    columns[CLASS_COLUMN_COUNT] = (struct view_column){"", BAR_WIDTH, true, 80, IS_BAR};
    table_set_columns(v, columns, ARRAY_LEN(columns));
}

static bool open_classes(struct view *v, struct err *err)
{
    struct ranking *r = calloc(1, sizeof *r);
    if (!r)
        return err_nomem(err, sizeof *r, "the classes");
    r->precedes = precedes;
    r->ctx = (void *)(uintptr_t)v->m->h;
    v->data = r;
    v->order = CLASSES_BY_RETAINED;
    v->list.reach = reach;
    set_columns(v);
    return find_rows(v, 1, err);
}

static void close_classes(struct view *v)
{
    ranking_release(v->data);
    free(v->data);
}

static bool sort_classes(struct view *v, struct err *err)
{
    ranking_release(v->data);
    v->list.count = v->total = 0;
    return find_rows(v, v->list.height, err);
}

static uint32_t class_at(const struct view *v, uint64_t row)
{
    return (uint32_t)((const struct ranking *)v->data)->rows[row].item;
}

/* The shared columns want a text that ends in NUL. */
static void put_shared_cell(const struct view *v, const struct class_info *c, size_t column,
                            struct buf *b)
{
    struct buf name = {0};
    struct str s = strings_get(&v->m->h->strings, c->name);
    buf_append(&name, s.p, s.len);
    struct class_row row = {buf_str(&name), c->count, c->shallow_bytes, c->retained_bytes,
                            c->distance};
    class_columns[column].put(b, &row, heap_total_bytes(v->m->h));
    b->failed |= name.failed;
    buf_release(&name);
}

static void put_cell(const struct view *v, uint64_t row, size_t column, struct buf *b)
{
    const struct class_info *c = class_row(v->m->h, class_at(v, row));
    if (column < CLASS_COLUMN_COUNT)
        put_shared_cell(v, c, column, b);
    else
        table_put_bar(b, c->retained_bytes, heap_total_bytes(v->m->h), v->m->ascii);
}

static bool to_instances(const struct view *v, uint64_t row, struct place *ret)
{
    if (row >= v->list.count)
        return false;
    *ret = (struct place){VIEW_INSTANCES, class_at(v, row)};
    return true;
}

const struct view_kind view_classes = {
    .name = "Classes",
    .help = "how many objects of which constructor, and what they hold",
    .needs = NEEDS_HEAP,
    .if_empty = "The heap has no objects.",
    .open = open_classes,
    .close = close_classes,
    .put_cell = put_cell,
    .put_text = table_put_text,
    .target = to_instances,
    .sort = sort_classes,
};
