/* How the server was built and started, in one sentence for people.
 */
#ifndef MORTEM_ANALYZER_SETUP_WORDS_H
#define MORTEM_ANALYZER_SETUP_WORDS_H

#include "analyzer/analysis.h"
#include "base/buf.h"

/* "next start, webpack, pages and app router, 26 routes, cache handler /srv/handler.js, sharp";
 * nothing where nothing is known. */
void setup_put_words(const struct analysis *a, struct buf *out);

#endif
