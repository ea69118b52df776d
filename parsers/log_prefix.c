/* The table of log line forms: see log_prefix.h. */
#include "parsers/log_prefix.h"

#include "parsers/log_scanners.h"

/* "PM2 | 2026-11-23T13:25:18: PM2 log: ..." has two, a copied capture some more. */
#define NESTED_MAX 5

static bool strip_nothing(struct span line, struct log_prefix *p)
{
    p->payload = line;
    return true;
}

static const struct log_form forms[] = {
    {"kmsg",
     "priority,sequence,microseconds,flags;",
     LOG_CLOCK_UPTIME,
     strip_kmsg,
     {"3,425,1393561602,-;Memory cgroup out of memory: Killed process 18465 (node)",
      "6,339,5140900,-;NET: Registered protocol family 10"}},
    {"syslog-rfc5424",
     "<priority>1 and an ISO time",
     LOG_CLOCK_ZONED,
     strip_rfc5424,
     {"<34>1 2003-10-11T22:14:15.003Z web-01 kernel - - - Out of memory: Killed process 5 (node)"}},
    {"dmesg-raw",
     "<priority>",
     LOG_CLOCK_NONE,
     strip_raw_level,
     {"<3>[ 1393.561602] Memory cgroup out of memory: Killed process 18465 (node)"}},
    {"dmesg-x",
     "facility :level :",
     LOG_CLOCK_NONE,
     strip_facility,
     {"kern  :err   : [ 1393.561602] Memory cgroup out of memory: Killed process 18465 (node)",
      "daemon:info  : [Mon Nov 23 13:22:48 2026] systemd[1]: Started web.service"}},
    {"journal-short-monotonic",
     "[seconds] host tag:",
     LOG_CLOCK_UPTIME,
     strip_short_monotonic,
     {"[ 1393.561602] web-01 kernel: Memory cgroup out of memory: Killed process 18465 (node)",
      "[ 1393.563702] web-01 systemd[1]: web.service: Failed with result 'oom-kill'.",
      "[ 1393.561602 <    0.000035 >] web-01 kernel: node invoked oom-killer: gfp_mask=0xcc0",
      "[    0.000000                ] web-01 kernel: Linux version 6.1.1-arch1-1",
      "[ 1393.558390 <30777768.555551*>] web-01 kernel: node invoked oom-killer: gfp_mask=0xcc0"}},
    {"dmesg",
     "[seconds.microseconds]",
     LOG_CLOCK_UPTIME,
     strip_dmesg,
     {"[ 1393.561602] Memory cgroup out of memory: Killed process 18465 (node)",
      "[129215.394891] Killed process 25355 (nextdns) total-vm:671356kB",
      "[    1.234567][  T123] node invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0"}},
    {"dmesg-delta",
     "[<seconds>]",
     LOG_CLOCK_RELATIVE,
     strip_dmesg_delta,
     {"[<    0.000035>] Memory cgroup out of memory: Killed process 18465 (node)"}},
    {"dmesg-reltime",
     "[+seconds] and [Nov23 13:22]",
     LOG_CLOCK_RELATIVE,
     strip_dmesg_relative,
     {"[  +0.000035] Memory cgroup out of memory: Killed process 18465 (node)",
      "[Nov23 13:22] node invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0"}},
    {"dmesg-T",
     "[weekday month day time year], any language",
     LOG_CLOCK_LOCAL,
     strip_dmesg_ctime,
     {"[Mon Nov 23 13:22:48 2026] Memory cgroup out of memory: Killed process 18465 (node)",
      "[Di Aug 12 03:54:03 2025] Out of memory: Killed process 77 (node)",
      "[ven. nov. 28 07:26:44 2025] Out of memory: Killed process 77 (node)",
      "[月  1月 26 01:49:41 2026] Out of memory: Killed process 77 (node)"}},
    {"logread",
     "weekday month day time year facility.level",
     LOG_CLOCK_LOCAL,
     strip_logread,
     {"Sat Jan 25 09:40:15 2020 kern.err kernel: [22043.048568] Killed process 1039 (netifd)"}},
    {"journal-short-full",
     "weekday ISO-date time zone host tag:",
     LOG_CLOCK_LOCAL,
     strip_short_full,
     {"Mon 2026-11-23 13:22:48 UTC web-01 kernel: Killed process 18465 (node)",
      "Tue 2025-12-02 08:00:00 CET web-01 systemd[1]: Started web.service"}},
    {"dmesg-iso",
     "ISO time with a comma",
     LOG_CLOCK_ZONED,
     strip_dmesg_iso,
     {"2026-11-23T13:22:48,561602+00:00 Memory cgroup out of memory: Killed process 18465 (node)"}},
    {"cri",
     "ISO time, stdout or stderr, F or P",
     LOG_CLOCK_ZONED,
     strip_cri,
     {"2026-11-23T13:25:00.000007000Z stderr F FATAL ERROR: Reached heap limit",
      "2026-11-23T13:25:00.000007000+02:00 stdout P:x GET /api/users"}},
    {"talos",
     "[ISO time]: behind facility and level",
     LOG_CLOCK_ZONED,
     strip_talos,
     {"[2026-01-12T20:27:31.913975631Z]: Out of memory: Killed process 77 (node)"}},
    {"pm2",
     "time and a colon, or time in brackets",
     LOG_CLOCK_LOCAL,
     strip_pm2,
     {"2026-11-23T13:24:58: PM2 log: App [web:2] exited with code [0] via signal [SIGKILL]",
      "2026-11-23 13:25:44.849 +00:00: server listening on 3000 pid=19258",
      "[2018-04-20 22:59:30] PM2 log: App [x] with id [0] and pid [1797], exited with code [0]"}},
    {"syslog-rfc3339",
     "ISO time, host, tag:",
     LOG_CLOCK_ZONED,
     strip_rfc3339,
     {"2026-02-08T00:40:07.136582+00:00 web-01 kernel: Killed process 18465 (node)",
      "2026-11-23T13:22:48+0000 web-01 systemd[1]: web.service: Failed with result 'oom-kill'.",
      "2026-11-23T13:22:48.561602+0000 web-01 kernel: [ 1393.561602] Killed process 18465 (node)"}},
    {"stamped",
     "ISO time and text, as docker and kubectl print it",
     LOG_CLOCK_ZONED,
     strip_stamped,
     {"2026-11-23T13:25:00.000007000Z FATAL ERROR: Reached heap limit Allocation failed"}},
    {"journal-short-unix",
     "seconds since 1970, host, tag:",
     LOG_CLOCK_ZONED,
     strip_short_unix,
     {"1795440168.561602 web-01 kernel: Killed process 18465 (node)"}},
    {"syslog-rfc3164",
     "month day time host tag:, any language",
     LOG_CLOCK_YEARLESS,
     strip_rfc3164,
     {"Jun 20 12:47:04 new-db1 kernel: [15180286.180369] Killed process 40738, UID 27, (mysqld)",
      "Nov 23 13:22:48.561602 web-01 kernel: Killed process 18465 (node)",
      "Dec 14 17:13:12 kernel:Killed process 18465 (node)",
      "mars 01 10:00:00 web-01 kernel: Killed process 18465 (node)",
      "апр 28 01:23:30 PC kernel: Killed process 27541 (bash)",
      "5月 29 01:23:30 web-01 node[17258]: FATAL ERROR: Reached heap limit"}},
    {"klog",
     "level, month, day, time, thread, file:line]",
     LOG_CLOCK_YEARLESS,
     strip_klog,
     {"I0830 20:24:01.875221    3264 manager.go:1142] Created an OOM event in container"}},
    {"kubectl-event",
     "age, type, reason, object in columns",
     LOG_CLOCK_RELATIVE,
     strip_kube_event,
     {"5m57s       Warning   Evicted   pod/web-1   The node was low on resource: memory.",
      "2m (x4 over 25m)   Warning   BackOff   pod/web-1   Back-off restarting failed container",
      "shop   57s   Warning   OOMKilling   node/n1   Memory cgroup out of memory: Killed process 5",
      "  Warning  BackOff    2m (x5 over 3m)  kubelet            Back-off restarting failed"}},
    {"repeated",
     "message repeated N times: [ ]",
     LOG_CLOCK_NONE,
     strip_repeated,
     {"message repeated 3 times: [ mem avail:  2430 of 31808 MiB ( 7.64%)]"}},
    {"label",
     "name | text",
     LOG_CLOCK_NONE,
     strip_label,
     {"web-1  | FATAL ERROR: Reached heap limit Allocation failed",
      "PM2        | App [web:2] online", "2|web      | GET /api/users?page=3 200"}},
    {"bare",
     "nothing",
     LOG_CLOCK_NONE,
     strip_nothing,
     {"Memory cgroup out of memory: Killed process 18465 (node) total-vm:1138944kB",
      "[  18465]     0 18465   284736    46731    38176     8555         0   774144    0    0 node",
      "[17258:0x436b5000]      516 ms: Mark-Compact 86.9 (120.3) -> 85.5 (121.3) MB",
      " active_file:29 inactive_file:186 isolated_file:0", "  ▲ Next.js 14.2.3"}},
};

const struct log_form *log_forms(size_t *ret_count)
{
    *ret_count = ARRAY_LEN(forms);
    return forms;
}

/* What people paste along: quote marks, table borders, markdown. */
static struct span strip_noise(struct span s)
{
    static const char *const before[] = {"> ", "| ", "│ ", "**"};
    static const char *const after[] = {"│", "**", " ", "\t"};
    for (size_t i = 0; i < ARRAY_LEN(before); i++)
        if (span_take(&s, before[i]))
            i = (size_t)-1;
    for (size_t i = 0; i < ARRAY_LEN(after); i++) {
        size_t n = strlen(after[i]);
        if (s.len < n || memcmp(s.p + s.len - n, after[i], n))
            continue;
        s.len -= n;
        i = (size_t)-1;
    }
    return s;
}

/* Forms whose stamp may be further off what happened than LOG_SURE_MS. */
static unsigned sure_ms_of(const struct log_form *form)
{
    static const struct {
        const char *name;
        unsigned sure_ms;
    } rows[] = {{"dmesg-reltime", LOG_SURE_MINUTE_MS},  {"dmesg-T", LOG_SURE_DMESG_MS},
                {"dmesg-iso", LOG_SURE_DMESG_MS},       {"logread", LOG_SURE_SYSLOG_MS},
                {"syslog-rfc3339", LOG_SURE_SYSLOG_MS}, {"syslog-rfc3164", LOG_SURE_SYSLOG_MS},
                {"syslog-rfc5424", LOG_SURE_SYSLOG_MS}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (!strcmp(rows[i].name, form->name))
            return rows[i].sure_ms;
    return LOG_SURE_MS;
}

void log_strip_more(struct span line, struct log_prefix *p)
{
    const struct log_form *bare = &forms[ARRAY_LEN(forms) - 1];
    p->payload = strip_noise(line);
    for (int depth = 0; depth < NESTED_MAX; depth++) {
        const struct log_form *form = forms;
        while (form != bare && !form->strip(p->payload, p))
            form++;
        if (!p->form)
            p->form = form;
        if (form == bare)
            return;
        if (p->time.wall_us.known && !p->time.sure_ms)
            p->time.sure_ms = sure_ms_of(form);
    }
}

void log_strip(struct span line, struct log_prefix *ret)
{
    *ret = (struct log_prefix){0};
    log_strip_more(line, ret);
}
