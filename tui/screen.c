/* The terminal, as the browser sees it: see screen.h. */
#define _XOPEN_SOURCE_EXTENDED 1
#include "tui/screen.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termcap.h>
#include <wchar.h>

#include "base/text.h"

/* Readable, yet nothing read, so often in a row: the other side is gone. */
#define EMPTY_READS_MAX 50
#define ESCAPE 0x1B

struct screen {
    SCREEN *curses;
    FILE *in;
    bool color;
    bool ascii;
    bool reverse;
    unsigned empty_reads;
    struct buf safe;
    wchar_t *wide; /* one row */
    size_t wide_cap;
};

/* Colours are on the terminal's own background and must be legible on a dark and on a light one. */
static const struct {
    short color;          /* COLOR_, -1: the terminal's own */
    attr_t with, without; /* attributes with colours and without */
} inks[INK_COUNT] = {
    [INK_PLAIN] = {-1, A_NORMAL, A_NORMAL},
    [INK_TITLE] = {-1, A_BOLD, A_BOLD},
    [INK_TAB] = {COLOR_GREEN, A_REVERSE | A_BOLD, A_REVERSE | A_BOLD},
    [INK_HEADING] = {COLOR_CYAN, A_BOLD, A_BOLD},
    [INK_LABEL] = {COLOR_CYAN, A_NORMAL, A_NORMAL},
    [INK_LEAK] = {COLOR_RED, A_BOLD, A_BOLD},
    [INK_WARN] = {COLOR_MAGENTA, A_NORMAL, A_NORMAL},
    [INK_DIM] = {-1, A_DIM, A_DIM},
    [INK_LINK] = {-1, A_UNDERLINE, A_UNDERLINE},
    [INK_PASTE] = {COLOR_GREEN, A_NORMAL, A_NORMAL},
    [INK_KEY] = {-1, A_BOLD, A_BOLD},
    [INK_KEY_LABEL] = {COLOR_CYAN, A_REVERSE, A_REVERSE},
};

/* -- opening -- */

/* ncurses takes characters beyond ASCII only in a locale that has them. */
static bool locale_is_utf8(void)
{
    setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void start_colors(struct screen *s)
{
    if (!s->color || !has_colors() || start_color() != OK) {
        s->color = false;
        return;
    }
    use_default_colors();
    for (short i = 0; i < INK_COUNT; i++)
        init_pair((short)(i + 1), inks[i].color, -1);
}

/* What terminals send for a key when $TERM does not quite name them. */
static void define_keys(void)
{
    static const struct {
        const char *sequence;
        int key;
    } more[] = {
        {"\033[A", KEY_UP},     {"\033[B", KEY_DOWN},   {"\033[C", KEY_RIGHT}, {"\033[D", KEY_LEFT},
        {"\033OA", KEY_UP},     {"\033OB", KEY_DOWN},   {"\033OC", KEY_RIGHT}, {"\033OD", KEY_LEFT},
        {"\033[H", KEY_HOME},   {"\033[F", KEY_END},    {"\033OH", KEY_HOME},  {"\033OF", KEY_END},
        {"\033[1~", KEY_HOME},  {"\033[4~", KEY_END},   {"\033[7~", KEY_HOME}, {"\033[8~", KEY_END},
        {"\033[5~", KEY_PPAGE}, {"\033[6~", KEY_NPAGE}, {"\033OM", KEY_ENTER},
    };
    for (size_t i = 0; i < ARRAY_LEN(more); i++) {
        if (key_defined(more[i].sequence) <= 0)
            define_key(more[i].sequence, more[i].key);
    }
}

static bool unknown_terminal(const char *term, struct err *err)
{
    return err_set(err, ERR_USAGE, 0, "the terminal '%s' is not known or cannot move its cursor",
                   term ? term : "");
}

bool screen_open(const struct screen_options *o, struct screen **ret, struct err *err)
{
    const char *term = o->term ? o->term : getenv("TERM");
    if (!term || tgetent(NULL, term) <= 0)
        return unknown_terminal(term, err);
    struct screen *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(err, sizeof *s, "the screen");
    s->in = o->in;
    s->ascii = !locale_is_utf8() || o->ascii;
    s->color = o->color;
    s->curses = newterm(term, o->out, o->in);
    if (!s->curses) {
        free(s);
        return unknown_terminal(term, err);
    }
    set_term(s->curses);
    set_escdelay(25);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    define_keys();
    nodelay(stdscr, TRUE);
    curs_set(0);
    start_colors(s);
    *ret = s;
    return true;
}

void screen_close(struct screen *s)
{
    if (!s)
        return;
    endwin();
    delscreen(s->curses);
    buf_release(&s->safe);
    free(s->wide);
    free(s);
}

unsigned screen_columns(const struct screen *s)
{
    (void)s;
    return (unsigned)getmaxx(stdscr);
}

unsigned screen_rows(const struct screen *s)
{
    (void)s;
    return (unsigned)getmaxy(stdscr);
}

bool screen_ascii(const struct screen *s)
{
    return s->ascii;
}

void screen_resize(struct screen *s, unsigned rows, unsigned columns)
{
    (void)s;
    resizeterm((int)rows, (int)columns);
}

/* -- keys -- */

/* The rest of a sequence that stands for no key known: its characters are no keys either. */
static uint32_t skip_sequence(void)
{
    wint_t c;
    if (get_wch(&c) != OK)
        return ESCAPE;
    bool more = c == '[' || c == 'O';
    while (more && get_wch(&c) == OK)
        more = c < 0x40 || c > 0x7E;
    return SCREEN_NO_KEY;
}

static uint32_t read_key(struct screen *s)
{
    wint_t c;
    int status = get_wch(&c);
    if (status == ERR)
        return SCREEN_NO_KEY;
    s->empty_reads = 0;
    if (status == OK && c == ESCAPE)
        return skip_sequence();
    return status == KEY_CODE_YES ? SCREEN_KEY(c) : (uint32_t)c;
}

uint32_t screen_key(struct screen *s, int wait_ms)
{
    uint32_t key = read_key(s);
    struct pollfd fd = {.fd = fileno(s->in), .events = POLLIN};
    if (key != SCREEN_NO_KEY || poll(&fd, 1, wait_ms) <= 0)
        return key;
    key = read_key(s);
    if (key == SCREEN_NO_KEY && ++s->empty_reads > EMPTY_READS_MAX)
        return SCREEN_GONE;
    return key;
}

/* -- drawing -- */

void screen_clear(struct screen *s)
{
    (void)s;
    erase();
}

void screen_show(struct screen *s)
{
    (void)s;
    refresh();
}

void screen_redraw(struct screen *s)
{
    (void)s;
    clearok(curscr, TRUE);
}

void screen_reverse(struct screen *s, bool on)
{
    s->reverse = on;
}

static void use_ink(const struct screen *s, enum ink ink)
{
    attr_t attributes = s->color ? inks[ink].with : inks[ink].without;
    attr_set(s->reverse ? attributes ^ A_REVERSE : attributes, s->color ? (short)(ink + 1) : 0,
             NULL);
}

static bool reserve_wide(struct screen *s, size_t count)
{
    if (count <= s->wide_cap)
        return true;
    wchar_t *wide = realloc(s->wide, count * sizeof *wide);
    if (!wide)
        return false;
    s->wide = wide;
    s->wide_cap = count;
    return true;
}

/* The safe text as wide characters, as many as fit; what the C library cannot print is '?'. */
static size_t widen(struct screen *s, unsigned width, unsigned *ret_columns)
{
    size_t count = 0;
    const char *p = buf_str(&s->safe);
    *ret_columns = 0;
    if (!reserve_wide(s, s->safe.len + 1))
        return 0;
    for (size_t at = 0; at < s->safe.len; count++) {
        uint32_t code;
        at += text_decode(p + at, s->safe.len - at, &code);
        int columns = code == TEXT_INVALID ? -1 : wcwidth((wchar_t)code);
        if (columns < 0) {
            code = '?';
            columns = 1;
        }
        if (*ret_columns + (unsigned)columns > width)
            break;
        s->wide[count] = (wchar_t)code;
        *ret_columns += (unsigned)columns;
    }
    return count;
}

static size_t prepare(struct screen *s, unsigned width, const char *text, size_t len,
                      unsigned *ret_columns)
{
    buf_clear(&s->safe);
    text_put_cut(&s->safe, text, len, width, s->ascii);
    return widen(s, width, ret_columns);
}

/* What fits on the screen of `width` columns from `column` on. */
static unsigned clip(const struct screen *s, unsigned row, unsigned column, unsigned width)
{
    unsigned columns = screen_columns(s);
    if (row >= screen_rows(s) || column >= columns)
        return 0;
    return (unsigned)min_u64(width, columns - column);
}

unsigned screen_put(struct screen *s, unsigned row, unsigned column, unsigned width, enum ink ink,
                    const char *text, size_t len)
{
    unsigned columns;
    width = clip(s, row, column, width);
    size_t count = prepare(s, width, text, len, &columns);
    use_ink(s, ink);
    if (columns > 0)
        mvaddnwstr((int)row, (int)column, s->wide, (int)count);
    return columns;
}

void screen_put_cell(struct screen *s, unsigned row, unsigned column, unsigned width, bool right,
                     enum ink ink, const char *text, size_t len)
{
    unsigned columns;
    width = clip(s, row, column, width);
    if (width == 0)
        return;
    size_t count = prepare(s, width, text, len, &columns);
    use_ink(s, ink);
    mvhline((int)row, (int)column, ' ', (int)width);
    if (columns > 0)
        mvaddnwstr((int)row, (int)(column + (right ? width - columns : 0)), s->wide, (int)count);
}

/* -- reading back -- */

void screen_read_row(struct screen *s, unsigned row, struct buf *b)
{
    for (unsigned column = 0; column < screen_columns(s);) {
        cchar_t cell;
        wchar_t text[CCHARW_MAX + 1] = {0};
        attr_t attributes;
        short pair;
        mvin_wch((int)row, (int)column, &cell);
        getcchar(&cell, text, &attributes, &pair, NULL);
        for (size_t i = 0; text[i]; i++)
            text_put_char(b, (uint32_t)text[i]);
        int columns = wcwidth(text[0]);
        column += columns > 1 ? (unsigned)columns : 1;
    }
}

void screen_read_marks(struct screen *s, unsigned row, struct buf *b)
{
    for (unsigned column = 0; column < screen_columns(s); column++) {
        chtype cell = mvinch((int)row, (int)column);
        buf_putc(b, cell & A_REVERSE     ? 'r'
                    : cell & A_BOLD      ? 'b'
                    : cell & A_DIM       ? 'd'
                    : cell & A_UNDERLINE ? 'u'
                                         : '.');
    }
}
