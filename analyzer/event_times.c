/* Gathering what clocks show, and answering: see event_times.h. clock_settle.c is in between. */
#include "analyzer/event_times.h"

#include "analyzer/file_clock.h"

#include <stdlib.h>
#include <string.h>

#define ANCHOR_GAP_US INT64_C(60000000)
#define HALF_YEAR_US (182 * DAY_US)
#define ROTATION_US (35 * DAY_US) /* what one file of a rotated log holds, at most */
#define SAME_BOOT_US (INT64_C(3600) * 1000000)
#define ZONE_STEP_US (INT64_C(900) * 1000000) /* zones lie quarters of an hour apart */
#define CLOCK_DRIFT 10000 /* of so many seconds, one is lost or gained at most */

bool event_times_new(const struct time_zone *zone, struct event_times **ret, struct err *err)
{
    struct event_times *t = calloc(1, sizeof *t);
    if (!t)
        return err_nomem(err, sizeof *t, "the clocks of the logs");
    t->zone = *zone;
    *ret = t;
    return true;
}

void event_times_free(struct event_times *t)
{
    if (!t)
        return;
    arena_release(&t->arena);
    free(t);
}

/* -- gathering -- */

static struct file_clock *file_of(const struct event_times *t, const char *file)
{
    for (size_t i = t->file_count; i-- > 0;)
        if (t->files[i].name == file)
            return &t->files[i];
    return NULL;
}

static struct file_clock *make_file(struct event_times *t, const char *file)
{
    struct file_clock *f = file_of(t, file);
    if (!f)
        f = arena_push(&t->arena, (void **)&t->files, &t->file_count, sizeof *t->files);
    if (f)
        f->name = file;
    return f;
}

void event_times_file(struct event_times *t, const char *file, int64_t written_us)
{
    struct file_clock *f = make_file(t, file);
    if (f)
        f->written_us = (struct number){true, written_us};
}

static struct boot_clock *boot_of(const struct file_clock *f, unsigned number)
{
    size_t low = 0, high = f->boot_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->boots[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->boot_count && f->boots[low].number == number ? &f->boots[low] : NULL;
}

static struct boot_clock *make_boot(struct event_times *t, struct file_clock *f, unsigned number)
{
    struct boot_clock *b = boot_of(f, number);
    bool ascends = !f->boot_count || f->boots[f->boot_count - 1].number < number;
    if (b || !ascends || f->boot_count == BOOTS_MAX)
        return b;
    b = arena_push(&t->arena, (void **)&f->boots, &f->boot_count, sizeof *f->boots);
    if (b)
        *b = (struct boot_clock){.number = number, .gap_us = ANCHOR_GAP_US};
    return b;
}

/* What is relative has the time of a yearless stamp before. */
static bool lacks_year(const struct log_time *at)
{
    return at->clock == LOG_CLOCK_YEARLESS || at->clock == LOG_CLOCK_RELATIVE;
}

/* The same boot again: it began at the same time. */
static bool began_alike(struct number a, struct number b)
{
    return a.known && b.known && llabs(a.value - b.value) < SAME_BOOT_US;
}

/* From the last stamp to one that is `jump_us` later. Logs are written in order: a step back is a
 * turn of the year, unless it is so small that two logs were put together; then it is no step to
 * another boot. A step of more than half a year ahead leads into the log of the year before. */
static int turn_of_year(int64_t jump_us, bool other_boot)
{
    if (jump_us > HALF_YEAR_US)
        return -1;
    return jump_us < -(other_boot ? DAY_US : ROTATION_US);
}

static void see_yearless(struct event_times *t, struct file_clock *f, const struct event *e)
{
    int64_t us = e->time.wall_us.value;
    struct year_part *p = f->part_count ? &f->parts[f->part_count - 1] : NULL;
    struct number began = {e->time.uptime_us.known, us - e->time.uptime_us.value};
    bool other_boot = e->boot != f->last_boot && !began_alike(began, f->last_began_us);
    int turn = p ? turn_of_year(us - f->last_yearless_us, other_boot) : 0;
    f->last_yearless_us = us;
    f->last_boot = e->boot;
    f->last_began_us = began;
    if (!p || (turn && f->part_count < YEAR_PARTS_MAX)) {
        int years = p ? p->years + turn : 0;
        p = arena_push(&t->arena, (void **)&f->parts, &f->part_count, sizeof *f->parts);
        if (!p)
            return;
        *p = (struct year_part){.first_line = e->first_line, .years = years, .max_us = us};
    }
    if (us > p->max_us)
        p->max_us = us;
    p->leap |= us / DAY_US == LEAP_DAY;
}

static void thin_anchors(struct boot_clock *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->anchor_count; i += 2)
        b->anchors[kept++] = b->anchors[i];
    b->anchor_count = kept;
    b->gap_us *= 2;
}

static void see_anchor(struct boot_clock *b, const struct event *e)
{
    const struct log_time *t = &e->time;
    const struct anchor *last = b->anchor_count ? &b->anchors[b->anchor_count - 1] : NULL;
    bool zoned = t->clock == LOG_CLOCK_ZONED;
    if (last && zoned != (last->clock == LOG_CLOCK_ZONED)) {
        if (!zoned)
            return;
        b->anchor_count = 0;
        last = NULL;
    }
    if (last && llabs(t->uptime_us.value - last->uptime_us) < b->gap_us)
        return;
    if (b->anchor_count == ANCHORS_MAX)
        thin_anchors(b);
    b->anchors[b->anchor_count++] = (struct anchor){.uptime_us = t->uptime_us.value,
                                                    .wall_us = t->wall_us.value,
                                                    .clock = t->clock,
                                                    .sure_ms = t->sure_ms,
                                                    .line = e->line};
}

static void see_kill(struct event_times *t, struct file_clock *f, const struct event *e)
{
    if (!e->pid.known || !e->oom || f->kill_count == KILLS_MAX)
        return;
    struct kill_seen *k =
        arena_push(&t->arena, (void **)&f->kills, &f->kill_count, sizeof *f->kills);
    if (k)
        *k = (struct kill_seen){.pid = e->pid.value,
                                .anon_kib = e->oom->anon_rss_kib,
                                .boot = e->boot,
                                .line = e->line,
                                .time = e->time};
}

void event_times_see(struct event_times *t, const struct event *e)
{
    const struct log_time *at = &e->time;
    struct file_clock *f = make_file(t, e->file);
    struct boot_clock *b = f ? make_boot(t, f, e->boot) : NULL;
    if (!f)
        return;
    if (at->wall_us.known && lacks_year(at))
        see_yearless(t, f, e);
    if (at->wall_us.known && at->uptime_us.known && b)
        see_anchor(b, e);
    if (e->kind == EVENT_KERNEL_OOM)
        see_kill(t, f, e);
    f->tells_boots |= at->uptime_us.known || e->boot > 0 || e->boot_id;
    if (b && e->boot_id && !b->id[0])
        memcpy(b->id, e->boot_id, strnlen(e->boot_id, sizeof b->id - 1));
}

/* -- answering -- */

static int year_of_line(const struct file_clock *f, uint64_t line)
{
    int years = 0;
    for (size_t low = 0, high = f->part_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (f->parts[middle].first_line <= line) {
            years = f->parts[middle].years;
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return f->year + years;
}

struct event_time clock_wall_time(const struct event_times *t, const struct file_clock *f,
                                  uint64_t line, const struct log_time *at)
{
    struct event_time r = {.us = at->wall_us.value};
    bool twice = false;
    r.sure_us = (at->sure_ms ? at->sure_ms : 2000) * INT64_C(1000);
    if (lacks_year(at) && f && f->year)
        r.us = clock_in_year(r.us, year_of_line(f, line));
    if (at->clock == LOG_CLOCK_ZONED) {
        r.source = TIME_STAMPED;
    } else if (t && t->zone.kind != ZONE_UNKNOWN) {
        r.source = TIME_IN_ZONE;
        r.us = time_zone_to_utc(&t->zone, r.us, &twice);
    } else if (f && f->ahead_us.known) {
        r.source = TIME_INFERRED;
        r.us -= f->ahead_us.value;
    } else {
        r.source = TIME_AS_LOCAL;
    }
    if (twice)
        r.sure_us += INT64_C(3600) * 1000000;
    r.zone_known = r.source != TIME_AS_LOCAL;
    return r;
}

static int64_t anchor_offset(const struct placed_anchor *a)
{
    return a->us - a->uptime_us;
}

/* The nearest line of the boot with a wall time; between two, their difference is what is not sure.
 */
static bool by_anchor(const struct event_times *t, unsigned boot, int64_t uptime_us,
                      struct event_time *r)
{
    const struct placed_anchor *before = NULL, *after = NULL;
    size_t first, count;
    if (!boot || !clock_anchors_of(t, boot, &first, &count))
        return false;
    for (size_t i = first; i < first + count; i++) {
        if (t->anchors[i].uptime_us <= uptime_us)
            before = &t->anchors[i];
        else if (!after)
            after = &t->anchors[i];
    }
    const struct placed_anchor *near = before ? before : after;
    if (before && after && after->uptime_us - uptime_us < uptime_us - before->uptime_us)
        near = after;
    r->us = uptime_us + anchor_offset(near);
    r->sure_us = near->sure_us + llabs(near->uptime_us - uptime_us) / CLOCK_DRIFT;
    if (before && after)
        r->sure_us += llabs(anchor_offset(after) - anchor_offset(before));
    r->zone_known = near->zone_known;
    r->source = TIME_ANCHORED;
    return true;
}

struct event_time event_times_of(const struct event_times *t, const struct event *e)
{
    const struct file_clock *f = t ? file_of(t, e->file) : NULL;
    const struct boot_clock *b = f && f->tells_boots ? boot_of(f, e->boot) : NULL;
    struct event_time r = {0};
    if (e->time.wall_us.known && !(lacks_year(&e->time) && !(f && f->year)))
        r = clock_wall_time(t, f, e->line, &e->time);
    else if (b && e->time.uptime_us.known)
        (void)by_anchor(t, b->joined, e->time.uptime_us.value, &r);
    r.boot = b ? b->joined : 0;
    return r;
}

bool event_times_apart(const struct event_time *a, const struct event_time *b, int64_t more_us)
{
    if (!event_time_known(a) || !event_time_known(b))
        return false;
    int64_t apart = llabs(a->us - b->us);
    int64_t unsure = a->sure_us + b->sure_us + more_us;
    if (a->zone_known != b->zone_known && apart <= ZONE_OFFSET_MAX_S * INT64_C(1000000) + unsure) {
        apart %= ZONE_STEP_US;
        if (apart > ZONE_STEP_US / 2)
            apart = ZONE_STEP_US - apart;
    }
    return apart > unsure;
}

const char *time_source_word(enum time_source s)
{
    static const char *const words[TIME_SOURCE_COUNT] = {
        [TIME_NOT_KNOWN] = "none",    [TIME_STAMPED] = "stamp",  [TIME_IN_ZONE] = "tz",
        [TIME_INFERRED] = "inferred", [TIME_AS_LOCAL] = "local", [TIME_ANCHORED] = "anchor",
    };
    return words[s];
}

unsigned event_times_boots(const struct event_times *t)
{
    return (unsigned)t->joined_count;
}

const char *event_times_boot_id(const struct event_times *t, unsigned boot)
{
    if (!boot || boot > t->joined_count || !t->joined[boot - 1].id[0])
        return NULL;
    return t->joined[boot - 1].id;
}
