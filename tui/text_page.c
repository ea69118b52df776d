/* Views of text: see text_page.h. */
#include "tui/text_page.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Columns after which a paragraph is cut. */
#define TEXT_MAX 4000
#define TAB_WIDTH 4

/* -- lines -- */

static void add_line(struct text_page *p, const struct paragraph *style, const char *label,
                     const char *text, size_t len)
{
    if (p->count == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 64;
        struct page_line *lines = realloc(p->lines, cap * sizeof *lines);
        if (!lines) {
            p->failed = true;
            return;
        }
        p->lines = lines;
        p->cap = cap;
    }
    struct page_line *l = &p->lines[p->count++];
    *l = (struct page_line){.text = p->text.len,
                            .label = strlen(label),
                            .indent = style->indent,
                            .column = style->indent + style->hang,
                            .ink = style->ink,
                            .label_ink = style->label_ink ? style->label_ink : INK_LABEL};
    l->leads = style->target || style->node_id;
    l->node_id = style->node_id;
    if (style->target)
        l->target = *style->target;
    buf_puts(&p->text, label);
    buf_append(&p->text, text, len);
    l->len = p->text.len - l->text;
}

/* Bytes of `text` that go on a line of `room` columns: up to a space if `at_spaces` and there is
 * one. Control characters have become escapes before. */
static size_t line_length(const char *text, size_t len, size_t room, bool at_spaces)
{
    size_t columns = 0, space = 0, at = 0;
    while (at < len) {
        uint32_t code;
        size_t bytes = text_decode(text + at, len - at, &code);
        columns += text_width(text + at, bytes);
        if (columns > room)
            return at_spaces && space > 0 ? space : at > 0 ? at : bytes;
        at += bytes;
        if (at < len && text[at] == ' ')
            space = at;
    }
    return len;
}

static void wrap(struct text_page *p, const struct paragraph *style, bool at_spaces)
{
    const char *text = buf_str(&p->safe), *label = style->label ? style->label : "";
    unsigned column = style->indent + style->hang;
    size_t room = p->width > column + 8 ? p->width - column : 8;
    size_t at = 0, len = p->safe.len;
    do {
        size_t taken = line_length(text + at, len - at, room, at_spaces);
        add_line(p, style, label, text + at, taken);
        at += taken;
        while (at_spaces && at < len && text[at] == ' ')
            at++;
        label = "";
    } while (at < len);
}

struct buf *text_page_scratch(struct text_page *p)
{
    p->failed |= p->scratch.failed;
    buf_clear(&p->scratch);
    return &p->scratch;
}

void text_page_put(struct text_page *p, struct paragraph style, const char *text)
{
    buf_clear(&p->safe);
    text_put_cut(&p->safe, text, strlen(text), TEXT_MAX, p->ascii);
    wrap(p, &style, true);
}

void text_page_heading(struct text_page *p, const char *text)
{
    if (p->count > 0)
        text_page_blank(p);
    text_page_put(p, (struct paragraph){.ink = INK_HEADING}, text);
}

void text_page_blank(struct text_page *p)
{
    add_line(p, &(struct paragraph){0}, "", "", 0);
}

void text_page_verbatim(struct text_page *p, unsigned indent, const char *lines)
{
    struct paragraph style = {.indent = indent, .ink = INK_PASTE};
    while (*lines) {
        size_t len = strcspn(lines, "\n");
        buf_clear(&p->safe);
        for (size_t at = 0; at < len;) {
            const char *tab = memchr(lines + at, '\t', len - at);
            size_t end = tab ? (size_t)(tab - lines) : len;
            text_put_safe(&p->safe, lines + at, end - at, p->ascii);
            if (tab)
                text_put_spaces(&p->safe, TAB_WIDTH);
            at = end + 1;
        }
        wrap(p, &style, false);
        lines += len + (lines[len] == '\n');
    }
}

/* -- the view -- */

bool text_page_open(struct view *v, void (*put_all)(const struct view *v, struct text_page *p),
                    struct err *err)
{
    struct text_page *p = calloc(1, sizeof *p);
    if (!p)
        return err_nomem(err, sizeof *p, "a page");
    p->put_all = put_all;
    p->ascii = v->m->ascii;
    v->data = p;
    return true;
}

void text_page_close(struct view *v)
{
    struct text_page *p = v->data;
    buf_release(&p->text);
    buf_release(&p->scratch);
    buf_release(&p->safe);
    free(p->lines);
    free(p);
}

void text_page_renew(struct view *v)
{
    ((struct text_page *)v->data)->stale = true;
}

/* On the first showing the selection goes to the first line that leads somewhere. */
static void select_first_target(struct view *v)
{
    const struct text_page *p = v->data;
    for (size_t i = 0; i < p->count && i < v->list.height; i++) {
        if (p->lines[i].leads) {
            list_view_select(&v->list, i);
            return;
        }
    }
}

bool text_page_layout(struct view *v, unsigned width, struct err *err)
{
    struct text_page *p = v->data;
    if (p->width == width && !p->stale)
        return true;
    bool first = p->width == 0;
    p->stale = false;
    p->count = 0;
    p->width = width;
    buf_clear(&p->text);
    p->put_all(v, p);
    if (p->failed || p->text.failed || p->scratch.failed || p->safe.failed) {
        p->failed = false;
        return err_nomem(err, p->text.len, "a page");
    }
    v->total = v->list.count = p->count;
    list_view_clamp(&v->list);
    if (first)
        select_first_target(v);
    return true;
}

void text_page_draw_line(const struct view *v, struct screen *s, uint64_t row, unsigned screen_row)
{
    const struct text_page *p = v->data;
    const struct page_line *l = &p->lines[row];
    const char *text = buf_str(&p->text) + l->text;
    unsigned width = screen_columns(s);
    screen_put(s, screen_row, l->indent, width, l->label_ink, text, l->label);
    screen_put(s, screen_row, l->column, width, l->leads ? INK_LINK : l->ink, text + l->label,
               l->len - l->label);
}

void text_page_put_text(const struct view *v, uint64_t row, struct buf *b)
{
    const struct text_page *p = v->data;
    buf_append(b, buf_str(&p->text) + p->lines[row].text, p->lines[row].len);
}

bool text_page_target(const struct view *v, uint64_t row, struct place *ret)
{
    const struct text_page *p = v->data;
    if (row >= p->count || !p->lines[row].leads)
        return false;
    *ret = p->lines[row].target;
    if (!p->lines[row].node_id)
        return true;
    uint32_t n = heap_node_by_id(v->m->h, p->lines[row].node_id);
    *ret = (struct place){VIEW_DOMINATORS, n};
    return n != NO_NODE;
}

uint32_t text_page_node(const struct view *v, uint64_t row)
{
    struct place to;
    if (!text_page_target(v, row, &to) || view_kinds[to.view]->subject != SUBJECT_NODE)
        return NO_NODE;
    return (uint32_t)to.subject;
}
