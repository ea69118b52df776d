/* The part of every command that reads files: analyses them behind a progress bar, and says on
 * standard error what was wrong with them.
 */
#ifndef MORTEM_CLI_INPUTS_H
#define MORTEM_CLI_INPUTS_H

#include "analyzer/analyze.h"
#include "analyzer/heap_file.h"
#include "cli/options.h"

bool inputs_analyze(const struct settings *s, bool keep_heap, struct analysis *ret,
                    struct err *err) WARN_UNUSED;

/* The analyzed heap of one file, with positions to walk down the dominator tree. Damage is said on
 * standard error at once. The caller calls heap_release(). */
bool inputs_heap(const struct settings *s, const char *file, struct heap *ret,
                 struct err *err) WARN_UNUSED;

/* One line for each problem. Returns the worst, ERR_NONE if there is none. */
enum err_code inputs_warn(const struct analysis *a);

#endif
