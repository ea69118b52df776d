/* What many keys have in common, without showing any of them: `/blog/a#####`.
 *
 * Keys may be secrets. What is the same in all samples is kept, digits become #, the rest a star.
 */
#ifndef MORTEM_ANALYZER_KEY_PATTERN_H
#define MORTEM_ANALYZER_KEY_PATTERN_H

#include "analyzer/strings.h"
#include "base/buf.h"

/* Appends the pattern of keys[0..count); nothing when they have no text. */
void key_pattern_put(const struct str *keys, size_t count, struct buf *out);

#endif
