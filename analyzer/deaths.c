/* Joining events into deaths: see deaths.h. What is said about one is death_report.c's. */
#include "analyzer/deaths.h"

#include "analyzer/crash.h"
#include "analyzer/event_times.h"
#include "analyzer/snapshot_name.h"

#include <stdlib.h>
#include <string.h>

#define NOTICED_US INT64_C(5000000)  /* within these, PM2 sees that a process is gone */
#define RESTART_US INT64_C(60000000) /* within these, PM2 kills what it has told to stop */

bool comm_is_node(const char *comm)
{
    static const char *const exact[] = {"node", "MainThread", "node-MainThread", "nodejs"};
    static const char *const prefixes[] = {"next-", "node /", "node ", "npm ", "PM2 "};
    for (size_t i = 0; i < ARRAY_LEN(exact); i++)
        if (!strcmp(comm, exact[i]))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (!strncmp(comm, prefixes[i], strlen(prefixes[i])))
            return true;
    return false;
}

struct crash *crash_add(struct crash_list *l, enum death_cause cause, size_t order)
{
    struct crash *c = arena_push(l->arena, (void **)&l->crashes, &l->count, sizeof *c);
    if (!c)
        return NULL;
    c->cause = cause;
    c->order = order;
    return c;
}

/* -- the kernel -- */

static void join_kill(struct crash_list *l, const struct event *e, size_t order)
{
    bool cgroup = e->oom->kind == OOM_MEMCG;
    struct crash *c = crash_add(l, cgroup ? DEATH_CGROUP_OOM : DEATH_KERNEL_OOM, order);
    if (c)
        c->kernel = e;
}

static void join_kills(struct crash_list *l, const struct event_list *events)
{
    const struct event *headless = NULL;
    size_t headless_order = 0;
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->events[i];
        if (e->kind != EVENT_KERNEL_OOM || !e->oom)
            continue;
        if (e->pid.known) {
            join_kill(l, e, i);
        } else if (!headless) {
            headless = e;
            headless_order = i;
        }
    }
    /* A report that ends before its kill says little, unless it is all there is. */
    if (headless && !l->count) {
        struct crash *c = crash_add(l, DEATH_KERNEL_OOM, headless_order);
        if (c)
            c->kernel = headless;
    }
}

/* -- V8 -- */

/* The half of a block that another file or capture has: see the table of Node versions and streams
 * in parsers/log_v8.c. */
static struct crash *other_half(const struct crash_list *l, const struct event *e)
{
    for (size_t i = 0; i < l->count; i++) {
        struct crash *c = &l->crashes[i];
        if (!c->v8)
            continue;
        if (c->v8->pid.known && e->pid.known) {
            if (c->v8->pid.value == e->pid.value &&
                (same_number(c->v8->v8->uptime_ms, e->v8->uptime_ms) || !c->v8->text || !e->text))
                return c;
            continue;
        }
        if (!c->v8_stdout && !c->v8->text != !e->text && c->v8->file != e->file)
            return c;
    }
    return NULL;
}

static void join_fatals(struct crash_list *l, const struct event_list *events)
{
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->events[i];
        if (e->kind != EVENT_V8_FATAL || !e->v8)
            continue;
        struct crash *c = other_half(l, e);
        if (!c) {
            c = crash_add(l, DEATH_V8_HEAP, i);
            if (!c)
                return;
            c->v8 = e;
        } else if (!c->v8->text && e->text) {
            c->v8_stdout = c->v8;
            c->v8 = e;
        } else if (!e->text) {
            c->v8_stdout = e;
        }
    }
}

struct number crash_pid(const struct crash *c)
{
    if (c->kernel && c->kernel->pid.known)
        return c->kernel->pid;
    if (c->v8 && c->v8->pid.known)
        return c->v8->pid;
    if (c->v8_stdout && c->v8_stdout->pid.known)
        return c->v8_stdout->pid;
    if (c->report)
        return c->report->pid;
    const struct event *other = c->user ? c->user : c->container;
    return other ? other->pid : (struct number){0};
}

struct crash *crash_of_pid(const struct crash_list *l, struct number pid)
{
    for (size_t i = 0; i < l->count; i++)
        if (same_number(crash_pid(&l->crashes[i]), pid))
            return &l->crashes[i];
    return NULL;
}

static bool report_is_of_heap_limit(const struct report_facts *r)
{
    return !strcmp(r->trigger, "OOMError") || strstr(r->event, "heap out of memory") != NULL;
}

static void join_files(struct crash_list *l, const struct event_list *events)
{
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->events[i];
        if (e->kind != EVENT_NODE_REPORT && e->kind != EVENT_HEAP_SNAPSHOT)
            continue;
        struct crash *c = crash_of_pid(l, e->pid);
        if (!c && e->kind == EVENT_NODE_REPORT && e->report && report_is_of_heap_limit(e->report))
            c = crash_add(l, DEATH_V8_HEAP, i);
        if (!c)
            continue;
        if (e->kind == EVENT_HEAP_SNAPSHOT)
            c->snapshot = e;
        else if (e->report)
            c->report = e;
        else
            c->report_line = e;
    }
}

static void join_cut_snapshots(struct crash_list *l, const struct analysis *a)
{
    for (size_t i = 0; i < a->input_count; i++) {
        const struct input_info *in = &a->inputs[i];
        if (in->bytes && (in->complete || in->kind != INPUT_HEAP_SNAPSHOT))
            continue;
        struct crash *c = in->file ? crash_of_pid(l, snapshot_name_pid(in->file)) : NULL;
        if (c)
            c->cut_snapshot = in;
    }
}

/* -- PM2 -- */

/* The application's name; the oldest wording has it only on the lines that follow. */
static const char *pm2_name(const struct event_list *events, size_t at)
{
    const struct event *e = &events->events[at];
    if (e->comm[0])
        return e->comm;
    for (size_t i = at + 1; i < events->count; i++) {
        const struct event *later = &events->events[i];
        if (later->pm2 && later->file == e->file && later->comm[0] &&
            same_number(later->pm2->id, e->pm2->id))
            return later->comm;
    }
    return "";
}

static bool same_application(const struct crash *c, const struct event_list *events, size_t at)
{
    const struct event *e = &events->events[at];
    const char *name = pm2_name(events, at);
    if (c->pm2->kind != e->kind || c->pm2->file != e->file ||
        strcmp(c->pm2->pm2->signal, e->pm2->signal))
        return false;
    const char *first = pm2_name(events, (size_t)(c->pm2 - events->events));
    return *name || *first ? !strcmp(name, first) : same_number(c->pm2->pm2->id, e->pm2->id);
}

static void join_pm2(struct crash_list *l, const struct event_list *events, size_t at,
                     enum death_cause cause)
{
    const struct event *e = &events->events[at];
    struct crash *c = NULL;
    for (size_t i = 0; i < l->count && !c; i++)
        if (l->crashes[i].pm2 && same_application(&l->crashes[i], events, at))
            c = &l->crashes[i];
    if (!c) {
        c = crash_add(l, cause, at);
        if (!c)
            return;
        c->pm2 = c->pm2_high = e;
    }
    c->pm2_last = e;
    c->pm2_count++;
    if (e->pm2->memory_bytes.value > c->pm2_high->pm2->memory_bytes.value)
        c->pm2_high = e;
}

bool events_far_apart(const struct crash_list *l, const struct event *a, const struct event *b,
                      int64_t more_us)
{
    struct event_time at_a = event_times_of(l->events->times, a);
    struct event_time at_b = event_times_of(l->events->times, b);
    return event_times_apart(&at_a, &at_b, more_us);
}

/* A SIGKILL that a kernel log explains, a SIGABRT that V8's last words explain. What cannot be
 * compared counts as explained: rather one death too few than one told twice. */
static bool exit_is_explained(const struct crash_list *l, const struct event_list *events,
                              size_t at)
{
    const struct event *e = &events->events[at];
    bool killed = !strcmp(e->pm2->signal, "SIGKILL");
    for (size_t i = 0; i < l->count; i++) {
        const struct crash *c = &l->crashes[i];
        if (killed && c->user && (c->user->killer->cgroup[0] || comm_is_node(c->user->comm)) &&
            !events_far_apart(l, c->user, e, NOTICED_US))
            return true;
        if (killed && c->kernel && comm_is_node(c->kernel->comm) &&
            !events_far_apart(l, c->kernel, e, NOTICED_US))
            return true;
        if (!killed && c->cause == DEATH_V8_HEAP &&
            (!c->v8 || !events_far_apart(l, c->v8, e, NOTICED_US)))
            return true;
    }
    /* PM2 kills what does not end in time after its own stop, or a person's. */
    for (size_t i = at; killed && i-- > 0 && at - i < 64;) {
        const struct event *before = &events->events[i];
        if ((before->kind == EVENT_PM2_MEMORY || before->kind == EVENT_PM2_STOP) &&
            before->file == e->file && same_number(before->pm2->id, e->pm2->id) &&
            !events_far_apart(l, before, e, RESTART_US))
            return true;
    }
    return e->pm2->old;
}

static void join_pm2_all(struct crash_list *l, const struct event_list *events)
{
    for (size_t i = 0; i < events->count; i++)
        if (events->events[i].kind == EVENT_PM2_MEMORY)
            join_pm2(l, events, i, DEATH_PM2_MEMORY);
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->events[i];
        if (e->kind != EVENT_PM2_EXIT)
            continue;
        bool fatal = !strcmp(e->pm2->signal, "SIGKILL") || !strcmp(e->pm2->signal, "SIGABRT");
        if (fatal && !exit_is_explained(l, events, i))
            join_pm2(l, events, i, DEATH_UNKNOWN);
    }
    for (size_t i = 0; i < l->count; i++) {
        struct crash *c = &l->crashes[i];
        if (c->pm2)
            c->pm2_app = pm2_name(events, (size_t)(c->pm2 - events->events));
    }
}

/* -- order -- */

/* The event whose clock tells when. */
static const struct event *timed_event(const struct crash *c)
{
    if (c->kernel)
        return c->kernel;
    if (c->v8 && c->v8->time.clock != LOG_CLOCK_NONE)
        return c->v8;
    if (c->report)
        return c->report;
    return c->pm2 ? c->pm2 : c->user ? c->user : c->unit ? c->unit : c->container;
}

const struct log_time *crash_time(const struct crash *c)
{
    const struct event *e = timed_event(c);
    return e ? &e->time : NULL;
}

/* Without a time of its own, that of the one before in its file, or else of the one behind. */
static struct number time_in_file(const struct event_list *events, const struct event *e)
{
    const struct event *all = events->events;
    size_t at = (size_t)(e - all), end = at;
    while (end < events->count && all[end].file == e->file)
        end++;
    for (size_t i = at + 1; i-- > 0 && all[i].file == e->file;) {
        struct event_time t = event_times_of(events->times, &all[i]);
        if (event_time_known(&t))
            return (struct number){true, t.us};
    }
    for (size_t i = at; i < end; i++) {
        struct event_time t = event_times_of(events->times, &all[i]);
        if (event_time_known(&t))
            return (struct number){true, t.us};
    }
    return (struct number){0};
}

static void find_times(struct crash_list *l, const struct event_list *events)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct event *e = timed_event(&l->crashes[i]);
        if (e)
            l->crashes[i].at_us = time_in_file(events, e);
    }
}

/* What has a wall time comes first, by it; the rest as the inputs have it. */
static int by_time(const void *left, const void *right)
{
    const struct crash *a = left, *b = right;
    if (a->at_us.known != b->at_us.known)
        return a->at_us.known ? -1 : 1;
    if (a->at_us.known && a->at_us.value != b->at_us.value)
        return a->at_us.value < b->at_us.value ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* The major version of the Node that died, if anything says it. */
static unsigned node_major(const struct crash *c, const struct event_list *events)
{
    if (c->report && c->report->report)
        return (unsigned)strtoul(c->report->report->node_version, NULL, 10);
    unsigned any = 0;
    struct number pid = crash_pid(c);
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->events[i];
        if (e->kind != EVENT_NODE_VERSION || !e->text)
            continue;
        unsigned major = (unsigned)strtoul(e->text, NULL, 10);
        if (same_number(e->pid, pid))
            return major;
        any = major;
    }
    return any;
}

/* The same thing happens again later: what to do is said once, with the last. */
static bool happens_again(const struct crash_list *l, size_t at)
{
    const struct crash *c = &l->crashes[at];
    for (size_t i = at + 1; i < l->count; i++) {
        const struct crash *later = &l->crashes[i];
        if (later->cause != c->cause || (c->cut_snapshot && !later->cut_snapshot))
            continue;
        if (c->kernel && later->kernel &&
            comm_is_node(later->kernel->comm) == comm_is_node(c->kernel->comm) &&
            !strcmp(later->kernel->oom->oom_memcg, c->kernel->oom->oom_memcg))
            return true;
        if (c->user && later->user && c->user->killer->killer == later->user->killer->killer)
            return true;
        if (c->v8 && later->v8 && !strcmp(later->v8->v8->title, c->v8->v8->title))
            return true;
    }
    return false;
}

bool deaths_join(struct analysis *a, const struct event_list *events, struct err *err)
{
    struct arena scratch = {0};
    struct crash_list l = {.arena = &scratch, .events = events};
    join_kills(&l, events);
    join_fatals(&l, events);
    join_files(&l, events);
    join_cut_snapshots(&l, a);
    join_pm2_all(&l, events);
    join_others(&l, events);
    find_times(&l, events);
    if (l.count)
        qsort(l.crashes, l.count, sizeof *l.crashes, by_time);
    for (size_t i = 0; i < l.count; i++) {
        struct crash *c = &l.crashes[i];
        struct death *d = arena_push(&a->arena, (void **)&a->deaths, &a->death_count, sizeof *d);
        c->node_major = node_major(c, events);
        if (!d)
            break;
        crash_tell(&a->arena, c, d);
        if ((d->is_node || c->cause == DEATH_KERNEL_OOM) && !happens_again(&l, i))
            crash_advise(&a->arena, c, d);
    }
    bool failed = scratch.failed || a->arena.failed;
    arena_release(&scratch);
    return !failed || err_nomem(err, sizeof(struct death), "the deaths");
}
