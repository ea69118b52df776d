/* Versions of Next.js as numbers that can be compared.
 */
#ifndef MORTEM_ANALYZER_NEXT_VERSION_H
#define MORTEM_ANALYZER_NEXT_VERSION_H

#include "analyzer/analysis.h"
#include "analyzer/strings.h"

#define NEXT_VERSION(major, minor, patch) ((major)*1000000u + (minor)*1000u + (patch))
/* Behind every patch of a minor version, and behind every version. */
#define NEXT_PATCH_END 999u
#define NEXT_VERSION_END NEXT_VERSION(999, 999, NEXT_PATCH_END)

/* "14.2.3" or "14.2.3-canary.7" to a comparable number; false for anything else. */
bool next_version_parse(struct str text, uint32_t *ret);

/* "14.1", "14.2.3": patch 0 and the end of a minor version are not told. */
const char *next_version_text(uint32_t version, struct arena *arena);

/* "14.1 to 14.2", "14.1 and later", "up to 14.0", "14.2.3". */
const char *next_versions_text(uint32_t from, uint32_t to, struct arena *arena);

#endif
