/* From the path of a request to the route that many share: `/blog/a#####`, never a query.
 *
 * Digits become #, what looks like a token, an address or an escaped text a star. The pattern is
 * what analyzer/key_pattern.h makes of many keys of one route, but from one path alone, so that it
 * can be counted on the way.
 */
#ifndef MORTEM_PARSERS_ROUTE_PATTERN_H
#define MORTEM_PARSERS_ROUTE_PATTERN_H

#include "parsers/span.h"

#define ROUTE_MAX 96
#define ROUTE_SEGMENTS_MAX 8 /* deeper ones are one star */

/* `path` begins with '/'; its query is not looked at. Returns the length of the text in `ret`. */
size_t route_pattern(struct span path, char ret[ROUTE_MAX]);

/* Whether two patterns are the same but for how many digits they have. */
bool route_same(const char *a, const char *b);

#endif
