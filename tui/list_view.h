/* The one list under every screen: so many rows, a window of them shown, one of them selected.
 *
 * Knows nothing of what a row is. Rows may be found as they are needed: `reach` is asked before the
 * window gets near the last row known, and sets `count`.
 */
#ifndef MORTEM_TUI_LIST_VIEW_H
#define MORTEM_TUI_LIST_VIEW_H

#include "base/base.h"

struct list_view {
    uint64_t count; /* rows known */
    uint64_t top;   /* first one shown */
    uint64_t selection;
    unsigned height;                         /* rows that fit; at least 1 */
    void (*reach)(void *ctx, uint64_t rows); /* NULL: all rows are known */
    void *ctx;                               /* of reach() */
};

/* After `count` or `height` changed: selection and window are inside, the selection is shown. */
void list_view_clamp(struct list_view *l);
void list_view_resize(struct list_view *l, unsigned height);

void list_view_select(struct list_view *l, uint64_t row);
void list_view_move(struct list_view *l, int64_t rows);
void list_view_page(struct list_view *l, int pages);
void list_view_home(struct list_view *l);
/* The last row known, after as many again were asked for: at most END_STEP more. */
#define LIST_VIEW_END_STEP 65536
void list_view_end(struct list_view *l);

/* Draws the rows shown, line 0 first. */
void list_view_draw(const struct list_view *l,
                    void (*draw_row)(void *ctx, uint64_t row, unsigned line, bool selected),
                    void *ctx);

#endif
