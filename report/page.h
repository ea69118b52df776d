/* A page of plain text being laid out: indented paragraphs, labels, lists, colours by role.
 *
 * Whatever text is given may hold anything: it is made safe here, wrapped at the page's width and
 * cut at a length no sentence has. Failed allocations are remembered: page_failed(), once, at the
 * end.
 */
#ifndef MORTEM_REPORT_PAGE_H
#define MORTEM_REPORT_PAGE_H

#include "base/buf.h"

enum page_role {
    ROLE_PLAIN,
    ROLE_HEADING,
    ROLE_LABEL,
    ROLE_LEAK,
    ROLE_WARN,
    ROLE_INFO,
    ROLE_PASTE,
    ROLE_COUNT,
};

struct page {
    struct buf out;
    struct buf scratch; /* page_scratch() */
    struct buf safe;
    unsigned width;
    bool color;
    bool ascii;
    bool failed;
};

/* A label in front of a paragraph: the text starts `hang` columns behind `indent`, further lines
 * too. */
struct page_label {
    unsigned indent;
    unsigned hang;
    enum page_role role;
    const char *text; /* "" for none */
};

void page_release(struct page *p);
bool page_failed(const struct page *p);

/* An empty buffer to build a text in that is then given to one of the functions below. */
struct buf *page_scratch(struct page *p);

void page_heading(struct page *p, const char *text);
void page_paragraph(struct page *p, struct page_label label, const char *text);
/* Lines to copy, as they are: nothing is wrapped, each is indented by `indent`. */
void page_verbatim(struct page *p, unsigned indent, const char *lines);
void page_blank_line(struct page *p);

/* For tables: text in `width` columns, cut if longer. Width 0 takes it as it is. */
void page_cell(struct page *p, unsigned width, bool right, const char *text);
void page_end_line(struct page *p);
void page_role(struct page *p, enum page_role role); /* ROLE_PLAIN ends one */

#endif
