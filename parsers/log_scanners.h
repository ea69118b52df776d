/* The scanners behind the table of log line forms, and what they have in common.
 *
 * Private to the parser: see log_prefix.h for what they are for. Each returns true only if the
 * whole prefix of its form is there, and leaves *p alone otherwise.
 */
#ifndef MORTEM_PARSERS_LOG_SCANNERS_H
#define MORTEM_PARSERS_LOG_SCANNERS_H

#include "parsers/log_prefix.h"
#include "parsers/log_time.h"

/* The first wall time of a line counts, inner ones are the payload's business. */
void prefix_store_wall(struct log_prefix *p, const struct civil_time *t, enum log_clock clock,
                       struct span text);
/* Zoned if the time says its zone, else local. */
void prefix_store_iso(struct log_prefix *p, const struct civil_time *t, struct span text);
void prefix_store_uptime(struct log_prefix *p, uint64_t us, struct span text);

/* "kernel:", "node[17258]:", "systemd:"; a tag has no spaces. The colon may touch the payload only
 * behind "kernel". */
bool take_tag(struct span *s, struct log_prefix *p, bool *ret_kernel);
/* "host tag[pid]: " or "tag: "; false, nothing taken, if there is no tag. */
bool take_host_and_tag(struct span *s, struct log_prefix *p);
/* "host tag: " where the tag is the kernel's or has a pid. */
bool host_and_tag_follow(struct span s);
/* "[ 1393.561602]", "[ 1393.561602 <    0.000035 >]", "[    0.000000                ]"; false also
 * for task rows: they have no point. */
bool take_uptime_bracket(struct span *s, uint64_t *ret_us);
/* "Mon Nov 23 13:22:48 2026" in any language: read from the right, the names last. */
bool ctime_stamp(struct span stamp, struct civil_time *ret);

bool strip_kmsg(struct span line, struct log_prefix *p);
bool strip_raw_level(struct span line, struct log_prefix *p);
bool strip_facility(struct span line, struct log_prefix *p);
bool strip_dmesg(struct span line, struct log_prefix *p);
bool strip_dmesg_relative(struct span line, struct log_prefix *p);
bool strip_dmesg_delta(struct span line, struct log_prefix *p);
bool strip_dmesg_ctime(struct span line, struct log_prefix *p);
bool strip_short_monotonic(struct span line, struct log_prefix *p);
bool strip_short_unix(struct span line, struct log_prefix *p);
bool strip_short_full(struct span line, struct log_prefix *p);
bool strip_rfc3164(struct span line, struct log_prefix *p);
bool strip_logread(struct span line, struct log_prefix *p);
bool strip_rfc5424(struct span line, struct log_prefix *p);
bool strip_dmesg_iso(struct span line, struct log_prefix *p);
bool strip_cri(struct span line, struct log_prefix *p);
bool strip_rfc3339(struct span line, struct log_prefix *p);
bool strip_stamped(struct span line, struct log_prefix *p);
bool strip_pm2(struct span line, struct log_prefix *p);
bool strip_talos(struct span line, struct log_prefix *p);
bool strip_repeated(struct span line, struct log_prefix *p);
bool strip_label(struct span line, struct log_prefix *p);
bool strip_klog(struct span line, struct log_prefix *p);
bool strip_kube_event(struct span line, struct log_prefix *p);

#endif
