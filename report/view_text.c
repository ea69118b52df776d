/* A view of a heap as text: see view_report.h. */
#include "report/view_report.h"

#include "report/redact.h"
#include "report/table_text.h"

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
            table_text_number(&v->text, f->kind, f->number, l->total_bytes);
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
        ok = table_text_put(&v.page, &a->table, o, sink, err);
    ok = ok && table_text_flush(&v.page, sink, 0, err);
    page_release(&v.page);
    buf_release(&v.text);
    return ok;
}
