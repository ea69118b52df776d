/* A view of a heap as JSON: see view_report.h. */
#include <string.h>

#include "report/json_writer.h"
#include "report/report_json.h"
#include "report/view_report.h"

#define COLUMNS_MAX 32

static void put_value(struct json_writer *w, enum column_kind kind, uint64_t number)
{
    if (kind == COLUMN_DISTANCE && (int64_t)number < 0)
        json_put_null(w);
    else
        json_put_number(w, number);
}

/* Columns in the order of their keys; shares are left out: they are what a program works out. */
static size_t sort_columns(const struct table_source *s, size_t order[COLUMNS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < s->column_count && count < COLUMNS_MAX; i++) {
        if (s->columns[i].kind == COLUMN_SHARE)
            continue;
        size_t at = count++;
        for (; at > 0 && strcmp(s->columns[order[at - 1]].key, s->columns[i].key) > 0; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return count;
}

static void put_row(struct json_writer *w, const struct table *t, uint64_t row, const size_t *order,
                    size_t count, struct buf *text)
{
    const struct table_source *s = t->source;
    uint64_t item = table_item(t, row);
    json_open_object(w);
    for (size_t i = 0; i < count; i++) {
        const struct table_column *c = &s->columns[order[i]];
        json_put_key(w, c->key);
        if (!column_is_text(c->kind)) {
            put_value(w, c->kind, s->number(t, item, order[i]));
            continue;
        }
        buf_clear(text);
        s->text(t, item, order[i], text);
        view_redact(text, c->kind, w->o->show_strings);
        json_put_text(w, text->len ? buf_str(text) : NULL);
        w->no_memory |= text->failed;
    }
    json_close_object(w);
}

static void put_table(struct json_writer *w, const struct table *t)
{
    size_t order[COLUMNS_MAX], count = sort_columns(t->source, order);
    struct buf text = {0};
    json_key_number(w, "given_up", t->filter.given_up);
    json_open_array(w, "rows");
    for (uint64_t row = 0; row < table_rows(t) && !json_writer_failed(w); row++)
        put_row(w, t, row, order, count, &text);
    json_close_array(w);
    buf_release(&text);
}

static void put_fact(struct json_writer *w, const struct fact *f)
{
    struct buf text = {0};
    json_put_key(w, f->key);
    if (!f->known) {
        json_put_null(w);
    } else if (column_is_text(f->kind)) {
        buf_puts(&text, f->text);
        view_redact(&text, f->kind, w->o->show_strings);
        json_put_text(w, buf_str(&text));
        w->no_memory |= text.failed;
    } else {
        put_value(w, f->kind, f->number);
    }
    buf_release(&text);
}

static void put_facts(struct json_writer *w, const struct fact_list *l)
{
    size_t order[FACTS_MAX], count = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (l->facts[i].kind == COLUMN_SHARE)
            continue;
        size_t at = count++;
        for (; at > 0 && strcmp(l->facts[order[at - 1]].key, l->facts[i].key) > 0; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    json_put_key(w, "facts");
    json_open_object(w);
    for (size_t i = 0; i < count; i++)
        put_fact(w, &l->facts[order[i]]);
    json_close_object(w);
}

bool view_json(const struct view_answer *a, const struct view_caption *c,
               const struct report_options *o, const struct report_sink *sink, struct err *err)
{
    struct json_writer w;
    if (!json_writer_init(&w, o, sink, err))
        return false;
    json_open_object(&w);
    if (a->view->list_facts)
        put_facts(&w, &a->facts);
    json_key_text(&w, "file", c->file);
    if (a->view->open_table)
        put_table(&w, &a->table);
    json_key_number(&w, "schema_version", REPORT_SCHEMA_VERSION);
    json_key_text(&w, "subject", c->subject);
    if (a->view->open_table)
        json_key_number(&w, "total", a->table.total);
    json_key_number(&w, "total_bytes",
                    a->view->open_table ? a->table.total_bytes : a->facts.total_bytes);
    json_key_text(&w, "view", a->view->name);
    json_close_object(&w);
    return json_writer_finish(&w, err);
}
