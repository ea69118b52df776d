/* From events to deaths: one death for each crash, whichever logs it shows in.
 *
 * The kernel's kill, V8's last words, the diagnostic report and the snapshot of one process are one
 * death; the same kill in two captures is one; restarts of one application by PM2 are one, counted.
 * Where the same happens again and again, the last death has the advice.
 */
#ifndef MORTEM_ANALYZER_DEATHS_H
#define MORTEM_ANALYZER_DEATHS_H

#include "analyzer/analysis.h"
#include "analyzer/event_list.h"

/* Appends to a->deaths, in order of time as far as the logs' clocks can be compared. a->inputs is
 * looked at for snapshots that a death cut short: it must be complete. Evidence borrows the names
 * of the events' files. */
bool deaths_join(struct analysis *a, const struct event_list *events, struct err *err) WARN_UNUSED;

/* Next.js's and Node's version, where a log knows them more surely than a->next does. */
void logs_identify_next(const struct event_list *events, struct analysis *a);

#endif
