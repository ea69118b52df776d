/* Heaps hold secrets: the steps of a retaining path as they may be shown without being asked.
 *
 * A string's contents become its length: "..." -> string of 12 bytes. A property name that is an
 * identifier stays; one that looks like data (a URL, a key, a token) becomes its pattern: digits
 * and words that mix letters and digits as '#', values behind '=' and around '@' too.
 */
#ifndef MORTEM_REPORT_REDACT_H
#define MORTEM_REPORT_REDACT_H

#include "base/buf.h"

/* Append `edge` ("pageCache (variable)", ".cache", "[17]", "./product/123") and `node` ("Map",
 * "\"contents\""); raw if `show_strings`. Not escaped for any medium. */
void redact_edge(struct buf *b, const char *edge, bool show_strings);
void redact_node(struct buf *b, const char *node, bool show_strings);

/* The same for what a view shows: of an object named by its properties, {html, "/product/7"}, those
 * that look like data become patterns, of a tag only its name stays, and URLs become patterns. */
void redact_name(struct buf *b, const char *name, bool show_strings);

/* A string's contents: of a path or URL its pattern, else nothing but the length. */
void redact_string(struct buf *b, const char *text, bool show_strings);

#endif
