/* A view of a heap as text: see view_report.h. */
#include "report/view_report.h"

#include "base/text.h"
#include "report/page.h"
#include "report/redact.h"

#define BLOCK_BYTES 65536
#define NAME_WIDTH_MIN 20
#define LABEL_WIDTH 20

struct view_page {
    struct page page;
    const struct report_options *o;
    struct buf text;
};

void view_redact(struct buf *b, enum column_kind kind, bool show_strings)
{
    struct buf shown = {0};
    for (size_t i = 0; i < b->len; i++) {
        if (!b->data[i])
            b->data[i] = ' '; /* as V8 writes NUL in a name */
    }
    switch (kind) {
    case COLUMN_NAME:
        redact_name(&shown, buf_str(b), show_strings);
        break;
    case COLUMN_STRING:
        redact_string(&shown, buf_str(b), show_strings);
        break;
    case COLUMN_EDGE:
        redact_edge(&shown, buf_str(b), show_strings);
        break;
    default:
        return;
    }
    shown.failed |= b->failed;
    buf_release(b);
    *b = shown;
}

static void put_number(struct buf *b, enum column_kind kind, uint64_t number, uint64_t total_bytes)
{
    switch (kind) {
    case COLUMN_ID:
        buf_printf(b, "@%llu", (unsigned long long)number);
        break;
    case COLUMN_BYTES:
        text_put_bytes(b, number);
        break;
    case COLUMN_SHARE:
        text_put_percent(b, number, total_bytes);
        break;
    case COLUMN_DISTANCE:
        if (number >= SYSTEM_DISTANCE) { /* negative too */
            buf_putc(b, '-');
            break;
        }
        text_put_count(b, number);
        break;
    default:
        text_put_count(b, number);
    }
}

/* -- tables -- */

static unsigned name_width(const struct page *p, const struct table_source *s)
{
    unsigned others = 0;
    for (size_t i = 0; i < s->column_count; i++)
        others += s->columns[i].width + (i > 0);
    return p->width > others + NAME_WIDTH_MIN ? p->width - others : NAME_WIDTH_MIN;
}

static void put_cell(struct view_page *v, const struct table_source *s, size_t column,
                     const char *text)
{
    const struct table_column *c = &s->columns[column];
    if (column > 0)
        page_cell(&v->page, 1, false, "");
    page_cell(&v->page, c->width ? c->width : name_width(&v->page, s), !column_is_text(c->kind),
              text);
}

static void put_titles(struct view_page *v, const struct table_source *s)
{
    page_role(&v->page, ROLE_LABEL);
    for (size_t i = 0; i < s->column_count; i++)
        put_cell(v, s, i, s->columns[i].title);
    page_role(&v->page, ROLE_PLAIN);
    page_end_line(&v->page);
}

static void put_row(struct view_page *v, const struct table *t, uint64_t row)
{
    const struct table_source *s = t->source;
    uint64_t item = table_item(t, row);
    for (size_t i = 0; i < s->column_count; i++) {
        enum column_kind kind = s->columns[i].kind;
        buf_clear(&v->text);
        if (column_is_text(kind)) {
            s->text(t, item, i, &v->text);
            view_redact(&v->text, kind, v->o->show_strings);
        } else {
            put_number(&v->text, kind, s->number(t, item, i), t->total_bytes);
        }
        put_cell(v, s, i, buf_str(&v->text));
        v->page.failed |= v->text.failed;
    }
    page_end_line(&v->page);
}

static void put_rest(struct view_page *v, const struct table *t)
{
    struct buf *b = page_scratch(&v->page);
    const struct page_label no_label = {0, 0, ROLE_PLAIN, ""};
    if (t->total == 0)
        buf_puts(b, "nothing");
    else if (t->total > table_rows(t)) {
        buf_puts(b, "... and ");
        text_put_count(b, t->total - table_rows(t));
        buf_puts(b, " more: --top 0 shows all");
    }
    if (b->len)
        page_paragraph(&v->page, no_label, buf_str(b));
    b = page_scratch(&v->page);
    if (!t->filter.given_up)
        return;
    text_put_count(b, t->filter.given_up);
    buf_puts(b, " names took --filter too long and count as not matching");
    page_paragraph(&v->page, no_label, buf_str(b));
}

static bool flush(struct view_page *v, const struct report_sink *sink, size_t least,
                  struct err *err)
{
    struct buf *out = &v->page.out;
    if (page_failed(&v->page))
        return err_nomem(err, out->len, "the table");
    if (out->len < least)
        return true;
    bool ok = sink->write(sink->ctx, buf_str(out), out->len) || report_sink_failed(err);
    buf_clear(out);
    return ok;
}

static bool put_table(struct view_page *v, const struct table *t, const struct report_sink *sink,
                      struct err *err)
{
    if (table_rows(t) > 0)
        put_titles(v, t->source);
    for (uint64_t row = 0; row < table_rows(t); row++) {
        put_row(v, t, row);
        if (!flush(v, sink, BLOCK_BYTES, err))
            return false;
    }
    put_rest(v, t);
    return true;
}

/* -- facts -- */

static void put_facts(struct view_page *v, const struct fact_list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct fact *f = &l->facts[i];
        if (!f->known)
            continue;
        buf_clear(&v->text);
        if (column_is_text(f->kind)) {
            buf_puts(&v->text, f->text);
            view_redact(&v->text, f->kind, v->o->show_strings);
        } else {
            put_number(&v->text, f->kind, f->number, l->total_bytes);
        }
        page_cell(&v->page, LABEL_WIDTH, false, f->label);
        page_cell(&v->page, 0, false, buf_str(&v->text));
        page_end_line(&v->page);
        v->page.failed |= v->text.failed;
    }
}

bool view_text(const struct view_answer *a, const struct view_caption *c,
               const struct report_options *o, const struct report_sink *sink, struct err *err)
{
    struct view_page v = {.o = o};
    v.page.width = o->width ? (unsigned)max_u64(o->width, REPORT_WIDTH_MIN) : REPORT_WIDTH;
    v.page.color = o->color;
    v.page.ascii = o->ascii;
    (void)c;
    bool ok = true;
    if (a->view->list_facts)
        put_facts(&v, &a->facts);
    else
        ok = put_table(&v, &a->table, sink, err);
    ok = ok && flush(&v, sink, 0, err);
    page_release(&v.page);
    buf_release(&v.text);
    return ok;
}
