/* What to do about a death, with its arithmetic: see crash.h.
 *
 * Every number that is to be pasted is derived in the item's `why` from numbers of the logs. Memory
 * is reckoned in MiB, which is what V8's flag, PM2's M, docker's m and Kubernetes' Mi all mean.
 */
#include "analyzer/crash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define YOUNG_MIB 48       /* three semi-spaces of 16 MiB: beside the old space in V8's limit */
#define HEAP_PERCENT 75    /* of the memory there is; the rest: code, buffers, stacks, the C heap */
#define RESTART_PERCENT 90 /* of the heap limit: PM2 acts before V8 gives up */
#define HEAP_MIN_MIB 64
#define UNIT_MISTAKE_BYTES (INT64_C(16) << 20) /* no Node process runs in less */

static void advise(struct arena *arena, struct death *d, const char *title, const char *why,
                   const char *where, const char *paste)
{
    struct advice *a = arena_push(arena, (void **)&d->advice, &d->advice_count, sizeof *d->advice);
    if (a)
        *a = (struct advice){.title = title, .why = why, .where = where, .paste = paste};
}

static int64_t round_up(int64_t v, int64_t step)
{
    return (v + step - 1) / step * step;
}

static int64_t round_down(int64_t v, int64_t step)
{
    return v / step * step;
}

/* For a shell: in single quotes, those inside escaped. NULL for a path with control characters: it
 * is nobody's cgroup, and no line to paste. */
static const char *shell_quoted(struct arena *arena, const char *text)
{
    const char *quoted = "'";
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return NULL;
    }
    for (;;) {
        const char *quote = strchr(text, '\'');
        int n = quote ? (int)(quote - text) : (int)strlen(text);
        quoted = arena_printf(arena, "%s%.*s%s", quoted, n, text, quote ? "'\\''" : "'");
        if (!quote)
            return quoted;
        text = quote + 1;
    }
}

/* -- the heap limit, under PM2 and without -- */

static const char *pm2_lines(struct arena *arena, int64_t heap, int64_t restart)
{
    return arena_printf(arena,
                        "node_args: '--max-old-space-size=%" PRId64
                        "',\nmax_memory_restart: '%" PRId64 "M',",
                        heap, restart);
}

static void advise_pm2_pair(struct arena *arena, struct death *d, int64_t heap_mib)
{
    int64_t restart = round_down(heap_mib * RESTART_PERCENT / 100, 2);
    advise(arena, d, "With PM2: set the heap limit in its file, and the restart below it",
           arena_printf(arena,
                        "NODE_OPTIONS comes too late for V8 in PM2's cluster mode, node_args does "
                        "not. PM2 compares resident memory every 30 s: %d %% of %" PRId64
                        " MiB is %" PRId64 ", so that it restarts in good order before V8 aborts.",
                        RESTART_PERCENT, heap_mib, restart),
           "ecosystem.config.js", pm2_lines(arena, heap_mib, restart));
}

static const char *node_options(struct arena *arena, int64_t heap_mib)
{
    return arena_printf(arena, "export NODE_OPTIONS=--max-old-space-size=%" PRId64, heap_mib);
}

/* -- V8's limit -- */

struct need {
    int64_t used_mib, limit_mib; /* 0: not known */
    int64_t available_mib;       /* of the container, else of the machine; 0: not known */
    const char *available_is;    /* "its container" */
    bool limit_is_exact;         /* the report's; else what was committed at the end */
};

static struct need v8_need(const struct crash *c)
{
    const struct event *gc = c->v8_stdout ? c->v8_stdout : c->v8;
    struct need n = {0};
    if (gc) {
        n.used_mib = bytes_to_mib(gc->v8->used_bytes.value);
        n.limit_mib = bytes_to_mib(gc->v8->committed_bytes.value);
    }
    if (!c->report)
        return n;
    const struct report_facts *r = c->report->report;
    if (r->heap_limit_bytes.known) {
        n.used_mib = bytes_to_mib(r->heap_used_bytes.value);
        n.limit_mib = bytes_to_mib(r->heap_limit_bytes.value);
        n.limit_is_exact = true;
    }
    if (r->constrained_bytes.known) {
        n.available_mib = bytes_to_mib(r->constrained_bytes.value);
        n.available_is = "its container";
    } else if (r->total_bytes.known) {
        n.available_mib = bytes_to_mib(r->total_bytes.value);
        n.available_is = "the machine";
    }
    return n;
}

static void advise_v8(struct arena *arena, const struct crash *c, struct death *d)
{
    struct need n = v8_need(c);
    int64_t base = n.limit_mib > n.used_mib ? n.limit_mib : n.used_mib;
    if (!base) {
        advise(
            arena, d, "Find what fills the heap; a larger limit only buys time",
            "The log has neither the heap's size nor its limit: give the application's other log "
            "(Node 12 and older split the block over stdout and stderr) or a report "
            "(--report-on-fatalerror). A leak will fill any limit.",
            NULL, NULL);
        return;
    }
    int64_t wanted = round_up(base * 2, 64), cap = n.available_mib * HEAP_PERCENT / 100;
    int64_t heap = cap && wanted > cap ? round_down(cap, 8) : wanted;
    const char *room = "How much memory there is, the logs do not say: check it first.";
    if (cap)
        room = arena_printf(
            arena, "%" PRId64 " MiB for %s leave %d %% = %" PRId64 " for the heap, so that %s.",
            n.available_mib, n.available_is, HEAP_PERCENT, cap,
            wanted > cap ? "this is the most" : "it fits");
    if (heap <= base) {
        advise(arena, d,
               "The heap limit cannot be raised here: give it more memory, or fix the leak", room,
               NULL, NULL);
        return;
    }
    advise(arena, d, "Raise the heap limit for now",
           arena_printf(arena,
                        "V8 had %" PRId64 " MiB in use of %" PRId64 " MiB %s; twice that, in steps "
                        "of 64, is %" PRId64 ". %s A leak will fill any limit: this buys time.",
                        n.used_mib, n.limit_mib, n.limit_is_exact ? "allowed" : "committed", wanted,
                        room),
           NULL, node_options(arena, heap));
    advise_pm2_pair(arena, d, heap);
}

/* -- a cgroup's limit -- */

enum place { PLACE_CGROUP, PLACE_KUBERNETES, PLACE_DOCKER, PLACE_SYSTEMD };

static enum place place_of(const struct oom_facts *f)
{
    if (strstr(f->oom_memcg, "kubepods") || strstr(f->task_memcg, "kubepods"))
        return PLACE_KUBERNETES;
    if (strstr(f->oom_memcg, "docker"))
        return PLACE_DOCKER;
    return strstr(f->oom_memcg, ".service") ? PLACE_SYSTEMD : PLACE_CGROUP;
}

/* The container's short id out of ".../docker-<64 hex>.scope" or "/docker/<64 hex>". */
static const char *container_id(struct arena *arena, const char *path)
{
    for (const char *p = path; *p; p++) {
        size_t n = strspn(p, "0123456789abcdef");
        if (n == 64)
            return arena_strndup(arena, p, 12);
        if (n)
            p += n - 1;
    }
    return "CONTAINER";
}

static const char *unit_name(struct arena *arena, const char *path)
{
    const char *name = strrchr(path, '/');
    return shell_quoted(arena, name ? name + 1 : path);
}

/* The line that gives the cgroup `mib`; *ret_where is where it belongs. */
static const char *limit_line(struct arena *arena, const struct oom_facts *f, int64_t mib,
                              const char **ret_where)
{
    *ret_where = NULL;
    const char *name;
    switch (place_of(f)) {
    case PLACE_KUBERNETES:
        *ret_where = "the Deployment's container";
        return arena_printf(arena, "resources:\n  limits:\n    memory: %" PRId64 "Mi", mib);
    case PLACE_DOCKER:
        return arena_printf(arena,
                            "docker update --memory %" PRId64 "m --memory-swap %" PRId64 "m %s",
                            mib, mib, container_id(arena, f->oom_memcg));
    case PLACE_SYSTEMD:
        name = unit_name(arena, f->oom_memcg);
        return name ? arena_printf(arena, "sudo systemctl set-property %s MemoryMax=%" PRId64 "M",
                                   name, mib)
                    : NULL;
    case PLACE_CGROUP:
        break;
    }
    bool v1 = number_is(f->cgroup_version, 1);
    const char *path = shell_quoted(
        arena, arena_printf(arena, "/sys/fs/cgroup%s%s/%s", v1 ? "/memory" : "", f->oom_memcg,
                            v1 ? "memory.limit_in_bytes" : "memory.max"));
    if (!path || !f->oom_memcg[0])
        return NULL;
    return arena_printf(arena, "echo %" PRId64 "M | sudo tee %s", mib, path);
}

static void advise_surviving_snapshot(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct oom_facts *f = c->kernel->oom;
    const char *where, *paste = NULL, *size = "";
    if (f->limit_kib.known && !kib_is_unlimited(f->limit_kib)) {
        int64_t limit = kib_to_mib(f->limit_kib.value), anon = kib_to_mib(f->anon_rss_kib.value);
        int64_t room = round_up((anon > limit ? anon : limit) * 3, 64);
        paste = limit_line(arena, f, room, &where);
        size =
            arena_printf(arena, " Here: 3 x %" PRId64 " MiB, in steps of 64, is %" PRId64 " MiB.",
                         anon > limit ? anon : limit, room);
    }
    advise(
        arena, d, "Take the next heap snapshot where it survives",
        arena_printf(arena,
                     "Writing one needs up to twice the heap on top of it; at its limit the "
                     "process is killed and the file stays empty. Raise the limit for the time of "
                     "the snapshot, or take it on another replica with more memory, early, while "
                     "the heap is still small.%s",
                     size),
        NULL, paste);
}

static void advise_heap_in_cgroup(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct oom_facts *f = c->kernel->oom;
    int64_t limit = kib_to_mib(f->limit_kib.value), share = limit * HEAP_PERCENT / 100;
    int64_t heap = round_down(share - YOUNG_MIB, 8);
    if (heap < HEAP_MIN_MIB)
        heap = HEAP_MIN_MIB;
    const char *node =
        "Node 18 and older size the heap by the machine and ignore the container; 20 "
        "and newer look at its limit, but a flag is sure.";
    if (c->node_major && c->node_major <= 18)
        node =
            arena_printf(arena,
                         "Node %u ignores the container's limit when it sizes the heap (about 4 GB "
                         "on a large machine), so that the kernel kills before V8 collects hard.",
                         c->node_major);
    else if (c->node_major)
        node = arena_printf(
            arena,
            "Node %u sizes the heap by the container's limit, unless a flag says more; "
            "what is outside of the heap comes on top.",
            c->node_major);
    advise(arena, d, "Keep the heap limit below the container's limit",
           arena_printf(
               arena,
               "The limit is %" PRId64 " MiB; %d %% of it is %" PRId64 ", less %d for V8's "
               "young generation is %" PRId64 ", in steps of 8 and not below %d: %" PRId64 ". %s",
               limit, HEAP_PERCENT, share, YOUNG_MIB, share - YOUNG_MIB, HEAP_MIN_MIB, heap, node),
           NULL, node_options(arena, heap));
    advise_pm2_pair(arena, d, heap);
}

static void advise_container_limit(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct oom_facts *f = c->kernel->oom;
    int64_t limit = kib_to_mib(f->limit_kib.value), more = round_up(limit * 2, 64);
    const char *where, *paste = limit_line(arena, f, more, &where);
    advise(arena, d, "Or give the container more, if the application needs it",
           arena_printf(arena,
                        "Twice the present %" PRId64 " MiB, in steps of 64, is %" PRId64
                        ": room for a heap of %" PRId64
                        " MiB by the same reckoning. A leak fills that "
                        "too.",
                        limit, more, round_down(more * HEAP_PERCENT / 100 - YOUNG_MIB, 8)),
           where, paste);
}

static void advise_no_swap(struct arena *arena, const struct oom_facts *f, struct death *d)
{
    bool memsw = f->memsw_limit_kib.known && f->limit_kib.known &&
                 f->memsw_limit_kib.value <= f->limit_kib.value;
    const char *why = NULL;
    if (place_of(f) == PLACE_KUBERNETES)
        why = "Kubernetes gives pods no swap unless the node is set up for it (NodeSwap): swap on "
              "the "
              "host changes nothing for this container.";
    else if (number_is(f->swap_limit_kib, 0) || memsw)
        why =
            "The container is not allowed any swap (its swap limit is 0): swap on the host changes "
            "nothing for it.";
    if (why)
        advise(arena, d, "Swap is the wrong answer here", why, NULL, NULL);
}

static void advise_cgroup(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct oom_facts *f = c->kernel->oom;
    if (c->cut_snapshot)
        advise_surviving_snapshot(arena, c, d);
    if (f->limit_kib.known && !kib_is_unlimited(f->limit_kib) && f->limit_kib.value >= 1024) {
        advise_heap_in_cgroup(arena, c, d);
        advise_container_limit(arena, c, d);
    } else {
        advise(arena, d, "Keep the heap limit below the container's limit",
               "The log does not say how large the limit is: about 75 % of it is for the heap.",
               NULL, NULL);
    }
    advise_no_swap(arena, f, d);
}

/* -- the machine -- */

/* As large as the memory up to 8 GiB, twice as large below 2: enough to get through a peak, not
 * enough to run in. */
static int64_t swap_gib(int64_t ram_mib)
{
    int64_t gib = round_up(ram_mib, 1024) / 1024;
    if (gib <= 2)
        return gib * 2;
    return gib > 8 ? 8 : gib;
}

static int64_t ram_mib(const struct oom_facts *f)
{
    if (!f->ram_pages.known)
        return 0;
    int64_t reserved = f->reserved_pages.known ? f->reserved_pages.value : 0;
    int64_t pages = f->ram_pages.value > reserved ? f->ram_pages.value - reserved : 0;
    return pages < INT64_MAX / 128 ? pages * (f->page_kib ? f->page_kib : 4) / 1024 : 0;
}

static void advise_swap(struct arena *arena, const struct oom_facts *f, struct death *d)
{
    int64_t ram = ram_mib(f), gib = ram ? swap_gib(ram) : 4;
    const char *size = ram ? arena_printf(arena,
                                          "Memory is %" PRId64
                                          " MiB: as much swap again (twice below 2 GiB, at most "
                                          "8) is %" PRId64 " GiB.",
                                          ram, gib)
                           : "How much memory there is, the log does not say: 4 GiB is a start.";
    advise(
        arena, d, "Add swap: the machine has none",
        arena_printf(arena,
                     "Total swap = 0kB: a short peak has nowhere to go. %s It is for peaks: a leak "
                     "fills it too, and a heap that is collected from swap is slow.",
                     size),
        NULL,
        arena_printf(arena,
                     "sudo fallocate -l %" PRId64 "G /swapfile\n"
                     "sudo chmod 600 /swapfile\n"
                     "sudo mkswap /swapfile\n"
                     "sudo swapon /swapfile\n"
                     "echo '/swapfile none swap sw 0 0' | sudo tee -a /etc/fstab\n"
                     "echo 'vm.swappiness=10' | sudo tee /etc/sysctl.d/99-swappiness.conf\n"
                     "sudo sysctl --system",
                     gib));
}

/* What the largest tasks that are not Node hold, in MiB: a lower bound of what Node cannot have. */
static int64_t others_mib(const struct oom_facts *f)
{
    int64_t kib = 0;
    for (size_t i = 0; i < f->top_count; i++)
        if (!comm_is_node(f->top[i].name))
            kib += f->top[i].rss_kib;
    return kib_to_mib(kib);
}

static void advise_heap_on_machine(struct arena *arena, const struct oom_facts *f, struct death *d)
{
    int64_t ram = ram_mib(f), others = others_mib(f), rest = ram - others;
    int64_t heap = round_down(rest * HEAP_PERCENT / 100, 8);
    if (!ram || heap < HEAP_MIN_MIB)
        return;
    advise(
        arena, d, "Bound the heap by the memory of the machine",
        arena_printf(arena,
                     "%" PRId64 " MiB of memory less %" PRId64 " of the largest other processes is "
                     "%" PRId64 "; %d %% of it is %" PRId64 ". With several workers each gets its "
                     "part: divide by their number.",
                     ram, others, rest, HEAP_PERCENT, heap),
        NULL, node_options(arena, heap));
    advise_pm2_pair(arena, d, heap);
}

static bool node_is_among(const struct oom_facts *f)
{
    for (size_t i = 0; i < f->top_count; i++)
        if (comm_is_node(f->top[i].name))
            return true;
    return false;
}

static void advise_global(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct event *e = c->kernel;
    const struct oom_facts *f = e->oom;
    if (f->manual)
        return;
    if (c->cut_snapshot)
        advise_surviving_snapshot(arena, c, d);
    const struct oom_task *largest = f->top_count ? &f->top[0] : NULL;
    if (largest && d->is_node && e->pid.known && largest->pid != (uint64_t)e->pid.value &&
        !comm_is_node(largest->name))
        advise(arena, d,
               arena_printf(arena, "Look at \"%s\" first: it held the most memory", largest->name),
               arena_printf(arena,
                            "Pid %" PRIu32 " had %" PRId64 " MiB resident and %" PRId64
                            " MiB in swap; the server was only the victim.",
                            largest->pid, kib_to_mib(largest->rss_kib),
                            kib_to_mib(largest->swap_kib)),
               NULL, NULL);
    if (d->is_node || node_is_among(f))
        advise_heap_on_machine(arena, f, d);
    if (number_is(f->swap_total_kib, 0))
        advise_swap(arena, f, d);
    else if (f->swap_total_kib.known && f->swap_free_kib.known &&
             f->swap_free_kib.value < f->swap_total_kib.value / 10)
        advise(arena, d, "More swap is not the answer",
               arena_printf(arena,
                            "There were %" PRId64 " MiB of it, and %" PRId64
                            " MiB were left: what filled them fills more.",
                            kib_to_mib(f->swap_total_kib.value),
                            kib_to_mib(f->swap_free_kib.value)),
               NULL, NULL);
}

/* -- PM2 -- */

static void advise_unit(struct arena *arena, int64_t limit, struct death *d)
{
    advise(
        arena, d, "Give max_memory_restart its unit",
        arena_printf(arena,
                     "The limit is %" PRId64 " octets: without a unit PM2 takes bytes, and no Node "
                     "process is that small, so that it is restarted at each check. M was meant.",
                     limit),
        "ecosystem.config.js",
        arena_printf(arena, "max_memory_restart: '%" PRId64 "M',", limit < 64 ? 512 : limit));
}

static void advise_pm2_memory(struct arena *arena, const struct crash *c, struct death *d)
{
    const struct pm2_facts *f = c->pm2_high->pm2;
    if (!f->limit_bytes.known) {
        advise(arena, d, "Set the heap limit against max_memory_restart",
               "This PM2 does not log its limit. Set --max-old-space-size to about 75 % of it, and "
               "give the limit a unit ('512M').",
               NULL, NULL);
        return;
    }
    if (f->limit_bytes.value < UNIT_MISTAKE_BYTES) {
        advise_unit(arena, f->limit_bytes.value, d);
        return;
    }
    int64_t limit = bytes_to_mib(f->limit_bytes.value), high = bytes_to_mib(f->memory_bytes.value);
    int64_t share = limit * HEAP_PERCENT / 100, same = round_down(share, 8);
    advise(arena, d, "Set V8's limit below PM2's, so that it collects before PM2 restarts",
           arena_printf(arena,
                        "PM2 restarts above %" PRId64
                        " MiB resident; without a flag V8 may let the "
                        "heap grow to some GB. %d %% of %" PRId64 " is %" PRId64 ", in steps of 8 "
                        "%" PRId64 ", for the heap. If V8 then aborts, the heap really leaks.",
                        limit, HEAP_PERCENT, limit, share, same),
           "ecosystem.config.js", pm2_lines(arena, same, limit));
    int64_t more = round_up(high * 3 / 2, 32), heap = round_down(more * HEAP_PERCENT / 100, 8);
    advise(
        arena, d, "Or allow more, if the application needs it",
        arena_printf(arena,
                     "The most seen is %" PRId64 " MiB; half as much again, in steps of 32, is "
                     "%" PRId64 ", and %d %% of it %" PRId64 " for the heap. PM2 looks every 30 s, "
                     "and a reload in cluster mode runs old and new side by side: leave room for "
                     "one process more. A restart hides a leak, it does not end it.",
                     high, more, HEAP_PERCENT, heap),
        "ecosystem.config.js", pm2_lines(arena, heap, more));
}

/* Where it was not, another limit changes nothing. */
static bool heap_was_full(const struct crash *c)
{
    enum v8_cause cause = c->v8 ? c->v8->v8->cause : V8_CAUSE_HEAP_LIMIT;
    return cause == V8_CAUSE_HEAP_LIMIT || cause == V8_CAUSE_UNKNOWN;
}

void crash_advise(struct arena *arena, const struct crash *c, struct death *d)
{
    switch (c->cause) {
    case DEATH_V8_HEAP:
        if (heap_was_full(c))
            advise_v8(arena, c, d);
        break;
    case DEATH_CGROUP_OOM:
        if (c->kernel)
            advise_cgroup(arena, c, d);
        break;
    case DEATH_KERNEL_OOM:
        if (c->kernel)
            advise_global(arena, c, d);
        break;
    case DEATH_PM2_MEMORY:
        advise_pm2_memory(arena, c, d);
        break;
    case DEATH_USER_KILL:
    case DEATH_UNKNOWN:
    case DEATH_CAUSE_COUNT:
        break;
    }
}
