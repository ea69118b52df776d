/* The functions behind callbacks: what a timer calls, what listens to an event.
 *
 * A callback is often not the function that a person wrote: it is bound, wrapped to be called once,
 * or it settles a promise that an async function waits for. What stands behind it is found by the
 * edges of these objects.
 */
#ifndef MORTEM_ANALYZER_FUNCTIONS_H
#define MORTEM_ANALYZER_FUNCTIONS_H

#include "analyzer/js.h"
#include "base/buf.h"

/* The function that a callback stands for, itself if for none; NO_NODE if n is no function. */
uint32_t function_behind(const struct js *js, uint32_t n);

/* What all functions of one place in the source have in common; NO_NODE if n is no function. */
uint32_t function_shared(const struct js *js, uint32_t n);

/* SCRIPT_NONE: no script, as V8's own. */
enum script_kind function_kind(const struct js *js, uint32_t n);

/* The context of a function, NO_NODE if it has none of its own: the global one does not count. */
uint32_t function_context(const struct js *js, uint32_t n);

/* Where it is written, 1-based; 0 if the snapshot does not tell. */
uint32_t function_line(const struct js *js, uint32_t n);

/* "push (orders/[id].js:30)", for one without a name "a function (..)". */
void function_put_place(const struct js *js, uint32_t n, struct buf *out);

/* Variables that its context holds with the classes of their values: "data (Array), res
 * (ServerResponse)"; nothing if there are none. */
void function_put_captures(const struct js *js, uint32_t n, struct buf *out);

#endif
