/* What the rules mean, as text: the list of them, and all about one.
 */
#ifndef MORTEM_REPORT_EXPLAIN_TEXT_H
#define MORTEM_REPORT_EXPLAIN_TEXT_H

#include "analyzer/rules/rule.h"
#include "report/report.h"

/* A line for each rule: its id and summary. */
bool explain_list_text(const struct report_options *o, const struct report_sink *sink,
                       struct err *err) WARN_UNUSED;

bool explain_rule_text(const struct rule *r, const struct report_options *o,
                       const struct report_sink *sink, struct err *err) WARN_UNUSED;

#endif
