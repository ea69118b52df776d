/* Copies of events: see event_list.h. */
#include "analyzer/event_list.h"

#include <string.h>

#define LOOK_BACK 32 /* events among which the one before is searched */
#define CHAIN_MAX                                                                                  \
    4096 /* kills among which the same is searched: hostile logs have one pid only                 \
          */
#define SAME_UPTIME_US INT64_C(60000000)

static const void *copy_of(struct arena *a, const void *what, size_t bytes)
{
    void *copy = what ? arena_alloc(a, bytes) : NULL;
    return copy ? memcpy(copy, what, bytes) : NULL;
}

static const struct request_facts *requests_copy(struct arena *a, const struct request_facts *f)
{
    struct request_facts *copy = (struct request_facts *)copy_of(a, f, sizeof *f);
    if (copy && f->bucket_count)
        copy->buckets = copy_of(a, f->buckets, f->bucket_count * sizeof *f->buckets);
    return copy;
}

static bool same_text(const struct event *a, const struct event *b)
{
    return a->text && b->text && !strcmp(a->text, b->text);
}

static bool same_pid(const struct event *a, const struct event *b)
{
    return a->pid.known && number_is(b->pid, a->pid.value);
}

/* -- what adds nothing -- */

/* A unit that starts and fails for ever says the same for ever; kills are kept. */
static bool unit_repeats(const struct event *e, const struct event *old)
{
    const struct unit_facts *a = e->unit, *b = old->unit;
    bool kill = e->kind == EVENT_UNIT_OOM || !strcmp(a->result, "oom-kill") ||
                !strcmp(a->code, "killed") || !strcmp(a->code, "dumped");
    return !kill && !strcmp(a->unit, b->unit) && !strcmp(a->status, b->status) &&
           !strcmp(a->result, b->result);
}

static bool container_repeats(const struct event *e, const struct event *old)
{
    const struct container_facts *a = e->container, *b = old->container;
    return !strcmp(a->id, b->id) && !strcmp(a->pod, b->pod) && !strcmp(a->name, b->name) &&
           !strcmp(a->reason, b->reason) && a->restarts.value == b->restarts.value &&
           a->exit_code.value == b->exit_code.value && a->finished_us.value == b->finished_us.value;
}

/* Whether `e` adds nothing to `old` but that it is newer (or, for versions, that it is again). */
static bool supersedes(const struct event *e, const struct event *old)
{
    if (e->kind != old->kind || e->file != old->file || e->boot != old->boot)
        return false;
    switch (e->kind) {
    case EVENT_V8_GC:
    case EVENT_HUNG_TASK:
    case EVENT_PROCESS_CRASH:
        return same_pid(e, old);
    case EVENT_NEXT_VERSION:
    case EVENT_NODE_VERSION:
    case EVENT_NEXT_BAD_OPTION:
    case EVENT_LOG_GAP:
    case EVENT_NODE_ERROR:
        return same_text(e, old);
    case EVENT_OOM_NOTE:
        return same_text(e, old) && (same_pid(e, old) || !e->pid.known);
    case EVENT_ALLOC_FAILURE:
        return !strcmp(e->comm, old->comm) && e->note->order.value == old->note->order.value;
    case EVENT_USER_KILL:
        return e->killer->attempt > 1 && same_pid(e, old) &&
               e->killer->killer == old->killer->killer;
    case EVENT_UNIT_OOM:
    case EVENT_UNIT_EXIT:
    case EVENT_UNIT_FAILED:
    case EVENT_UNIT_USAGE:
    case EVENT_UNIT_RESTART:
        return unit_repeats(e, old);
    case EVENT_CONTAINER_OOM:
    case EVENT_CONTAINER_EXIT:
    case EVENT_CONTAINER_STATE:
        return container_repeats(e, old);
    case EVENT_PM2_START:
    case EVENT_PM2_BACKOFF:
        return e->pm2->online == old->pm2->online && number_is(old->pm2->id, e->pm2->id.value);
    default:
        return false;
    }
}

static struct event *superseded(const struct event_list *l, const struct event *e)
{
    for (size_t i = l->count; i-- > 0 && l->count - i <= LOOK_BACK;)
        if (supersedes(e, &l->events[i]))
            return &l->events[i];
    /* Of readings only the last before anything else counts. */
    struct event *last = l->count ? &l->events[l->count - 1] : NULL;
    bool reading = last && e->kind == EVENT_MEMORY && last->kind == EVENT_MEMORY;
    return reading && e->file == last->file && e->boot == last->boot ? last : NULL;
}

/* What a unit took is of interest where it failed. */
static bool is_idle(const struct event_list *l, const struct event *e)
{
    if (e->kind != EVENT_UNIT_USAGE && e->kind != EVENT_UNIT_RESTART)
        return false;
    for (size_t i = l->count; i-- > 0 && l->count - i <= LOOK_BACK;)
        if (l->events[i].unit && !strcmp(l->events[i].unit->unit, e->unit->unit))
            return false;
    return true;
}

/* The list's own copies are not const. */
static void put_facts(const void *to, const void *from, size_t bytes)
{
    if (to && from)
        memcpy((void *)to, from, bytes);
}

/* `e` comes in the place of `old`, which keeps its own copies of facts. */
static void replace(struct event *old, const struct event *e)
{
    struct event before = *old;
    put_facts(before.v8, e->v8, sizeof *e->v8);
    put_facts(before.memory, e->memory, sizeof *e->memory);
    put_facts(before.unit, e->unit, sizeof *e->unit);
    *old = *e;
    old->boot_id = before.boot_id;
    old->text = before.text;
    old->v8 = before.v8;
    old->memory = before.memory;
    old->unit = before.unit;
}

static void take_superseding(struct event *old, const struct event *e)
{
    switch (e->kind) {
    case EVENT_V8_GC:
    case EVENT_MEMORY:
    case EVENT_UNIT_USAGE:
    case EVENT_UNIT_RESTART:
        replace(old, e);
        break;
    case EVENT_USER_KILL: /* where it began stays */
        put_facts(old->killer, e->killer, sizeof *e->killer);
        break;
    case EVENT_LOG_GAP:
        ((struct note_facts *)old->note)->count.value += e->note->count.value;
        break;
    default:
        break;
    }
}

/* -- the same kill in several captures -- */

/* The same pid with the same memory; where one has no memory (a verdict without its kill) the pid
 * and the name. Uptimes of one kill differ by what a log adds. */
static bool same_kill(const struct event *a, const struct event *b)
{
    if (!same_pid(a, b) || strcmp(a->comm, b->comm))
        return false;
    const struct number *up_a = &a->time.uptime_us, *up_b = &b->time.uptime_us;
    int64_t apart = up_a->known && up_b->known ? up_a->value - up_b->value : 0;
    if (apart > SAME_UPTIME_US || apart < -SAME_UPTIME_US)
        return false;
    const struct oom_facts *f = a->oom, *g = b->oom;
    if (f->anon_rss_kib.known && g->anon_rss_kib.known &&
        f->anon_rss_kib.value != g->anon_rss_kib.value)
        return false;
    return !f->total_vm_kib.known || !g->total_vm_kib.known ||
           f->total_vm_kib.value == g->total_vm_kib.value;
}

static unsigned knowledge(const struct event *e)
{
    return (e->oom->complete ? 8 : 0) + (e->time.wall_us.known ? 4 : 0) +
           (e->oom->anon_rss_kib.known ? 2 : 0) + (e->oom->kind != OOM_UNKNOWN);
}

static uint32_t *chain_of(struct event_list *l, const struct event *e)
{
    return &l->kill_chains[(uint64_t)e->pid.value % EVENT_LIST_BUCKETS];
}

static struct event *kill_known(struct event_list *l, const struct event *e)
{
    unsigned steps = 0;
    for (uint32_t at = *chain_of(l, e); at && steps < CHAIN_MAX;
         at = l->kills[at - 1].next, steps++)
        if (same_kill(&l->events[l->kills[at - 1].event], e))
            return &l->events[l->kills[at - 1].event];
    return NULL;
}

static void merge_kill(struct event *old, const struct event *e)
{
    bool better = knowledge(e) > knowledge(old), other = e->file != old->file;
    struct event before = *old;
    if (better) {
        put_facts(before.oom, e->oom, sizeof *e->oom);
        *old = *e;
        old->boot_id = before.boot_id;
        old->oom = before.oom;
        old->text = before.text;
        old->also_file = before.also_file;
        old->also_line = before.also_line;
    }
    if (other) {
        old->also_file = better ? before.file : e->file;
        old->also_line = better ? before.line : e->line;
    }
}

static void link_kill(struct event_list *l, const struct event *e)
{
    struct event_link *k =
        arena_push(&l->arena, (void **)&l->kills, &l->kill_count, sizeof *l->kills);
    if (!k)
        return;
    *k = (struct event_link){.event = (uint32_t)(l->count - 1), .next = *chain_of(l, e)};
    *chain_of(l, e) = (uint32_t)l->kill_count;
}

/* -- the list -- */

static void copy_facts(struct arena *a, struct event *copy, const struct event *e)
{
    copy->text = e->text ? arena_strdup(a, e->text) : NULL;
    copy->boot_id = e->boot_id ? arena_strdup(a, e->boot_id) : NULL;
    copy->oom = copy_of(a, e->oom, sizeof *e->oom);
    copy->v8 = copy_of(a, e->v8, sizeof *e->v8);
    copy->report = copy_of(a, e->report, sizeof *e->report);
    copy->pm2 = copy_of(a, e->pm2, sizeof *e->pm2);
    copy->note = copy_of(a, e->note, sizeof *e->note);
    copy->memory = copy_of(a, e->memory, sizeof *e->memory);
    copy->killer = copy_of(a, e->killer, sizeof *e->killer);
    copy->unit = copy_of(a, e->unit, sizeof *e->unit);
    copy->container = copy_of(a, e->container, sizeof *e->container);
    copy->series = copy_of(a, e->series, sizeof *e->series);
    copy->requests = requests_copy(a, e->requests);
    copy->error = copy_of(a, e->error, sizeof *e->error);
}

bool event_list_add(void *list, const struct event *e, struct err *err)
{
    struct event_list *l = list;
    if (e->kind == EVENT_STAMP)
        return true;
    bool kill = e->kind == EVENT_KERNEL_OOM && e->pid.known && e->oom;
    struct event *old = kill ? kill_known(l, e) : superseded(l, e);
    if (old && kill)
        merge_kill(old, e);
    else if (old)
        take_superseding(old, e);
    if (old || is_idle(l, e))
        return true;
    struct event *copy = arena_push(&l->arena, (void **)&l->events, &l->count, sizeof *copy);
    if (copy) {
        *copy = *e;
        copy_facts(&l->arena, copy, e);
        if (kill)
            link_kill(l, copy);
    }
    if (l->arena.failed)
        return err_nomem(err, sizeof *e, "the events of the logs");
    return true;
}

void event_list_release(struct event_list *l)
{
    arena_release(&l->arena);
    *l = (struct event_list){0};
}
