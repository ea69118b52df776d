/* A page of plain text being laid out: see page.h. */
#include "report/page.h"

#include <string.h>

#include "base/text.h"

/* Columns after which a text is cut. */
#define TEXT_MAX 2000

void page_release(struct page *p)
{
    buf_release(&p->out);
    buf_release(&p->scratch);
    buf_release(&p->safe);
}

bool page_failed(const struct page *p)
{
    return p->failed || p->out.failed || p->scratch.failed || p->safe.failed;
}

static struct buf *reuse(struct page *p, struct buf *b)
{
    p->failed |= b->failed;
    buf_clear(b);
    return b;
}

struct buf *page_scratch(struct page *p)
{
    return reuse(p, &p->scratch);
}

void page_role(struct page *p, enum page_role role)
{
    static const char *const sgr[ROLE_COUNT] = {
        [ROLE_PLAIN] = "\x1b[0m",   [ROLE_HEADING] = "\x1b[1m", [ROLE_LABEL] = "\x1b[36m",
        [ROLE_LEAK] = "\x1b[1;31m", [ROLE_WARN] = "\x1b[33m",   [ROLE_INFO] = "\x1b[2m",
        [ROLE_PASTE] = "\x1b[32m",
    };
    if (p->color)
        buf_puts(&p->out, sgr[role]);
}

void page_end_line(struct page *p)
{
    struct buf *b = &p->out;
    while (!b->failed && b->len > 0 && b->data[b->len - 1] == ' ')
        b->data[--b->len] = '\0';
    buf_putc(b, '\n');
}

void page_blank_line(struct page *p)
{
    buf_putc(&p->out, '\n');
}

/* Appends text in a role; plain text needs no end. */
static void put_in_role(struct page *p, enum page_role role, const char *text, size_t len)
{
    if (role != ROLE_PLAIN)
        page_role(p, role);
    buf_append(&p->out, text, len);
    if (role != ROLE_PLAIN)
        page_role(p, ROLE_PLAIN);
}

void page_heading(struct page *p, const char *text)
{
    page_blank_line(p);
    struct buf *safe = reuse(p, &p->safe);
    text_put_cut(safe, text, strlen(text), p->width, p->ascii);
    put_in_role(p, ROLE_HEADING, buf_str(safe), safe->len);
    page_end_line(p);
}

/* Breaks at spaces only: a path that is wider than the line stays whole, to be copied. */
static void put_wrapped(struct page *p, unsigned column, const char *text, size_t len)
{
    size_t room = p->width > column + 20 ? p->width - column : 20;
    size_t used = 0;
    for (size_t at = 0; at < len;) {
        const char *space = memchr(text + at, ' ', len - at);
        size_t end = space ? (size_t)(space - text) : len;
        size_t width = text_width(text + at, end - at);
        if (used > 0 && used + 1 + width > room) {
            page_end_line(p);
            text_put_spaces(&p->out, column);
            used = 0;
        } else if (used > 0) {
            buf_putc(&p->out, ' ');
            used++;
        }
        buf_append(&p->out, text + at, end - at);
        used += width;
        at = end + 1;
    }
}

void page_paragraph(struct page *p, struct page_label label, const char *text)
{
    struct buf *safe = reuse(p, &p->safe);
    size_t width = text_put_cut(safe, label.text, strlen(label.text), TEXT_MAX, p->ascii);
    text_put_spaces(&p->out, label.indent);
    put_in_role(p, label.role, buf_str(safe), safe->len);
    unsigned column = label.indent + label.hang;
    if (label.hang > 0)
        text_put_spaces(&p->out, width < label.hang ? label.hang - width : 1);
    safe = reuse(p, &p->safe);
    text_put_cut(safe, text, strlen(text), TEXT_MAX, p->ascii);
    put_wrapped(p, column, buf_str(safe), safe->len);
    page_end_line(p);
}

/* Tabs are layout here, not characters of a name. */
static void put_verbatim_line(struct page *p, const char *line, size_t len)
{
    for (size_t at = 0; at < len;) {
        const char *tab = memchr(line + at, '\t', len - at);
        size_t end = tab ? (size_t)(tab - line) : len;
        text_put_safe(&p->out, line + at, end - at, p->ascii);
        if (tab)
            text_put_spaces(&p->out, 4);
        at = end + 1;
    }
}

void page_verbatim(struct page *p, unsigned indent, const char *lines)
{
    while (*lines) {
        size_t len = strcspn(lines, "\n");
        text_put_spaces(&p->out, indent);
        page_role(p, ROLE_PASTE);
        put_verbatim_line(p, lines, len);
        page_role(p, ROLE_PLAIN);
        page_end_line(p);
        lines += len + (lines[len] == '\n');
    }
}

void page_cell(struct page *p, unsigned width, bool right, const char *text)
{
    struct buf *safe = reuse(p, &p->safe);
    size_t used = text_put_cut(safe, text, strlen(text), width ? width : TEXT_MAX, p->ascii);
    size_t pad = used < width ? width - used : 0;
    if (right)
        text_put_spaces(&p->out, pad);
    buf_append(&p->out, buf_str(safe), safe->len);
    if (!right)
        text_put_spaces(&p->out, pad);
}
