/* What happened, in one sentence and its evidence: see crash.h. */
#include "analyzer/crash.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void crash_say(struct arena *arena, struct death *d, const char *file, uint64_t line,
               const char *text)
{
    struct evidence *e =
        arena_push(arena, (void **)&d->evidence, &d->evidence_count, sizeof *d->evidence);
    if (e)
        *e = (struct evidence){.text = text, .file = file, .line = line};
}

const char *crash_kib(struct arena *arena, struct number kib)
{
    if (!kib.known)
        return "an unknown amount";
    if (kib_is_unlimited(kib))
        return "unlimited";
    if (kib.value < 10240)
        return arena_printf(arena, "%" PRId64 " KiB", kib.value);
    return arena_printf(arena, "%" PRId64 " MiB", kib_to_mib(kib.value));
}

static struct number kib_of(struct number bytes)
{
    return bytes.known ? (struct number){true, bytes.value / 1024} : bytes;
}

/* A limit that may have been given in the wrong unit: the small ones exactly. */
static const char *octets(struct arena *arena, struct number bytes)
{
    if (bytes.known && bytes.value < 10240)
        return arena_printf(arena, "%" PRId64 " octets", bytes.value);
    return crash_kib(arena, kib_of(bytes));
}

const char *crash_pm2_app(struct arena *arena, const struct crash *c)
{
    if (c->pm2_app && *c->pm2_app)
        return c->pm2_app;
    return arena_printf(arena, "process %" PRId64, c->pm2->pm2->id.value);
}

static const char *time_text(struct arena *arena, const struct crash *c)
{
    const struct log_time *t = crash_time(c);
    if (!t || (!t->text[0] && !t->uptime_us.known))
        return NULL;
    if (t->clock != LOG_CLOCK_UPTIME)
        return t->text[0] ? arena_strdup(arena, t->text) : NULL;
    return arena_printf(arena, "%" PRId64 ".%06" PRId64 " s after boot",
                        t->uptime_us.value / 1000000, t->uptime_us.value % 1000000);
}

/* -- the kernel -- */

static const char *kernel_title(struct arena *arena, const struct crash *c, const struct death *d)
{
    const struct event *e = c->kernel;
    const struct oom_facts *f = e->oom;
    if (!e->pid.known)
        return arena_printf(
            arena, "The kernel's OOM killer was called by %s; the log ends before the kill",
            f->trigger);
    const char *who = arena_printf(arena, "\"%s\" (pid %" PRId64 "%s)", e->comm, e->pid.value,
                                   d->is_node ? "" : ", not a Node process");
    const char *while_writing =
        c->cut_snapshot ? ", while it was writing a heap snapshot, which is of no use" : "";
    if (f->manual)
        return arena_printf(arena, "The OOM killer was called by hand (SysRq) and took %s", who);
    if (f->kind == OOM_MEMCG)
        return arena_printf(arena, "The kernel killed %s at the memory limit of its cgroup%s%s%s",
                            who, f->limit_kib.known ? ", " : "",
                            f->limit_kib.known ? crash_kib(arena, f->limit_kib) : "",
                            while_writing);
    if (f->kind == OOM_GLOBAL)
        return arena_printf(arena, "The machine ran out of memory and the kernel killed %s at %s%s",
                            who, crash_kib(arena, f->anon_rss_kib), while_writing);
    return arena_printf(arena,
                        "The kernel's OOM killer took %s at %s; whose limit it was, the log "
                        "does not say%s",
                        who, crash_kib(arena, f->anon_rss_kib), while_writing);
}

static void say_kill(struct arena *arena, const struct event *e, struct death *d)
{
    const struct oom_facts *f = e->oom;
    if (!e->pid.known)
        return;
    const char *memory =
        f->anon_rss_kib.known
            ? arena_printf(arena, ": %s anonymous, %s of files, %s shared memory, %s virtual",
                           crash_kib(arena, f->anon_rss_kib), crash_kib(arena, f->file_rss_kib),
                           f->shmem_rss_kib.known ? crash_kib(arena, f->shmem_rss_kib) : "unknown",
                           crash_kib(arena, f->total_vm_kib))
            : "";
    crash_say(arena, d, e->file, e->line,
              arena_printf(arena, "Victim: \"%s\", pid %" PRId64 "%s%s%s", e->comm, e->pid.value,
                           memory, f->group ? ", killed with its whole cgroup" : "",
                           f->complete ? "" : " (the head of the report is not in the log)"));
}

static void say_head(struct arena *arena, const struct event *e, struct death *d)
{
    const struct oom_facts *f = e->oom;
    bool self = f->trigger_pid.known && e->pid.known && f->trigger_pid.value == e->pid.value;
    if (f->trigger_line)
        crash_say(arena, d, e->file, f->trigger_line,
                  arena_printf(arena, "Trigger: an allocation by \"%s\"%s", f->trigger,
                               self ? ", the victim itself" : ", which is not the victim"));
    if (f->constraint_line)
        crash_say(arena, d, e->file, f->constraint_line,
                  arena_printf(arena, "%s%s%s%s%s", f->constraint,
                               f->oom_memcg[0] ? ": the limit of " : "", f->oom_memcg,
                               f->task_memcg[0] && strcmp(f->task_memcg, f->oom_memcg)
                                   ? "; the victim lived in "
                                   : "",
                               strcmp(f->task_memcg, f->oom_memcg) ? f->task_memcg : ""));
}

static void say_memory(struct arena *arena, const struct event *e, struct death *d)
{
    const struct oom_facts *f = e->oom;
    if (f->limit_line)
        crash_say(
            arena, d, e->file, f->limit_line,
            arena_printf(arena, "%s used of a limit of %s%s", crash_kib(arena, f->usage_kib),
                         crash_kib(arena, f->limit_kib),
                         number_is(f->swap_limit_kib, 0) ? "; no swap is allowed to it" : ""));
    if (f->swap_line && f->swap_total_kib.known)
        crash_say(arena, d, e->file, f->swap_line,
                  f->swap_total_kib.value
                      ? arena_printf(arena, "Swap of the machine: %s free of %s",
                                     crash_kib(arena, f->swap_free_kib),
                                     crash_kib(arena, f->swap_total_kib))
                      : "The machine had no swap");
    if (!f->top_count)
        return;
    const struct oom_task *t = &f->top[0];
    const char *swapped = t->swap_kib
                              ? arena_printf(arena, " and %s in swap",
                                             crash_kib(arena, (struct number){true, t->swap_kib}))
                              : "";
    bool self = e->pid.known && t->pid == (uint64_t)e->pid.value;
    crash_say(arena, d, e->file, t->line,
              arena_printf(arena,
                           "Largest of %" PRIu64 " tasks: \"%s\", pid %" PRIu32 ", %s resident%s%s",
                           f->task_count, t->name, t->pid,
                           crash_kib(arena, (struct number){true, t->rss_kib}), swapped,
                           self ? ": the victim" : ": not the victim"));
}

static void tell_kernel(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct event *e = c->kernel;
    d->comm = e->pid.known ? arena_strdup(arena, e->comm) : NULL;
    d->is_node = e->pid.known ? comm_is_node(e->comm) : comm_is_node(e->oom->trigger);
    d->title = kernel_title(arena, c, d);
    say_kill(arena, e, d);
    say_memory(arena, e, d);
    say_head(arena, e, d);
    if (e->also_file)
        crash_say(arena, d, e->also_file, e->also_line, "The same kill in another capture");
    crash_say_others(arena, c, d);
    if (c->cut_snapshot)
        crash_say(arena, d, c->cut_snapshot->file, 0,
                  arena_printf(
                      arena, "Its heap snapshot has %" PRIu64 " bytes: it was killed while writing",
                      c->cut_snapshot->bytes));
}

/* -- V8 -- */

struct v8_numbers {
    struct number used_kib, limit_kib;
    bool limit_is_committed;
};

static struct v8_numbers v8_numbers(const struct crash *c)
{
    const struct event *gc = c->v8_stdout ? c->v8_stdout : c->v8;
    struct v8_numbers n = {0};
    if (gc && gc->v8->used_bytes.known) {
        n.used_kib = kib_of(gc->v8->used_bytes);
        n.limit_kib = kib_of(gc->v8->committed_bytes);
        n.limit_is_committed = true;
    }
    if (c->report && c->report->report->heap_limit_bytes.known) {
        n.used_kib = kib_of(c->report->report->heap_used_bytes);
        n.limit_kib = kib_of(c->report->report->heap_limit_bytes);
        n.limit_is_committed = false;
    }
    return n;
}

static const char *v8_who(const struct crash *c)
{
    if (!c->v8 || !c->v8->v8->title[0] || strchr(c->v8->v8->title, '/'))
        return "node";
    return c->v8->v8->title;
}

/* What could not be done; most often it is the heap. */
static const char *v8_what(const struct crash *c)
{
    switch (c->v8 ? c->v8->v8->cause : V8_CAUSE_HEAP_LIMIT) {
    case V8_CAUSE_TABLE_SIZE:
        return "One Map, Set or object got more entries than V8 can hold, whatever its heap limit,";
    case V8_CAUSE_INVALID_SIZE:
        return "An array or a text longer than V8 can hold was made, whatever its heap limit,";
    case V8_CAUSE_YOUNG:
        return "The system had no memory for V8's new objects";
    case V8_CAUSE_ZONE:
        return "V8's compiler got no more memory, outside of the heap,";
    case V8_CAUSE_NATIVE:
        return "Memory outside of V8's heap was refused";
    default:
        return "V8 gave up at its heap limit";
    }
}

static void say_gc(struct arena *arena, const struct event *e, struct death *d)
{
    const struct v8_facts *f = e->v8;
    if (!f->gc_line)
        return;
    const char *mu =
        f->mutator_permille.known
            ? arena_printf(arena, ", %" PRId64 ".%" PRId64 " %% of the time left for the program",
                           f->mutator_permille.value / 10, f->mutator_permille.value % 10)
            : "";
    crash_say(arena, d, e->file, f->gc_line,
              arena_printf(arena,
                           "Last collection (%s), %" PRId64 " s after start: %s left in use, %s "
                           "committed%s",
                           f->gc_kind, f->uptime_ms.value / 1000,
                           crash_kib(arena, kib_of(f->used_bytes)),
                           crash_kib(arena, kib_of(f->committed_bytes)), mu));
}

static void say_report(struct arena *arena, const struct event *e, struct death *d)
{
    const struct report_facts *f = e->report;
    const char *size = f->constrained_bytes.known
                           ? arena_printf(arena, ", %s allowed by its container",
                                          crash_kib(arena, kib_of(f->constrained_bytes)))
                           : "";
    crash_say(
        arena, d, e->file, e->line,
        arena_printf(
            arena, "Report of Node %s (%s): heap %s of %s, %s external, %s resident, machine %s%s",
            f->node_version, f->event, crash_kib(arena, kib_of(f->heap_used_bytes)),
            crash_kib(arena, kib_of(f->heap_limit_bytes)),
            crash_kib(arena, kib_of(f->external_bytes)), crash_kib(arena, kib_of(f->rss_bytes)),
            crash_kib(arena, kib_of(f->total_bytes)), size));
}

static void tell_v8(struct arena *arena, const struct crash *c, struct death *d)
{
    struct v8_numbers n = v8_numbers(c);
    struct number pid = crash_pid(c);
    d->comm = arena_strdup(arena, v8_who(c));
    d->is_node = true;
    const char *who =
        pid.known ? arena_printf(arena, "%s (pid %" PRId64 ")", d->comm, pid.value) : d->comm;
    const char *sizes =
        n.used_kib.known ? arena_printf(arena, ": %s in use, %s %s", crash_kib(arena, n.used_kib),
                                        crash_kib(arena, n.limit_kib),
                                        n.limit_is_committed ? "committed" : "allowed")
                         : "";
    d->title = arena_printf(arena, "%s in %s%s", v8_what(c), who, sizes);
    if (c->v8)
        crash_say(arena, d, c->v8->file, c->v8->line,
                  c->v8->text ? arena_printf(arena, "V8: %s", c->v8->text)
                              : "V8's last collections; what it said then is not in this log");
    if (c->v8)
        say_gc(arena, c->v8, d);
    if (c->v8_stdout)
        say_gc(arena, c->v8_stdout, d);
    if (c->report)
        say_report(arena, c->report, d);
    else if (c->report_line)
        crash_say(arena, d, c->report_line->file, c->report_line->line,
                  arena_printf(arena, "Node wrote a report that was not given: %s",
                               c->report_line->text));
    const struct report_facts *r = c->report ? c->report->report : NULL;
    if (c->snapshot && r && r->rss_bytes.value / 2 > r->heap_limit_bytes.value)
        crash_say(arena, d, c->report->file, c->report->line,
                  "Far more was resident than the heap: writing the heap snapshot takes that");
    if (c->snapshot)
        crash_say(arena, d, c->snapshot->file, c->snapshot->line,
                  arena_printf(arena, "It wrote a heap snapshot before: %s", c->snapshot->text));
}

/* -- PM2 -- */

static void say_restart(struct arena *arena, const struct event *e, const char *when,
                        struct death *d)
{
    const struct pm2_facts *f = e->pm2;
    const char *sizes = f->memory_bytes.known
                            ? arena_printf(arena, ": %s resident against a limit of %s",
                                           crash_kib(arena, kib_of(f->memory_bytes)),
                                           crash_kib(arena, kib_of(f->limit_bytes)))
                            : "";
    crash_say(arena, d, e->file, e->line,
              arena_printf(arena, "%s restart%s%s, process %" PRId64 "%s", when,
                           *e->time.text ? " at " : "", e->time.text, f->id.value, sizes));
}

static void tell_pm2_memory(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct pm2_facts *high = c->pm2_high->pm2;
    const char *times =
        c->pm2_count == 1 ? "once" : arena_printf(arena, "%" PRIu64 " times", c->pm2_count);
    const char *sizes = high->memory_bytes.known
                            ? arena_printf(arena, ": up to %s against max_memory_restart of %s",
                                           crash_kib(arena, kib_of(high->memory_bytes)),
                                           octets(arena, high->limit_bytes))
                            : "";
    d->title = arena_printf(arena, "PM2 restarted %s %s for its memory%s", d->comm, times, sizes);
    say_restart(arena, c->pm2, "First", d);
    if (c->pm2_high != c->pm2)
        say_restart(arena, c->pm2_high, "Largest at the", d);
    if (c->pm2_last != c->pm2 && c->pm2_last != c->pm2_high)
        say_restart(arena, c->pm2_last, "Last", d);
}

static void tell_pm2_exit(struct arena *arena, const struct crash *c, struct death *d)
{
    const char *signal = c->pm2->pm2->signal;
    bool killed = !strcmp(signal, "SIGKILL");
    const char *times =
        c->pm2_count == 1 ? "once" : arena_printf(arena, "%" PRIu64 " times", c->pm2_count);
    d->title = arena_printf(arena, "PM2 saw %s end by %s %s; the cause is not in the given logs",
                            d->comm, signal, times);
    crash_say(arena, d, c->pm2->file, c->pm2->line, arena_printf(arena, "First end by %s", signal));
    if (c->pm2_last != c->pm2)
        crash_say(arena, d, c->pm2_last->file, c->pm2_last->line,
                  arena_printf(arena, "Last end by %s", signal));
    crash_say(
        arena, d, NULL, 0,
        killed ? "SIGKILL that PM2 did not send is mostly the kernel's OOM killer: look for "
                 "\"Killed process\" in dmesg or journalctl -k at that time"
               : "SIGABRT is what V8 ends with at its heap limit: look for \"FATAL ERROR\" in the "
                 "application's error log");
}

void crash_tell(struct arena *arena, const struct crash *c, struct death *d)
{
    struct number pid = crash_pid(c);
    d->cause = c->cause;
    d->pid = pid.known && pid.value <= UINT32_MAX ? (uint32_t)pid.value : 0;
    d->time = time_text(arena, c);
    if (c->kernel) {
        tell_kernel(arena, c, d);
        if (c->report)
            say_report(arena, c->report, d);
        return;
    }
    if (c->cause == DEATH_V8_HEAP) {
        tell_v8(arena, c, d);
        return;
    }
    if (!c->pm2) {
        crash_tell_other(arena, c, d);
        return;
    }
    d->comm = arena_strdup(arena, crash_pm2_app(arena, c));
    d->is_node = true;
    if (c->cause == DEATH_PM2_MEMORY)
        tell_pm2_memory(arena, c, d);
    else
        tell_pm2_exit(arena, c, d);
}
