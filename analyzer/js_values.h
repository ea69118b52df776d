/* Values of properties: texts that are put together of pieces, numbers where the snapshot has them,
 * and properties by a name that only a file of settings knows.
 */
#ifndef MORTEM_ANALYZER_JS_VALUES_H
#define MORTEM_ANALYZER_JS_VALUES_H

#include "analyzer/js.h"
#include "base/buf.h"

/* The property of n with this name, NO_NODE if there is none. Costs a look at each of its edges:
 * for single objects. */
uint32_t js_property_named(const struct js *js, uint32_t n, const char *name);

/* Appends the text of a string that is whole or was concatenated, up to `limit` bytes. Nothing for
 * a slice: where in its parent it lies is not in the snapshot. */
void js_put_text(const struct js *js, uint32_t n, struct buf *out, size_t limit);

/* A number; only snapshots that were written with numeric values have them. */
bool js_number(const struct js *js, uint32_t n, uint64_t *ret);

/* "true", "false", a number or a text, as a setting would be written; false for what is unset or an
 * object. */
bool js_put_value(const struct js *js, uint32_t n, struct buf *out);

#endif
