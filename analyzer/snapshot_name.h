/* What Node puts into the name of a heap snapshot: "Heap.20261123.145416.523.0.001.heapsnapshot" is
 * of 14:54:16 local time and pid 523.
 */
#ifndef MORTEM_ANALYZER_SNAPSHOT_NAME_H
#define MORTEM_ANALYZER_SNAPSHOT_NAME_H

#include "parsers/event.h"

/* Fills pid and time of *e; leaves them alone if the name is another. */
void snapshot_name_read(const char *path, struct event *e);

/* The pid alone. */
struct number snapshot_name_pid(const char *path);

#endif
