/* What stands around a list: see frame.h. */
#include "tui/frame.h"

#include <string.h>

#include "base/text.h"
#include "tui/actions.h"
#include "tui/table.h"

/* Lines: tabs, title, perhaps a header; at the bottom the state and the keys. */
#define TITLE_LINE 1
#define HEADER_LINE 2
#define BOTTOM_LINES 2

bool frame_fits(const struct screen *s)
{
    return screen_columns(s) >= SCREEN_MIN_COLUMNS && screen_rows(s) >= SCREEN_MIN_ROWS;
}

static unsigned list_line(const struct view *v)
{
    return v->column_count ? HEADER_LINE + 1 : HEADER_LINE;
}

unsigned frame_list_height(const struct view *v, const struct screen *s)
{
    return screen_rows(s) - list_line(v) - BOTTOM_LINES;
}

static unsigned put(struct screen *s, unsigned row, unsigned column, enum ink ink, const char *text)
{
    return screen_put(s, row, column, screen_columns(s), ink, text, strlen(text));
}

/* -- the top -- */

/* The view of history that a tab stands for: a view without one is shown by what led to it. */
static enum view_id current_tab(const struct browser *b)
{
    for (size_t i = b->at + 1; i-- > 0;) {
        if (b->history[i]->place.view < VIEW_TABS)
            return b->history[i]->place.view;
    }
    return VIEW_COUNT;
}

/* On a narrow screen only the current one has its name. */
static void draw_tabs(struct browser *b)
{
    enum view_id current = current_tab(b);
    unsigned column = 0, names = 0;
    for (unsigned i = 0; i < VIEW_TABS; i++)
        names += (unsigned)strlen(view_kinds[i]->name) + 4;
    bool narrow = screen_columns(b->screen) < names;
    for (unsigned i = 0; i < VIEW_TABS; i++) {
        bool is_current = i == current;
        char digit[2] = {(char)('1' + i), '\0'};
        enum ink ink = is_current ? INK_TAB : INK_PLAIN;
        column += put(b->screen, 0, column, ink, " ");
        column += put(b->screen, 0, column, is_current ? INK_TAB : INK_KEY, digit);
        column += put(b->screen, 0, column, ink, " ");
        if (narrow && !is_current)
            continue;
        column += put(b->screen, 0, column, ink, view_kinds[i]->name);
        column += put(b->screen, 0, column, ink, " ");
    }
}

static void draw_title(struct browser *b, const struct view *v)
{
    struct buf title = {0};
    buf_puts(&title, v->kind->name);
    if (v->kind->put_title && v->data) {
        buf_puts(&title, ": ");
        v->kind->put_title(v, &title);
    } else if (b->model.a->heap.present && v->kind->needs == NEEDS_HEAP) {
        buf_puts(&title, ": ");
        buf_puts(&title, b->model.a->heap.file);
    }
    screen_put(b->screen, TITLE_LINE, 0, screen_columns(b->screen), INK_TITLE, buf_str(&title),
               title.len);
    buf_release(&title);
}

/* -- the bottom -- */

static void put_state(struct buf *t, const struct view *v)
{
    text_put_count(t, v->list.count ? v->list.selection + 1 : 0);
    buf_putc(t, '/');
    text_put_count(t, v->total);
    if (v->list.count < v->total) {
        buf_puts(t, " (");
        text_put_count(t, v->list.count);
        buf_puts(t, " sorted so far)");
    }
    if (v->order != NO_ORDER && v->column_count > 0)
        buf_printf(t, "  by %s", table_order_title(v));
}

/* "finding dominators 25 %" */
static void put_progress(struct buf *t, const struct background_state *s)
{
    buf_puts(t, s->phase[0] ? s->phase : "beginning");
    if (s->total_units) {
        buf_putc(t, ' ');
        text_put_percent(t, s->units, s->total_units);
    }
}

/* What goes on behind the views, in front of their state. Returns the columns taken. */
static unsigned draw_progress(struct browser *b, unsigned line)
{
    struct buf t = {0};
    if (b->model.state.done)
        return 0;
    put_progress(&t, &b->model.state);
    unsigned columns = put(b->screen, line, 0, INK_LABEL, buf_str(&t)) + 2;
    buf_release(&t);
    return columns;
}

static void draw_state(struct browser *b, const struct view *v)
{
    struct buf t = {0};
    unsigned line = screen_rows(b->screen) - BOTTOM_LINES, column = 0;
    enum ink ink = INK_DIM;
    if (b->typing) {
        buf_putc(&t, '/');
        buf_append(&t, buf_str(&b->search.text), b->search.text.len);
        buf_puts(&t, "_ ");
        ink = INK_TITLE;
    }
    if (b->message.len > 0) {
        buf_append(&t, buf_str(&b->message), b->message.len);
        ink = INK_TITLE;
    } else if (!b->typing) {
        column = draw_progress(b, line);
        put_state(&t, v);
    }
    screen_put(b->screen, line, column, screen_columns(b->screen), ink, buf_str(&t), t.len);
    buf_release(&t);
}

static void draw_keys(struct browser *b)
{
    unsigned line = screen_rows(b->screen) - 1, column = 0, width = screen_columns(b->screen);
    struct buf key = {0};
    for (size_t i = 0; i < action_count; i++) {
        if (!actions[i].label)
            continue;
        buf_clear(&key);
        action_put_key(&key, actions[i].keys[0]);
        /* What does not fit whole is left out. */
        if (column + key.len + strlen(actions[i].label) > width)
            continue;
        column += put(b->screen, line, column, INK_KEY, buf_str(&key));
        column += put(b->screen, line, column, INK_KEY_LABEL, actions[i].label);
        column += put(b->screen, line, column, INK_PLAIN, " ");
    }
    buf_release(&key);
}

/* -- the list -- */

struct row_painter {
    const struct view *v;
    struct screen *s;
};

static void draw_row(void *ctx, uint64_t row, unsigned line, bool selected)
{
    const struct row_painter *p = ctx;
    unsigned screen_row = list_line(p->v) + line;
    if (p->v->column_count > 0) {
        table_draw_row(p->v, p->s, row, screen_row, selected);
        return;
    }
    screen_reverse(p->s, selected);
    screen_put_cell(p->s, screen_row, 0, screen_columns(p->s), false, INK_PLAIN, "", 0);
    p->v->kind->draw_line(p->v, p->s, row, screen_row);
    screen_reverse(p->s, false);
}

/* What is being read, before there are any answers. */
static unsigned draw_files(struct browser *b, unsigned line)
{
    const struct background_state *now = &b->model.state;
    unsigned end = screen_rows(b->screen) - BOTTOM_LINES - 2;
    put(b->screen, line++, 2, INK_HEADING, "Reading");
    for (size_t i = 0; i < now->file_count && line < end; i++)
        put(b->screen, line++, 4, INK_PLAIN, now->files[i]);
    return line;
}

static void draw_wait(struct browser *b, const struct view *v, unsigned line)
{
    const struct background_state *now = &b->model.state;
    struct buf t = {0};
    if (!now->answers)
        line = draw_files(b, line);
    else
        put(b->screen, line++, 2, INK_PLAIN,
            "The heap is being read; this fills when it is there.");
    if (now->total_units) {
        table_put_bar(&t, now->units, now->total_units, v->m->ascii);
        buf_puts(&t, "  ");
    }
    put_progress(&t, now);
    put(b->screen, line, 4, INK_DIM, buf_str(&t));
    buf_release(&t);
}

/* In place of rows: what the view waits for, or that it will never come. */
static void draw_unfilled(struct browser *b, const struct view *v)
{
    const struct background_state *now = &b->model.state;
    unsigned line = list_line(v);
    if (!now->done && (!now->answers || model_waits_for_heap(&b->model)))
        draw_wait(b, v, line);
    else if (now->problem.code != ERR_NONE)
        put(b->screen, line, 2, INK_WARN, now->problem.msg);
    else
        put(b->screen, line, 2, INK_DIM, "There is no heap snapshot to look at.");
}

static void draw_list(struct browser *b, struct view *v)
{
    if (!v->filled)
        draw_unfilled(b, v);
    else if (v->list.count == 0)
        put(b->screen, list_line(v), 2, INK_DIM, v->kind->if_empty);
    struct row_painter painter = {v, b->screen};
    list_view_draw(&v->list, draw_row, &painter);
}

void frame_draw(struct browser *b)
{
    struct view *v = browser_view(b);
    draw_tabs(b);
    draw_title(b, v);
    if (v->column_count > 0)
        table_draw_header(v, b->screen, HEADER_LINE);
    draw_list(b, v);
    draw_state(b, v);
    draw_keys(b);
}

void frame_draw_too_small(struct screen *s)
{
    struct buf t = {0};
    buf_printf(&t, "Too small: %ux%u", SCREEN_MIN_COLUMNS, SCREEN_MIN_ROWS);
    screen_put(s, 0, 0, screen_columns(s), INK_PLAIN, buf_str(&t), t.len);
    buf_release(&t);
}
