/* Which Next.js and which Node wrote a heap: what the heap itself says.
 *
 * The version of Next.js is looked for where it stands most surely first: its package.json, marks
 * that carry the version, constants of its functions, and last what came and went with versions.
 */
#ifndef MORTEM_ANALYZER_IDENTITY_H
#define MORTEM_ANALYZER_IDENTITY_H

#include "analyzer/analysis.h"
#include "analyzer/census.h"
#include "analyzer/next_version.h"

/* Fills a->next and a->runtime from the heap where the heap is surer than what is there. */
bool heap_identify(const struct js *js, const struct census *census, struct analysis *a,
                   struct err *err) WARN_UNUSED;

#endif
