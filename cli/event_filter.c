/* Choosing events: see event_filter.h. */
#include "cli/event_filter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/suggest.h"

#define WORD_MAX 64
#define DAY_US (INT64_C(86400) * 1000000)
#define BOOT_ID_MIN 4

static bool take_kind(struct event_filter *f, const char *word, struct err *err)
{
    const char *choice;
    for (size_t i = 0; (choice = event_kind_choice(i)); i++) {
        if (strcmp(choice, word) == 0) {
            event_kinds_add(&f->kinds, i);
            return true;
        }
    }
    const char *near = suggest(word, event_kind_choice);
    return err_set(err, ERR_USAGE, 0,
                   "--kind: no kind of event '%s'%s%s%s; 'mortem events --list' has them", word,
                   near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

bool event_filter_take_kinds(struct event_filter *f, const char *words, struct err *err)
{
    char word[WORD_MAX];
    for (const char *at = words;; at++) {
        size_t len = strcspn(at, ",");
        snprintf(word, sizeof word, "%.*s", (int)min_u64(len, WORD_MAX), at);
        if (!take_kind(f, word, err))
            return false;
        at += len;
        if (!*at)
            return true;
    }
}

bool event_filter_take_boot(struct event_filter *f, const char *value, struct err *err)
{
    char *end;
    size_t len = strlen(value);
    long long n = strtoll(value, &end, 10);
    f->has_boot = true;
    if (end != value && !*end && len < 10) {
        f->boot = n;
        return true;
    }
    if (len < BOOT_ID_MIN || len > 32 || strspn(value, "0123456789abcdef") != len)
        return err_set(err, ERR_USAGE, 0,
                       "--boot: expected a number (1: the first, 0: the last, -1: the one before) "
                       "or a boot's id, found '%s'",
                       value);
    f->boot_id = value;
    return true;
}

bool event_filter_lets_in(const struct event_filter *f, const struct event *e)
{
    if (f->has_pid && !number_is(e->pid, (int64_t)min_u64(f->pid, INT64_MAX)))
        return false;
    return event_kinds_have(&f->kinds, e);
}

static bool settle_boot(const struct event_filter *f, const struct event_times *t,
                        struct event_window *ret, struct err *err)
{
    unsigned boots = event_times_boots(t);
    ret->by_boot = f->has_boot;
    ret->boot_id = f->boot_id;
    for (unsigned i = 1; f->boot_id && i <= boots; i++) {
        const char *id = event_times_boot_id(t, i);
        if (id && strncmp(id, f->boot_id, strlen(f->boot_id)) == 0)
            return true;
    }
    if (f->boot_id)
        return err_set(err, ERR_USAGE, 0, "--boot: no log has a boot %s...", f->boot_id);
    int64_t n = f->boot > 0 ? f->boot : f->boot + boots;
    if (f->has_boot && (n < 1 || n > boots))
        return err_set(err, ERR_USAGE, 0, "--boot: no boot %" PRId64 ", the logs show %u", f->boot,
                       boots);
    ret->boot = (unsigned)n;
    return true;
}

/* A time of day is that of the last event's day, or of the day before if it were later. */
static bool settle_time(const struct time_word *w, const char *option, const struct time_zone *zone,
                        struct number last, int64_t *ret_us, struct err *err)
{
    bool twice;
    bool needs_last = w->form == TIME_OF_DAY || w->form == TIME_BEFORE_LAST;
    if (needs_last && !last.known)
        return err_set(err, ERR_USAGE, 0,
                       "--%s: no event has a time to count from: give a date and a time", option);
    switch (w->form) {
    case TIME_WITH_ZONE:
        *ret_us = w->us;
        break;
    case TIME_LOCAL:
        *ret_us = time_zone_to_utc(zone, w->us, &twice);
        break;
    case TIME_BEFORE_LAST:
        *ret_us = last.value - w->us;
        break;
    case TIME_OF_DAY: {
        int64_t local = time_zone_to_local(zone, last.value);
        int64_t in_day = (local % DAY_US + DAY_US) % DAY_US;
        int64_t at = local - in_day + w->us - (w->us > in_day ? DAY_US : 0);
        *ret_us = time_zone_to_utc(zone, at, &twice);
        break;
    }
    }
    return true;
}

bool event_filter_settle(const struct event_filter *f, const struct event_times *t,
                         const struct event_spool *spool, const struct time_zone *zone,
                         struct event_window *ret, struct err *err)
{
    struct event_window w = {.since_us = INT64_MIN, .until_us = INT64_MAX, .times = t};
    struct number last = {0};
    last.known = event_spool_last(spool, &last.value);
    w.timed = f->has_since || f->has_until;
    if (f->has_since && !settle_time(&f->since, "since", zone, last, &w.since_us, err))
        return false;
    if (f->has_until && !settle_time(&f->until, "until", zone, last, &w.until_us, err))
        return false;
    if (!settle_boot(f, t, &w, err))
        return false;
    *ret = w;
    return true;
}

static bool boot_fits(const struct event_window *w, unsigned boot)
{
    if (!w->boot_id)
        return boot == w->boot;
    const char *id = event_times_boot_id(w->times, boot);
    return id && strncmp(id, w->boot_id, strlen(w->boot_id)) == 0;
}

bool event_window_has(const struct event_window *w, const struct spooled_event *e)
{
    if (w->by_boot && !boot_fits(w, e->at.boot))
        return false;
    if (!w->timed)
        return true;
    return e->placed && e->order_us >= w->since_us && e->order_us <= w->until_us;
}
