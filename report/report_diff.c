/* What grew between snapshots, as a text page: see report_diff.h. */
#include "report/report_diff.h"

#include <string.h>

#include "base/text.h"
#include "report/finding_text.h"
#include "report/page.h"
#include "report/table_text.h"

#define FOLLOWED_ROWS 5
/* Of all new bytes, in percent: less is no news. */
#define SHARE_TOLD 5

struct diff_page {
    const struct diff_answer *a;
    const struct trend *t;
    const struct report_options *o;
    const struct report_sink *sink;
    struct page page;
};

static const struct page_label no_label = {0, 0, ROLE_PLAIN, ""};
static const struct page_label indented = {2, 0, ROLE_PLAIN, ""};

/* -- the snapshots -- */

static void put_snapshots(struct diff_page *d)
{
    enum { NUMBER = 3, FIGURE = 14 };
    const struct trend *t = d->t;
    struct page *p = &d->page;
    unsigned rest = p->width - NUMBER - 3 * FIGURE;
    const char *const titles[] = {"", "Snapshot, oldest first", "Objects", "Size", "Growth"};
    page_role(p, ROLE_LABEL);
    for (size_t i = 0; i < ARRAY_LEN(titles); i++)
        page_cell(p, i == 0 ? NUMBER : i == 1 ? rest : FIGURE, i > 1, titles[i]);
    page_role(p, ROLE_PLAIN);
    page_end_line(p);
    for (size_t i = 0; i < t->count; i++) {
        const struct trend_snapshot *s = &t->snapshots[i];
        uint64_t before = t->snapshots[i ? i - 1 : 0].total_bytes;
        struct buf *b = page_scratch(p);
        buf_printf(b, "%zu", i + 1);
        page_cell(p, NUMBER, false, buf_str(b));
        page_cell(p, rest, false, s->file);
        b = page_scratch(p);
        text_put_count(b, s->objects);
        page_cell(p, FIGURE, true, buf_str(b));
        b = page_scratch(p);
        text_put_bytes(b, s->total_bytes);
        page_cell(p, FIGURE, true, buf_str(b));
        b = page_scratch(p);
        if (i > 0)
            table_text_number(b, COLUMN_BYTES_CHANGE, s->total_bytes - before, 0);
        page_cell(p, FIGURE, true, buf_str(b));
        page_end_line(p);
    }
}

/* What limits the answer. */
static void put_limits(struct diff_page *d)
{
    const struct trend *t = d->t;
    const struct page_label warning = {0, 2, ROLE_WARN, "!"};
    for (size_t i = 0; i < t->count; i++) {
        if (t->snapshots[i].damage)
            page_paragraph(&d->page, warning, t->snapshots[i].damage);
        if (t->snapshots[i].remark)
            page_paragraph(&d->page, warning, t->snapshots[i].remark);
    }
    if (!t->one_process)
        page_paragraph(&d->page, warning,
                       "These are snapshots of different processes: an id is not the same object "
                       "in all of them. Only the sums of classes are compared, matched by name.");
    if (t->backwards)
        page_paragraph(&d->page, warning,
                       "An earlier snapshot has younger objects than one behind it: give the "
                       "oldest first.");
}

/* -- places -- */

static void put_place_name(struct buf *b, const struct growth_place *p)
{
    struct str script = path_tail(p->script);
    buf_puts(b, p->holder);
    if (script.len)
        buf_printf(b, " in %.*s", (int)script.len, script.p);
}

static void put_first_place(struct diff_page *d)
{
    const struct trend *t = d->t;
    const struct table *places = &d->a->places;
    const struct page_label most = {0, 11, ROLE_HEADING, "Grew most:"};
    if (!table_rows(places))
        return;
    const struct growth_place *p = &t->places.all[table_item(places, 0)];
    uint64_t own = p->new_bytes + p->grown_bytes;
    uint64_t all = t->places.new_bytes + t->places.grown_bytes;
    if (own * 100 < all * SHARE_TOLD || p->kind == OWNER_NONE || t->backwards)
        return;
    struct buf *b = page_scratch(&d->page);
    page_blank_line(&d->page);
    put_place_name(b, p);
    buf_puts(b, ": +");
    text_put_count(b, p->new_objects);
    buf_puts(b, " objects, +");
    text_put_bytes(b, own);
    buf_puts(b, ", ");
    text_put_percent(b, own, all);
    buf_puts(b, " of all that is new");
    page_paragraph(&d->page, most, buf_str(b));
}

/* The best that can be done about it. */
static void put_advice(struct diff_page *d, const struct finding *f)
{
    if (!f->advice_count)
        return;
    const struct advice *ad = &f->advice[0];
    struct buf *b = page_scratch(&d->page);
    buf_puts(b, ad->title);
    if (ad->where)
        buf_printf(b, ", in %s", ad->where);
    buf_puts(b, ad->paste ? ":" : "");
    page_paragraph(&d->page, (struct page_label){5, 11, ROLE_LABEL, "to change"}, buf_str(b));
    if (ad->paste)
        page_verbatim(&d->page, 16, ad->paste);
}

/* What the rules make of it. */
static void put_findings(struct diff_page *d)
{
    const struct analysis *a = d->a->newest;
    bool any = false;
    for (size_t i = 0; i < a->finding_count; i++) {
        const struct finding *f = &a->findings[i];
        if (!f->growth.snapshots)
            continue;
        if (!any)
            page_heading(&d->page, "What that means");
        any = true;
        finding_text(&d->page, f, heap_total_bytes(&d->t->newest), d->o->show_strings);
        put_advice(d, f);
    }
}

static void put_series(struct buf *b, const uint64_t *figures, size_t count,
                       void (*put)(struct buf *, uint64_t))
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_puts(b, " -> ");
        put(b, figures[i]);
    }
}

/* Small integers leave no trace: an array of them looks empty. */
static bool has_entries(const struct trend *t, const struct growth_place *p)
{
    return p->has_entries && (p->entries[0] || p->entries[t->count - 1]);
}

/* The first places step by step. */
static void put_followed(struct diff_page *d)
{
    const struct trend *t = d->t;
    const struct table *places = &d->a->places;
    for (uint64_t row = 0; row < table_rows(places) && row < FOLLOWED_ROWS; row++) {
        const struct growth_place *p = &t->places.all[table_item(places, row)];
        struct buf *b = page_scratch(&d->page);
        if (p->kind == OWNER_NONE || (t->count < 3 && !has_entries(t, p)))
            continue;
        buf_printf(b, "%s (%s @%u): ", p->holder, p->what, p->node_id);
        if (has_entries(t, p)) {
            put_series(b, p->entries, t->count, text_put_count);
            buf_puts(b, " entries, ");
        }
        put_series(b, p->retained_bytes, t->count, text_put_bytes);
        buf_puts(b, " retained");
        page_paragraph(&d->page, indented, buf_str(b));
    }
}

static void put_coverage(struct diff_page *d)
{
    const struct growth_places *g = &d->t->places;
    struct buf *b = page_scratch(&d->page);
    if (g->new_bytes + g->grown_bytes == 0)
        return;
    text_put_count(b, g->new_objects);
    buf_puts(b, " objects are new, with ");
    text_put_bytes(b, g->new_bytes);
    if (g->grown_bytes) {
        buf_puts(b, "; objects that were there before got ");
        text_put_bytes(b, g->grown_bytes);
        buf_puts(b, " larger");
    }
    buf_puts(b, ". The places have ");
    text_put_percent(b, g->held_bytes, g->new_bytes + g->grown_bytes);
    buf_puts(b, " of these bytes; the rest is spread too thin, or held by several at once.");
    page_paragraph(&d->page, no_label, buf_str(b));
}

static bool put_places(struct diff_page *d, struct err *err)
{
    if (!d->t->one_process)
        return true;
    page_heading(&d->page, "Where it grows: new objects by the variable that holds them");
    if (!table_text_put(&d->page, &d->a->places, d->o, d->sink, err))
        return false;
    put_followed(d);
    put_coverage(d);
    return true;
}

static bool put_classes(struct diff_page *d, struct err *err)
{
    page_heading(&d->page, "What grows: classes by shallow size");
    return table_text_put(&d->page, &d->a->classes, d->o, d->sink, err);
}

bool diff_text(const struct diff_answer *a, const struct report_options *o,
               const struct report_sink *sink, struct err *err)
{
    struct diff_page d = {.a = a, .t = a->trend, .o = o, .sink = sink};
    d.page.width = o->width ? (unsigned)max_u64(o->width, REPORT_WIDTH_MIN) : REPORT_WIDTH;
    d.page.color = o->color;
    d.page.ascii = o->ascii;
    put_snapshots(&d);
    put_limits(&d);
    put_first_place(&d);
    put_findings(&d);
    bool ok =
        put_places(&d, err) && put_classes(&d, err) && table_text_flush(&d.page, sink, 0, err);
    page_release(&d.page);
    return ok;
}
