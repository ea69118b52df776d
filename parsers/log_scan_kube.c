/* Log line forms of Kubernetes: its programs' own log, and the tables of events of kubectl. */
#include "parsers/log_scanners.h"

/* "I0830 20:24:01.875221    3264 manager.go:1142] payload" */
bool strip_klog(struct span line, struct log_prefix *p)
{
    struct span s = line, file;
    struct civil_time t = {0};
    uint64_t thread;
    if (!s.len || !memchr("IWEF", *s.p, 4))
        return false;
    s = span_from(s, 1);
    if (!span_take_digits(&s, 2, &t.month) || !span_take_digits(&s, 2, &t.day) || t.month > 12 ||
        !t.month || !t.day || t.day > 31 || !span_take(&s, " ") || !take_clock_time(&s, &t))
        return false;
    struct span stamp = span_from(span_head(line, (size_t)(s.p - line.p)), 1);
    s = span_trim_left(s);
    if (!span_take_number(&s, &thread) || !span_take_word(&s, &file) ||
        file.p[file.len - 1] != ']' || span_find(file, ":") == SPAN_NONE)
        return false;
    span_take(&s, " ");
    prefix_store_wall(p, &t, LOG_CLOCK_YEARLESS, stamp);
    p->payload = s;
    return true;
}

/* "5m57s", "2d", "2m (x4 over 25m)", "<unknown>" */
static bool is_age(struct span s)
{
    uint64_t n;
    if (span_is(s, "<unknown>") || span_is(s, "<invalid>"))
        return true;
    size_t parts = 0;
    for (; span_take_number(&s, &n); parts++) {
        if (!s.len || !memchr("smhdy", *s.p, 5))
            return false;
        s = span_from(s, 1);
    }
    return parts && (!s.len || span_starts(s, " (x"));
}

/* Columns are set apart by two spaces or more. */
static bool take_column(struct span *s, struct span *ret)
{
    struct span rest = span_trim_left(*s);
    size_t n = 0;
    while (n < rest.len && !(rest.p[n] == ' ' && n + 1 < rest.len && rest.p[n + 1] == ' ') &&
           rest.p[n] != '\t')
        n++;
    if (!n)
        return false;
    *ret = span_head(rest, n);
    *s = span_from(rest, n);
    return true;
}

static bool is_type(struct span s)
{
    return span_is(s, "Warning") || span_is(s, "Normal");
}

/* `kubectl get events`: [namespace] age type reason object message; the events of `kubectl
 * describe`: type reason age source message */
bool strip_kube_event(struct span line, struct log_prefix *p)
{
    struct span s = line, column[3], age, reason, object;
    if (!take_column(&s, &column[0]) || !take_column(&s, &column[1]) ||
        !take_column(&s, &column[2]))
        return false;
    if (is_type(column[0]) && is_age(column[2])) {
        age = column[2];
        reason = column[1];
    } else if (is_age(column[0]) && is_type(column[1])) {
        age = column[0];
        reason = column[2];
    } else if (is_age(column[1]) && is_type(column[2]) && take_column(&s, &reason)) {
        age = column[1];
    } else {
        return false;
    }
    if (!take_column(&s, &object))
        return false;
    p->reason = reason;
    p->object = object;
    if (p->time.clock == LOG_CLOCK_NONE) {
        p->time.clock = LOG_CLOCK_RELATIVE;
        span_copy(p->time.text, sizeof p->time.text, age);
    }
    p->payload = span_trim_left(s);
    return true;
}
