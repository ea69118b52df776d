/* Names for plain objects: the interfaces that DevTools infers from their properties.
 *
 * The property lists that occur often enough become definitions; an object gets the name of the
 * largest definition that it satisfies, the more frequent one among equals. The definitions of one
 * heap can be applied to another: a comparison wants both heaps' objects named alike.
 */
#ifndef MORTEM_ANALYZER_INTERFACES_H
#define MORTEM_ANALYZER_INTERFACES_H

#include "analyzer/heap.h"

#define INTERFACES_MAX 1024
#define NO_INTERFACE UINT32_MAX

struct interface {
    uint32_t name;   /* string index */
    uint32_t *props; /* string indexes, sorted, as often as the definition has them; owned */
    size_t prop_count;
};

/* The most frequent first. `struct interfaces in = {0}` is a valid empty list. */
struct interfaces {
    struct interface *all; /* owned */
    size_t count;
};

void interfaces_release(struct interfaces *in);

/* Infers the interfaces of h and sets names[n] for every plain object n to the string index of its
 * interface's name, or of "Object". `plain` is the string index of "Object"; names are appended to
 * the heap's strings. */
bool interfaces_name(struct heap *h, uint32_t plain, uint32_t *names, struct interfaces *ret,
                     struct err *err) WARN_UNUSED;

/* The interfaces `in` of `from` for the objects of `to`: properties become strings of `to`, names
 * stay strings of `from`. Those that no object of `to` can satisfy are left out. */
bool interfaces_translate(const struct interfaces *in, const struct heap *from,
                          const struct heap *to, struct interfaces *ret,
                          struct err *err) WARN_UNUSED;

/* Sets which[n] for every plain object n of h to its place in `in`, or to NO_INTERFACE. */
bool interfaces_apply(const struct interfaces *in, const struct heap *h, uint32_t plain,
                      uint32_t *which, struct err *err) WARN_UNUSED;

static inline bool heap_is_plain_object(const struct heap *h, uint32_t n, uint32_t plain)
{
    return heap_type(h, n) == NODE_OBJECT && heap_name_index(h, n) == plain;
}

#endif
