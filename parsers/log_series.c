/* Samples to series: see log_series.h. */
#include "parsers/log_series.h"

#include <stdlib.h>

#define SERIES_MAX 48
#define OPEN_POINTS 4 /* room for those that are put at the end; the rest is a multiple of 4 */
#define GROWTH_MIN_BYTES (INT64_C(2) << 20)
#define GROWTH_MIN_PERCENT 8
#define FILLED_MIN_PERCENT 30
#define QUARTERS_FROM 8
#define RESTART_PERCENT                                                                            \
    60              /* resident memory that falls below this much of what it was is another's */
#define TOLD_FROM 2 /* samples */
#define COLLECTIONS_TOLD_FROM 3 /* last words have two, a second apart */
#define HOUR_US 3600e6
#define NO_SUCH_TIME_US INT64_C(62000000000000000) /* the year 3934: farther is no time */

struct series {
    bool used;
    struct number pid;
    char who[COMM_MAX];
    uint64_t isolate;
    unsigned boot;
    uint64_t touched, first_line, last_line;
    struct log_time last_time;
    enum log_clock clock;
    uint64_t stride; /* twice so many samples become two points, but for 1: each is one */
    uint64_t open_count;
    struct series_point open[2]; /* the lowest and the highest of those that are no points yet */
    struct series_facts f;
};

struct log_series {
    uint64_t clock; /* counts what is added */
    struct series all[SERIES_MAX];
};

struct log_series *log_series_new(void)
{
    return calloc(1, sizeof(struct log_series));
}

void log_series_free(struct log_series *s)
{
    free(s);
}

/* -- points -- */

/* The lowest and the highest of points[0..count) in their order. */
static void keep_extremes(const struct series_point *points, size_t count,
                          struct series_point ret[2])
{
    size_t low = 0, high = 0;
    for (size_t i = 1; i < count; i++) {
        low = points[i].bytes < points[low].bytes ? i : low;
        high = points[i].bytes >= points[high].bytes ? i : high;
    }
    if (low == high)
        high = low ? 0 : count - 1;
    ret[0] = points[low < high ? low : high];
    ret[1] = points[low < high ? high : low];
}

/* Of each four points two stay, and from now on of twice as many samples. */
static void thin(struct series *s)
{
    struct series_facts *f = &s->f;
    size_t to = 0;
    for (size_t at = 0; at + 4 <= f->point_count; at += 4, to += 2) {
        struct series_point kept[2];
        keep_extremes(f->points + at, 4, kept);
        memcpy(f->points + to, kept, sizeof kept);
    }
    f->point_count = to;
    s->stride *= 2;
}

/* Samples that are not yet points, as points; the last sample is always one. */
static void put_open(struct series *s)
{
    struct series_facts *f = &s->f;
    if (s->open_count > 1) {
        f->points[f->point_count++] = s->open[0];
        f->points[f->point_count++] = s->open[1];
    }
    if (s->open_count && (s->open_count == 1 || f->points[f->point_count - 1].x != f->last.x))
        f->points[f->point_count++] = f->last;
    s->open_count = 0;
}

static void put_point(struct series *s, struct series_point p)
{
    struct series_facts *f = &s->f;
    if (!f->count)
        f->first = f->min = f->max = p;
    if (p.bytes < f->min.bytes)
        f->min = p;
    if (p.bytes > f->max.bytes)
        f->max = p;
    f->last = p;
    f->count++;
    if (s->stride == 1) {
        f->points[f->point_count++] = p;
    } else {
        struct series_point open[3] = {s->open[0], s->open[1], p};
        if (!s->open_count)
            s->open[0] = p;
        else if (s->open_count == 1)
            s->open[1] = p;
        else
            keep_extremes(open, 3, s->open);
        if (++s->open_count == s->stride * 2) {
            f->points[f->point_count++] = s->open[0];
            f->points[f->point_count++] = s->open[1];
            s->open_count = 0;
        }
    }
    if (f->point_count >= SERIES_POINTS_MAX - OPEN_POINTS)
        thin(s);
}

/* -- what a series says in the end -- */

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* A part of the points, in which the process was the same. */
struct stretch {
    const struct series_point *points;
    size_t count;
};

static bool is_restart(const struct series_facts *f, size_t at)
{
    return (f->metric == SERIES_RSS || f->metric == SERIES_PM2_MEMORY) &&
           f->points[at].bytes / RESTART_PERCENT < f->points[at - 1].bytes / 100;
}

/* The longest one; *ret_restarts: how many there are but one. */
static struct stretch longest_stretch(const struct series_facts *f, uint64_t *ret_restarts)
{
    struct stretch best = {f->points, 0};
    size_t from = 0;
    *ret_restarts = 0;
    for (size_t i = 1; i <= f->point_count; i++) {
        if (i < f->point_count && !is_restart(f, i))
            continue;
        if (i - from > best.count)
            best = (struct stretch){f->points + from, i - from};
        *ret_restarts += i < f->point_count;
        from = i;
    }
    return best;
}

/* Theil's incomplete method: the median of the slopes between each point and the one half of the
 * points later. A few wild samples do not move it. */
static void find_slope(struct series_facts *f, struct stretch s)
{
    double slopes[SERIES_POINTS_MAX];
    size_t n = 0, half = s.count / 2;
    if (f->axis == SERIES_AXIS_LINE)
        return;
    for (size_t i = 0; half && i + half < s.count; i++) {
        const struct series_point *a = &s.points[i], *b = &s.points[i + half];
        if (b->x > a->x)
            slopes[n++] = (double)(b->bytes - a->bytes) / (double)(b->x - a->x);
    }
    if (!n)
        return;
    qsort(slopes, n, sizeof *slopes, by_value);
    double per_hour = slopes[n / 2] * HOUR_US;
    if (per_hour < 9e18 && per_hour > -9e18)
        f->slope_bytes_per_hour = (struct number){true, (int64_t)per_hour};
}

static int64_t lowest(struct stretch s, size_t from, size_t to)
{
    int64_t low = s.points[from].bytes;
    for (size_t i = from + 1; i < to; i++)
        low = s.points[i].bytes < low ? s.points[i].bytes : low;
    return low;
}

static bool is_growth(int64_t from, int64_t to, int64_t percent)
{
    return to - from >= GROWTH_MIN_BYTES && to - from >= from / 100 * percent;
}

/* The first half is warm-up: modules are loaded and caches filled. Of the second, the lowest of the
 * first third stands against the lowest of the last. Where that is flat since the heap is full, the
 * second quarter tells. */
static void find_floors(struct series_facts *f, struct stretch s)
{
    size_t n = s.count;
    if (n < 3)
        return;
    size_t half = n / 2, third = (n - half) / 3 ? (n - half) / 3 : 1;
    int64_t first = lowest(s, half, half + third), last = lowest(s, n - third, n);
    f->floor_first_bytes = number_of((uint64_t)first);
    f->floor_last_bytes = number_of((uint64_t)last);
    bool falls = f->slope_bytes_per_hour.known && f->slope_bytes_per_hour.value <= 0;
    bool fills = n >= QUARTERS_FROM && is_growth(lowest(s, n / 4, half), last, FILLED_MIN_PERCENT);
    f->growing = !falls && (fills || is_growth(first, last, GROWTH_MIN_PERCENT));
}

static bool tell(const struct log_out *out, struct series *s, struct err *err)
{
    s->used = false;
    if (s->f.count < (s->f.axis == SERIES_AXIS_ISOLATE ? COLLECTIONS_TOLD_FROM : TOLD_FROM))
        return true;
    put_open(s);
    struct stretch stretch = longest_stretch(&s->f, &s->f.restarts);
    find_slope(&s->f, stretch);
    find_floors(&s->f, stretch);
    struct event e = {.kind = EVENT_SERIES,
                      .line = s->last_line,
                      .first_line = s->first_line,
                      .time = s->last_time,
                      .pid = s->pid,
                      .text = series_metric_word(s->f.metric),
                      .series = &s->f};
    memcpy(e.comm, s->who, sizeof e.comm);
    struct log_out then = *out;
    then.boot = s->boot;
    return log_emit(&then, &e, err);
}

bool log_series_flush(const struct log_out *out, struct err *err)
{
    for (size_t i = 0; out->series && i < SERIES_MAX; i++)
        if (out->series->all[i].used && !tell(out, &out->series->all[i], err))
            return false;
    return true;
}

/* -- adding -- */

static bool is_of(const struct series *s, const struct series_sample *in, unsigned boot)
{
    return s->used && s->f.metric == in->metric && s->isolate == in->isolate && s->boot == boot &&
           s->pid.known == in->pid.known && s->pid.value == in->pid.value &&
           !strncmp(s->who, in->who, COMM_MAX - 1);
}

static bool find_place(const struct log_out *out, const struct series_sample *in,
                       struct series **ret, struct err *err)
{
    struct series *place = &out->series->all[0];
    for (size_t i = 0; i < SERIES_MAX; i++) {
        struct series *s = &out->series->all[i];
        if (is_of(s, in, out->boot)) {
            *ret = s;
            return true;
        }
        if (place->used && (!s->used || s->touched < place->touched))
            place = s;
    }
    *ret = place;
    return !place->used || tell(out, place, err);
}

static enum series_axis axis_of(const struct series_sample *in)
{
    if (in->isolate_us.known)
        return SERIES_AXIS_ISOLATE;
    if (in->time->wall_us.known && in->time->wall_us.value < NO_SUCH_TIME_US &&
        in->time->wall_us.value > -NO_SUCH_TIME_US)
        return SERIES_AXIS_WALL;
    return in->time->uptime_us.known && in->time->uptime_us.value < NO_SUCH_TIME_US
               ? SERIES_AXIS_UPTIME
               : SERIES_AXIS_LINE;
}

static int64_t x_of(const struct series_sample *in, enum series_axis axis)
{
    switch (axis) {
    case SERIES_AXIS_ISOLATE:
        return in->isolate_us.value;
    case SERIES_AXIS_WALL:
        return in->time->wall_us.value;
    case SERIES_AXIS_UPTIME:
        return in->time->uptime_us.value;
    default:
        return (int64_t)in->line;
    }
}

static void begin(const struct log_out *out, struct series *s, const struct series_sample *in)
{
    *s = (struct series){.used = true,
                         .pid = in->pid,
                         .isolate = in->isolate,
                         .boot = out->boot,
                         .first_line = in->line,
                         .clock = in->time->clock};
    span_copy(s->who, sizeof s->who, (struct span){in->who, strlen(in->who)});
    s->stride = 1;
    s->f.metric = in->metric;
    s->f.axis = axis_of(in);
    s->f.first_time = *in->time;
}

/* V8's last words repeat what a trace has just said; a time far back is another process that has
 * the same pid and address, as all first ones of containers may have. */
static bool is_repeated(const struct series *s, int64_t x)
{
    return s->f.axis == SERIES_AXIS_ISOLATE && s->f.count && x <= s->f.last.x &&
           x > s->f.last.x / 2;
}

bool log_series_add(const struct log_out *out, const struct series_sample *in, struct err *err)
{
    struct series *s;
    if (!out->series || in->bytes < 0)
        return true;
    if (!find_place(out, in, &s, err))
        return false;
    enum series_axis axis = axis_of(in);
    if (s->used && s->f.axis == SERIES_AXIS_ISOLATE && axis == SERIES_AXIS_ISOLATE) {
        int64_t x = x_of(in, axis);
        if (is_repeated(s, x))
            return true;
        if (x <= s->f.last.x && !tell(out, s, err))
            return false;
    } else if (s->used &&
               (s->f.axis != axis || (axis == SERIES_AXIS_WALL && s->clock != in->time->clock))) {
        return true; /* another clock than the series began with: no place on its axis */
    }
    if (!s->used)
        begin(out, s, in);
    put_point(s, (struct series_point){x_of(in, s->f.axis), in->bytes});
    s->last_line = in->line;
    s->last_time = *in->time;
    s->touched = ++out->series->clock;
    return true;
}

/* -- figures in events -- */

static bool is_full_collection(const char *kind)
{
    return !strncmp(kind, "Mark-", 5) || !strcmp(kind, "Incremental Mark-Compact");
}

static bool watch_kernel(const struct log_out *out, const struct event *e, struct series_sample *s,
                         struct err *err)
{
    if (e->oom->manual)
        return true;
    int64_t page_kib = e->oom->page_kib ? e->oom->page_kib : 4;
    const struct {
        enum series_metric metric;
        struct number kib;
        int64_t times;
    } figures[] = {{SERIES_FREE_MEMORY, e->oom->free_pages, page_kib},
                   {SERIES_FREE_SWAP, e->oom->swap_free_kib, 1},
                   {SERIES_TOTAL_SWAP, e->oom->swap_total_kib, 1}};
    for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
        if (!figures[i].kib.known || figures[i].kib.value < 0 ||
            figures[i].kib.value > INT64_MAX / 1024 / figures[i].times)
            continue;
        s->metric = figures[i].metric;
        s->bytes = figures[i].kib.value * figures[i].times * 1024;
        if (!log_series_add(out, s, err))
            return false;
    }
    return true;
}

bool log_series_watch(const struct log_out *out, const struct event *e, struct err *err)
{
    struct series_sample s = {.who = "", .time = &e->time, .line = e->line};
    if (e->kind == EVENT_KERNEL_OOM && e->oom)
        return watch_kernel(out, e, &s, err);
    if (e->kind == EVENT_SWAP_ADDED && e->swap_kib.known && e->swap_kib.value >= 0 &&
        e->swap_kib.value < INT64_MAX / 1024) {
        s.metric = SERIES_TOTAL_SWAP;
        s.bytes = e->swap_kib.value * 1024;
        s.who = e->text ? e->text : "";
        return log_series_add(out, &s, err);
    }
    if ((e->kind == EVENT_PM2_MEMORY || e->kind == EVENT_PM2_PROCESS) && e->pm2 &&
        e->pm2->memory_bytes.known) {
        s.metric = SERIES_PM2_MEMORY;
        s.bytes = e->pm2->memory_bytes.value;
        s.isolate = e->pm2->id.known ? (uint64_t)e->pm2->id.value + 1 : 0; /* an instance */
        s.who = e->comm;
        return log_series_add(out, &s, err);
    }
    if (e->kind == EVENT_V8_GC && e->v8 && e->v8->used_bytes.known && e->v8->uptime_ms.known &&
        e->v8->uptime_ms.value < NO_SUCH_TIME_US / 1000 && is_full_collection(e->v8->gc_kind)) {
        s.metric = SERIES_HEAP_AFTER_GC;
        s.pid = e->pid;
        s.isolate = e->v8->isolate;
        s.isolate_us = number_of((uint64_t)e->v8->uptime_ms.value * 1000);
        s.bytes = e->v8->used_bytes.value;
        return log_series_add(out, &s, err);
    }
    return true;
}
