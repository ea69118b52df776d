/* What grew between snapshots (analyzer/trend.h) as a text page and as JSON.
 */
#ifndef MORTEM_REPORT_REPORT_DIFF_H
#define MORTEM_REPORT_REPORT_DIFF_H

#include "analyzer/trend_tables.h"
#include "report/report.h"

struct diff_answer {
    const struct trend *trend;
    struct table classes, places;  /* filled from it */
    const struct analysis *newest; /* of the last snapshot; its findings say what grew */
};

/* The variable that grew most first, then findings, places and classes. */
bool diff_text(const struct diff_answer *a, const struct report_options *o,
               const struct report_sink *sink, struct err *err) WARN_UNUSED;

/* docs/json.md has the keys. */
bool diff_json(const struct diff_answer *a, const struct report_options *o,
               const struct report_sink *sink, struct err *err) WARN_UNUSED;

#endif
