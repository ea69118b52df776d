/* Zones and times as people write them: see time_zone.h. */
#include "analyzer/time_zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "parsers/log_time.h"

#define SECOND_US INT64_C(1000000)
#define DAY_US (INT64_C(86400) * SECOND_US)

/* -- zones -- */

/* "+02:00", "-0530", "+2", also behind "UTC" or "GMT" */
static bool fixed_zone(const char *text, struct time_zone *ret)
{
    struct span s = {text, strlen(text)};
    uint64_t hours, minutes = 0;
    if (!span_take(&s, "UTC"))
        span_take(&s, "GMT");
    bool minus = span_starts(s, "-");
    *ret = (struct time_zone){.kind = ZONE_FIXED};
    if (!s.len || span_is(s, "Z"))
        return true;
    if (!span_take(&s, "+") && !span_take(&s, "-"))
        return false;
    size_t digits = s.len;
    if (!span_take_number(&s, &hours))
        return false;
    digits -= s.len;
    if (digits > 2) {
        minutes = hours % 100;
        hours /= 100;
    } else if (span_take(&s, ":") && !span_take_number(&s, &minutes)) {
        return false;
    }
    if (s.len || hours > 14 || minutes > 59)
        return false;
    int32_t offset = (int32_t)(hours * 3600 + minutes * 60);
    ret->offset_s = minus ? -offset : offset;
    return offset <= ZONE_OFFSET_MAX_S;
}

static bool in_database(const char *name)
{
    static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                          "/usr/share/lib/zoneinfo", "/etc/zoneinfo"};
    const char *own = getenv("TZDIR");
    char path[512];
    struct stat st;
    if (!*name || *name == '/' || *name == ':' || strstr(name, "..") || strlen(name) > 128)
        return false;
    for (size_t i = 0; i <= ARRAY_LEN(folders); i++) {
        const char *folder = i < ARRAY_LEN(folders) ? folders[i] : own;
        if (!folder)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, name);
        if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
            return true;
    }
    return false;
}

bool time_zone_parse(const char *text, struct time_zone *ret, struct err *err)
{
    struct time_zone z;
    if (fixed_zone(text, &z)) {
        *ret = z;
        return true;
    }
    bool local = strcmp(text, "local") == 0;
    if (!local && !in_database(text))
        return err_set(err, ERR_USAGE, 0,
                       "--tz: no zone '%s' here: expected a name such as Europe/Berlin, a distance "
                       "such as +02:00, UTC, or local for this machine's",
                       text);
    if (!local && setenv("TZ", text, 1) != 0)
        return err_nomem(err, strlen(text), "the time zone");
    tzset();
    *ret = (struct time_zone){.kind = ZONE_NAMED};
    return true;
}

static int64_t floor_seconds(int64_t us)
{
    return us / SECOND_US - (us % SECOND_US < 0);
}

int64_t time_zone_to_local(const struct time_zone *z, int64_t utc_us)
{
    struct tm tm;
    time_t seconds = (time_t)floor_seconds(utc_us);
    if (z->kind == ZONE_FIXED)
        return utc_us + z->offset_s * SECOND_US;
    if (z->kind == ZONE_UNKNOWN || !localtime_r(&seconds, &tm))
        return utc_us;
    return utc_us + tm.tm_gmtoff * SECOND_US;
}

/* What is the offset a day before and a day after is that of the time itself, or both are tried. */
int64_t time_zone_to_utc(const struct time_zone *z, int64_t local_us, bool *ret_twice)
{
    *ret_twice = false;
    if (z->kind != ZONE_NAMED)
        return local_us - z->offset_s * SECOND_US;
    int64_t before = local_us - (time_zone_to_local(z, local_us - DAY_US) - (local_us - DAY_US));
    int64_t after = local_us - (time_zone_to_local(z, local_us + DAY_US) - (local_us + DAY_US));
    bool fits_before = time_zone_to_local(z, before) == local_us;
    bool fits_after = time_zone_to_local(z, after) == local_us;
    *ret_twice = fits_before && fits_after && before != after;
    return fits_before || !fits_after ? before : after;
}

/* -- what people write -- */

/* "-2h30m", "-90s", "-1d" */
static bool take_span_of_time(struct span s, int64_t *ret_us)
{
    static const struct {
        const char *word;
        int64_t seconds;
    } units[] = {{"d", 86400}, {"h", 3600}, {"min", 60}, {"m", 60}, {"s", 1}};
    int64_t us = 0;
    if (!span_take(&s, "-") || !s.len)
        return false;
    while (s.len) {
        uint64_t n;
        size_t u = 0;
        if (!span_take_number(&s, &n) || n > 1000000)
            return false;
        while (u < ARRAY_LEN(units) && !span_take(&s, units[u].word))
            u++;
        if (u == ARRAY_LEN(units))
            return false;
        us += (int64_t)n * units[u].seconds * SECOND_US;
    }
    *ret_us = us;
    return true;
}

/* "13:22", "13:22:48.5" */
static bool take_time_of_day(struct span *s, struct civil_time *t)
{
    if (take_clock_time(s, t))
        return true;
    return span_take_digits(s, 2, &t->hour) && span_take(s, ":") &&
           span_take_digits(s, 2, &t->minute) && t->hour < 24 && t->minute < 60;
}

static bool take_date(struct span *s, struct civil_time *t)
{
    return span_take_digits(s, 4, &t->year) && span_take(s, "-") &&
           span_take_digits(s, 2, &t->month) && span_take(s, "-") &&
           span_take_digits(s, 2, &t->day) && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
           t->day <= 31;
}

static bool take_day_and_time(struct span s, struct time_word *ret)
{
    struct civil_time t = {0};
    struct log_time stored = {0};
    struct span rest = s;
    bool full = take_iso_time(&rest, &t) && !rest.len;
    if (!full) {
        t = (struct civil_time){0};
        if (!take_date(&s, &t))
            return false;
        bool has_time = span_take(&s, "T") || span_take(&s, " ");
        if (has_time && !take_time_of_day(&s, &t))
            return false;
        t.zone_known = span_take(&s, "Z");
        if (s.len)
            return false;
    }
    civil_time_store(&t, LOG_CLOCK_LOCAL, &stored);
    *ret = (struct time_word){t.zone_known ? TIME_WITH_ZONE : TIME_LOCAL, stored.wall_us.value};
    return true;
}

static bool take_epoch(struct span s, struct time_word *ret)
{
    uint64_t seconds, us;
    ret->form = TIME_WITH_ZONE;
    if (!span_take(&s, "@"))
        return false;
    struct span rest = s;
    if (take_seconds(&rest, &us) && !rest.len) {
        ret->us = (int64_t)us;
        return true;
    }
    ret->us = span_take_number(&s, &seconds) && seconds < UINT64_C(1) << 40
                  ? (int64_t)seconds * SECOND_US
                  : -1;
    return ret->us >= 0 && !s.len;
}

bool time_word_parse(const char *text, const char *option, struct time_word *ret, struct err *err)
{
    struct span s = {text, strlen(text)}, rest = s;
    struct civil_time t = {0};
    struct time_word w = {.form = TIME_BEFORE_LAST};
    bool ok = take_span_of_time(s, &w.us) || take_epoch(s, &w) || take_day_and_time(s, &w);
    if (!ok && take_time_of_day(&rest, &t) && !rest.len) {
        w.form = TIME_OF_DAY;
        w.us = ((int64_t)t.hour * 3600 + t.minute * 60 + t.second) * SECOND_US + t.microsecond;
        ok = true;
    }
    if (!ok)
        return err_set(err, ERR_USAGE, 0,
                       "--%s: expected a time such as 2026-11-23T13:22:48Z, 13:22, @1795440168 or "
                       "-2h (before the last event), found '%s'",
                       option, text);
    *ret = w;
    return true;
}

void time_put(struct buf *b, int64_t us, char t)
{
    struct tm tm;
    time_t seconds = (time_t)floor_seconds(us);
    if (!gmtime_r(&seconds, &tm))
        return;
    buf_printf(b, "%04d-%02d-%02d%c%02d:%02d:%02d.%06" PRId64, tm.tm_year + 1900, tm.tm_mon + 1,
               tm.tm_mday, t, tm.tm_hour, tm.tm_min, tm.tm_sec, us - (int64_t)seconds * SECOND_US);
}
