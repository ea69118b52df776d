/* The part of every command that reads files: analyses them behind a progress bar, and says on
 * standard error what was wrong with them.
 */
#ifndef MORTEM_CLI_INPUTS_H
#define MORTEM_CLI_INPUTS_H

#include "analyzer/analyze.h"
#include "analyzer/heap_file.h"
#include "cli/options.h"

/* What the settings say about reading snapshots. */
struct heap_load_options inputs_load_options(const struct settings *s);

/* And about reading anything. *ret borrows *index, its place. */
void inputs_options(const struct settings *s, struct index_options *index,
                    struct analyze_options *ret);

/* --no-index, or MORTEM_NO_INDEX in the environment. */
bool inputs_without_index(const struct settings *s);

bool inputs_analyze(const struct settings *s, struct analysis *ret, struct err *err) WARN_UNUSED;

/* The same for the sake of the indexes: of snapshots of any size. *ret_unwritten is the last that
 * could not be written, untouched if there is none. */
bool inputs_index(const struct settings *s, struct analysis *ret, struct err *ret_unwritten,
                  struct err *err) WARN_UNUSED;

/* The events of all files: see analyze_events(). */
bool inputs_events(const struct settings *s, const struct event_sink *to, struct event_times *times,
                   struct analysis *ret, struct err *err) WARN_UNUSED;

/* The analyzed heap of one file, with positions to walk down the dominator tree. Damage is said on
 * standard error at once. The caller calls heap_release(). */
bool inputs_heap(const struct settings *s, const char *file, struct heap *ret,
                 struct err *err) WARN_UNUSED;

/* One line for each problem. Returns the worst, ERR_NONE if there is none. */
enum err_code inputs_warn(const struct analysis *a);

#endif
