/* A finding on a page: its facts, the path that holds it, the evidence. Used by every page that
 * has findings.
 */
#ifndef MORTEM_REPORT_FINDING_TEXT_H
#define MORTEM_REPORT_FINDING_TEXT_H

#include "analyzer/analysis.h"
#include "report/page.h"

/* All about it but its advice. `heap_bytes` is the whole that its bytes are a share of, 0: it is of
 * another snapshot than the page is about, which is then named. */
void finding_text(struct page *p, const struct finding *f, uint64_t heap_bytes, bool show_strings);

/* Its title alone. */
void finding_line_text(struct page *p, const struct finding *f);

void evidence_text(struct page *p, const struct evidence *list, size_t count);

/* "57.9 MB, 12.3 % of the heap" */
void retained_text(struct buf *b, const struct finding *f, uint64_t heap_bytes);

/* What a page has no room for is in the JSON: "- 3 more: ..."; nothing if `count` is 0. */
void left_out_text(struct page *p, unsigned indent, size_t count, const char *what);

#endif
