/* Which Next.js and which Node wrote a heap: what the heap itself says.
 */
#ifndef MORTEM_ANALYZER_IDENTITY_H
#define MORTEM_ANALYZER_IDENTITY_H

#include "analyzer/analysis.h"
#include "analyzer/census.h"

/* Fills a->next from the heap where the heap is surer than what is there. */
bool heap_identify(const struct js *js, const struct census *census, struct analysis *a,
                   struct err *err) WARN_UNUSED;

/* Comparable versions, see next_info. */
#define NEXT_VERSION(major, minor, patch) ((major)*1000000u + (minor)*1000u + (patch))

/* "14.2.3" or "14.2.3-canary.7" to a comparable number; false for anything else. */
bool next_version_parse(struct str text, uint32_t *ret);

#endif
