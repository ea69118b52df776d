/* Counting requests: see request_counts.h. */
#include "parsers/request_counts.h"

#include "parsers/route_pattern.h"

#include <stdlib.h>

#define ROUTES_MAX 62
#define BELOW_MAX 12 /* routes with one parent path, from which on further ones are its star */
#define MINUTE_US INT64_C(60000000)
#define FARTHEST_US (INT64_C(400) * 24 * 60 * MINUTE_US) /* from what was seen: a broken stamp */

enum { ALL, OTHER, FIRST_ROUTE, ROWS_MAX = FIRST_ROUTE + ROUTES_MAX };

struct row {
    char route[ROUTE_MAX];
    uint64_t count, untimed, status[6];
    uint64_t first_line, line;
    struct log_time first, last;
    uint32_t buckets[REQUEST_BUCKETS_MAX];
};

struct request_counts {
    struct row rows[ROWS_MAX];
    size_t row_count; /* FIRST_ROUTE and more */
    enum log_clock clock;
    int64_t begin, width; /* of the first bucket; width 0: no time was seen */
    size_t used;          /* buckets up to the last one with a request */
    bool sorted;
};

struct request_counts *request_counts_new(void)
{
    struct request_counts *c = calloc(1, sizeof *c);
    if (c)
        c->row_count = FIRST_ROUTE;
    return c;
}

void request_counts_free(struct request_counts *c)
{
    free(c);
}

/* -- time -- */

static int64_t floor_to(int64_t us, int64_t width)
{
    int64_t rest = us % width;
    return us - (rest < 0 ? rest + width : rest);
}

/* Two buckets become one; the first must lie on the wider raster. */
static void widen(struct request_counts *c)
{
    int64_t begin = floor_to(c->begin, c->width * 2);
    size_t shift = begin != c->begin;
    for (size_t r = 0; r < c->row_count; r++) {
        uint32_t *b = c->rows[r].buckets, merged[REQUEST_BUCKETS_MAX] = {0};
        for (size_t i = 0; i < c->used; i++)
            merged[(i + shift) / 2] += b[i];
        memcpy(b, merged, sizeof merged);
    }
    c->used = (c->used + shift + 1) / 2;
    c->begin = begin;
    c->width *= 2;
}

static void move_begin(struct request_counts *c, int64_t begin)
{
    size_t by = (size_t)((c->begin - begin) / c->width);
    for (size_t r = 0; r < c->row_count; r++) {
        uint32_t *b = c->rows[r].buckets;
        memmove(b + by, b, c->used * sizeof *b);
        memset(b, 0, by * sizeof *b);
    }
    c->used += by;
    c->begin = begin;
}

/* The bucket of a time, made if there is none; false if the time has no place. */
static bool find_bucket(struct request_counts *c, const struct log_time *t, size_t *ret)
{
    if (!t->wall_us.known)
        return false;
    int64_t us = t->wall_us.value;
    if (!c->width) {
        c->width = MINUTE_US;
        c->clock = t->clock;
        c->begin = floor_to(us, MINUTE_US);
    }
    int64_t end = c->begin + (int64_t)c->used * c->width;
    bool yearless = c->clock == LOG_CLOCK_YEARLESS;
    if (yearless != (t->clock == LOG_CLOCK_YEARLESS) || us < c->begin - FARTHEST_US ||
        us > end + FARTHEST_US)
        return false;
    while ((us >= c->begin ? us - c->begin : end - us) / c->width >= REQUEST_BUCKETS_MAX - 1)
        widen(c);
    if (us < c->begin)
        move_begin(c, floor_to(us, c->width));
    *ret = (size_t)((us - c->begin) / c->width);
    c->used = *ret + 1 > c->used ? *ret + 1 : c->used;
    return true;
}

/* -- routes -- */

static size_t parent_len(const char *route)
{
    const char *slash = strrchr(route, '/');
    return slash ? (size_t)(slash - route) + 1 : 0;
}

static struct row *row_of(struct request_counts *c, const char *route)
{
    for (size_t i = FIRST_ROUTE; i < c->row_count; i++)
        if (route_same(c->rows[i].route, route))
            return &c->rows[i];
    return NULL;
}

/* The star of a path that has too many routes below it; NULL if it has not. Top-level routes have
 * no common path. */
static bool star_of(const struct request_counts *c, const char *route, char ret[ROUTE_MAX])
{
    size_t len = parent_len(route), below = 0;
    if (len < 2 || len + 2 > ROUTE_MAX)
        return false;
    for (size_t i = FIRST_ROUTE; i < c->row_count; i++)
        below += parent_len(c->rows[i].route) == len && !strncmp(c->rows[i].route, route, len);
    if (below < BELOW_MAX)
        return false;
    memcpy(ret, route, len);
    memcpy(ret + len, "*", 2);
    return true;
}

static void merge_row(const struct request_counts *c, struct row *to, const struct row *from)
{
    if (!to->count || from->first_line < to->first_line) {
        to->first = from->first;
        to->first_line = from->first_line;
    }
    if (from->line > to->line) {
        to->last = from->last;
        to->line = from->line;
    }
    to->count += from->count;
    to->untimed += from->untimed;
    for (size_t i = 0; i < ARRAY_LEN(to->status); i++)
        to->status[i] += from->status[i];
    for (size_t i = 0; i < c->used; i++)
        to->buckets[i] += from->buckets[i];
}

/* Those below the star's path that were asked for no more than a few times go into it. */
static void gather_below(struct request_counts *c, struct row *star)
{
    size_t len = parent_len(star->route), to = FIRST_ROUTE;
    uint64_t most = 0;
    for (size_t i = FIRST_ROUTE; i < c->row_count; i++)
        if (parent_len(c->rows[i].route) == len && !strncmp(c->rows[i].route, star->route, len))
            most = c->rows[i].count > most ? c->rows[i].count : most;
    struct row gathered = *star;
    for (size_t i = FIRST_ROUTE; i < c->row_count; i++) {
        struct row *r = &c->rows[i];
        bool below = parent_len(r->route) == len && !strncmp(r->route, star->route, len);
        if (r == star || (below && r->count <= most / 4 + 1)) {
            if (r != star)
                merge_row(c, &gathered, r);
            continue;
        }
        if (to != i)
            c->rows[to] = *r;
        to++;
    }
    c->rows[to++] = gathered;
    for (size_t i = to; i < c->row_count; i++)
        c->rows[i] = (struct row){.count = 0};
    c->row_count = to;
}

static struct row *new_row(struct request_counts *c, const char *route)
{
    if (c->row_count == ROWS_MAX)
        return &c->rows[OTHER];
    struct row *r = &c->rows[c->row_count++];
    memcpy(r->route, route, strlen(route) + 1);
    return r;
}

static struct row *find_row(struct request_counts *c, const char *route)
{
    char star[ROUTE_MAX];
    struct row *r = row_of(c, route);
    if (r) {
        if (strlen(route) > strlen(r->route))
            memcpy(r->route, route, strlen(route) + 1);
        return r;
    }
    if (!star_of(c, route, star))
        return new_row(c, route);
    r = row_of(c, star);
    if (!r) {
        r = new_row(c, star);
        if (r != &c->rows[OTHER]) {
            gather_below(c, r);
            r = &c->rows[c->row_count - 1];
        }
    }
    return r;
}

/* -- adding and telling -- */

static void count_one(struct row *r, unsigned status, const struct log_time *time, uint64_t line,
                      bool timed, size_t bucket)
{
    if (!r->count) {
        r->first = *time;
        r->first_line = line;
    }
    r->last = *time;
    r->line = line;
    r->count++;
    r->status[status >= 100 && status < 600 ? status / 100 : 0]++;
    if (timed)
        r->buckets[bucket]++;
    else
        r->untimed++;
}

void request_counts_add(struct request_counts *c, struct span path, unsigned status,
                        const struct log_time *time, uint64_t line)
{
    char route[ROUTE_MAX];
    size_t bucket = 0;
    if (!route_pattern(path, route))
        return;
    struct row *r = find_row(c, route);
    bool timed = find_bucket(c, time, &bucket);
    c->sorted = false;
    count_one(r, status, time, line, timed, bucket);
    count_one(&c->rows[ALL], status, time, line, timed, bucket);
}

static int by_count(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return strcmp(a->route, b->route);
}

bool request_counts_row(struct request_counts *c, size_t index, struct request_facts *ret,
                        const char **ret_route, struct log_time *ret_last, uint64_t *ret_line,
                        uint64_t *ret_first_line)
{
    if (!c->sorted)
        qsort(c->rows + FIRST_ROUTE, c->row_count - FIRST_ROUTE, sizeof *c->rows, by_count);
    c->sorted = true;
    size_t routes = c->row_count - FIRST_ROUTE;
    size_t at = !index ? ALL : index <= routes ? FIRST_ROUTE + index - 1 : OTHER;
    const struct row *r = &c->rows[at];
    if (index > routes + 1 || !r->count)
        return false;
    *ret = (struct request_facts){.count = r->count,
                                  .untimed = r->untimed,
                                  .all = at == ALL,
                                  .other = at == OTHER,
                                  .first_time = r->first,
                                  .begin_us = c->begin,
                                  .bucket_us = c->width,
                                  .buckets = r->buckets,
                                  .bucket_count = c->used};
    memcpy(ret->status, r->status, sizeof ret->status);
    *ret_route = at == ALL ? "all" : at == OTHER ? "other" : r->route;
    *ret_last = r->last;
    *ret_line = r->line;
    *ret_first_line = r->first_line;
    return true;
}
