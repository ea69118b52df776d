/* The tables of a trend: see trend_tables.h. */
#include "analyzer/trend_tables.h"

#include <string.h>

#include "analyzer/utf16.h"

#define SCRIPT_WIDTH 25

int64_t percent_change(uint64_t before, uint64_t after)
{
    if (before == after)
        return 0;
    if (!before)
        return INT64_MAX;
    double tenths = ((double)after - (double)before) * 1000 / (double)before;
    return tenths < 9e18 ? (int64_t)(tenths + (tenths < 0 ? -0.5 : 0.5)) : INT64_MAX - 1;
}

struct str path_tail(const char *path)
{
    size_t len = strlen(path), from = len;
    for (size_t i = len; i-- > 0;) {
        bool begins_name = i == 0 || path[i - 1] == '/';
        if (begins_name && from < len && len - i > SCRIPT_WIDTH)
            break;
        if (begins_name)
            from = i;
    }
    return (struct str){path + from, len - from};
}

static const struct trend *trend_of(const struct table *t)
{
    return t->data;
}

/* The trend is borrowed. */
static void release(void *data)
{
    (void)data;
}

static bool fill(struct table *t, const struct table_source *s, const struct trend *trend,
                 const struct table_options *o, struct err *err)
{
    *t = (struct table){.source = s, .data = (void *)(uintptr_t)trend};
    return table_fill(t, o, err);
}

static bool has_column(const struct table_source *s, const char *key)
{
    for (size_t i = 0; i < s->column_count; i++) {
        if (strcmp(s->columns[i].key, key) == 0)
            return true;
    }
    return false;
}

/* -- classes -- */

enum class_column_id {
    CLASS_NAME,
    CLASS_BEFORE,
    CLASS_AFTER,
    CLASS_GROWTH,
    CLASS_PERCENT,
    CLASS_DELTA,
    CLASS_TREND,
    CLASS_NEW, /* from here on of one process only */
    CLASS_DELETED,
    CLASS_COLUMNS,
};

static const struct table_column class_columns_of_trend[CLASS_COLUMNS] = {
    [CLASS_NAME] = {"class", "Class", 0, COLUMN_NAME, true},
    [CLASS_BEFORE] = {"before", "Before", 9, COLUMN_BYTES, false},
    [CLASS_AFTER] = {"after", "After", 9, COLUMN_BYTES, false},
    [CLASS_GROWTH] = {"growth", "Growth", 10, COLUMN_BYTES_CHANGE, false},
    [CLASS_PERCENT] = {"percent", "%", 8, COLUMN_PERCENT_CHANGE, false},
    [CLASS_DELTA] = {"delta", "Objects", 11, COLUMN_CHANGE, false},
    [CLASS_TREND] = {"trend", "Trend", 5, COLUMN_TEXT, false},
    [CLASS_NEW] = {"new", "New", 10, COLUMN_COUNT, false},
    [CLASS_DELETED] = {"deleted", "Deleted", 10, COLUMN_COUNT, false},
};

/* Those that changed; what is only in the middle of the snapshots did not. */
static bool each_class(struct table *t, struct err *err)
{
    const struct trend *trend = trend_of(t);
    (void)err;
    for (uint64_t r = 0; r < trend->rows.count; r++) {
        const struct trend_class *c = trend_class(trend, r);
        const struct trend_sum *first = trend_sums(trend, r), *last = first + trend->count - 1;
        if (first->count != last->count || first->bytes != last->bytes || c->new_count)
            table_offer(t, r);
    }
    return true;
}

static uint64_t class_number(const struct table *t, uint64_t item, size_t column)
{
    const struct trend *trend = trend_of(t);
    const struct trend_class *c = trend_class(trend, item);
    const struct trend_sum *first = trend_sums(trend, item), *last = first + trend->count - 1;
    switch ((enum class_column_id)column) {
    case CLASS_BEFORE:
        return first->bytes;
    case CLASS_AFTER:
        return last->bytes;
    case CLASS_GROWTH:
        return last->bytes - first->bytes;
    case CLASS_PERCENT:
        return (uint64_t)percent_change(first->bytes, last->bytes);
    case CLASS_DELTA:
        return last->count - first->count;
    case CLASS_NEW:
        return c->new_count;
    case CLASS_DELETED:
        return c->deleted_count;
    default:
        return 0;
    }
}

static struct str class_name_of(const struct trend *trend, uint64_t row)
{
    return strings_get(&trend->names, trend_class(trend, row)->name);
}

static void class_text(const struct table *t, uint64_t item, size_t column, struct buf *ret)
{
    struct str name = class_name_of(trend_of(t), item);
    if (column == CLASS_NAME)
        buf_append(ret, name.p, name.len);
    else if (column == CLASS_TREND && trend_class_grows(trend_of(t), item))
        buf_puts(ret, "grows");
}

static int compare_classes(struct table *t, uint64_t a, uint64_t b)
{
    const struct trend *trend = trend_of(t);
    int64_t x = (int64_t)class_number(t, a, CLASS_GROWTH);
    int64_t y = (int64_t)class_number(t, b, CLASS_GROWTH);
    if (x != y)
        return x > y ? -1 : 1;
    int order = utf16_compare(class_name_of(trend, a), class_name_of(trend, b));
    return order ? order : (a > b) - (a < b);
}

#define CLASS_SOURCE(count)                                                                        \
    {                                                                                              \
        .name = "the comparison of classes", .columns = class_columns_of_trend,                    \
        .column_count = (count), .each = each_class, .number = class_number, .text = class_text,   \
        .compare = compare_classes, .release = release,                                            \
    }

static const struct table_source class_source = CLASS_SOURCE(CLASS_COLUMNS);
static const struct table_source class_sums_source = CLASS_SOURCE(CLASS_NEW);

/* -- places -- */

enum place_column_id {
    PLACE_HOLDER,
    PLACE_SCRIPT,
    PLACE_NEW_OBJECTS,
    PLACE_NEW_BYTES,
    PLACE_BEFORE,
    PLACE_AFTER,
    PLACE_PERCENT,
    PLACE_TREND,
    PLACE_COLUMNS,
};

static const struct table_column place_columns[PLACE_COLUMNS] = {
    [PLACE_HOLDER] = {"holder", "Held by", 0, COLUMN_TEXT, true},
    [PLACE_SCRIPT] = {"script", "In", SCRIPT_WIDTH, COLUMN_TEXT, true},
    [PLACE_NEW_OBJECTS] = {"new_objects", "New", 10, COLUMN_COUNT, false},
    [PLACE_NEW_BYTES] = {"new_bytes", "New bytes", 9, COLUMN_BYTES, false},
    [PLACE_BEFORE] = {"before", "Before", 8, COLUMN_BYTES, false},
    [PLACE_AFTER] = {"after", "After", 8, COLUMN_BYTES, false},
    [PLACE_PERCENT] = {"percent", "%", 8, COLUMN_PERCENT_CHANGE, false},
    [PLACE_TREND] = {"trend", "Trend", 5, COLUMN_TEXT, false},
};

static bool each_place(struct table *t, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < trend_of(t)->places.count; i++)
        table_offer(t, i);
    return true;
}

static uint64_t place_number(const struct table *t, uint64_t item, size_t column)
{
    const struct trend *trend = trend_of(t);
    const struct growth_place *p = &trend->places.all[item];
    uint64_t before = p->retained_bytes[0], after = p->retained_bytes[trend->count - 1];
    switch ((enum place_column_id)column) {
    case PLACE_NEW_OBJECTS:
        return p->new_objects;
    case PLACE_NEW_BYTES:
        return p->new_bytes + p->grown_bytes;
    case PLACE_BEFORE:
        return before;
    case PLACE_AFTER:
        return after;
    case PLACE_PERCENT:
        return (uint64_t)percent_change(before, after);
    default:
        return 0;
    }
}

static void place_text(const struct table *t, uint64_t item, size_t column, struct buf *ret)
{
    const struct growth_place *p = &trend_of(t)->places.all[item];
    struct str script = path_tail(p->script);
    if (column == PLACE_HOLDER)
        buf_printf(ret, p->kind == OWNER_NONE ? "(%s)" : "%s", p->holder);
    else if (column == PLACE_SCRIPT)
        buf_append(ret, script.p, script.len);
    else if (column == PLACE_TREND && trend_place_grows(trend_of(t), item))
        buf_puts(ret, "grows");
}

static int compare_places(struct table *t, uint64_t a, uint64_t b)
{
    bool x = trend_place_grows(trend_of(t), a), y = trend_place_grows(trend_of(t), b);
    if (x != y)
        return x ? -1 : 1;
    uint64_t p = place_number(t, a, PLACE_NEW_BYTES), q = place_number(t, b, PLACE_NEW_BYTES);
    return p != q ? (p > q ? -1 : 1) : (a > b) - (a < b);
}

static const struct table_source place_source = {
    .name = "the places that grew",
    .columns = place_columns,
    .column_count = PLACE_COLUMNS,
    .each = each_place,
    .number = place_number,
    .text = place_text,
    .compare = compare_places,
    .release = release,
};

/* -- both -- */

/* Those that `but` has not. */
static void append_keys(const struct table_source *s, const struct table_source *but, struct buf *b)
{
    for (size_t i = 0; i < s->column_count; i++) {
        if (!but || !has_column(but, s->columns[i].key))
            buf_printf(b, "%s%s", b->len ? ", " : "", s->columns[i].key);
    }
}

bool trend_tables_check_sort(const char *key, struct err *err)
{
    struct buf keys = {0};
    if (!key || has_column(&class_source, key) || has_column(&place_source, key))
        return true;
    append_keys(&class_source, NULL, &keys);
    append_keys(&place_source, &class_source, &keys);
    err_set(err, ERR_USAGE, 0, "--sort: '%s' is no column: there are %s", key, buf_str(&keys));
    buf_release(&keys);
    return false;
}

static struct table_options without_foreign_sort(const struct table_options *o,
                                                 const struct table_source *own,
                                                 const struct table_source *other)
{
    struct table_options ret = *o;
    if (o->sort && !has_column(own, o->sort) && has_column(other, o->sort))
        ret.sort = NULL;
    return ret;
}

bool trend_table_classes(struct table *t, const struct trend *trend, const struct table_options *o,
                         struct err *err)
{
    const struct table_source *s = trend->one_process ? &class_source : &class_sums_source;
    struct table_options own = without_foreign_sort(o, s, &place_source);
    return fill(t, s, trend, &own, err);
}

bool trend_table_places(struct table *t, const struct trend *trend, const struct table_options *o,
                        struct err *err)
{
    struct table_options own = without_foreign_sort(o, &place_source, &class_source);
    return fill(t, &place_source, trend, &own, err);
}
