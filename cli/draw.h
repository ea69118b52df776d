/* How every command writes its answer: opens the output, says what it can show, lets a renderer
 * draw, and closes it whole or not at all.
 */
#ifndef MORTEM_CLI_DRAW_H
#define MORTEM_CLI_DRAW_H

#include "cli/options.h"
#include "report/report.h"

typedef bool draw_fn(const void *ctx, const struct report_options *o,
                     const struct report_sink *sink, struct err *err);

bool draw_answer(const struct settings *s, draw_fn *draw, const void *ctx,
                 struct err *err) WARN_UNUSED;

#endif
