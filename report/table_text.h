/* A table of answers (analyzer/answer_table.h) on a text page: drawn from the kinds of its columns,
 * rows streamed, contents of strings hidden unless asked for.
 */
#ifndef MORTEM_REPORT_TABLE_TEXT_H
#define MORTEM_REPORT_TABLE_TEXT_H

#include "analyzer/answer_table.h"
#include "report/page.h"
#include "report/report.h"

/* Appends a number as a cell of this kind has it. */
void table_text_number(struct buf *b, enum column_kind kind, uint64_t number, uint64_t total_bytes);

/* Titles, rows, and what was left out. Writes full blocks of the page to the sink. */
bool table_text_put(struct page *p, const struct table *t, const struct report_options *o,
                    const struct report_sink *sink, struct err *err) WARN_UNUSED;

/* Writes the page so far if it has at least so many bytes. */
bool table_text_flush(struct page *p, const struct report_sink *sink, size_t least,
                      struct err *err) WARN_UNUSED;

#endif
