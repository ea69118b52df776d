/* Single fields of a log line in JSON, without parsing the line: the first `"key":` counts, at
 * whatever depth. Good for lines whose shape is known to be flat or whose keys are told apart.
 */
#ifndef MORTEM_PARSERS_JSON_FIELDS_H
#define MORTEM_PARSERS_JSON_FIELDS_H

#include "parsers/event.h"
#include "parsers/span.h"

/* The value's bytes from its first on, to the end of the line. `key` with its quotes: "\"url\"". */
bool json_field(struct span line, const char *key, struct span *ret);
/* What is between the quotes, escapes untouched. */
bool json_field_text(struct span line, const char *key, struct span *ret);
struct number json_field_number(struct span line, const char *key); /* also "200" in quotes */

/* The time that loggers put into their lines: milliseconds or seconds since 1970, or ISO. Leaves
 * *ret alone if there is none. */
void json_line_time(struct span line, struct log_time *ret);

#endif
