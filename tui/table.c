/* Views with columns: see table.h. */
#include "tui/table.h"

#include <string.h>

void table_set_columns(struct view *v, const struct view_column *columns, size_t count)
{
    memcpy(v->columns, columns, count * sizeof *columns);
    v->column_count = count;
}

/* What is left for the column without a width. */
static unsigned rest_width(const struct view *v, unsigned width)
{
    unsigned taken = 0;
    for (size_t i = 0; i < v->column_count; i++) {
        if (v->columns[i].from_width <= width && v->columns[i].width > 0)
            taken += v->columns[i].width + 1;
    }
    return width > taken ? width - taken : 0;
}

/* Draws a row of cells; row UINT64_MAX is the header. */
static void draw_cells(const struct view *v, struct screen *s, uint64_t row, unsigned screen_row,
                       bool selected)
{
    unsigned width = screen_columns(s), rest = rest_width(v, width), column = 0;
    bool header = row == UINT64_MAX;
    struct buf text = {0};
    for (size_t i = 0; i < v->column_count; i++) {
        const struct view_column *c = &v->columns[i];
        if (c->from_width > width)
            continue;
        enum ink ink = INK_PLAIN;
        buf_clear(&text);
        if (header) {
            ink = c->order >= 0 && c->order == v->order ? INK_TAB : INK_LABEL;
            buf_puts(&text, c->title);
        } else {
            v->kind->put_cell(v, row, i, &text);
            ink = v->kind->cell_ink ? v->kind->cell_ink(v, row, i) : INK_PLAIN;
        }
        unsigned cell = c->width ? c->width : rest;
        screen_reverse(s, selected && c->order != IS_BAR);
        screen_put_cell(s, screen_row, column, cell, c->right, ink, buf_str(&text), text.len);
        column += cell + 1;
    }
    buf_release(&text);
}

void table_draw_header(const struct view *v, struct screen *s, unsigned screen_row)
{
    draw_cells(v, s, UINT64_MAX, screen_row, false);
}

void table_draw_row(const struct view *v, struct screen *s, uint64_t row, unsigned screen_row,
                    bool selected)
{
    screen_reverse(s, selected);
    screen_put_cell(s, screen_row, 0, screen_columns(s), false, INK_PLAIN, "", 0);
    draw_cells(v, s, row, screen_row, selected);
    screen_reverse(s, false);
}

void table_put_text(const struct view *v, uint64_t row, struct buf *b)
{
    for (size_t i = 0; i < v->column_count; i++) {
        if (v->columns[i].right)
            continue;
        if (b->len > 0)
            buf_putc(b, ' ');
        v->kind->put_cell(v, row, i, b);
    }
}

int table_next_order(const struct view *v)
{
    int next = NO_ORDER, least = NO_ORDER;
    for (size_t i = 0; i < v->column_count; i++) {
        int order = v->columns[i].order;
        if (order < 0)
            continue;
        if (order > v->order && (next == NO_ORDER || order < next))
            next = order;
        if (least == NO_ORDER || order < least)
            least = order;
    }
    return next != NO_ORDER ? next : least;
}

const char *table_order_title(const struct view *v)
{
    for (size_t i = 0; i < v->column_count; i++) {
        if (v->columns[i].order >= 0 && v->columns[i].order == v->order)
            return v->columns[i].title;
    }
    return "";
}

void table_put_bar(struct buf *b, uint64_t part, uint64_t whole, bool ascii)
{
    double share = whole ? (double)min_u64(part, whole) / (double)whole : 0;
    unsigned full = (unsigned)(share * BAR_WIDTH + 0.5);
    for (unsigned i = 0; i < BAR_WIDTH; i++)
        buf_puts(b, i >= full ? (ascii ? "." : "\xC2\xB7") : ascii ? "#" : "\xE2\x96\x88");
}
