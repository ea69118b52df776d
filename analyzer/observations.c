/* Lines about what logs saw: see observations.h. */
#include "analyzer/observations.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define TRENDS_MAX 3
#define ERRORS_MAX 4
#define PROCESSES_MAX 3
#define ROUTES_NAMED 3

static void observe(struct analysis *a, const struct event *e, const struct buf *text)
{
    struct evidence *to = arena_push(&a->arena, (void **)&a->observations, &a->observation_count,
                                     sizeof *a->observations);
    if (to)
        *to = (struct evidence){.text = arena_strndup(&a->arena, buf_str(text), text->len),
                                .file = e->file,
                                .line = e->line};
}

static uint64_t positive(int64_t v)
{
    return v > 0 ? (uint64_t)v : 0;
}

/* -- trends -- */

static const char *const metric_names[SERIES_METRIC_COUNT] = {
    [SERIES_HEAP_AFTER_GC] = "The heap after full collections",
    [SERIES_HEAP_USED] = "The heap in use",
    [SERIES_RSS] = "Resident memory",
    [SERIES_EXTERNAL] = "Memory outside of the heap",
    [SERIES_ARRAY_BUFFERS] = "Memory of buffers",
};

static bool tells(const struct event *e)
{
    return e->series && metric_names[e->series->metric] && e->series->floor_first_bytes.known;
}

/* What grows comes first, then what is surer: collections before the rest, more samples. */
static int64_t weight(const struct event *e)
{
    int64_t count = e->series->count < 1000000 ? (int64_t)e->series->count : 1000000;
    return (e->series->growing ? 4000000 : 0) +
           (e->series->metric == SERIES_HEAP_AFTER_GC ? 2000000 : 0) + count;
}

static void put_whose(struct buf *b, const struct event *e)
{
    if (e->comm[0])
        buf_printf(b, " of %s", e->comm);
    else if (e->pid.known)
        buf_printf(b, " of process %" PRId64, e->pid.value);
}

static void observe_trend(struct analysis *a, const struct event *e)
{
    const struct series_facts *f = e->series;
    struct buf b = {0};
    buf_puts(&b, metric_names[f->metric]);
    put_whose(&b, e);
    buf_puts(&b, f->growing ? " grew from " : " went from ");
    text_put_bytes(&b, positive(f->floor_first_bytes.value));
    buf_puts(&b, " after the warm-up to ");
    text_put_bytes(&b, positive(f->floor_last_bytes.value));
    buf_puts(&b, f->growing ? "" : ", which is no growth");
    buf_printf(&b, " (%" PRIu64 " samples", f->count);
    int64_t seconds = (f->last.x - f->first.x) / 1000000;
    if (f->axis != SERIES_AXIS_LINE && seconds > 0) {
        buf_puts(&b, " in ");
        text_put_duration(&b, (uint64_t)seconds);
    }
    if (f->restarts)
        buf_printf(&b, ", %" PRIu64 " restart%s", f->restarts, f->restarts == 1 ? "" : "s");
    buf_puts(&b, ")");
    observe(a, e, &b);
    buf_release(&b);
}

static void observe_trends(const struct event_list *events, struct analysis *a)
{
    const struct event *told[TRENDS_MAX] = {NULL};
    for (size_t n = 0; n < TRENDS_MAX; n++) {
        const struct event *best = NULL;
        for (size_t i = 0; i < events->count; i++) {
            const struct event *e = &events->events[i];
            bool again = e == told[0] || e == told[1];
            if (tells(e) && !again && (!best || weight(e) > weight(best)))
                best = e;
        }
        if (!best || (n && !best->series->growing))
            return;
        told[n] = best;
        observe_trend(a, best);
    }
}

/* -- requests -- */

static uint32_t busiest(const struct request_facts *f)
{
    uint32_t most = 0;
    for (size_t i = 0; i < f->bucket_count; i++)
        most = f->buckets[i] > most ? f->buckets[i] : most;
    return most;
}

/* The sum over the whole log stands before its routes, which come by their frequency. */
static void observe_requests(const struct event_list *events, size_t at, struct analysis *a)
{
    const struct event *e = &events->events[at];
    const struct request_facts *f = e->requests;
    struct buf b = {0};
    text_put_count(&b, f->count);
    buf_puts(&b, f->count == 1 ? " request" : " requests");
    if (f->bucket_count > 1) {
        int64_t minutes = f->bucket_us / 60000000 * (int64_t)f->bucket_count;
        buf_puts(&b, " in ");
        text_put_duration(&b, (uint64_t)minutes * 60);
        buf_puts(&b, ", at most ");
        text_put_count(&b, busiest(f));
        if (f->bucket_us == 60000000)
            buf_puts(&b, " a minute");
        else
            buf_printf(&b, " in %" PRId64 " minutes", f->bucket_us / 60000000);
    }
    size_t named = 0;
    for (size_t i = at + 1; i < events->count && named < ROUTES_NAMED; i++) {
        const struct event *route = &events->events[i];
        if (!route->requests || route->requests->all || route->file != e->file)
            break;
        if (route->requests->other)
            continue;
        buf_printf(&b, "%s %s ", named++ ? "," : "; most:", route->text);
        text_put_count(&b, route->requests->count);
    }
    observe(a, e, &b);
    buf_release(&b);
}

/* Of the log with most of them. */
static void observe_most_requests(const struct event_list *events, struct analysis *a)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < events->count; i++) {
        const struct request_facts *f = events->events[i].requests;
        if (f && f->all && (best == SIZE_MAX || f->count > events->events[best].requests->count))
            best = i;
    }
    if (best != SIZE_MAX)
        observe_requests(events, best, a);
}

/* -- errors that were survived -- */

static const char *const error_words[NODE_ERROR_COUNT] = {
    [NODE_ERROR_WORKER_OOM] = "A worker thread hit its own heap limit; the process went on",
    [NODE_ERROR_ENOMEM] = "The system refused memory",
    [NODE_ERROR_ARRAY_BUFFER] = "There was no memory for a buffer",
    [NODE_ERROR_STRING_LENGTH] = "A text was longer than V8 can hold, whatever the memory",
    [NODE_ERROR_BUFFER_SIZE] = "A buffer was larger than Node allows, whatever the memory",
    [NODE_ERROR_COLLECTION_SIZE] = "A Map, Set or array had more entries than V8 can hold",
    [NODE_ERROR_WASM_MEMORY] = "There was no memory for WebAssembly",
};

static void observe_error(const struct event_list *events, size_t at, struct analysis *a)
{
    const struct event *e = &events->events[at];
    uint64_t count = 0;
    struct buf b = {0};
    for (size_t i = at; i < events->count; i++)
        count += events->events[i].error && events->events[i].error->error == e->error->error;
    buf_puts(&b, error_words[e->error->error]);
    if (e->error->call[0])
        buf_printf(&b, " (%s)", e->error->call);
    if (count > 1)
        buf_printf(&b, ", %" PRIu64 " times", count);
    observe(a, e, &b);
    buf_release(&b);
}

static void observe_errors(const struct event_list *events, struct analysis *a)
{
    unsigned seen = 0;
    size_t told = 0;
    for (size_t i = 0; i < events->count && told < ERRORS_MAX; i++) {
        const struct event *e = &events->events[i];
        if (!e->error || !error_words[e->error->error] || (seen & 1u << e->error->error))
            continue;
        seen |= 1u << e->error->error;
        told++;
        observe_error(events, i, a);
    }
}

/* -- PM2 -- */

static bool was_told(const struct event_list *events, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        const struct event *e = &events->events[i];
        if (e->kind == events->events[at].kind && !strcmp(e->comm, events->events[at].comm))
            return true;
    }
    return false;
}

static void observe_processes(const struct event_list *events, struct analysis *a)
{
    size_t told = 0;
    for (size_t i = 0; i < events->count && told < PROCESSES_MAX; i++) {
        const struct event *e = &events->events[i];
        bool gave_up = e->kind == EVENT_PM2_ERRORED;
        bool tiny = e->kind == EVENT_PM2_PROCESS && e->pm2->tiny_limit;
        bool down = e->kind == EVENT_PM2_PROCESS && !strcmp(e->pm2->status, "errored");
        struct buf b = {0};
        if ((!gave_up && !tiny && !down) || was_told(events, i))
            continue;
        told++;
        if (tiny)
            buf_printf(&b,
                       "max_memory_restart of %s is %" PRId64
                       " octets: PM2 restarts it for ever; it needs a unit, as in \"300M\"",
                       e->comm, e->pm2->limit_bytes.value);
        else
            buf_printf(&b, "PM2 gave up %s after too many restarts: it stays down",
                       e->comm[0] ? e->comm : "an application");
        observe(a, e, &b);
        buf_release(&b);
    }
}

void logs_observe(const struct event_list *events, struct analysis *a)
{
    observe_trends(events, a);
    observe_most_requests(events, a);
    observe_errors(events, a);
    observe_processes(events, a);
}
