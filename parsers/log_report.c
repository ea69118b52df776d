/* Which report of the kernel a line belongs to, and when one is over: see log_report.h. */
#include "parsers/log_report.h"

#define REPORT_LINES_MAX 20000       /* a report of a machine with many tasks has a few thousand */
#define REPORT_US INT64_C(600000000) /* a slow console takes minutes for a report */

/* -- which report -- */

/* What it is about, as far as it is known. */
static enum oom_kind family(const struct oom_report *r)
{
    if (r->facts.kind == OOM_MEMCG || r->facts.limit_line)
        return OOM_MEMCG;
    return r->facts.kind;
}

static bool can_be(const struct oom_report *r, enum oom_kind said)
{
    enum oom_kind is = family(r);
    return is == OOM_UNKNOWN || said == OOM_UNKNOWN || (is == OOM_MEMCG) == (said == OOM_MEMCG);
}

static bool is_stale(const struct oom_report *r, const struct log_line *line)
{
    const struct log_time *a = &r->time, *b = &line->prefix.time;
    if (log_is_beyond(line, r->last_line, REPORT_LINES_MAX))
        return true;
    if (a->uptime_us.known && b->uptime_us.known)
        return b->uptime_us.value - a->uptime_us.value > REPORT_US;
    return a->wall_us.known && b->wall_us.known && a->clock == b->clock &&
           b->wall_us.value - a->wall_us.value > REPORT_US;
}

static bool has(const struct oom_report *r, enum lacks what)
{
    switch (what) {
    case LACKS_TABLE:
        return r->has_table;
    case LACKS_MEMINFO:
        return r->has_meminfo;
    case LACKS_CONSTRAINT:
        return r->facts.constraint_line || r->named_surely;
    case LACKS_NAME:
        return r->named_pid.known;
    case LACKS_NOTHING:
        break;
    }
    return false;
}

/* How well what is known of it goes with what a line says. */
static int fit(const struct oom_report *r, enum oom_kind said)
{
    if (said == OOM_UNKNOWN)
        return 0;
    if (family(r) != OOM_UNKNOWN)
        return 2;
    return r->has_meminfo == (said != OOM_MEMCG);
}

static bool may_take(const struct oom_report *r, const struct log_line *line, enum oom_kind said,
                     enum lacks what)
{
    bool other_may = what == LACKS_NOTHING || what == LACKS_MEMINFO;
    struct number caller = line->prefix.caller;
    if (!r->open || has(r, what) || (r->other && !other_may) || !can_be(r, said))
        return false;
    return !is_stale(r, line) &&
           (!caller.known || !r->caller.known || caller.value == r->caller.value);
}

struct oom_report *report_for(struct kernel_log *k, const struct log_line *line, enum oom_kind said,
                              enum lacks what)
{
    struct oom_report *best = NULL;
    bool tells = line->prefix.caller.known;
    int best_rank = 0;
    for (size_t i = 0; i < REPORTS_MAX; i++) {
        struct oom_report *r = &k->reports[i];
        if (!may_take(r, line, said, what))
            continue;
        int rank = 4 * (tells && r->caller.known) + fit(r, said);
        if (!best || rank > best_rank || (rank == best_rank && r->id > best->id)) {
            best = r;
            best_rank = rank;
        }
    }
    return best;
}

struct oom_report *report_named(struct kernel_log *k, uint64_t pid)
{
    for (size_t i = 0; i < REPORTS_MAX; i++) {
        struct oom_report *r = &k->reports[i];
        if (r->open && r->named_pid.known && (uint64_t)r->named_pid.value == pid)
            return r;
    }
    return NULL;
}

/* -- the life of a report -- */

static void watch_lines(struct kernel_log *k)
{
    k->m.wants_lines = k->held;
    for (size_t i = 0; i < REPORTS_MAX; i++)
        k->m.wants_lines |= k->reports[i].open;
}

static void store_identity(struct oom_facts *f)
{
    cgroup_identity(f->task_memcg[0] ? f->task_memcg : f->oom_memcg, &f->identity);
}

bool kill_emit(struct kernel_log *k, struct event *e, struct oom_facts *facts, struct err *err)
{
    store_identity(facts);
    e->oom = facts;
    return log_emit(k->m.out, e, err);
}

bool kill_release(struct kernel_log *k, struct err *err)
{
    if (!k->held)
        return true;
    k->held = false;
    watch_lines(k);
    return kill_emit(k, &k->kill_event, &k->done->facts, err);
}

static void forget_cursors(struct kernel_log *k, const struct oom_report *r)
{
    if (k->meminfo == r)
        k->meminfo = NULL;
    if (k->memcg == r)
        k->memcg = NULL;
    if (k->table == r)
        k->table = NULL;
}

void report_store_tasks(struct oom_report *r)
{
    task_table_store(&r->tasks, r->facts.page_kib ? r->facts.page_kib : 4, &r->facts);
}

void report_close(struct kernel_log *k, struct oom_report *r)
{
    r->open = false;
    forget_cursors(k, r);
    watch_lines(k);
}

/* The victim may be known from the constraint. Memory alone (somebody asked for it, or the head is
 * lost) is no event. */
bool report_end(struct kernel_log *k, struct oom_report *r, struct err *err)
{
    if (!r->open)
        return true;
    report_close(k, r);
    const struct oom_facts *f = &r->facts;
    if (r->other || (!f->trigger_line && !f->constraint_line && !r->named_pid.known))
        return true;
    if (!kill_release(k, err))
        return false;
    struct event e = {.kind = EVENT_KERNEL_OOM,
                      .line = r->facts.constraint_line ? r->facts.constraint_line : r->first_line,
                      .first_line = r->first_line,
                      .time = r->time,
                      .pid = r->named_pid};
    memcpy(e.comm, r->named_comm, sizeof e.comm);
    report_store_tasks(r);
    r->facts.complete = false;
    return kill_emit(k, &e, &r->facts, err);
}

static struct oom_report *oldest(struct kernel_log *k)
{
    struct oom_report *r = NULL;
    for (size_t i = 0; i < REPORTS_MAX; i++)
        if (k->reports[i].open && (!r || k->reports[i].id < r->id))
            r = &k->reports[i];
    return r;
}

static struct oom_report *free_slot(const struct kernel_log *k, struct oom_report *reports)
{
    for (size_t i = 0; i < REPORTS_MAX; i++)
        if (!reports[i].open && &reports[i] != k->done)
            return &reports[i];
    return NULL;
}

struct oom_report *report_start(struct kernel_log *k, const struct log_line *line, struct err *err)
{
    struct oom_report *r = free_slot(k, k->reports);
    int64_t page_kib = k->done && k->done->facts.page_kib ? k->done->facts.page_kib : 4;
    if (!r) {
        r = oldest(k);
        if (!report_end(k, r, err))
            return NULL;
    }
    *r = (struct oom_report){.open = true,
                             .id = ++k->newest,
                             .first_line = line->number,
                             .last_line = line->number,
                             .time = line->prefix.time,
                             .caller = line->prefix.caller,
                             .facts = {.page_kib = page_kib}};
    k->m.wants_lines = true;
    return r;
}

struct oom_report *report_need(struct kernel_log *k, const struct log_line *line,
                               enum oom_kind said, enum lacks what, struct err *err)
{
    struct oom_report *r = report_for(k, line, said, what);
    if (!r)
        return report_start(k, line, err);
    r->last_line = line->number;
    return r;
}

bool report_end_all(struct kernel_log *k, struct err *err)
{
    bool ok = kill_release(k, err);
    for (struct oom_report *r; ok && (r = oldest(k));)
        ok = report_end(k, r, err);
    k->group = false;
    k->done = NULL;
    return ok;
}

bool report_end_stale(struct kernel_log *k, const struct log_line *line, struct err *err)
{
    for (size_t i = 0; i < REPORTS_MAX; i++)
        if (k->reports[i].open && is_stale(&k->reports[i], line) &&
            !report_end(k, &k->reports[i], err))
            return false;
    return true;
}

/* -- the kill -- */

static unsigned pid_bit(uint64_t pid)
{
    return (unsigned)((pid * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % REPORT_PIDS_BITS;
}

void report_add_pid(struct oom_report *r, uint64_t pid)
{
    r->pids[pid_bit(pid) / 8] |= (uint8_t)(1u << (pid_bit(pid) % 8));
}

static bool table_may_have(const struct oom_report *r, uint64_t pid)
{
    return r->pids[pid_bit(pid) / 8] >> (pid_bit(pid) % 8) & 1;
}

struct oom_report *report_of_kill(struct kernel_log *k, const struct log_line *line,
                                  struct number pid, enum oom_kind said)
{
    struct oom_report *best = NULL;
    struct number caller = line->prefix.caller;
    int best_rank = 0;
    for (size_t i = 0; i < REPORTS_MAX; i++) {
        struct oom_report *r = &k->reports[i];
        bool named = r->named_pid.known && r->named_pid.value == pid.value;
        if (!r->open || r->other || (r->named_surely && !named) || !can_be(r, said) ||
            is_stale(r, line))
            continue;
        int rank = 0;
        if (named)
            rank = 4;
        else if (caller.known && r->caller.known)
            rank = caller.value == r->caller.value ? 3 : 0;
        else if (r->id == k->newest)
            rank = 2;
        else if (table_may_have(r, (uint64_t)pid.value))
            rank = 1;
        if (rank > best_rank || (rank && rank == best_rank && r->id > best->id)) {
            best = r;
            best_rank = rank;
        }
    }
    return best;
}
