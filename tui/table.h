/* Views with columns: which fit, where they stand, a header and rows.
 *
 * A column shows from the width of the screen that it asks for; the one of width 0 takes what the
 * others leave.
 */
#ifndef MORTEM_TUI_TABLE_H
#define MORTEM_TUI_TABLE_H

#include "tui/view.h"

void table_set_columns(struct view *v, const struct view_column *columns, size_t count);

void table_draw_header(const struct view *v, struct screen *s, unsigned screen_row);
void table_draw_row(const struct view *v, struct screen *s, uint64_t row, unsigned screen_row,
                    bool selected);

/* put_text() of these views: the cells that stand left, in one line. */
void table_put_text(const struct view *v, uint64_t row, struct buf *b);

/* The next order that a column has, round; its title, "" if there is none. */
int table_next_order(const struct view *v);
const char *table_order_title(const struct view *v);

/* A bar of BAR_WIDTH columns. */
#define BAR_WIDTH 12
void table_put_bar(struct buf *b, uint64_t part, uint64_t whole, bool ascii);

#endif
