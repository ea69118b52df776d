/* The terminal, as the browser sees it: cells of text in an ink, nothing else.
 *
 * Wraps ncurses on descriptors of the caller's, so that tests draw on /dev/null. Whatever text is
 * given may hold anything: it is made safe and cut here, by the library's idea of widths and by the
 * C library's, which is what ncurses goes by. Colours are chosen by ink; without colours each ink
 * that means something has an attribute of its own.
 */
#ifndef MORTEM_TUI_SCREEN_H
#define MORTEM_TUI_SCREEN_H

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

enum ink {
    INK_PLAIN,
    INK_TITLE, /* the top line */
    INK_TAB,   /* the view that is shown */
    INK_HEADING,
    INK_LABEL,
    INK_LEAK,
    INK_WARN,
    INK_DIM,
    INK_LINK,  /* Enter leads somewhere */
    INK_PASTE, /* lines to copy */
    INK_KEY,   /* in the bar at the bottom */
    INK_KEY_LABEL,
    INK_COUNT,
};

#define SCREEN_MIN_COLUMNS 40
#define SCREEN_MIN_ROWS 10

/* A key: a character, or SCREEN_KEY(KEY_UP) for one of ncurses' codes. */
#define SCREEN_KEY(code) (0x200000u + (uint32_t)(code))
#define SCREEN_NO_KEY UINT32_MAX /* nothing was pressed, or a signal came */
#define SCREEN_GONE (UINT32_MAX - 1)

struct screen_options {
    FILE *in, *out;   /* borrowed */
    const char *term; /* NULL: $TERM */
    bool color;       /* if the terminal has them */
    bool ascii;
};

struct screen;

bool screen_open(const struct screen_options *o, struct screen **ret, struct err *err) WARN_UNUSED;
/* Gives the terminal back as it was. NULL is nothing. */
void screen_close(struct screen *s);

unsigned screen_columns(const struct screen *s);
unsigned screen_rows(const struct screen *s);
bool screen_ascii(const struct screen *s);
/* For tests: a terminal follows its user. */
void screen_resize(struct screen *s, unsigned rows, unsigned columns);

/* Waits up to `wait_ms` for a key. SCREEN_GONE: the terminal will not send any more. */
uint32_t screen_key(struct screen *s, int wait_ms);

void screen_clear(struct screen *s);
void screen_show(struct screen *s);
/* The next screen_show() sends everything: something else wrote on the terminal. */
void screen_redraw(struct screen *s);

/* What the pen does to all cells: the selected row is drawn reversed. */
void screen_reverse(struct screen *s, bool on);

/* `len` bytes of text at (row, column), cut to `width` columns. Returns the columns taken. */
unsigned screen_put(struct screen *s, unsigned row, unsigned column, unsigned width, enum ink ink,
                    const char *text, size_t len);
/* The same, the rest of `width` filled with spaces, in front of the text if `right`. */
void screen_put_cell(struct screen *s, unsigned row, unsigned column, unsigned width, bool right,
                     enum ink ink, const char *text, size_t len);

/* The character cells of a row as UTF-8, for tests. */
void screen_read_row(struct screen *s, unsigned row, struct buf *b);
/* The same as inks' visible marks: 'r' reversed, 'b' bold, 'd' dim, 'u' underlined, '.' none. */
void screen_read_marks(struct screen *s, unsigned row, struct buf *b);

#endif
