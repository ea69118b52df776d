/* Where a variable is declared in JavaScript's text, as far as a scanner without a grammar can
 * tell.
 *
 * Made for bundles: it reads tokens, keeps the open brackets, and notes what `let`, `const`, `var`,
 * `function` and `class` declare in each block. Patterns (`let {a} = b`) are not looked into.
 */
#ifndef MORTEM_PARSERS_JS_SCOPE_H
#define MORTEM_PARSERS_JS_SCOPE_H

#include "base/err.h"
#include "parsers/span.h"

/* The declaration of `name` that is seen from the place `at` (a byte in the text): the innermost.
 * *ret is the byte at which the name stands. false: there is none, or memory is out. One pass over
 * the text, whatever it holds. */
bool js_scope_declaration(struct span text, size_t at, struct span name, size_t *ret);

/* Places count as V8 and source maps do: lines from 0, columns from 0 in UTF-16 units. */
bool js_text_offset(struct span text, uint32_t line, uint32_t column, size_t *ret);
void js_text_place(struct span text, size_t offset, uint32_t *ret_line, uint32_t *ret_column);

/* The identifier at a place, behind words such as `const` and `export`; empty if none is there. */
struct span js_identifier_at(struct span text, size_t offset);

#endif
