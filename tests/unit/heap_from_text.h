/* A heap from a snapshot's text in memory. */
#ifndef MORTEM_TESTS_HEAP_FROM_TEXT_H
#define MORTEM_TESTS_HEAP_FROM_TEXT_H

#include "analyzer/heap_load.h"

/* Through a file of its own, as everything else; heap_release() is the caller's. */
bool heap_from_text(const void *text, size_t len, bool all_yajl, struct heap *ret,
                    struct err *err) WARN_UNUSED;

/* The same in another way than heap_load()'s own. */
bool heap_from_text_as(const void *text, size_t len, const struct heap_load_options *o,
                       struct heap *ret, struct err *err) WARN_UNUSED;

/* Do all loaded columns hold the same? Names the first that does not. */
bool heap_same_as_loaded(const struct heap *a, const struct heap *b, const char **ret_what);

/* Every index in the loaded columns is in its range, edges are grouped. Names what is not. */
bool heap_is_sound(const struct heap *h, const char **ret_what);

#endif
