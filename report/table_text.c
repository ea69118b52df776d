/* Tables on a text page: see table_text.h. */
#include "report/table_text.h"

#include "analyzer/heap.h"
#include "base/text.h"
#include "report/view_report.h"

#define BLOCK_BYTES 65536
#define NAME_WIDTH_MIN 20

/* -- numbers -- */

/* "+1,234", "-12". */
static void put_change(struct buf *b, int64_t change, void (*put)(struct buf *, uint64_t))
{
    if (change)
        buf_putc(b, change < 0 ? '-' : '+');
    put(b, change < 0 ? -(uint64_t)change : (uint64_t)change);
}

/* From so many tenths of a percent on "102x" says it. */
#define FACTOR_LEAST 100000

/* Tenths only where they matter. */
static void put_percent_change(struct buf *b, int64_t tenths)
{
    uint64_t size = tenths < 0 ? -(uint64_t)tenths : (uint64_t)tenths;
    if (tenths == INT64_MAX) {
        buf_puts(b, "new");
        return;
    }
    if (tenths >= FACTOR_LEAST) {
        text_put_count(b, size / 1000 + 1);
        buf_putc(b, 'x');
        return;
    }
    if (tenths)
        buf_putc(b, tenths < 0 ? '-' : '+');
    text_put_count(b, size < 1000 ? size / 10 : (size + 5) / 10);
    if (size < 1000 && size % 10)
        buf_printf(b, ".%u", (unsigned)(size % 10));
    buf_puts(b, " %");
}

static void put_distance(struct buf *b, uint64_t distance)
{
    if (distance >= SYSTEM_DISTANCE) /* negative too */
        buf_putc(b, '-');
    else
        text_put_count(b, distance);
}

void table_text_number(struct buf *b, enum column_kind kind, uint64_t number, uint64_t total_bytes)
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
        put_distance(b, number);
        break;
    case COLUMN_CHANGE:
        put_change(b, (int64_t)number, text_put_count);
        break;
    case COLUMN_BYTES_CHANGE:
        put_change(b, (int64_t)number, text_put_bytes);
        break;
    case COLUMN_PERCENT_CHANGE:
        put_percent_change(b, (int64_t)number);
        break;
    default:
        text_put_count(b, number);
    }
}

/* -- rows -- */

static unsigned name_width(const struct page *p, const struct table_source *s)
{
    unsigned others = 0;
    for (size_t i = 0; i < s->column_count; i++)
        others += s->columns[i].width + (i > 0);
    return p->width > others + NAME_WIDTH_MIN ? p->width - others : NAME_WIDTH_MIN;
}

static void put_cell(struct page *p, const struct table_source *s, size_t column, const char *text)
{
    const struct table_column *c = &s->columns[column];
    if (column > 0)
        page_cell(p, 1, false, "");
    page_cell(p, c->width ? c->width : name_width(p, s), !column_is_text(c->kind), text);
}

static void put_titles(struct page *p, const struct table_source *s)
{
    page_role(p, ROLE_LABEL);
    for (size_t i = 0; i < s->column_count; i++)
        put_cell(p, s, i, s->columns[i].title);
    page_role(p, ROLE_PLAIN);
    page_end_line(p);
}

static void put_row(struct page *p, const struct table *t, uint64_t row,
                    const struct report_options *o, struct buf *text)
{
    const struct table_source *s = t->source;
    uint64_t item = table_item(t, row);
    for (size_t i = 0; i < s->column_count; i++) {
        enum column_kind kind = s->columns[i].kind;
        buf_clear(text);
        if (column_is_text(kind)) {
            s->text(t, item, i, text);
            view_redact(text, kind, o->show_strings);
        } else {
            table_text_number(text, kind, s->number(t, item, i), t->total_bytes);
        }
        put_cell(p, s, i, buf_str(text));
        p->failed |= text->failed;
    }
    page_end_line(p);
}

static void put_rest(struct page *p, const struct table *t)
{
    struct buf *b = page_scratch(p);
    const struct page_label no_label = {0, 0, ROLE_PLAIN, ""};
    if (t->total == 0)
        buf_puts(b, "nothing");
    else if (t->total > table_rows(t)) {
        buf_puts(b, "... and ");
        text_put_count(b, t->total - table_rows(t));
        buf_puts(b, " more: --top 0 shows all");
    }
    if (b->len)
        page_paragraph(p, no_label, buf_str(b));
    b = page_scratch(p);
    if (!t->filter.given_up)
        return;
    text_put_count(b, t->filter.given_up);
    buf_puts(b, " names took --filter too long and count as not matching");
    page_paragraph(p, no_label, buf_str(b));
}

bool table_text_flush(struct page *p, const struct report_sink *sink, size_t least, struct err *err)
{
    if (page_failed(p))
        return err_nomem(err, p->out.len, "the table");
    if (p->out.len < least)
        return true;
    bool ok = sink->write(sink->ctx, buf_str(&p->out), p->out.len) || report_sink_failed(err);
    buf_clear(&p->out);
    return ok;
}

bool table_text_put(struct page *p, const struct table *t, const struct report_options *o,
                    const struct report_sink *sink, struct err *err)
{
    struct buf text = {0};
    bool ok = true;
    if (table_rows(t) > 0)
        put_titles(p, t->source);
    for (uint64_t row = 0; ok && row < table_rows(t); row++) {
        put_row(p, t, row, o, &text);
        ok = table_text_flush(p, sink, BLOCK_BYTES, err);
    }
    if (ok)
        put_rest(p, t);
    buf_release(&text);
    return ok;
}
