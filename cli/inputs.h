/* The part of every command that reads files: analyses them behind a progress bar, and says on standard
 * error what was wrong with them.
 */
#ifndef MORTEM_CLI_INPUTS_H
#define MORTEM_CLI_INPUTS_H

#include "analyzer/analyze.h"
#include "cli/options.h"

bool inputs_analyze(const struct settings *s, bool keep_heap, struct analysis *ret,
                    struct err *err) WARN_UNUSED;

/* One line for each problem. Returns the worst, ERR_NONE if there is none. */
enum err_code inputs_warn(const struct analysis *a);

#endif
