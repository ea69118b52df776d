/* How the server was built, configured and started, as far as a heap shows it: Next.js' own server
 * object with its configuration and routes, and the scripts that are loaded.
 */
#ifndef MORTEM_ANALYZER_SETUP_FACTS_H
#define MORTEM_ANALYZER_SETUP_FACTS_H

#include "analyzer/analysis.h"
#include "analyzer/census.h"

/* Fills the set-up of a->next and a->runtime. */
void setup_facts_take(const struct js *js, const struct census *census, struct analysis *a);

#endif
