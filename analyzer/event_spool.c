/* External sorting of events: see event_spool.h. */
#include "analyzer/event_spool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/u64_map.h"

/* What is sorted at once, and what is written until it is let go of: columns that are smaller than
 * 16 MiB do not cool. */
#define PART_ROWS ((uint64_t)96 << 10)
#define PART_BYTES ((uint64_t)16 << 20)
/* Of rows and bodies, after which all are let go of. */
#define COOL_BYTES ((uint64_t)8 << 20)

/* Columns that are filled one behind the other. */
struct parts {
    struct column *all;
    size_t count;
};

struct run {
    uint64_t next, end; /* rows */
};

struct event_spool {
    struct store *store;
    struct parts rows, bodies;
    uint64_t row_count;
    struct u64_map reaped; /* by reaped_key() */
    uint64_t warm_bytes;   /* that were touched */
    struct number last_us;
    struct run *heap; /* the run with the earliest row first */
    size_t heap_count;
};

bool event_spool_new(const char *dir, struct event_spool **ret, struct err *err)
{
    struct event_spool *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(err, sizeof *s, "the list of events");
    if (!store_new(dir, &s->store, err) || !u64_map_init(&s->reaped, s->store, err)) {
        event_spool_free(s);
        return false;
    }
    *ret = s;
    return true;
}

static void parts_release(struct parts *p)
{
    for (size_t i = 0; i < p->count; i++)
        column_release(&p->all[i]);
    free(p->all);
}

static void parts_cool(const struct parts *p)
{
    for (size_t i = 0; i < p->count; i++)
        column_cool(&p->all[i]);
}

/* The last part with room for `more` elements; a part has at most `most`. */
static struct column *parts_room(struct parts *p, struct store *s, uint32_t elem, uint64_t more,
                                 uint64_t most, struct err *err)
{
    struct column *last = p->count ? &p->all[p->count - 1] : NULL;
    if (!last || last->count + more > most) {
        struct column *all = realloc(p->all, (p->count + 1) * sizeof *all);
        if (!all) {
            err_nomem(err, (p->count + 1) * sizeof *all, "the list of events");
            return NULL;
        }
        p->all = all;
        parts_cool(p);
        last = &all[p->count];
        *last = (struct column){0};
        if (!column_make_raw(last, s, "the list of events", elem, 0, err))
            return NULL;
        p->count++;
    }
    return column_reserve(last, more, err) ? last : NULL;
}

void event_spool_free(struct event_spool *s)
{
    if (!s)
        return;
    parts_release(&s->rows);
    parts_release(&s->bodies);
    u64_map_release(&s->reaped);
    store_free(s->store);
    free(s->heap);
    free(s);
}

static_assert(PART_ROWS * sizeof(struct spooled_event) > 15 << 20, "rows cool");

static struct spooled_event *row_at(const struct event_spool *s, uint64_t i)
{
    return (struct spooled_event *)s->rows.all[i / PART_ROWS].data + i % PART_ROWS;
}

static void touch(struct event_spool *s, uint64_t bytes)
{
    s->warm_bytes += bytes;
    if (s->warm_bytes < COOL_BYTES)
        return;
    parts_cool(&s->rows);
    parts_cool(&s->bodies);
    s->warm_bytes = 0;
}

static uint64_t reaped_key(const char *file, unsigned boot, int64_t pid)
{
    return mix_u64((uint64_t)(uintptr_t)file + mix_u64((uint64_t)boot << 32 ^ (uint64_t)pid));
}

static bool note_reaped(struct event_spool *s, const struct event *e, struct err *err)
{
    uint32_t *value;
    bool new;
    return e->kind != EVENT_OOM_REAPED || !e->pid.known ||
           u64_map_put(&s->reaped, reaped_key(e->file, e->boot, e->pid.value), 1, &value, &new,
                       err);
}

bool event_spool_add(struct event_spool *s, const struct event *e, const void *body, size_t len,
                     struct err *err)
{
    struct column *rows =
        parts_room(&s->rows, s->store, sizeof(struct spooled_event), 1, PART_ROWS, err);
    struct column *bodies = rows ? parts_room(&s->bodies, s->store, 1, len, PART_BYTES, err) : NULL;
    if (!bodies || !note_reaped(s, e, err))
        return false;
    *row_at(s, s->row_count) = (struct spooled_event){
        .hidden = !body,
        .sequence = s->row_count,
        .file = e->file,
        .line = e->line,
        .first_line = e->first_line,
        .kind = e->kind,
        .boot = e->boot,
        .pid = e->pid,
        .clock = e->time.clock,
        .sure_ms = e->time.sure_ms,
        .wall_us = e->time.wall_us,
        .uptime_us = e->time.uptime_us,
        .body_part = (uint32_t)(s->bodies.count - 1),
        .body_at = bodies->count,
        .body_len = len,
    };
    if (len)
        memcpy((char *)bodies->data + bodies->count, body, len);
    rows->count++;
    bodies->count += len;
    s->row_count++;
    return true;
}

/* -- sorting -- */

static int compare(const struct spooled_event *a, const struct spooled_event *b)
{
    if (a->placed != b->placed)
        return a->placed ? -1 : 1;
    if (a->placed && a->order_us != b->order_us)
        return a->order_us < b->order_us ? -1 : 1;
    return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static int by_order(const void *left, const void *right)
{
    return compare(left, right);
}

/* Those before the first of their file that has a time come right before it. */
static void place_leading(struct event_spool *s, uint64_t first, uint64_t end, int64_t us)
{
    for (uint64_t i = first; i < end; i++) {
        row_at(s, i)->placed = true;
        row_at(s, i)->order_us = us;
    }
}

static void find_times(struct event_spool *s, const struct event_times *t)
{
    uint64_t file_begins = 0;
    bool placed = false;
    int64_t us = 0;
    for (uint64_t i = 0; i < s->row_count; i++) {
        struct spooled_event *r = row_at(s, i);
        if (i && r->file != row_at(s, i - 1)->file) {
            file_begins = i;
            placed = false;
        }
        struct event e = {.file = r->file,
                          .line = r->line,
                          .boot = r->boot,
                          .time = {.clock = r->clock,
                                   .sure_ms = r->sure_ms,
                                   .wall_us = r->wall_us,
                                   .uptime_us = r->uptime_us}};
        r->at = event_times_of(t, &e);
        if (event_time_known(&r->at)) {
            us = r->at.us;
            if (!placed)
                place_leading(s, file_begins, i, us);
            placed = true;
            if (!s->last_us.known || us > s->last_us.value)
                s->last_us = (struct number){true, us};
        }
        r->reaped =
            r->pid.known && u64_map_get(&s->reaped, reaped_key(r->file, r->boot, r->pid.value));
        r->placed = placed;
        r->order_us = us;
        touch(s, sizeof *r);
    }
}

static bool run_before(const struct event_spool *s, size_t a, size_t b)
{
    return compare(row_at(s, s->heap[a].next), row_at(s, s->heap[b].next)) < 0;
}

static void sift_down(struct event_spool *s, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < s->heap_count; child++)
            if (run_before(s, child, least))
                least = child;
        if (least == at)
            return;
        struct run r = s->heap[at];
        s->heap[at] = s->heap[least];
        s->heap[least] = r;
        at = least;
    }
}

bool event_spool_sort(struct event_spool *s, const struct event_times *t, struct err *err)
{
    find_times(s, t);
    s->heap = calloc(s->rows.count + 1, sizeof *s->heap);
    if (!s->heap)
        return err_nomem(err, s->rows.count * sizeof *s->heap, "the list of events");
    for (uint64_t first = 0; first < s->row_count; first += PART_ROWS) {
        uint64_t end = min_u64(first + PART_ROWS, s->row_count);
        qsort(row_at(s, first), end - first, sizeof(struct spooled_event), by_order);
        parts_cool(&s->rows);
        s->heap[s->heap_count++] = (struct run){first, end};
    }
    for (size_t i = s->heap_count; i-- > 0;)
        sift_down(s, i);
    parts_cool(&s->bodies);
    s->warm_bytes = 0;
    return true;
}

bool event_spool_last(const struct event_spool *s, int64_t *ret_us)
{
    if (s->last_us.known)
        *ret_us = s->last_us.value;
    return s->last_us.known;
}

bool event_spool_next(struct event_spool *s, struct spooled_event *ret, const char **ret_body)
{
    if (!s->heap_count)
        return false;
    struct run *r = &s->heap[0];
    *ret = *row_at(s, r->next++);
    if (r->next == r->end)
        s->heap[0] = s->heap[--s->heap_count];
    sift_down(s, 0);
    touch(s, sizeof *ret + ret->body_len);
    *ret_body = (const char *)s->bodies.all[ret->body_part].data + ret->body_at;
    return true;
}
