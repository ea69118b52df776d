/* The analyzed heap of one file, for commands that want the heap itself and no report.
 */
#ifndef MORTEM_ANALYZER_HEAP_FILE_H
#define MORTEM_ANALYZER_HEAP_FILE_H

#include "analyzer/heap_load.h"

/* Do these first bytes of a file begin a heap snapshot? `{"snapshot":` with any white space. */
bool bytes_are_heap_snapshot(const uint8_t *p, size_t len);

/* What a damaged heap has no answers for: "all names are missing". */
const char *heap_missing(const struct heap *h);

/* Opens `path` ("-" is standard input), loads the snapshot and runs all passes. A snapshot that is
 * cut or damaged is no failure: then ret->complete is false and ret->damage.msg is a sentence that
 * names the file, the place and what is missing. On failure *ret is untouched and the message names
 * the file. The caller calls heap_release(), and heap_find_positions() before it walks down the
 * dominator tree. */
bool heap_of_file(const char *path, const struct heap_load_options *o, struct heap *ret,
                  const struct progress *p, struct err *err) WARN_UNUSED;

#endif
