/* Views of text: paragraphs wrapped to the width of the screen, lines that lead somewhere.
 *
 * Laid out anew when the width changes or the heap has come, by the kind's own function that puts
 * everything again. What is put may hold anything. Failed allocations are remembered, and told by
 * text_page_layout().
 */
#ifndef MORTEM_TUI_TEXT_PAGE_H
#define MORTEM_TUI_TEXT_PAGE_H

#include "tui/view.h"

struct page_line {
    size_t text;  /* offset of the line's bytes */
    size_t len;   /* of the label and the text behind it */
    size_t label; /* bytes of the label */
    unsigned indent;
    unsigned column; /* of the text */
    enum ink ink, label_ink;
    bool leads; /* to `target`, or to the object `node_id` of the heap */
    struct place target;
    uint32_t node_id;
};

struct text_page {
    void (*put_all)(const struct view *v, struct text_page *p);
    unsigned width;
    bool ascii;
    bool stale; /* to be laid out again */
    struct buf text;
    struct page_line *lines;
    size_t count, cap;
    bool failed;
    struct buf scratch, safe;
};

/* How a paragraph stands. */
struct paragraph {
    unsigned indent;
    unsigned hang; /* columns from the indent to the text; the label stands there */
    enum ink ink;
    const char *label;          /* NULL for none */
    enum ink label_ink;         /* INK_PLAIN: that of labels */
    const struct place *target; /* NULL: leads nowhere */
    uint32_t node_id;           /* leads to what this object holds; 0: none */
};

void text_page_heading(struct text_page *p, const char *text);
void text_page_put(struct text_page *p, struct paragraph style, const char *text);
/* Lines to copy: broken only where the screen ends. */
void text_page_verbatim(struct text_page *p, unsigned indent, const char *lines);
void text_page_blank(struct text_page *p);

/* An empty buffer to make a text in that is then given to one of the above. */
struct buf *text_page_scratch(struct text_page *p);

/* The parts of struct view_kind that all such views share. */
bool text_page_open(struct view *v, void (*put_all)(const struct view *v, struct text_page *p),
                    struct err *err) WARN_UNUSED;
void text_page_close(struct view *v);
void text_page_renew(struct view *v);
bool text_page_layout(struct view *v, unsigned width, struct err *err) WARN_UNUSED;
void text_page_draw_line(const struct view *v, struct screen *s, uint64_t row, unsigned screen_row);
void text_page_put_text(const struct view *v, uint64_t row, struct buf *b);
bool text_page_target(const struct view *v, uint64_t row, struct place *ret);
uint32_t text_page_node(const struct view *v, uint64_t row);

#endif
