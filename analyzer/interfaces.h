/* Names for plain objects: the interfaces that DevTools infers from their properties.
 *
 * The property lists that occur often enough become definitions; an object gets the name of the
 * largest definition that it satisfies, the more frequent one among equals.
 */
#ifndef MORTEM_ANALYZER_INTERFACES_H
#define MORTEM_ANALYZER_INTERFACES_H

#include "analyzer/heap.h"

/* Sets names[n] for every plain object n to the string index of its interface's name, or of
 * "Object". `plain` is the string index of "Object"; names are appended to the heap's strings. */
bool interfaces_name(struct heap *h, uint32_t plain, uint32_t *names, struct err *err) WARN_UNUSED;

static inline bool heap_is_plain_object(const struct heap *h, uint32_t n, uint32_t plain)
{
    return heap_type(h, n) == NODE_OBJECT && heap_name_index(h, n) == plain;
}

#endif
