/* The one list under every screen: see list_view.h. */
#include "tui/list_view.h"

static void reach(struct list_view *l, uint64_t rows)
{
    if (l->reach && rows > l->count)
        l->reach(l->ctx, rows);
}

void list_view_clamp(struct list_view *l)
{
    if (l->height == 0)
        l->height = 1;
    if (l->selection >= l->count)
        l->selection = l->count ? l->count - 1 : 0;
    if (l->top > l->selection)
        l->top = l->selection;
    if (l->selection - l->top >= l->height)
        l->top = l->selection - l->height + 1;
    /* No empty lines below the last row while there are rows above. */
    uint64_t last_top = l->count > l->height ? l->count - l->height : 0;
    if (l->top > last_top)
        l->top = last_top;
}

void list_view_resize(struct list_view *l, unsigned height)
{
    l->height = height ? height : 1;
    reach(l, l->top + l->height);
    list_view_clamp(l);
}

void list_view_select(struct list_view *l, uint64_t row)
{
    reach(l, row < UINT64_MAX - l->height ? row + l->height : row);
    l->selection = row;
    list_view_clamp(l);
}

void list_view_move(struct list_view *l, int64_t rows)
{
    uint64_t by = rows < 0 ? -(uint64_t)rows : (uint64_t)rows;
    if (rows < 0)
        list_view_select(l, l->selection > by ? l->selection - by : 0);
    else
        list_view_select(l, l->selection + by);
}

void list_view_page(struct list_view *l, int pages)
{
    int64_t rows = (int64_t)pages * l->height;
    /* The window moves with the selection. */
    if (rows < 0)
        l->top = l->top > -(uint64_t)rows ? l->top - -(uint64_t)rows : 0;
    else
        l->top += (uint64_t)rows;
    list_view_move(l, rows);
}

void list_view_home(struct list_view *l)
{
    list_view_select(l, 0);
}

void list_view_end(struct list_view *l)
{
    reach(l, l->count + LIST_VIEW_END_STEP);
    list_view_select(l, l->count ? l->count - 1 : 0);
}

void list_view_draw(const struct list_view *l,
                    void (*draw_row)(void *ctx, uint64_t row, unsigned line, bool selected),
                    void *ctx)
{
    for (unsigned line = 0; line < l->height && l->top + line < l->count; line++)
        draw_row(ctx, l->top + line, line, l->top + line == l->selection);
}
