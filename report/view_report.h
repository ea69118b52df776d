/* The answers of one view of a heap (analyzer/heap_views.h) as a text table and as JSON.
 *
 * Both are drawn from the kinds of the columns; contents of strings are hidden unless asked for.
 */
#ifndef MORTEM_REPORT_VIEW_REPORT_H
#define MORTEM_REPORT_VIEW_REPORT_H

#include "analyzer/heap_views.h"
#include "report/report.h"

struct view_caption {
    const char *file;
    const char *subject; /* as the user wrote it: "@123"; NULL */
};

/* Rows stream to the sink. */
bool view_text(const struct view_answer *a, const struct view_caption *c,
               const struct report_options *o, const struct report_sink *sink,
               struct err *err) WARN_UNUSED;

/* docs/json.md has the keys. */
bool view_json(const struct view_answer *a, const struct view_caption *c,
               const struct report_options *o, const struct report_sink *sink,
               struct err *err) WARN_UNUSED;

/* Makes a text of `kind` fit to be shown: replaces *b. */
void view_redact(struct buf *b, enum column_kind kind, bool show_strings);

#endif
