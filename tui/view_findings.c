/* The view Findings: one row for what each rule found, worst first. Enter: all about it.
 */
#include "tui/view.h"

#include "base/text.h"
#include "tui/table.h"

enum finding_column {
    COLUMN_TITLE,
    COLUMN_RULE,
    COLUMN_SEVERITY,
    COLUMN_CONFIDENCE,
    COLUMN_RETAINED,
    COLUMN_SHARE,
    FINDING_COLUMNS,
};

static const struct view_column finding_columns[FINDING_COLUMNS] = {
    [COLUMN_TITLE] = {"Finding", 0, false, 0, NO_ORDER},
    [COLUMN_RULE] = {"Rule", 16, false, 80, NO_ORDER},
    [COLUMN_SEVERITY] = {"Severity", 8, false, 60, NO_ORDER},
    [COLUMN_CONFIDENCE] = {"Sure", 5, true, 60, NO_ORDER},
    [COLUMN_RETAINED] = {"Retained", 9, true, 0, NO_ORDER},
    [COLUMN_SHARE] = {"Share", 7, true, 100, NO_ORDER},
};

static bool open_findings(struct view *v, struct err *err)
{
    (void)err;
    table_set_columns(v, finding_columns, FINDING_COLUMNS);
    v->list.count = v->total = v->m->a->finding_count;
    return true;
}

static void close_findings(struct view *v)
{
    (void)v;
}

static void put_cell(const struct view *v, uint64_t row, size_t column, struct buf *b)
{
    const struct finding *f = &v->m->a->findings[row];
    switch ((enum finding_column)column) {
    case COLUMN_TITLE:
        buf_puts(b, f->title);
        break;
    case COLUMN_RULE:
        buf_puts(b, f->rule);
        break;
    case COLUMN_SEVERITY:
        buf_puts(b, severity_word(f->severity));
        break;
    case COLUMN_CONFIDENCE:
        buf_printf(b, "%u %%", f->confidence);
        break;
    case COLUMN_RETAINED:
        text_put_bytes(b, f->retained_bytes);
        break;
    case COLUMN_SHARE:
        text_put_percent(b, f->retained_bytes, v->m->a->heap.total_bytes);
        break;
    case FINDING_COLUMNS:
        break;
    }
}

static enum ink cell_ink(const struct view *v, uint64_t row, size_t column)
{
    static const enum ink inks[] = {
        [SEVERITY_INFO] = INK_DIM,
        [SEVERITY_WARN] = INK_WARN,
        [SEVERITY_LEAK] = INK_LEAK,
    };
    return column == COLUMN_SEVERITY ? inks[v->m->a->findings[row].severity] : INK_PLAIN;
}

static bool to_finding(const struct view *v, uint64_t row, struct place *ret)
{
    *ret = (struct place){VIEW_FINDING, row};
    return row < v->list.count;
}

const struct view_kind view_findings = {
    .name = "Findings",
    .help = "what the rules found, worst first",
    .if_empty = "No rule found anything in these inputs.",
    .open = open_findings,
    .close = close_findings,
    .put_cell = put_cell,
    .cell_ink = cell_ink,
    .put_text = table_put_text,
    .target = to_finding,
};
