/* Names of heap snapshots: see snapshot_name.h. */
#include "analyzer/snapshot_name.h"

#include <string.h>

#include "parsers/log_time.h"

/* "20261123.145416." */
static bool take_stamp(struct span *s, struct civil_time *t)
{
    struct span rest = *s;
    struct civil_time c = {0};
    if (!span_take_digits(&rest, 4, &c.year) || !span_take_digits(&rest, 2, &c.month) ||
        !span_take_digits(&rest, 2, &c.day) || !span_take(&rest, ".") ||
        !span_take_digits(&rest, 2, &c.hour) || !span_take_digits(&rest, 2, &c.minute) ||
        !span_take_digits(&rest, 2, &c.second) || !span_take(&rest, "."))
        return false;
    if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31 || c.hour > 23 || c.minute > 59 ||
        c.second > 60)
        return false;
    *s = rest;
    *t = c;
    return true;
}

void snapshot_name_read(const char *path, struct event *e)
{
    const char *name = strrchr(path, '/');
    struct span s = {name ? name + 1 : path, strlen(name ? name + 1 : path)}, stamp;
    struct civil_time t;
    uint64_t pid;
    if (span_find(s, ".heapsnapshot") == SPAN_NONE || !span_take(&s, "Heap."))
        return;
    stamp = s;
    if (!take_stamp(&s, &t) || !span_take_number(&s, &pid) || !span_starts(s, "."))
        return;
    e->pid = number_of(pid);
    civil_time_store(&t, LOG_CLOCK_LOCAL, &e->time);
    span_copy(e->time.text, sizeof e->time.text, span_head(stamp, strlen("20261123.145416")));
}

struct number snapshot_name_pid(const char *path)
{
    struct event e = {0};
    snapshot_name_read(path, &e);
    return e.pid;
}
