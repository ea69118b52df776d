/* What others than the kernel, V8 and PM2 say about a death, in sentences: see crash.h. */
#include "analyzer/crash.h"

#include <inttypes.h>
#include <string.h>

static const char *const killer_names[KILLER_COUNT] = {
    [KILLER_EARLYOOM] = "earlyoom",   [KILLER_SYSTEMD_OOMD] = "systemd-oomd",
    [KILLER_NOHANG] = "nohang",       [KILLER_FACEBOOK_OOMD] = "oomd",
    [KILLER_TALOS] = "Talos",         [KILLER_LMKD] = "Android's low memory killer",
    [KILLER_KUBELET] = "The kubelet",
};

static const char *percent(struct arena *arena, struct number permyriad)
{
    return arena_printf(arena, "%" PRId64 ".%02" PRId64 " %%", permyriad.value / 100,
                        permyriad.value % 100);
}

static struct number kib_of(struct number bytes)
{
    return bytes.known ? (struct number){true, bytes.value / 1024} : bytes;
}

/* -- killers -- */

static const char *victim_of(struct arena *arena, const struct crash *c)
{
    const struct event *e = c->user;
    const struct container_facts *f = e->container;
    if (f)
        return f->pod[0]
                   ? arena_printf(arena, "%s", f->pod)
                   : arena_printf(arena, "the pod of container %s", f->name[0] ? f->name : "?");
    if (e->killer->identity.pod_uid[0])
        return arena_printf(arena, "everything in pod %s", e->killer->identity.pod_uid);
    if (e->killer->cgroup[0])
        return arena_printf(arena, "everything in %s",
                            e->killer->identity.unit[0] ? e->killer->identity.unit
                                                        : e->killer->cgroup);
    if (!e->pid.known)
        return "a process";
    return arena_printf(arena, "\"%s\" (pid %" PRId64 ")", e->comm, e->pid.value);
}

static const char *attempts(struct arena *arena, const struct killer_facts *f)
{
    if (f->attempt <= 1)
        return "";
    return arena_printf(arena, ", %" PRIu64 " attempts", f->attempt);
}

static const char *user_title(struct arena *arena, const struct crash *c)
{
    const struct killer_facts *f = c->user->killer;
    const char *with = f->signal[0] && f->killer != KILLER_SYSTEMD_OOMD
                           ? arena_printf(arena, " with %s", f->signal)
                           : "";
    const char *size =
        f->rss_kib.known ? arena_printf(arena, " at %s", crash_kib(arena, f->rss_kib)) : "";
    return arena_printf(arena, "%s %s %s%s%s%s", killer_names[f->killer],
                        f->killer == KILLER_KUBELET ? "evicted" : "killed", victim_of(arena, c),
                        with, size, attempts(arena, f));
}

static void say_why(struct arena *arena, const struct event *e, struct death *d)
{
    const struct killer_facts *f = e->killer;
    if (f->pressure_permyriad.known)
        crash_say(arena, d, e->file, e->line,
                  arena_printf(arena, "Its reason: memory pressure of %s at %s, allowed %s",
                               f->pressured, percent(arena, f->pressure_permyriad),
                               percent(arena, f->limit_permyriad)));
    else if (f->memory_used_bytes.known)
        crash_say(arena, d, e->file, e->line,
                  arena_printf(arena, "Its reason: %s of memory%s were in use",
                               crash_kib(arena, kib_of(f->memory_used_bytes)),
                               f->swap_used_bytes.known
                                   ? arena_printf(arena, " and %s of swap",
                                                  crash_kib(arena, kib_of(f->swap_used_bytes)))
                                   : ""));
    if (e->memory && e->memory->available_kib.known)
        crash_say(arena, d, e->file, e->line,
                  arena_printf(arena, "The node had %s left",
                               crash_kib(arena, e->memory->available_kib)));
}

static const char *of_total(struct arena *arena, struct number free, struct number total)
{
    const char *left = crash_kib(arena, free);
    return total.known ? arena_printf(arena, "%s of %s", left, crash_kib(arena, total)) : left;
}

static void say_free(struct arena *arena, const struct event *e, struct death *d)
{
    const struct memory_facts *f = e->memory;
    const char *swap = f->swap_free_kib.known
                           ? arena_printf(arena, ", %s of swap free",
                                          of_total(arena, f->swap_free_kib, f->swap_total_kib))
                           : "";
    crash_say(arena, d, e->file, e->line,
              arena_printf(arena, "Just before: %s of memory available%s",
                           of_total(arena, f->available_kib, f->total_kib), swap));
}

static void say_user(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct event *e = c->user;
    const struct killer_facts *f = e->killer;
    const char *first = c->kernel ? "; the kernel killed it all the same" : "";
    crash_say(arena, d, e->file, e->line,
              arena_printf(arena, "%s: %s%s%s%s", killer_names[f->killer], victim_of(arena, c),
                           f->signal[0] ? ", " : "", f->signal, first));
    say_why(arena, e, d);
    if (c->free)
        say_free(arena, c->free, d);
}

/* -- systemd -- */

static void say_unit(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct event *e = c->unit, *exit = c->unit_exit, *usage = c->unit_usage,
                       *restart = c->unit_restart;
    if (e)
        crash_say(arena, d, e->file, e->line,
                  arena_printf(arena, "systemd: a process of %s was killed for want of memory%s",
                               e->unit->unit, e->unit->by_oomd ? ", by systemd-oomd" : ""));
    if (exit)
        crash_say(arena, d, exit->file, exit->line,
                  arena_printf(arena, "%s: its main process ended, %s %s", exit->unit->unit,
                               exit->unit->code, exit->unit->status));
    if (usage)
        crash_say(arena, d, usage->file, usage->line,
                  arena_printf(arena, "%s took at most %s", usage->unit->unit,
                               crash_kib(arena, usage->unit->memory_peak_kib)));
    if (restart)
        crash_say(arena, d, restart->file, restart->line,
                  arena_printf(arena, "%s starts again, restart number %" PRId64,
                               restart->unit->unit, restart->unit->restarts.value));
}

/* -- containers -- */

static const char *container_name(struct arena *arena, const struct container_facts *f)
{
    if (f->pod[0] && f->name[0])
        return arena_printf(arena, "container %s of pod %s", f->name, f->pod);
    if (f->pod[0])
        return arena_printf(arena, "a container of pod %s", f->pod);
    if (f->name[0])
        return arena_printf(arena, "container %s", f->name);
    return f->id[0] ? arena_printf(arena, "container %.12s", f->id) : "a container";
}

static void say_container(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct event *e = c->container;
    const struct container_facts *f = e->container;
    if (!f->said_by[0] || e->kind == EVENT_USER_KILL)
        return;
    const char *code =
        f->exit_code.known ? arena_printf(arena, ", exit code %" PRId64, f->exit_code.value) : "";
    const char *restarts = f->restarts.known && f->restarts.value
                               ? arena_printf(arena, ", %" PRId64 " restarts", f->restarts.value)
                               : "";
    const char *limit = f->limit_kib.known ? arena_printf(arena, ", its limit is %s",
                                                          crash_kib(arena, f->limit_kib))
                                           : "";
    crash_say(arena, d, e->file, e->line,
              arena_printf(arena, "%s: %s%s%s%s%s%s", f->said_by, container_name(arena, f),
                           f->reason[0] ? ", " : "", f->reason, code, restarts, limit));
}

void crash_say_others(struct arena *arena, const struct crash *c, struct death *d)
{
    if (c->user)
        say_user(arena, c, d);
    if (c->unit || c->unit_exit)
        say_unit(arena, c, d);
    if (c->container)
        say_container(arena, c, d);
}

/* -- deaths that the kernel does not tell -- */

/* What lives in a cgroup has no name here: it may be Node. */
static bool may_be_node(const struct crash *c)
{
    if (c->user && !c->user->killer->cgroup[0] && !c->user->container)
        return comm_is_node(c->user->comm);
    return true;
}

static const char *name_of(struct arena *arena, const struct crash *c)
{
    if (c->user && c->user->comm[0])
        return arena_strdup(arena, c->user->comm);
    if (c->unit)
        return arena_strdup(arena, c->unit->unit->unit);
    if (c->user && c->user->killer->identity.unit[0])
        return arena_strdup(arena, c->user->killer->identity.unit);
    const struct container_facts *f = c->container ? c->container->container : NULL;
    if (!f || (!f->name[0] && !f->pod[0]))
        return NULL;
    return arena_strdup(arena, f->name[0] ? f->name : f->pod);
}

static const char *unit_title(struct arena *arena, const struct unit_facts *f)
{
    if (f->by_oomd)
        return arena_printf(arena, "systemd-oomd killed %s", f->unit);
    return arena_printf(arena,
                        "The kernel's OOM killer took a process of %s; its own report is not in "
                        "the given logs",
                        f->unit);
}

void crash_tell_other(struct arena *arena, const struct crash *c, struct death *d)
{
    d->comm = name_of(arena, c);
    d->is_node = may_be_node(c);
    if (c->user)
        d->title = user_title(arena, c);
    else if (c->unit)
        d->title = unit_title(arena, c->unit->unit);
    else if (c->cause == DEATH_CGROUP_OOM)
        d->title = arena_printf(arena, "Killed at its memory limit: %s",
                                container_name(arena, c->container->container));
    else
        d->title = arena_printf(
            arena, "%s ended by SIGKILL (exit code 137); the cause is not in the given logs",
            container_name(arena, c->container->container));
    crash_say_others(arena, c, d);
}
