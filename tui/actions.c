/* What keys do: see actions.h. */
#include "tui/actions.h"

#include <curses.h>

#include "base/text.h"
#include "tui/browser.h"
#include "tui/table.h"

#define KEY_CTRL(letter) ((uint32_t)(letter)&0x1F)

/* -- moving -- */

static void move_rows(struct browser *b, int rows)
{
    list_view_move(&browser_view(b)->list, rows);
}

static void page(struct browser *b, int pages)
{
    list_view_page(&browser_view(b)->list, pages);
}

static void home(struct browser *b, int arg)
{
    (void)arg;
    list_view_home(&browser_view(b)->list);
}

static void end(struct browser *b, int arg)
{
    (void)arg;
    list_view_end(&browser_view(b)->list);
}

/* -- going places -- */

static void open_row(struct browser *b, int arg)
{
    (void)arg;
    const struct view *v = browser_view(b);
    struct place to;
    if (v->list.count > 0 && v->kind->target && v->kind->target(v, v->list.selection, &to))
        browser_open(b, to);
    else
        browser_say(b, "Nothing to open here.");
}

static void step(struct browser *b, int steps)
{
    browser_step(b, steps);
}

/* Of the whole heap: of its root, which may not be known yet. */
static void open_root_view(struct browser *b, int view)
{
    browser_open(b,
                 (struct place){(enum view_id)view, b->model.h ? b->model.h->root : ROOT_TO_COME});
}

/* A view of an object: of the one that is selected. */
static void open_node_view(struct browser *b, int view)
{
    uint32_t n = browser_node(b);
    if (!b->model.h)
        browser_say(b, model_waits_for_heap(&b->model) ? "The heap is still being read."
                                                       : "There is no heap snapshot to look at.");
    else if (n == NO_NODE)
        browser_say(b, "Select an object first.");
    else
        browser_open(b, (struct place){(enum view_id)view, n});
}

static void open_tab(struct browser *b, int view)
{
    bool by_root = b->model.h ? browser_node(b) == NO_NODE : model_waits_for_heap(&b->model);
    if (view_kinds[view]->subject != SUBJECT_NODE)
        browser_open(b, (struct place){(enum view_id)view, 0});
    else if (by_root)
        open_root_view(b, view);
    else
        open_node_view(b, view);
}

static void open_dominator(struct browser *b, int arg)
{
    (void)arg;
    const struct view *v = browser_view(b);
    uint32_t n = v->kind == &view_dominators ? (uint32_t)v->place.subject : browser_node(b);
    if (!b->model.h || n == NO_NODE)
        browser_say(b, "Select an object first.");
    else if (n == b->model.h->root)
        browser_say(b, "This is the root.");
    else
        browser_open(b, (struct place){VIEW_DOMINATORS, heap_dominator(b->model.h, n)});
}

/* -- lists -- */

static void sort(struct browser *b, int arg)
{
    (void)arg;
    struct view *v = browser_view(b);
    struct err err;
    int order = table_next_order(v);
    if (!v->kind->sort || order == NO_ORDER) {
        browser_say(b, "This view has one order only.");
        return;
    }
    v->order = order;
    if (!v->kind->sort(v, &err))
        browser_say(b, err.msg);
    list_view_home(&v->list);
}

static void search(struct browser *b, int arg)
{
    (void)arg;
    b->typing = true;
    b->typing_from = browser_view(b)->list.selection;
    buf_clear(&b->search.text);
}

static void find(struct browser *b, int direction)
{
    const struct list_view *l = &browser_view(b)->list;
    if (!b->search.code)
        browser_say(b, "Nothing was searched for: press /.");
    else if (direction > 0)
        browser_find(b, l->selection + 1, false);
    else if (l->selection > 0)
        browser_find(b, l->selection - 1, true);
    else
        browser_say(b, "No more matches above.");
}

static void help(struct browser *b, int arg)
{
    (void)arg;
    browser_open(b, (struct place){VIEW_HELP, 0});
}

static void redraw(struct browser *b, int arg)
{
    (void)arg;
    screen_redraw(b->screen);
}

static void quit(struct browser *b, int arg)
{
    (void)arg;
    b->done = true;
}

/* clang-format off */
const struct action actions[] = {
    {"verdict", {'1'}, NULL, "Verdict: what killed it, what held the memory, what to change",
     open_tab, VIEW_VERDICT},
    {"findings", {'2'}, NULL, "Findings: what the rules found", open_tab, VIEW_FINDINGS},
    {"classes", {'3'}, NULL, "Classes: how many objects of which constructor", open_tab,
     VIEW_CLASSES},
    {"dominator-root", {'4'}, NULL, "Dominators of the whole heap: follow the memory down",
     open_root_view, VIEW_DOMINATORS},
    {"retainers-tab", {'5'}, NULL, "Retainers of the selected object", open_tab, VIEW_RETAINERS},
    {"contents-tab", {'6'}, NULL, "Contents of the selected object", open_tab, VIEW_CONTENTS},
    {"help", {'?', SCREEN_KEY(KEY_F(1))}, "Help", "this page", help, 0},
    {"quit", {'q', SCREEN_KEY(KEY_F(10))}, "Quit", "leave", quit, 0},
    {"open", {'\r', '\n', SCREEN_KEY(KEY_ENTER), SCREEN_KEY(KEY_RIGHT)}, "Open",
     "open what is selected", open_row, 0},
    {"back", {SCREEN_KEY(KEY_BACKSPACE), 0x7F, 0x08, SCREEN_KEY(KEY_LEFT)}, "Back",
     "back to where you were", step, -1},
    {"forward", {'>'}, NULL, "forward again", step, 1},
    {"search", {'/'}, "Search", "search in this list (a regular expression)", search, 0},
    {"next-match", {'n'}, NULL, "next match", find, 1},
    {"previous-match", {'N'}, NULL, "match before", find, -1},
    {"sort", {'s'}, "Sort", "sort by the next column", sort, 0},
    {"retainers", {'r'}, "Retainers", "what refers to the selected object", open_node_view,
     VIEW_RETAINERS},
    {"dominators", {'d'}, "Dominators", "what the selected object keeps alive", open_node_view,
     VIEW_DOMINATORS},
    {"contents", {'c'}, "Contents", "what the selected object refers to", open_node_view,
     VIEW_CONTENTS},
    {"dominator", {'u'}, "Up", "up to what keeps this object alive", open_dominator, 0},
    {"down", {SCREEN_KEY(KEY_DOWN), 'j'}, NULL, "one row down", move_rows, 1},
    {"up", {SCREEN_KEY(KEY_UP), 'k'}, NULL, "one row up", move_rows, -1},
    {"page-down", {SCREEN_KEY(KEY_NPAGE), ' ', KEY_CTRL('f')}, NULL, "one page down", page, 1},
    {"page-up", {SCREEN_KEY(KEY_PPAGE), KEY_CTRL('b')}, NULL, "one page up", page, -1},
    {"first", {SCREEN_KEY(KEY_HOME), 'g'}, NULL, "to the first row", home, 0},
    {"last", {SCREEN_KEY(KEY_END), 'G'}, NULL,
     "to the last row known; in a long list again and again", end, 0},
    {"redraw", {KEY_CTRL('l')}, NULL, "draw the screen anew", redraw, 0},
};
/* clang-format on */

const size_t action_count = ARRAY_LEN(actions);

const struct action *action_by_key(uint32_t key)
{
    for (size_t i = 0; i < action_count; i++) {
        for (size_t k = 0; k < ACTION_KEYS_MAX && actions[i].keys[k]; k++) {
            if (actions[i].keys[k] == key)
                return &actions[i];
        }
    }
    return NULL;
}

/* Several codes are one key to a person: the second of them is not named. */
static const char *name_of_key(uint32_t key)
{
    static const struct {
        uint32_t key;
        const char *name;
    } names[] = {
        {'\r', "Enter"},
        {'\n', NULL},
        {' ', "Space"},
        {0x7F, NULL},
        {0x08, NULL},
        {SCREEN_KEY(KEY_ENTER), NULL},
        {SCREEN_KEY(KEY_BACKSPACE), "Bksp"},
        {SCREEN_KEY(KEY_RIGHT), "Right"},
        {SCREEN_KEY(KEY_LEFT), "Left"},
        {SCREEN_KEY(KEY_UP), "Up"},
        {SCREEN_KEY(KEY_DOWN), "Down"},
        {SCREEN_KEY(KEY_NPAGE), "PgDn"},
        {SCREEN_KEY(KEY_PPAGE), "PgUp"},
        {SCREEN_KEY(KEY_HOME), "Home"},
        {SCREEN_KEY(KEY_END), "End"},
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (names[i].key == key)
            return names[i].name;
    }
    return "";
}

void action_put_key(struct buf *b, uint32_t key)
{
    const char *name = name_of_key(key);
    if (!name)
        return;
    if (name[0])
        buf_puts(b, name);
    else if (key > SCREEN_KEY(KEY_F0) && key <= SCREEN_KEY(KEY_F(12)))
        buf_printf(b, "F%u", (unsigned)(key - SCREEN_KEY(KEY_F0)));
    else if (key < 0x20)
        buf_printf(b, "Ctrl-%c", (char)(key + 0x40));
    else
        text_put_char(b, key);
}

void action_put_keys(struct buf *b, const struct action *a)
{
    bool first = true;
    for (size_t i = 0; i < ACTION_KEYS_MAX && a->keys[i]; i++) {
        if (!name_of_key(a->keys[i]))
            continue;
        if (!first)
            buf_puts(b, ", ");
        action_put_key(b, a->keys[i]);
        first = false;
    }
}
