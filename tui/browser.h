/* The browser: where one is, how one got here, and what a key does about it.
 *
 * Draws on a screen of the caller's and waits for nothing, so that tests feed it keys.
 */
#ifndef MORTEM_TUI_BROWSER_H
#define MORTEM_TUI_BROWSER_H

#include "tui/search.h"
#include "tui/view.h"

#define HISTORY_MAX 64

struct browser {
    struct browse_model model;
    struct screen *screen; /* borrowed */
    struct view *history[HISTORY_MAX];
    size_t history_count;
    size_t at;     /* the one that is shown */
    uint32_t node; /* the object last looked at, NO_NODE */
    struct search search;
    bool typing;          /* a search: keys go to `search.text` */
    uint64_t typing_from; /* the row where it began */
    struct buf message;   /* said on the last line but one until the next key */
    bool done;
};

/* What `now` points to and `s` are borrowed. Opens the first view. */
bool browser_init(struct browser *b, const struct background_state *now, struct screen *s,
                  struct err *err) WARN_UNUSED;
/* How far things are now: what has come fills the views that waited for it. */
void browser_take(struct browser *b, const struct background_state *now);
/* Is it worth opening a browser, or keeping it open? No: nothing more comes, nothing was found. */
bool browser_is_worth_it(const struct background_state *now);
void browser_release(struct browser *b);

void browser_key(struct browser *b, uint32_t key);
void browser_draw(struct browser *b);

/* -- for actions -- */

static inline struct view *browser_view(const struct browser *b)
{
    return b->history[b->at];
}

/* Shows a place; what was forward in history is forgotten. Says so where it cannot be shown. */
void browser_open(struct browser *b, struct place to);
/* Steps in history; says when there is no more. */
void browser_step(struct browser *b, int steps);
void browser_say(struct browser *b, const char *sentence);
/* Of the selected row, else the one last looked at; NO_NODE. */
uint32_t browser_node(const struct browser *b);
/* The next row from `from` on (backwards if `back`) that matches; selects it. */
void browser_find(struct browser *b, uint64_t from, bool back);

#endif
