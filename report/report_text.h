/* The one-page post-mortem: what killed it, what held the memory, what to change.
 *
 * The first three lines answer; what limits the answer (inputs that were cut or unreadable) stands
 * right below; then each answer with its evidence.
 */
#ifndef MORTEM_REPORT_REPORT_TEXT_H
#define MORTEM_REPORT_REPORT_TEXT_H

#include "report/report.h"

bool report_text(const struct analysis *a, const struct report_options *o,
                 const struct report_sink *sink, struct err *err) WARN_UNUSED;

#endif
