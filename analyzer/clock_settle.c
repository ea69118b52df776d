/* Settling clocks: boots are joined, then years and zones found, then anchors placed. See
 * event_times.h for the rules.
 */
#include "analyzer/file_clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAME_UPTIME_US INT64_C(2000000)
#define ZONE_STEP_US (INT64_C(900) * 1000000)
#define ZONE_MAX_US (ZONE_OFFSET_MAX_S * INT64_C(1000000))
/* A kill and its stamp in another log: syslog is late, dmesg drifts. */
#define ZONE_SLACK_US INT64_C(60000000)

/* -- years -- */

int64_t clock_in_year(int64_t us, int year)
{
    int64_t seconds = us / 1000000;
    time_t when = (time_t)seconds;
    struct tm tm;
    if (!gmtime_r(&when, &tm))
        return us;
    tm.tm_year = year - 1900;
    return (int64_t)timegm(&tm) * 1000000 + us % 1000000;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool years_fit(const struct file_clock *f, int year, int64_t limit_us)
{
    for (size_t i = 0; i < f->part_count; i++) {
        const struct year_part *p = &f->parts[i];
        if (clock_in_year(p->max_us, year + p->years) > limit_us)
            return false;
        if (p->leap && !is_leap(year + p->years))
            return false;
    }
    return true;
}

/* The newest year that fits. Local clocks may be ahead of UTC by some hours. */
static int year_by_file(const struct file_clock *f)
{
    struct tm tm;
    time_t seconds = (time_t)(f->written_us.value / 1000000);
    int64_t limit_us = f->written_us.value + DAY_US;
    if (!f->written_us.known || !gmtime_r(&seconds, &tm))
        return 0;
    for (int year = tm.tm_year + 1901; year > tm.tm_year + 1900 - 2 * YEAR_PARTS_MAX; year--)
        if (years_fit(f, year, limit_us))
            return year;
    return 0;
}

/* -- the same moment in a log that knows its zone -- */

/* When a kill of `f` was, by another file that has it and knows its zone. */
static bool known_elsewhere(const struct event_times *t, const struct file_clock *f,
                            const struct kill_seen *k, int64_t *ret_us)
{
    for (size_t i = 0; i < t->file_count; i++) {
        const struct file_clock *other = &t->files[i];
        for (size_t j = 0; other != f && j < other->kill_count; j++) {
            const struct kill_seen *o = &other->kills[j];
            if (o->pid == k->pid && o->anon_kib.known &&
                number_is(k->anon_kib, o->anon_kib.value) && o->time.wall_us.known &&
                o->time.clock == LOG_CLOCK_ZONED) {
                *ret_us = o->time.wall_us.value;
                return true;
            }
        }
    }
    return false;
}

/* The distance of a local time from UTC, as zones have it. */
static bool zone_between(int64_t local_us, int64_t utc_us, int64_t *ret_us)
{
    int64_t apart = local_us - utc_us;
    int64_t steps = (apart + (apart < 0 ? -ZONE_STEP_US : ZONE_STEP_US) / 2) / ZONE_STEP_US;
    if (llabs(apart) > ZONE_MAX_US + ZONE_SLACK_US ||
        llabs(apart - steps * ZONE_STEP_US) > ZONE_SLACK_US)
        return false;
    *ret_us = steps * ZONE_STEP_US;
    return true;
}

static int years_at(const struct file_clock *f, uint64_t line)
{
    int years = 0;
    for (size_t i = 0; i < f->part_count && f->parts[i].first_line <= line; i++)
        years = f->parts[i].years;
    return years;
}

static int year_of(int64_t us)
{
    struct tm tm;
    time_t seconds = (time_t)(us / 1000000);
    return gmtime_r(&seconds, &tm) ? tm.tm_year + 1900 : 0;
}

/* A local stamp of `f` whose moment is known from elsewhere gives it its zone, and its year. */
static void take_zone(struct file_clock *f, const struct log_time *at, uint64_t line,
                      int64_t utc_us)
{
    bool yearless = at->clock == LOG_CLOCK_YEARLESS;
    int about = year_of(utc_us);
    int64_t ahead;
    for (int year = about - 1; year <= about + 1; year++) {
        int64_t local = yearless ? clock_in_year(at->wall_us.value, year) : at->wall_us.value;
        if (!zone_between(local, utc_us, &ahead))
            continue;
        f->ahead_us = (struct number){true, ahead};
        if (yearless)
            f->year = year - years_at(f, line);
        return;
    }
}

static bool is_local(const struct log_time *at)
{
    return at->wall_us.known && (at->clock == LOG_CLOCK_LOCAL || at->clock == LOG_CLOCK_YEARLESS);
}

static void infer_by_kills(const struct event_times *t, struct file_clock *f)
{
    int64_t utc;
    for (size_t i = 0; i < f->kill_count && !f->ahead_us.known; i++) {
        const struct kill_seen *k = &f->kills[i];
        if (is_local(&k->time) && known_elsewhere(t, f, k, &utc))
            take_zone(f, &k->time, k->line, utc);
    }
}

static void infer_by_boots(const struct event_times *t, struct file_clock *f)
{
    for (size_t i = 0; i < f->boot_count && !f->ahead_us.known; i++) {
        const struct boot_clock *b = &f->boots[i];
        size_t first, count;
        if (!b->anchor_count || b->anchors[0].clock == LOG_CLOCK_ZONED || !b->joined ||
            !clock_anchors_of(t, b->joined, &first, &count) || !t->anchors[first].zone_known)
            continue;
        const struct anchor *a = &b->anchors[0];
        const struct placed_anchor *p = &t->anchors[first];
        struct log_time at = {.clock = a->clock, .wall_us = {true, a->wall_us}};
        take_zone(f, &at, a->line, p->us - p->uptime_us + a->uptime_us);
    }
}

/* -- boots -- */

static bool same_kill(const struct kill_seen *a, const struct kill_seen *b)
{
    if (a->pid != b->pid || !a->anon_kib.known || !number_is(b->anon_kib, a->anon_kib.value))
        return false;
    return !a->time.uptime_us.known || !b->time.uptime_us.known ||
           llabs(a->time.uptime_us.value - b->time.uptime_us.value) <= SAME_UPTIME_US;
}

static bool share_kill(const struct file_clock *f, unsigned boot, const struct file_clock *g,
                       unsigned other)
{
    for (size_t i = 0; i < f->kill_count; i++)
        for (size_t j = 0; f->kills[i].boot == boot && j < g->kill_count; j++)
            if (g->kills[j].boot == other && same_kill(&f->kills[i], &g->kills[j]))
                return true;
    return false;
}

static bool same_boot(const struct file_clock *f, const struct boot_clock *b,
                      const struct file_clock *g, const struct boot_clock *c)
{
    if (b->id[0] && c->id[0])
        return strcmp(b->id, c->id) == 0;
    return share_kill(f, b->number, g, c->number);
}

/* The number of the same boot in an earlier file, or earlier in this one; 0 if there is none. */
static unsigned seen_before(const struct event_times *t, const struct file_clock *f,
                            const struct boot_clock *b)
{
    for (const struct file_clock *g = t->files; g <= f; g++)
        for (size_t i = 0; i < g->boot_count && &g->boots[i] != b; i++)
            if (g->boots[i].joined && same_boot(f, b, g, &g->boots[i]))
                return g->boots[i].joined;
    return 0;
}

static void join_boots(struct event_times *t)
{
    for (struct file_clock *f = t->files; f < t->files + t->file_count; f++) {
        for (size_t i = 0; f->tells_boots && i < f->boot_count; i++) {
            struct boot_clock *b = &f->boots[i];
            b->joined = seen_before(t, f, b);
            if (!b->joined &&
                arena_push(&t->arena, (void **)&t->joined, &t->joined_count, sizeof *t->joined))
                b->joined = (unsigned)t->joined_count;
            if (b->joined && b->id[0])
                memcpy(t->joined[b->joined - 1].id, b->id, sizeof b->id);
        }
    }
}

/* -- anchors -- */

static int by_place(const void *left, const void *right)
{
    const struct placed_anchor *a = left, *b = right;
    if (a->boot != b->boot)
        return a->boot < b->boot ? -1 : 1;
    if (a->zone_known != b->zone_known)
        return a->zone_known ? -1 : 1;
    return a->uptime_us < b->uptime_us ? -1 : a->uptime_us > b->uptime_us;
}

bool clock_anchors_of(const struct event_times *t, unsigned boot, size_t *ret_first,
                      size_t *ret_count)
{
    size_t low = 0, high = t->anchor_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->anchors[middle].boot < boot)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < t->anchor_count && t->anchors[end].boot == boot &&
           t->anchors[end].zone_known == t->anchors[low].zone_known)
        end++;
    *ret_first = low;
    *ret_count = end - low;
    return end > low;
}

static void place(struct event_times *t, const struct file_clock *wall_file, uint64_t line,
                  const struct log_time *wall, unsigned boot, int64_t uptime_us)
{
    if (wall->clock == LOG_CLOCK_RELATIVE ||
        (wall->clock == LOG_CLOCK_YEARLESS && !wall_file->year))
        return;
    struct event_time w = clock_wall_time(t, wall_file, line, wall);
    struct placed_anchor *p =
        arena_push(&t->arena, (void **)&t->anchors, &t->anchor_count, sizeof *t->anchors);
    if (p)
        *p = (struct placed_anchor){.boot = boot,
                                    .zone_known = w.zone_known,
                                    .uptime_us = uptime_us,
                                    .us = w.us,
                                    .sure_us = w.sure_us};
}

static void place_lines(struct event_times *t, const struct file_clock *f)
{
    for (size_t i = 0; i < f->boot_count; i++) {
        const struct boot_clock *b = &f->boots[i];
        for (size_t j = 0; b->joined && j < b->anchor_count; j++) {
            const struct anchor *a = &b->anchors[j];
            struct log_time at = {
                .clock = a->clock, .wall_us = {true, a->wall_us}, .sure_ms = a->sure_ms};
            place(t, f, a->line, &at, b->joined, a->uptime_us);
        }
    }
}

static unsigned joined_of(const struct file_clock *f, unsigned boot)
{
    for (size_t i = 0; i < f->boot_count; i++)
        if (f->boots[i].number == boot)
            return f->boots[i].joined;
    return 0;
}

/* The same kill with an uptime in one log and a wall time in another: dmesg and dmesg -T. */
static void place_kills(struct event_times *t, const struct file_clock *f)
{
    for (size_t i = 0; i < f->kill_count; i++) {
        const struct kill_seen *k = &f->kills[i];
        unsigned boot = joined_of(f, k->boot);
        if (!boot || !k->time.uptime_us.known || k->time.wall_us.known)
            continue;
        for (const struct file_clock *g = t->files; g < t->files + t->file_count; g++)
            for (size_t j = 0; g != f && j < g->kill_count; j++)
                if (g->kills[j].time.wall_us.known && !g->kills[j].time.uptime_us.known &&
                    same_kill(k, &g->kills[j]))
                    place(t, g, g->kills[j].line, &g->kills[j].time, boot, k->time.uptime_us.value);
    }
}

static void place_anchors(struct event_times *t)
{
    t->anchors = NULL;
    t->anchor_count = 0;
    for (const struct file_clock *f = t->files; f < t->files + t->file_count; f++) {
        place_lines(t, f);
        place_kills(t, f);
    }
    if (t->anchor_count)
        qsort(t->anchors, t->anchor_count, sizeof *t->anchors, by_place);
}

bool event_times_settle(struct event_times *t, struct err *err)
{
    join_boots(t);
    place_anchors(t);
    for (struct file_clock *f = t->files; f < t->files + t->file_count; f++) {
        if (t->zone.kind == ZONE_UNKNOWN) {
            infer_by_kills(t, f);
            infer_by_boots(t, f);
        }
        if (f->part_count && !f->year)
            f->year = year_by_file(f);
    }
    place_anchors(t);
    return !t->arena.failed || err_nomem(err, sizeof *t, "the clocks of the logs");
}
