/* Names that people can read: where a finding speaks of a bundle, its source map gives the file,
 * the line and the name in the source.
 *
 * A finding knows the bundle's path on the server, the variable's short name and the place of a
 * function that sees it. The bundle is looked for by the longest part of its path that exists under
 * a folder, its text tells where the variable is declared, its map where that comes from.
 */
#ifndef MORTEM_ANALYZER_READABLE_NAMES_H
#define MORTEM_ANALYZER_READABLE_NAMES_H

#include "analyzer/analysis.h"

/* Puts readable names into the findings, for which maps are there: under `folder`, or, if that is
 * NULL, under ".next" beside the finding's snapshot. What the bundle calls them becomes evidence.
 * A map that cannot be read is told in the evidence of the finding. */
bool read_names(struct analysis *a, const char *folder, struct err *err) WARN_UNUSED;

#endif
