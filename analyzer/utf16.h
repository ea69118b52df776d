/* Strings as JavaScript sees them: lengths, order and JSON in UTF-16 units.
 *
 * DevTools measures and sorts by UTF-16 units, which is not the order of UTF-8's bytes: U+FFFF
 * stands behind U+1F600. Our strings are WTF-8; a lone surrogate is a unit of its own, and two
 * that follow each other are one character, as they are in JavaScript.
 */
#ifndef MORTEM_ANALYZER_UTF16_H
#define MORTEM_ANALYZER_UTF16_H

#include "analyzer/strings.h"
#include "base/buf.h"

/* What `length` gives. */
size_t utf16_length(struct str s);

/* The order of `<`: negative, 0, positive. */
int utf16_compare(struct str a, struct str b);

/* Appends what JSON.stringify() gives, quotes included; lone surrogates as \udxxx. A byte that is
 * no UTF-8 becomes U+FFFD. */
void utf16_put_json(struct buf *b, struct str s);

#endif
