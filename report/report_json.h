/* The model as JSON: docs/json.md has the keys.
 *
 * Keys are sorted, sizes are integers of bytes, what is not known is null. The document is valid
 * UTF-8 whatever the inputs held: bytes that are no UTF-8 and surrogates that stand alone become
 * \ufffd, characters that must not reach a terminal are \u escapes.
 */
#ifndef MORTEM_REPORT_REPORT_JSON_H
#define MORTEM_REPORT_REPORT_JSON_H

#include "report/report.h"

#define REPORT_SCHEMA_VERSION 1

bool report_json(const struct analysis *a, const struct report_options *o,
                 const struct report_sink *sink, struct err *err) WARN_UNUSED;

struct json_writer;

/* The key "findings"; only those that grew between snapshots, or all. */
void json_put_findings(struct json_writer *r, const struct analysis *a, bool only_grown);

#endif
