/* Log line forms of the kernel's own ring, as dmesg prints it and as the device gives it. */
#include "parsers/log_scanners.h"

#include <inttypes.h>
#include <stdio.h>

/* "3,425,1393561602,-;payload" */
bool strip_kmsg(struct span line, struct log_prefix *p)
{
    struct span s = line;
    uint64_t priority, sequence, us;
    if (!span_take_number(&s, &priority) || !span_take(&s, ",") ||
        !span_take_number(&s, &sequence) || !span_take(&s, ",") || !span_take_number(&s, &us) ||
        !span_take(&s, ","))
        return false;
    if (!s.len || !strchr("-c+", *s.p))
        return false;
    size_t end = span_find(span_head(s, 64), ";");
    if (end == SPAN_NONE)
        return false;
    p->kernel = p->escaped = true;
    char text[LOG_TIME_TEXT_MAX];
    int n = snprintf(text, sizeof text, "[%" PRIu64 ".%06" PRIu64 "]", us / 1000000, us % 1000000);
    prefix_store_uptime(p, us, (struct span){text, (size_t)n});
    p->payload = span_from(s, end + 1);
    return true;
}

/* "<3>" before what follows; a digit and a space behind it is RFC 5424's. */
bool strip_raw_level(struct span line, struct log_prefix *p)
{
    struct span s = line;
    uint64_t priority;
    if (!span_take(&s, "<") || !span_take_number(&s, &priority) || priority > 191 ||
        !span_take(&s, ">"))
        return false;
    if (s.len > 1 && char_is_digit(s.p[0]) && s.p[1] == ' ')
        return false;
    p->payload = s;
    return true;
}

static const char *const facilities[] = {"kern", "user", "mail", "daemon",   "auth", "syslog",
                                         "lpr",  "news", "uucp", "authpriv", "cron", "ftp"};
static const char *const levels[] = {"emerg", "alert",  "crit", "err",  "warning",
                                     "warn",  "notice", "info", "debug"};

static bool take_one_of(struct span *s, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct span rest = *s;
        if (!span_take(&rest, words[i]))
            continue;
        rest = span_trim_left(rest);
        if (!span_take(&rest, ":"))
            continue;
        *s = rest;
        return true;
    }
    return false;
}

/* "kern  :err   : " of dmesg -x */
bool strip_facility(struct span line, struct log_prefix *p)
{
    struct span s = line;
    if (!take_one_of(&s, facilities, ARRAY_LEN(facilities)))
        return false;
    s = span_trim_left(s);
    if (!take_one_of(&s, levels, ARRAY_LEN(levels)))
        return false;
    span_take(&s, " ");
    p->payload = s;
    return true;
}

bool take_uptime_bracket(struct span *s, uint64_t *ret_us)
{
    struct span rest = *s;
    if (!span_take(&rest, "["))
        return false;
    rest = span_trim_left(rest);
    if (!take_seconds(&rest, ret_us))
        return false;
    if (span_starts(rest, " <")) {
        size_t end = span_find(span_head(rest, 40), ">]");
        if (end == SPAN_NONE)
            return false;
        rest = span_from(rest, end + 1);
    } else if (span_starts(rest, "  ")) {
        rest = span_trim_left(rest);
    }
    if (!span_take(&rest, "]"))
        return false;
    *s = rest;
    return true;
}

/* "[ 1393.561602] payload", with the caller "[  T123] " where the kernel prints it */
bool strip_dmesg(struct span line, struct log_prefix *p)
{
    struct span s = line, caller;
    uint64_t us, id;
    if (!take_uptime_bracket(&s, &us) || (span_starts(s, " ") && host_and_tag_follow(s)))
        return false;
    struct span stamp = span_head(line, (size_t)(s.p - line.p));
    caller = s;
    if (span_take(&caller, "[")) {
        caller = span_trim_left(caller);
        bool task = span_take(&caller, "T");
        if ((task || span_take(&caller, "C")) && span_take_number(&caller, &id) &&
            span_take(&caller, "]")) {
            s = caller;
            if (task)
                p->caller = number_of(id);
        }
    }
    span_take(&s, " ");
    p->kernel = true;
    prefix_store_uptime(p, us, stamp);
    p->payload = s;
    return true;
}

/* "Nov23 13:22]", taken with its bracket */
static bool take_minute(struct span *s, struct civil_time *t)
{
    struct span rest = span_head(*s, 24);
    size_t name = 0;
    uint64_t day;
    while (name < rest.len && !char_is_digit(rest.p[name]))
        name++;
    t->month = month_by_name(rest);
    rest = span_from(rest, name);
    if (!t->month || !span_take_number(&rest, &day) || day < 1 || day > 31 ||
        !span_take(&rest, " ") || !span_take_digits(&rest, 2, &t->hour) || !span_take(&rest, ":") ||
        !span_take_digits(&rest, 2, &t->minute) || t->hour > 23 || t->minute > 59 ||
        !span_take(&rest, "]"))
        return false;
    t->day = (unsigned)day;
    *s = span_from(*s, (size_t)(rest.p - s->p));
    return true;
}

/* "[  +0.000035] " and "[Nov23 13:22] " of dmesg -e */
bool strip_dmesg_relative(struct span line, struct log_prefix *p)
{
    struct span s = line;
    struct civil_time t = {0};
    uint64_t us;
    if (!span_take(&s, "["))
        return false;
    struct span delta = span_trim_left(s);
    if (span_take(&delta, "+") && take_seconds(&delta, &us) && span_take(&delta, "]")) {
        s = delta;
    } else if (take_minute(&s, &t)) {
        struct span stamp = span_from(span_head(line, (size_t)(s.p - line.p) - 1), 1);
        prefix_store_wall(p, &t, LOG_CLOCK_YEARLESS, stamp);
    } else {
        return false;
    }
    span_take(&s, " ");
    p->kernel = true;
    if (p->time.clock == LOG_CLOCK_NONE)
        p->time.clock = LOG_CLOCK_RELATIVE;
    p->payload = s;
    return true;
}

/* "[<    0.000035>] " of dmesg -d */
bool strip_dmesg_delta(struct span line, struct log_prefix *p)
{
    struct span s = line;
    uint64_t us;
    if (!span_take(&s, "[<"))
        return false;
    s = span_trim_left(s);
    if (!take_seconds(&s, &us) || !span_take(&s, ">]"))
        return false;
    span_take(&s, " ");
    p->kernel = true;
    if (p->time.clock == LOG_CLOCK_NONE)
        p->time.clock = LOG_CLOCK_RELATIVE;
    p->payload = s;
    return true;
}

bool ctime_stamp(struct span stamp, struct civil_time *ret)
{
    if (stamp.len < 14)
        return false;
    struct civil_time t = {0};
    struct span tail = span_from(stamp, stamp.len - 14);
    if (!span_take(&tail, " ") || !take_clock_time(&tail, &t) || !span_take(&tail, " ") ||
        !span_take_digits(&tail, 4, &t.year))
        return false;
    struct span date = span_head(stamp, stamp.len - 13); /* keeps the space that ends the day */
    struct span weekday, rest = date;
    if (span_take_word(&rest, &weekday)) {
        struct span month_day = span_trim_left(rest);
        if (!take_month_day(&month_day, &t))
            t.month = 0;
    }
    *ret = t;
    return true;
}

/* "[2026-01-12T20:27:31.913975631Z]: payload" */
bool strip_talos(struct span line, struct log_prefix *p)
{
    struct span s = line;
    struct civil_time t;
    if (!span_take(&s, "[") || !take_iso_time(&s, &t))
        return false;
    struct span stamp = {line.p + 1, (size_t)(s.p - line.p) - 1};
    if (!span_take(&s, "]: "))
        return false;
    prefix_store_iso(p, &t, stamp);
    p->payload = s;
    return true;
}

/* "[Mon Nov 23 13:22:48 2026] payload" */
bool strip_dmesg_ctime(struct span line, struct log_prefix *p)
{
    struct span s = line;
    struct civil_time t;
    if (!span_take(&s, "["))
        return false;
    size_t end = span_find(span_head(s, 56), "]");
    if (end == SPAN_NONE || !ctime_stamp(span_head(s, end), &t))
        return false;
    p->kernel = true;
    prefix_store_wall(p, &t, LOG_CLOCK_LOCAL, span_head(s, end));
    s = span_from(s, end + 1);
    span_take(&s, " ");
    p->payload = s;
    return true;
}
