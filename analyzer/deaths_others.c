/* Joining what systemd, docker, Kubernetes and the killers that are programs say: see crash.h.
 *
 * All of them speak of kills that the kernel's log may have as well, and mostly several times. So
 * each is first looked for among the deaths that are known: by pid, by the cgroup's names, at last
 * by time. What is not found there is a death of its own.
 */
#include "analyzer/crash.h"

#include <string.h>

#define READINGS_LOOK_BACK 4

static const struct cgroup_identity *identity_of(const struct crash *c)
{
    if (c->kernel)
        return &c->kernel->oom->identity;
    return c->user ? &c->user->killer->identity : NULL;
}

/* -- killers -- */

/* The last reading of free memory before the kill, from the same log. */
static const struct event *reading_before(const struct crash_list *l, size_t at)
{
    const struct event_list *events = l->events;
    const struct event *e = &events->events[at];
    for (size_t i = at; i-- > 0 && at - i <= READINGS_LOOK_BACK;) {
        const struct event *r = &events->events[i];
        if (r->kind == EVENT_MEMORY && r->file == e->file &&
            !events_far_apart(l, r, e, SAME_DEATH_US))
            return r;
    }
    return NULL;
}

static void join_user_kill(struct crash_list *l, const struct event_list *events, size_t order)
{
    const struct event *e = &events->events[order];
    if (e->killer->dry_run)
        return;
    struct crash *c = e->pid.known ? crash_of_pid(l, e->pid) : NULL;
    bool same = c && (c->kernel || c->user) &&
                !events_far_apart(l, c->kernel ? c->kernel : c->user, e, SAME_DEATH_US);
    if (!same) {
        c = crash_add(l, DEATH_USER_KILL, order);
        if (!c)
            return;
    }
    if (!c->user) {
        c->user = e;
        c->free = reading_before(l, order);
    }
    if (e->container && !c->container)
        c->container = e;
}

/* -- systemd -- */

static const struct event *decisive(const struct crash *c)
{
    if (c->kernel)
        return c->kernel;
    return c->user ? c->user : c->unit ? c->unit : c->container;
}

/* The death that the kill in a unit is: of the same unit; else one whose cgroup nobody names. */
static struct crash *crash_of_unit(const struct crash_list *l, const struct event *e)
{
    struct crash *nameless = NULL;
    for (size_t i = l->count; i-- > 0;) {
        struct crash *c = &l->crashes[i];
        const struct cgroup_identity *id = identity_of(c);
        const struct event *of = decisive(c);
        if (!of || events_far_apart(l, of, e, SAME_DEATH_US) || (e->unit->by_oomd && !c->user))
            continue;
        if (c->unit && !strcmp(c->unit->unit->unit, e->unit->unit) && c->unit->file == e->file)
            return c;
        if (id && !strcmp(id->unit, e->unit->unit))
            return c;
        if (id && !id->unit[0] && !id->container_id[0] && !c->unit)
            nameless = c;
    }
    return nameless;
}

static bool says_oom(const struct event *e)
{
    if (e->kind == EVENT_UNIT_OOM)
        return true;
    return e->kind == EVENT_UNIT_FAILED && !strcmp(e->unit->result, "oom-kill");
}

static void join_unit_kill(struct crash_list *l, const struct event *e, size_t order)
{
    struct crash *c = crash_of_unit(l, e);
    if (!c) {
        c = crash_add(l, e->unit->by_oomd ? DEATH_USER_KILL : DEATH_KERNEL_OOM, order);
        if (!c)
            return;
    }
    if (!c->unit || (c->unit->kind != EVENT_UNIT_OOM && e->kind == EVENT_UNIT_OOM))
        c->unit = e;
}

/* How a unit ended, to a death that is known. */
static void join_unit_end(struct crash_list *l, const struct event *e)
{
    for (size_t i = l->count; i-- > 0;) {
        struct crash *c = &l->crashes[i];
        const struct cgroup_identity *id = identity_of(c);
        bool unit = (c->unit && !strcmp(c->unit->unit->unit, e->unit->unit)) ||
                    (id && !strcmp(id->unit, e->unit->unit));
        const struct event **to = e->kind == EVENT_UNIT_EXIT    ? &c->unit_exit
                                  : e->kind == EVENT_UNIT_USAGE ? &c->unit_usage
                                                                : &c->unit_restart;
        if (!unit || *to || events_far_apart(l, decisive(c), e, SAME_DEATH_US))
            continue;
        *to = e;
        return;
    }
}

/* -- containers -- */

static bool same_text(const char *a, const char *b)
{
    return a[0] && !strcmp(a, b);
}

/* Ids may be short on one side. */
static bool same_id(const char *a, const char *b)
{
    size_t n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
    return n >= 12 && !strncmp(a, b, n);
}

static bool same_container(const struct container_facts *a, const struct container_facts *b)
{
    return same_id(a->id, b->id) ||
           (same_text(a->pod, b->pod) &&
            (!a->name[0] || !b->name[0] || !strcmp(a->name, b->name))) ||
           (!a->pod[0] && !b->pod[0] && same_text(a->name, b->name));
}

static struct crash *crash_of_container(const struct crash_list *l, const struct event *e)
{
    const struct container_facts *f = e->container;
    for (size_t i = l->count; i-- > 0;) {
        struct crash *c = &l->crashes[i];
        const struct cgroup_identity *id = identity_of(c);
        if (c->container && same_container(c->container->container, f) &&
            (c->container->time.clock != e->time.clock ||
             !events_far_apart(l, c->container, e, SAME_DEATH_US)))
            return c;
        if (id && (same_id(id->container_id, f->id) || same_text(id->pod_uid, f->pod)))
            return c;
    }
    return NULL;
}

/* A cgroup's kill about that time whose container no line names, or whose names say nothing. */
static struct crash *cgroup_kill_near(const struct crash_list *l, const struct event *e)
{
    for (size_t i = l->count; i-- > 0;) {
        struct crash *c = &l->crashes[i];
        if (c->kernel && c->cause == DEATH_CGROUP_OOM && !c->container &&
            !events_far_apart(l, c->kernel, e, SAME_DEATH_US) &&
            (!e->container->id[0] || !c->kernel->oom->identity.container_id[0]))
            return c;
    }
    return NULL;
}

static void join_container(struct crash_list *l, const struct event *e, size_t order)
{
    struct crash *c = crash_of_container(l, e);
    bool oom = e->kind == EVENT_CONTAINER_OOM,
         known = e->container->id[0] || e->container->pod[0] || e->container->name[0];
    bool killed = number_is(e->container->exit_code, 137);
    if (!c && oom)
        c = cgroup_kill_near(l, e);
    if (!c && (oom || (killed && known && !l->count)))
        c = crash_add(l, oom ? DEATH_CGROUP_OOM : DEATH_UNKNOWN, order);
    if (!c || (!oom && !killed))
        return;
    if (!c->container)
        c->container = e;
}

/* -- all -- */

void join_others(struct crash_list *l, const struct event_list *events)
{
    for (size_t i = 0; i < events->count; i++)
        if (events->events[i].kind == EVENT_USER_KILL)
            join_user_kill(l, events, i);
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->events[i];
        if (e->unit && says_oom(e) && !e->unit->slice)
            join_unit_kill(l, e, i);
    }
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->events[i];
        if (e->kind == EVENT_UNIT_EXIT || e->kind == EVENT_UNIT_USAGE ||
            e->kind == EVENT_UNIT_RESTART)
            join_unit_end(l, e);
    }
    for (size_t i = 0; i < events->count; i++)
        if (events->events[i].kind == EVENT_CONTAINER_OOM)
            join_container(l, &events->events[i], i);
    for (size_t i = 0; i < events->count; i++)
        if (events->events[i].kind == EVENT_CONTAINER_EXIT)
            join_container(l, &events->events[i], i);
}
