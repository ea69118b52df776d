/* What grew between snapshots, as JSON: see report_diff.h. Keys in alphabetical order. */
#include <string.h>

#include "report/json_writer.h"
#include "report/report_diff.h"
#include "report/report_json.h"
#include "report/view_report.h"

/* A figure of every snapshot. */
static void put_series(struct json_writer *w, const char *key, const uint64_t *first, size_t stride,
                       size_t count)
{
    json_open_array(w, key);
    for (size_t i = 0; i < count; i++)
        json_put_number(w, first[i * stride]);
    json_close_array(w);
}

static void key_name(struct json_writer *w, const char *key, struct str name, struct buf *scratch)
{
    buf_clear(scratch);
    buf_append(scratch, name.p, name.len);
    view_redact(scratch, COLUMN_NAME, w->o->show_strings);
    json_key_text(w, key, buf_str(scratch));
    w->no_memory |= scratch->failed;
}

static void put_class(struct json_writer *w, const struct trend *t, uint64_t row,
                      struct buf *scratch)
{
    const struct trend_class *c = trend_class(t, row);
    const struct trend_sum *sums = trend_sums(t, row);
    enum { STRIDE = sizeof *sums / sizeof(uint64_t) };
    json_open_object(w);
    put_series(w, "bytes", &sums->bytes, STRIDE, t->count);
    key_name(w, "class", strings_get(&t->names, c->name), scratch);
    json_put_key(w, "column");
    c->has_location ? json_put_number(w, c->column) : json_put_null(w);
    put_series(w, "count", &sums->count, STRIDE, t->count);
    json_key_number(w, "deleted_bytes", c->deleted_bytes);
    json_key_number(w, "deleted_count", c->deleted_count);
    json_key_bool(w, "grows", trend_class_grows(t, row));
    json_put_key(w, "line");
    c->has_location ? json_put_number(w, c->line) : json_put_null(w);
    json_key_number(w, "new_bytes", c->new_bytes);
    json_key_number(w, "new_count", c->new_count);
    json_put_key(w, "script_id");
    c->has_location ? json_put_number(w, c->script_id) : json_put_null(w);
    json_close_object(w);
}

static void put_classes(struct json_writer *w, const struct diff_answer *a)
{
    struct buf scratch = {0};
    json_open_array(w, "classes");
    for (uint64_t r = 0; r < table_rows(&a->classes) && !json_writer_failed(w); r++)
        put_class(w, a->trend, table_item(&a->classes, r), &scratch);
    json_close_array(w);
    buf_release(&scratch);
}

static const char *kind_word(enum owner_kind k)
{
    static const char *const words[] = {
        [OWNER_NONE] = NULL,
        [OWNER_VARIABLE] = "variable",
        [OWNER_GLOBAL] = "global",
        [OWNER_STATIC] = "static",
    };
    return words[k];
}

static void put_place(struct json_writer *w, const struct trend *t, size_t place,
                      struct buf *scratch)
{
    const struct growth_place *p = &t->places.all[place];
    json_open_object(w);
    key_name(w, "class", (struct str){p->what, strlen(p->what)}, scratch);
    put_series(w, "entries", p->entries, 1, p->has_entries ? t->count : 0);
    json_key_number(w, "grown_bytes", p->grown_bytes);
    json_key_bool(w, "grows", trend_place_grows(t, place));
    json_key_text(w, "holder", p->holder);
    json_key_text(w, "kind", kind_word(p->kind));
    json_key_number(w, "new_bytes", p->new_bytes);
    json_key_number(w, "new_objects", p->new_objects);
    json_key_number_or_null(w, "node_id", p->node_id);
    put_series(w, "retained_bytes", p->retained_bytes, 1, t->count);
    json_key_text(w, "script", p->script[0] ? p->script : NULL);
    json_close_object(w);
}

static void put_places(struct json_writer *w, const struct diff_answer *a)
{
    struct buf scratch = {0};
    json_open_array(w, "places");
    for (uint64_t r = 0; r < table_rows(&a->places) && !json_writer_failed(w); r++)
        put_place(w, a->trend, (size_t)table_item(&a->places, r), &scratch);
    json_close_array(w);
    buf_release(&scratch);
}

static void put_snapshots(struct json_writer *w, const struct trend *t)
{
    json_open_array(w, "snapshots");
    for (size_t i = 0; i < t->count; i++) {
        const struct trend_snapshot *s = &t->snapshots[i];
        json_open_object(w);
        json_key_text(w, "damage", s->damage);
        json_key_text(w, "file", s->file);
        json_key_number(w, "objects", s->objects);
        json_key_text(w, "remark", s->remark);
        json_key_bool(w, "same_process", s->same_process);
        json_key_number(w, "total_bytes", s->total_bytes);
        json_close_object(w);
    }
    json_close_array(w);
}

/* What the places are a part of. */
static void put_new(struct json_writer *w, const struct growth_places *g)
{
    json_put_key(w, "new");
    json_open_object(w);
    json_key_number(w, "bytes", g->new_bytes);
    json_key_number(w, "grown_bytes", g->grown_bytes);
    json_key_number(w, "held_bytes", g->held_bytes);
    json_key_number(w, "held_objects", g->held_objects);
    json_key_number(w, "objects", g->new_objects);
    json_close_object(w);
}

bool diff_json(const struct diff_answer *a, const struct report_options *o,
               const struct report_sink *sink, struct err *err)
{
    const struct trend *t = a->trend;
    struct json_writer w;
    if (!json_writer_init(&w, o, sink, err))
        return false;
    json_open_object(&w);
    json_key_bool(&w, "backwards", t->backwards);
    put_classes(&w, a);
    json_key_number(&w, "classes_total", a->classes.total);
    json_put_findings(&w, a->newest, true);
    put_new(&w, &t->places);
    json_key_bool(&w, "one_process", t->one_process);
    put_places(&w, a);
    json_key_number(&w, "places_total", a->places.total);
    json_key_number(&w, "schema_version", REPORT_SCHEMA_VERSION);
    put_snapshots(&w, t);
    json_close_object(&w);
    return json_writer_finish(&w, err);
}
