/* What keys do: one table from which dispatch, the help screen, the bar at the bottom and the man
 * page come.
 */
#ifndef MORTEM_TUI_ACTIONS_H
#define MORTEM_TUI_ACTIONS_H

#include "base/buf.h"

struct browser;

#define ACTION_KEYS_MAX 4

struct action {
    const char *name;               /* "next-match": stable, for a command line to come */
    uint32_t keys[ACTION_KEYS_MAX]; /* see tui/screen.h; 0 for none */
    const char *label;              /* in the bar; NULL: not there */
    const char *help;
    void (*run)(struct browser *b, int arg);
    int arg;
};

extern const struct action actions[];
extern const size_t action_count;

/* NULL if the key does nothing. */
const struct action *action_by_key(uint32_t key);

/* "Enter", "PgUp", "Ctrl-L", "x". */
void action_put_key(struct buf *b, uint32_t key);
/* All of an action's keys: "Up, k". */
void action_put_keys(struct buf *b, const struct action *a);

#endif
