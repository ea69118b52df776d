/* The browser: see browser.h. */
#include "tui/browser.h"

#include <curses.h>
#include <string.h>

#include "tui/actions.h"
#include "tui/frame.h"
#include "tui/table.h"

/* Rows that one search looks through before it says so. */
#define SEARCH_ROWS_MAX 100000

static const struct analysis no_answers;

static void take_state(struct browse_model *m, const struct background_state *now)
{
    m->state = *now;
    m->a = now->answers ? now->answers : &no_answers;
    if (!m->h && now->heap) {
        m->h = now->heap;
        node_text_init(&m->text, m->h);
    }
}

bool browser_init(struct browser *b, const struct background_state *now, struct screen *s,
                  struct err *err)
{
    struct view *first;
    *b = (struct browser){.screen = s, .node = NO_NODE, .model.ascii = screen_ascii(s)};
    take_state(&b->model, now);
    if (!view_open(&b->model, (struct place){VIEW_VERDICT, 0}, &first, err))
        return false;
    b->history[b->history_count++] = first;
    return true;
}

bool browser_is_worth_it(const struct background_state *now)
{
    const struct analysis *a = now->answers;
    return !now->done || (a && (a->heap.present || a->finding_count || a->death_count));
}

void browser_take(struct browser *b, const struct background_state *now)
{
    struct err err;
    bool heap_is_new = now->heap && !b->model.h;
    take_state(&b->model, now);
    for (size_t i = 0; i < b->history_count; i++) {
        struct view *v = b->history[i];
        if (heap_is_new && v->filled && v->kind->renew)
            v->kind->renew(v);
        if (!view_fill(v, &err))
            browser_say(b, err.msg);
    }
    b->done |= !browser_is_worth_it(now);
}

void browser_release(struct browser *b)
{
    for (size_t i = 0; i < b->history_count; i++)
        view_close(b->history[i]);
    search_release(&b->search);
    buf_release(&b->message);
}

void browser_say(struct browser *b, const char *sentence)
{
    buf_clear(&b->message);
    buf_puts(&b->message, sentence);
}

uint32_t browser_node(const struct browser *b)
{
    const struct view *v = browser_view(b);
    uint32_t n = NO_NODE;
    if (v->kind->node && v->list.count > 0)
        n = v->kind->node(v, v->list.selection);
    if (n == NO_NODE && v->kind->subject == SUBJECT_NODE && v->data)
        n = (uint32_t)v->place.subject;
    return n != NO_NODE ? n : b->node;
}

/* -- history -- */

/* What is ahead is forgotten, and the oldest when there is no more room. */
static void push_view(struct browser *b, struct view *v)
{
    while (b->history_count > b->at + 1)
        view_close(b->history[--b->history_count]);
    if (b->history_count == HISTORY_MAX) {
        view_close(b->history[0]);
        memmove(b->history, b->history + 1, (HISTORY_MAX - 1) * sizeof *b->history);
        b->history_count--;
    }
    b->at = b->history_count;
    b->history[b->history_count++] = v;
}

void browser_open(struct browser *b, struct place to)
{
    const struct view *now = browser_view(b);
    struct view *v;
    struct err err;
    if (now->place.view == to.view && now->place.subject == to.subject)
        return;
    b->node = browser_node(b);
    if (!view_open(&b->model, to, &v, &err)) {
        browser_say(b, err.msg);
        return;
    }
    push_view(b, v);
    if (v->kind->subject == SUBJECT_NODE && v->data)
        b->node = (uint32_t)to.subject;
}

void browser_step(struct browser *b, int steps)
{
    if (steps < 0 && b->at == 0)
        browser_say(b, "This is where you began. Press q to leave.");
    else if (steps > 0 && b->at + 1 == b->history_count)
        browser_say(b, "There is nothing ahead.");
    else
        b->at += (size_t)steps;
}

/* -- searching -- */

static bool row_matches(const struct browser *b, const struct view *v, uint64_t row,
                        struct buf *text)
{
    buf_clear(text);
    v->kind->put_text(v, row, text);
    return search_matches(&b->search, buf_str(text), text->len);
}

static bool find_row(struct browser *b, uint64_t *row, bool back)
{
    struct view *v = browser_view(b);
    struct buf text = {0};
    bool found = false;
    for (uint64_t looked = 0; looked < SEARCH_ROWS_MAX && !found; looked++) {
        if (*row >= v->list.count && v->list.reach)
            v->list.reach(v->list.ctx, *row + 1);
        if (*row >= v->list.count)
            break;
        found = row_matches(b, v, *row, &text);
        if (found || (back && *row == 0))
            break;
        *row += back ? UINT64_MAX : 1;
    }
    buf_release(&text);
    return found;
}

void browser_find(struct browser *b, uint64_t from, bool back)
{
    struct view *v = browser_view(b);
    uint64_t row = from;
    if (!b->search.code)
        return;
    if (find_row(b, &row, back))
        list_view_select(&v->list, row);
    else
        browser_say(b, back ? "No match above." : "No match below.");
}

static void type(struct browser *b, uint32_t key)
{
    struct err err;
    bool erase = key == SCREEN_KEY(KEY_BACKSPACE) || key == 0x7F || key == 0x08;
    if (key == '\r' || key == '\n' || key == SCREEN_KEY(KEY_ENTER)) {
        b->typing = false;
        return;
    }
    if (key == 0x1B || (erase && b->search.text.len == 0)) {
        b->typing = false;
        list_view_select(&browser_view(b)->list, b->typing_from);
        return;
    }
    if (erase)
        search_erase(&b->search);
    else if (key < SCREEN_KEY(0))
        search_type(&b->search, key);
    if (!search_compile(&b->search, &err)) {
        browser_say(b, err.msg);
        return;
    }
    list_view_select(&browser_view(b)->list, b->typing_from);
    browser_find(b, b->typing_from, false);
}

/* -- keys -- */

void browser_key(struct browser *b, uint32_t key)
{
    if (key == SCREEN_NO_KEY || key == SCREEN_KEY(KEY_RESIZE))
        return;
    buf_clear(&b->message);
    if (b->typing) {
        type(b, key);
        return;
    }
    const struct action *a = action_by_key(key);
    if (a)
        a->run(b, a->arg);
    else
        browser_say(b, "That key does nothing here. Press ? for those that do.");
}

void browser_draw(struct browser *b)
{
    struct view *v = browser_view(b);
    struct err err;
    screen_clear(b->screen);
    if (frame_fits(b->screen)) {
        list_view_resize(&v->list, frame_list_height(v, b->screen));
        if (v->kind->layout && v->data && !v->kind->layout(v, screen_columns(b->screen), &err))
            browser_say(b, err.msg);
        if (v->problem.code != ERR_NONE)
            browser_say(b, v->problem.msg);
        v->problem.code = ERR_NONE;
        frame_draw(b);
    } else {
        frame_draw_too_small(b->screen);
    }
    screen_show(b->screen);
}
