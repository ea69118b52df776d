/* What a view is: a row of a table of kinds, and what all views share.
 *
 * A kind says how its rows are found, drawn, searched and followed; it never sees a key or the
 * history. Adding a view is one file with one `struct view_kind`, one enum view_id and one row of
 * view_kinds[].
 */
#ifndef MORTEM_TUI_VIEW_H
#define MORTEM_TUI_VIEW_H

#include "analyzer/background.h"
#include "analyzer/node_text.h"
#include "tui/list_view.h"
#include "tui/screen.h"

enum view_id {
    VIEW_VERDICT, /* the first six are on the keys 1 to 6 */
    VIEW_FINDINGS,
    VIEW_CLASSES,
    VIEW_DOMINATORS,
    VIEW_RETAINERS,
    VIEW_CONTENTS,
    VIEW_INSTANCES,
    VIEW_FINDING,
    VIEW_DEATH,
    VIEW_HELP,
    VIEW_COUNT,
};

#define VIEW_TABS 6

/* What a view is about. */
enum view_subject {
    SUBJECT_NONE,
    SUBJECT_NODE,    /* an ordinal */
    SUBJECT_CLASS,   /* a row of the table of classes */
    SUBJECT_FINDING, /* an index */
    SUBJECT_DEATH,   /* an index */
};

/* Where one can be: what history is made of, and what Enter leads to. */
struct place {
    enum view_id view;
    uint64_t subject;
};

/* What views read. It grows: first the answers come, then the heap. */
struct browse_model {
    struct background_state state;
    const struct analysis *a; /* an empty one until the answers are there */
    const struct heap *h;     /* NULL: not there yet, or no snapshot was given */
    struct node_text text;
    bool ascii;
};

/* Will there be a heap that is not there yet? */
static inline bool model_waits_for_heap(const struct browse_model *m)
{
    return !m->h && !m->state.done && (!m->state.answers || m->a->heap.present);
}

/* What must be there before a view has rows. */
enum view_needs {
    NEEDS_ANSWERS,
    NEEDS_HEAP,
    NEEDS_NOTHING,
};

/* The subject of a view that was opened before the heap was there: its root. */
#define ROOT_TO_COME NO_NODE

struct view_column {
    const char *title;
    unsigned width;      /* columns, 0: the rest */
    bool right;          /* numbers stand right */
    unsigned from_width; /* shown on screens at least so wide */
    int order;           /* the view's order that sorts by it, NO_ORDER, IS_BAR */
};

#define VIEW_COLUMNS_MAX 8
#define NO_ORDER (-1)
#define IS_BAR (-2) /* an order for bars: they stay as they are in the selected row */

struct view {
    const struct view_kind *kind;
    struct place place;
    const struct browse_model *m;
    bool filled; /* what it needs was there */
    struct list_view list;
    uint64_t total;                               /* rows in all, of which list.count are known */
    struct view_column columns[VIEW_COLUMNS_MAX]; /* none: the rows are lines of text */
    size_t column_count;
    int order;
    struct err problem; /* the last thing that went wrong while rows were found */
    void *data;         /* the kind's own */
};

struct view_kind {
    const char *name;
    const char *help; /* one line */
    enum view_subject subject;
    enum view_needs needs;
    const char *if_empty;

    /* Fills columns, order, total, data and what of `list` is its own. On failure close() is still
     * called. */
    bool (*open)(struct view *v, struct err *err);
    void (*close)(struct view *v);
    /* The heap has come: rows may lead to its objects now. NULL: makes no difference. */
    void (*renew)(struct view *v);
    /* What the screen's second line says behind the name; may be NULL. */
    void (*put_title)(const struct view *v, struct buf *b);

    /* Views with columns: a cell's raw text, and its ink (NULL: plain). */
    void (*put_cell)(const struct view *v, uint64_t row, size_t column, struct buf *b);
    enum ink (*cell_ink)(const struct view *v, uint64_t row, size_t column);
    /* Views of text: lays it out anew when the width has changed, and draws a line. */
    bool (*layout)(struct view *v, unsigned width, struct err *err);
    void (*draw_line)(const struct view *v, struct screen *s, uint64_t row, unsigned screen_row);

    /* A row as search sees it. */
    void (*put_text)(const struct view *v, uint64_t row, struct buf *b);
    /* Where Enter leads; false: nowhere. */
    bool (*target)(const struct view *v, uint64_t row, struct place *ret);
    /* The object a row is about, NO_NODE if none. NULL: never. */
    uint32_t (*node)(const struct view *v, uint64_t row);
    /* Sorts by v->order, which has changed. NULL: one order only. */
    bool (*sort)(struct view *v, struct err *err);
};

extern const struct view_kind *const view_kinds[VIEW_COUNT];

extern const struct view_kind view_verdict, view_finding, view_death, view_findings, view_classes,
    view_instances, view_dominators, view_retainers, view_contents, view_help;

/* `m` is borrowed. A view whose needs are not there is open and empty. */
bool view_open(const struct browse_model *m, struct place place, struct view **ret,
               struct err *err) WARN_UNUSED;
/* Fills it if what it needs has come meanwhile. */
bool view_fill(struct view *v, struct err *err) WARN_UNUSED;
void view_close(struct view *v);

#endif
