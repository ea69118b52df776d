/* A table of answers: see answer_table.h. */
#include "analyzer/answer_table.h"

#include <string.h>

#include "analyzer/utf16.h"

bool column_is_text(enum column_kind k)
{
    return k <= COLUMN_EDGE;
}

/* -- order -- */

static int compare_texts(struct table *t, uint64_t a, uint64_t b)
{
    buf_clear(&t->text_a);
    buf_clear(&t->text_b);
    t->source->text(t, a, t->sort, &t->text_a);
    t->source->text(t, b, t->sort, &t->text_b);
    return utf16_compare((struct str){buf_str(&t->text_a), t->text_a.len},
                         (struct str){buf_str(&t->text_b), t->text_b.len});
}

/* Ids and distances from the least, what has no distance last; sizes and counts from the largest.
 */
static int compare_numbers(const struct table *t, enum column_kind kind, uint64_t a, uint64_t b)
{
    uint64_t x = t->source->number(t, a, t->sort), y = t->source->number(t, b, t->sort);
    bool least_first = kind == COLUMN_ID || kind == COLUMN_DISTANCE;
    if (x == y)
        return 0;
    if (kind >= COLUMN_CHANGE)
        return (int64_t)x > (int64_t)y ? -1 : 1;
    return (x < y) == least_first ? -1 : 1;
}

static bool precedes(void *ctx, uint64_t a, uint64_t b)
{
    struct table *t = ctx;
    int order = 0;
    if (t->sort < t->source->column_count) {
        enum column_kind kind = t->source->columns[t->sort].kind;
        order = column_is_text(kind) ? compare_texts(t, a, b) : compare_numbers(t, kind, a, b);
    }
    return (order ? order : t->source->compare(t, a, b)) < 0;
}

/* What a user types for a column: its key up to the unit, "retained" of "retained_bytes". */
static size_t short_length(const char *key)
{
    return strcspn(key, "_");
}

static bool find_sort(struct table *t, const char *key, struct err *err)
{
    char keys[200] = "";
    const struct table_source *s = t->source;
    for (t->sort = 0; key && t->sort < s->column_count; t->sort++) {
        const char *name = s->columns[t->sort].key;
        size_t len = strlen(key);
        if (strcmp(name, key) == 0 || (len == short_length(name) && strncmp(name, key, len) == 0))
            return true;
    }
    t->sort = s->column_count;
    if (!key)
        return true;
    for (size_t i = 0; i < s->column_count; i++) {
        const char *name = s->columns[i].key;
        if (strlen(keys) + strlen(name) + 3 < sizeof keys) {
            strcat(keys, i ? ", " : "");
            strncat(keys, name, short_length(name));
        }
    }
    return err_set(err, ERR_USAGE, 0, "--sort: '%s' is no column of %s: it has %s", key, s->name,
                   keys);
}

/* -- rows -- */

static bool matches(struct table *t, uint64_t item)
{
    const struct table_source *s = t->source;
    if (!t->filter.code)
        return true;
    for (size_t i = 0; i < s->column_count; i++) {
        if (!s->columns[i].searched)
            continue;
        buf_clear(&t->text_a);
        s->text(t, item, i, &t->text_a);
        if (name_filter_matches(&t->filter, buf_str(&t->text_a), t->text_a.len))
            return true;
    }
    return false;
}

void table_offer(struct table *t, uint64_t item)
{
    if (!matches(t, item))
        return;
    t->total++;
    ranking_offer(&t->ranking, 0, item);
}

/* For more rows than this they are counted first, and room is made for those that there are. */
#define ROWS_UNCOUNTED 4096

static bool fill(struct table *t, uint64_t rows, struct err *err)
{
    t->total = 0;
    return ranking_begin(&t->ranking, (size_t)rows, err) && t->source->each(t, err);
}

bool table_fill(struct table *t, const struct table_options *o, struct err *err)
{
    t->ranking.precedes = precedes;
    t->ranking.ctx = t;
    if (!find_sort(t, o->sort, err) || !name_filter_init(&t->filter, o->filter, err))
        return false;
    uint64_t rows = o->top;
    bool ok = true;
    if (rows == 0 || rows > ROWS_UNCOUNTED) {
        ok = fill(t, 0, err);
        rows = rows ? min_u64(rows, t->total) : t->total;
    }
    ok = ok && fill(t, rows, err);
    ranking_end(&t->ranking);
    if (ok && (t->text_a.failed || t->text_b.failed))
        ok = err_nomem(err, t->text_a.len, "a table");
    return ok;
}

void table_release(struct table *t)
{
    ranking_release(&t->ranking);
    name_filter_release(&t->filter);
    buf_release(&t->text_a);
    buf_release(&t->text_b);
    if (t->data)
        t->source->release(t->data);
    t->data = NULL;
}
