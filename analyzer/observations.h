/* What logs say beside deaths, in few lines: how memory went, how much was asked for, errors that
 * were survived, processes that PM2 gave up.
 */
#ifndef MORTEM_ANALYZER_OBSERVATIONS_H
#define MORTEM_ANALYZER_OBSERVATIONS_H

#include "analyzer/analysis.h"
#include "analyzer/event_list.h"

/* Fills a->observations: a few of each kind, the most telling first. */
void logs_observe(const struct event_list *events, struct analysis *a);

#endif
