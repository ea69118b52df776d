/* Log line forms of syslog, the journal, containers and PM2; and the tags that they share. */
#include "parsers/log_scanners.h"

#define TAG_MAX 64

/* -- what forms have in common -- */

void prefix_store_wall(struct log_prefix *p, const struct civil_time *t, enum log_clock clock,
                       struct span text)
{
    if (p->time.wall_us.known)
        return;
    civil_time_store(t, clock, &p->time);
    span_copy(p->time.text, sizeof p->time.text, text);
}

void prefix_store_iso(struct log_prefix *p, const struct civil_time *t, struct span text)
{
    prefix_store_wall(p, t, t->zone_known ? LOG_CLOCK_ZONED : LOG_CLOCK_LOCAL, text);
}

void prefix_store_uptime(struct log_prefix *p, uint64_t us, struct span text)
{
    if (p->time.uptime_us.known)
        return;
    p->time.uptime_us = number_of(us);
    if (p->time.clock != LOG_CLOCK_NONE)
        return;
    p->time.clock = LOG_CLOCK_UPTIME;
    span_copy(p->time.text, sizeof p->time.text, span_trim(text));
}

bool take_tag(struct span *s, struct log_prefix *p, bool *ret_kernel)
{
    struct span rest = *s, word;
    if (span_take(&rest, "kernel:")) {
        *ret_kernel = true;
        p->tag = span_head(*s, strlen("kernel"));
        span_take(&rest, " ");
        *s = rest;
        return true;
    }
    if (!span_take_word(&rest, &word) || rest.p - s->p > TAG_MAX || word.p != s->p)
        return false;
    if (word.len < 2 || word.p[word.len - 1] != ':')
        return false;
    size_t bracket = span_find(word, "[");
    struct span inside = span_from(word, bracket == SPAN_NONE ? word.len : bracket + 1);
    uint64_t pid;
    if (span_take_number(&inside, &pid) && span_starts(inside, "]"))
        p->tag_pid = number_of(pid);
    p->tag = span_head(word, bracket == SPAN_NONE ? word.len - 1 : bracket);
    *ret_kernel = false;
    span_take(&rest, " ");
    *s = rest;
    return true;
}

bool take_host_and_tag(struct span *s, struct log_prefix *p)
{
    struct span rest = *s, host;
    bool kernel = false;
    if (!take_tag(&rest, p, &kernel)) {
        rest = *s;
        if (!span_take_word(&rest, &host) || host.p != s->p || !span_take(&rest, " ") ||
            !take_tag(&rest, p, &kernel))
            return false;
    }
    p->kernel |= kernel;
    *s = rest;
    return true;
}

bool host_and_tag_follow(struct span s)
{
    struct log_prefix ignored = {0};
    struct span host;
    bool kernel;
    if (!span_take_word(&s, &host) || host.p[host.len - 1] == ':' || *host.p == '[')
        return false;
    return span_take(&s, " ") && take_tag(&s, &ignored, &kernel) &&
           (kernel || ignored.tag_pid.known);
}

/* -- syslog and the journal -- */

/* "[ 1393.561602] host kernel: payload" */
bool strip_short_monotonic(struct span line, struct log_prefix *p)
{
    struct span s = line;
    uint64_t us;
    if (!take_uptime_bracket(&s, &us) || !span_starts(s, " ") || !host_and_tag_follow(s))
        return false;
    prefix_store_uptime(p, us, span_head(line, (size_t)(s.p - line.p)));
    s = span_from(s, 1);
    (void)take_host_and_tag(&s, p);
    p->payload = s;
    return true;
}

/* "1795440168.561602 host kernel: payload" */
bool strip_short_unix(struct span line, struct log_prefix *p)
{
    struct span s = line;
    uint64_t us;
    if (!take_seconds(&s, &us) || us < UINT64_C(100000000000000) || !span_take(&s, " "))
        return false;
    if (!take_host_and_tag(&s, p))
        return false;
    if (!p->time.wall_us.known) {
        p->time.clock = LOG_CLOCK_ZONED;
        p->time.wall_us = number_of(us);
        span_copy(p->time.text, sizeof p->time.text, span_head(line, span_find(line, " ")));
    }
    p->payload = s;
    return true;
}

/* "Mon 2026-11-23 13:22:48 UTC host kernel: payload" */
bool strip_short_full(struct span line, struct log_prefix *p)
{
    struct span s = line, weekday, zone;
    struct civil_time t;
    if (!s.len || char_is_space(*s.p) || char_is_digit(*s.p) || !span_take_word(&s, &weekday) ||
        weekday.len > 12 || !span_take(&s, " ") || !take_iso_time(&s, &t) ||
        !span_take_word(&s, &zone) || zone.len > 6 || !span_take(&s, " "))
        return false;
    struct span stamp = span_head(line, (size_t)(zone.p + zone.len - line.p));
    t.zone_known = span_is(zone, "UTC") || span_is(zone, "GMT");
    if (!take_host_and_tag(&s, p))
        return false;
    prefix_store_iso(p, &t, stamp);
    p->payload = s;
    return true;
}

/* "Jun 20 12:47:04 host kernel: payload": RFC 3164 and the journal's short and short-precise */
bool strip_rfc3164(struct span line, struct log_prefix *p)
{
    struct span s = line;
    struct civil_time t = {0};
    if (!take_month_day(&s, &t) || !take_clock_time(&s, &t))
        return false;
    struct span stamp = span_head(line, (size_t)(s.p - line.p));
    if (!span_take(&s, " "))
        return false;
    prefix_store_wall(p, &t, LOG_CLOCK_YEARLESS, stamp);
    (void)take_host_and_tag(&s, p);
    p->payload = s;
    return true;
}

/* "Sat Jan 25 09:40:15 2020 kern.err kernel: [22043.048568] payload" */
bool strip_logread(struct span line, struct log_prefix *p)
{
    struct span s = line, level;
    struct civil_time t;
    size_t colon = span_find(span_head(line, 40), ":");
    if (colon == SPAN_NONE || !line.len || *line.p == '[' ||
        !ctime_stamp(span_head(line, colon + 11), &t))
        return false;
    struct span stamp = span_head(line, colon + 11);
    s = span_from(line, colon + 11);
    if (!span_take_word(&s, &level) || span_find(level, ".") == SPAN_NONE || !span_take(&s, " "))
        return false;
    prefix_store_wall(p, &t, LOG_CLOCK_LOCAL, stamp);
    (void)take_host_and_tag(&s, p);
    p->payload = s;
    return true;
}

/* "<34>1 2003-10-11T22:14:15.003Z host app pid msgid [sd] payload" */
bool strip_rfc5424(struct span line, struct log_prefix *p)
{
    struct span s = line, host, app, pid, id;
    struct civil_time t;
    uint64_t priority, number;
    if (!span_take(&s, "<") || !span_take_number(&s, &priority) || !span_take(&s, ">1 "))
        return false;
    struct span stamp = s;
    if (!take_iso_time(&s, &t) || !span_take_word(&s, &host) || !span_take_word(&s, &app) ||
        !span_take_word(&s, &pid) || !span_take_word(&s, &id) || !span_take(&s, " "))
        return false;
    stamp = span_head(stamp, (size_t)(host.p - stamp.p));
    if (span_starts(s, "[")) {
        size_t end = span_find(s, "] ");
        s = span_from(s, end == SPAN_NONE ? s.len : end + 2);
    } else if (span_take(&s, "-")) {
        span_take(&s, " ");
    }
    if (span_take_number(&pid, &number) && !pid.len)
        p->tag_pid = number_of(number);
    p->tag = app;
    p->kernel |= span_is(app, "kernel");
    prefix_store_iso(p, &t, span_trim(stamp));
    p->payload = s;
    return true;
}

/* -- stamps in ISO order: who wrote them shows in what follows -- */

enum iso_kind { ISO_NONE, ISO_DMESG, ISO_PM2, ISO_CRI, ISO_SYSLOG, ISO_PLAIN };

/* A line without text may lack the last space. */
static bool cri_follows(struct span *s, struct log_prefix *p)
{
    struct span rest = *s, stream = span_head(span_from(rest, 1), 6);
    if (!span_take(&rest, " stdout ") && !span_take(&rest, " stderr "))
        return false;
    bool partial = span_starts(rest, "P");
    if (!partial && !span_starts(rest, "F"))
        return false;
    rest = span_from(rest, 1);
    size_t space = span_find(span_head(rest, 32), " ");
    if (rest.len && *rest.p != ':' && space)
        return false;
    if (space == SPAN_NONE && rest.len >= 32)
        return false;
    p->partial = partial;
    p->stream = stream;
    *s = span_from(rest, space == SPAN_NONE ? rest.len : space + 1);
    return true;
}

/* "FATAL ERROR: ..." is no host and no tag: a tag without a pid begins in lower case. */
static bool syslog_follows(struct span s)
{
    struct span host, tag;
    if (host_and_tag_follow(s))
        return true;
    if (!span_take_word(&s, &host) || !span_take_word(&s, &tag))
        return false;
    const char *name = host.p[host.len - 1] == ':' ? host.p : tag.p;
    return *name >= 'a' && *name <= 'z';
}

static enum iso_kind strip_iso(struct span line, struct log_prefix *p)
{
    struct span s = line;
    struct civil_time t;
    if (!take_iso_time(&s, &t))
        return ISO_NONE;
    struct span stamp = span_head(line, (size_t)(s.p - line.p));
    enum iso_kind kind = ISO_PLAIN;
    struct log_prefix tag = {0};
    if (span_take(&s, ": ") || span_is(s, ":"))
        kind = ISO_PM2;
    else if (span_find(stamp, ",") != SPAN_NONE && span_take(&s, " "))
        kind = ISO_DMESG;
    else if (cri_follows(&s, p))
        kind = ISO_CRI;
    else if (!span_take(&s, " "))
        return ISO_NONE;
    if (kind == ISO_PLAIN) {
        if (syslog_follows(s) && take_host_and_tag(&s, &tag))
            kind = ISO_SYSLOG;
    }
    prefix_store_iso(p, &t, stamp);
    if (tag.tag_pid.known)
        p->tag_pid = tag.tag_pid;
    if (tag.tag.len)
        p->tag = tag.tag;
    p->kernel |= tag.kernel || kind == ISO_DMESG;
    p->payload = s;
    return kind;
}

static bool strip_iso_as(struct span line, struct log_prefix *p, enum iso_kind kind)
{
    struct log_prefix copy = *p;
    if (strip_iso(line, &copy) != kind)
        return false;
    *p = copy;
    return true;
}

bool strip_dmesg_iso(struct span line, struct log_prefix *p)
{
    return strip_iso_as(line, p, ISO_DMESG);
}

bool strip_cri(struct span line, struct log_prefix *p)
{
    return strip_iso_as(line, p, ISO_CRI);
}

bool strip_rfc3339(struct span line, struct log_prefix *p)
{
    return strip_iso_as(line, p, ISO_SYSLOG);
}

bool strip_stamped(struct span line, struct log_prefix *p)
{
    return strip_iso_as(line, p, ISO_PLAIN);
}

/* "2026-11-23T13:24:58: PM2 log: ", "[2018-04-20 22:59:30] PM2 log: " */
bool strip_pm2(struct span line, struct log_prefix *p)
{
    struct span s = line;
    struct civil_time t;
    if (span_take(&s, "[") && take_iso_time(&s, &t) && span_take(&s, "] ")) {
        struct span stamp = span_from(span_head(line, (size_t)(s.p - line.p) - 2), 1);
        prefix_store_iso(p, &t, stamp);
    } else if (strip_iso_as(line, p, ISO_PM2)) {
        s = p->payload;
    } else {
        return false;
    }
    if (!span_take(&s, "PM2 log: "))
        span_take(&s, "PM2 error: ");
    p->payload = s;
    return true;
}

/* "message repeated 3 times: [ text]" of rsyslog */
bool strip_repeated(struct span line, struct log_prefix *p)
{
    struct span s = line;
    uint64_t times;
    if (!span_take(&s, "message repeated ") || !span_take_number(&s, &times) ||
        !span_take(&s, " times: ["))
        return false;
    span_take(&s, " ");
    if (s.len && s.p[s.len - 1] == ']')
        s.len--;
    p->payload = s;
    return true;
}

/* "web-1  | ", "PM2        | ", "2|web      | ": the label of a multiplexed stream */
bool strip_label(struct span line, struct log_prefix *p)
{
    struct span s = line;
    uint64_t id = 0;
    size_t n = 0;
    bool numbered = span_take_number(&s, &id) && span_take(&s, "|");
    if (!numbered)
        s = line;
    struct span label = s;
    while (n < s.len && n < 32 && !char_is_space(s.p[n]) && s.p[n] != '|')
        n++;
    if (!n)
        return false;
    s = span_from(s, n);
    if (!span_starts(s, " "))
        return false;
    s = span_trim_left(s);
    if (!span_take(&s, "| ") && !span_is(s, "|"))
        return false;
    p->label = span_head(label, n);
    if (numbered)
        p->label_id = number_of(id);
    p->payload = s;
    return true;
}
