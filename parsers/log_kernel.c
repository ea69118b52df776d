/* The kernel's OOM reports, from 2.6.18 to 6.18, as events: their heads, and the lines in them.
 *
 * A report is put together from what comes between "invoked oom-killer" and "Killed process", but
 * nothing of it is required: the kill line alone is an event (headers are rate-limited, kills are
 * not), and a report without its kill is one as well. Lines of other subsystems may stand between,
 * and several reports may be open at once: a line goes to the newest one that it can belong to.
 */
#include "parsers/log_report.h"

#define MANUAL_LINES_MAX 50

/* Up to `end`, which may be missing on a cut line. */
static void copy_until(char *ret, size_t cap, struct span s, const char *end)
{
    size_t at = span_find(s, end);
    span_copy(ret, cap, at == SPAN_NONE ? s : span_head(s, at));
}

static struct number hex_after(struct span s, const char *key)
{
    size_t at = span_find(s, key);
    uint64_t v = 0;
    if (at == SPAN_NONE)
        return (struct number){0};
    s = span_from(s, at + strlen(key));
    for (size_t i = 0; i < s.len && i < 16; i++) {
        int digit = s.p[i] <= '9' ? s.p[i] - '0' : (s.p[i] | 32) - 'a' + 10;
        if (digit < 0 || digit > 15)
            break;
        v = v << 4 | (unsigned)digit;
    }
    return number_of(v);
}

static struct span comm_before(struct span s)
{
    s = span_trim(s);
    size_t at = s.len > 15 ? span_find_last(s, ": ") : SPAN_NONE;
    return at == SPAN_NONE ? s : span_from(s, at + 2);
}

/* "gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), nodemask=0, order=0, oom_score_adj=0"; 2.6:
 * "gfp_mask=0x201d2, order=0, oomkilladj=0" */
static void take_request(struct oom_facts *f, struct span s)
{
    f->gfp = hex_after(s, "gfp_mask=0x");
    size_t flags = span_find(span_head(s, 64), "(");
    if (flags != SPAN_NONE)
        copy_until(f->gfp_flags, sizeof f->gfp_flags, span_from(s, flags + 1), ")");
    size_t mask = span_find(s, "nodemask=");
    if (mask != SPAN_NONE)
        copy_until(f->nodemask, sizeof f->nodemask, span_from(s, mask + 9), ", ");
    f->order = number_after(s, " order=");
    f->trigger_adj = number_after(s, "oom_score_adj=");
    if (!f->trigger_adj.known)
        f->trigger_adj = number_after(s, "oomkilladj=");
    f->manual = number_is(f->order, -1);
}

/* "sysrq: Manual OOM execution" before the report, "Workqueue: events moom_callback" in it */
static bool hit_manual(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    (void)err;
    if (span_starts(span_from(line->payload, at), "Manual")) {
        k->manual_line = line->number;
        return true;
    }
    struct oom_report *r = report_for(k, line, OOM_UNKNOWN, LACKS_CONSTRAINT);
    if (r && !r->other)
        r->facts.manual = true;
    return true;
}

static bool hit_invoked(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span before = span_head(line->payload, at), s = span_from(line->payload, at);
    size_t verb = before.len < 9 ? SPAN_NONE : before.len - 9;
    bool named = verb != SPAN_NONE && !memcmp(before.p + verb, " invoked ", 9);
    if (!named && (before.len || !line->prefix.kernel)) /* 2.6.16 named nobody */
        return true;
    if (!kill_release(k, err))
        return false;
    struct oom_report *r = report_start(k, line, err);
    if (!r)
        return false;
    k->group = false;
    if (named)
        span_copy(r->facts.trigger, sizeof r->facts.trigger, comm_before(span_head(before, verb)));
    r->facts.trigger_line = line->number;
    take_request(&r->facts, s);
    if (k->manual_line && !log_is_beyond(line, k->manual_line, MANUAL_LINES_MAX))
        r->facts.manual = true;
    k->manual_line = 0;
    return true;
}

/* The newest open report that `comm` triggered and of which no such line has come. */
static struct oom_report *report_of_trigger(struct kernel_log *k, struct span comm)
{
    struct oom_report *best = NULL;
    for (size_t i = 0; i < REPORTS_MAX; i++) {
        struct oom_report *r = &k->reports[i];
        if (r->open && !r->facts.trigger_pid.known && span_is(comm, r->facts.trigger) &&
            (!best || r->id > best->id))
            best = r;
    }
    return best;
}

/* "Comm: node Not tainted 6.18.44 #1", "Comm: node Tainted: P  O 6.18.52 #1": the name, and behind
 * it what tells the kernel. */
static bool take_comm(struct span s, struct span *ret_comm, struct span *ret_rest)
{
    size_t comm = span_find(s, "omm: "), tainted = span_find(s, "ainted");
    if (comm == SPAN_NONE || tainted == SPAN_NONE || tainted < comm + 6)
        return false;
    struct span name = span_from(span_head(s, tainted - 1), comm + 5); /* less the 't' or 'T' */
    size_t not = name.len < 4 ? 0 : name.len - 4;
    if (span_is(span_from(name, not ), "Not "))
        name = span_head(name, not );
    *ret_comm = span_trim(name);
    *ret_rest = span_from(s, tainted);
    return true;
}

/* "CPU: 0 UID: 0 PID: 18465 Comm: node Not tainted 6.18.44 #1", "Pid: 23212, comm: php-fpm Not ..."
 */
static bool hit_task_header(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span s = span_from(line->payload, at), name, rest;
    (void)err;
    if (!k->m.wants_lines || !take_comm(s, &name, &rest))
        return true;
    struct oom_report *r = report_of_trigger(k, name);
    if (!r)
        return true;
    struct number pid = number_after(s, "PID: ");
    r->facts.trigger_pid = pid.known ? pid : number_after(s, "Pid: ");
    r->last_line = line->number;
    size_t hash = span_find(rest, " #");
    rest = span_head(rest, hash == SPAN_NONE ? 0 : hash);
    size_t space = span_find_last(rest, " ");
    if (space != SPAN_NONE)
        span_copy(r->facts.kernel, sizeof r->facts.kernel, span_from(rest, space + 1));
    return true;
}

/* "node cpuset=web mems_allowed=0-1", up to 4.20 */
static bool hit_cpuset(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span before = span_head(line->payload, at);
    size_t name = span_find_last(before, "cpuset=");
    struct oom_report *r = report_for(k, line, OOM_UNKNOWN, LACKS_CONSTRAINT);
    (void)err;
    if (!r || name == SPAN_NONE)
        return true;
    span_copy(r->facts.cpuset, sizeof r->facts.cpuset, span_from(before, name + 7));
    copy_until(r->facts.mems_allowed, sizeof r->facts.mems_allowed,
               span_from(line->payload, at + strlen(" mems_allowed=")), " ");
    return true;
}

/* "java: page allocation failure: order:0, mode:0x2084120(GFP_ATOMIC), nodemask=(null)": nobody is
 * killed. What follows looks like the middle of a report. */
static bool hit_alloc_failure(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span who = span_head(line->payload, at), s = span_from(line->payload, at);
    struct note_facts note = {.order = number_after(s, "order:"), .gfp = hex_after(s, "mode:0x")};
    if (!note.order.known || !note.gfp.known || who.len < 2 || who.p[who.len - 2] != ':')
        return true;
    struct event e = log_event(EVENT_ALLOC_FAILURE, line);
    span_copy(e.comm, sizeof e.comm, comm_before(span_head(who, who.len - 2)));
    e.note = &note;
    if (!kill_release(k, err) || !log_emit(k->m.out, &e, err))
        return false;
    struct oom_report *r = report_start(k, line, err);
    if (!r)
        return false;
    r->other = true;
    memcpy(r->facts.trigger, e.comm, sizeof e.comm);
    return true;
}

/* -- what comes line by line -- */

static bool hit_memory(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    (void)at;
    if (memcg_block_starts(line->payload)) {
        k->memcg = report_need(k, line, OOM_MEMCG, LACKS_NOTHING, err);
        if (k->memcg)
            (void)memcg_line(&k->memcg->facts, line->payload, line->number);
        return k->memcg != NULL;
    }
    if (!meminfo_starts(line->payload))
        return true;
    bool head = span_starts(span_trim_left(line->payload), "Mem");
    if (head || !k->meminfo || k->meminfo->facts.active_anon_pages.known)
        k->meminfo = report_need(k, line, OOM_UNKNOWN, LACKS_MEMINFO, err);
    if (!k->meminfo)
        return false;
    k->meminfo->has_meminfo = true;
    (void)meminfo_line(&k->meminfo->facts, line->payload, line->number);
    return true;
}

static bool hit_table(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct task_table fresh;
    (void)at;
    if (!task_table_header(&fresh, line->payload))
        return true;
    k->table = report_need(k, line, OOM_UNKNOWN, LACKS_TABLE, err);
    if (!k->table)
        return false;
    k->table->tasks = fresh;
    k->table->has_table = true;
    return true;
}

static bool take_row(struct kernel_log *k, const struct log_line *line)
{
    uint32_t pid;
    struct span s = span_trim_left(line->payload);
    if (!s.len || *s.p != '[')
        return false;
    struct oom_report *r = k->table ? k->table : report_for(k, line, OOM_UNKNOWN, LACKS_CONSTRAINT);
    if (!r || !task_table_row(&r->tasks, line->payload, line->number, &pid))
        return false;
    report_add_pid(r, pid);
    r->last_line = line->number;
    return true;
}

/* Every line while a report is open: most of them have no word to search for. */
static bool kernel_line(void *state, const struct log_line *line, struct err *err)
{
    struct kernel_log *k = state;
    if (k->held && span_find(line->payload, "due to memory.oom.group") == SPAN_NONE &&
        !kill_release(k, err))
        return false;
    if (!report_end_stale(k, line, err))
        return false;
    if (meminfo_starts(line->payload) || memcg_block_starts(line->payload) || take_row(k, line))
        return true;
    struct oom_report *newest = report_for(k, line, OOM_UNKNOWN, LACKS_NOTHING);
    struct oom_report *memcg = k->memcg ? k->memcg : newest;
    struct oom_report *info = k->meminfo ? k->meminfo : newest;
    if (memcg && memcg_line(&memcg->facts, line->payload, line->number))
        memcg->last_line = line->number;
    else if (info && meminfo_line(&info->facts, line->payload, line->number))
        info->last_line = line->number;
    return true;
}

static const struct log_matcher matchers[] = {
    {"oom-killer: gfp_mask=", hit_invoked},
    {"PID: ", hit_task_header},
    {"Pid: ", hit_task_header},
    {" mems_allowed=", hit_cpuset},
    {"Manual OOM execution", hit_manual},
    {"moom_callback", hit_manual},
    {"page allocation failure", hit_alloc_failure},
    {"Mem-Info:", hit_memory},
    {"Mem-info:", hit_memory},
    {"ctive_anon:", hit_memory},
    {"memory: usage ", hit_memory},
    {"killed as a result of limit of", hit_memory},
    {"Memory limit reached of cgroup ", hit_memory},
    {"total_vm ", hit_table},
    {"oom-kill:constraint=", hit_constraint},
    {"ill process ", hit_kill_old},
    {"Killed process ", hit_kill},
    {"are going to be killed due to memory.oom.group", hit_group},
    {"Out of memory and no killable processes", hit_nobody},
    {"Kernel panic - not syncing", hit_nobody},
};

static bool kernel_flush(void *state, struct err *err)
{
    return report_end_all(state, err);
}

static bool kernel_init(void *state, struct err *err)
{
    return verdict_init(state, err);
}

static void kernel_release(void *state)
{
    struct kernel_log *k = state;
    pattern_release(&k->kill);
    pattern_release(&k->kill_short);
}

const struct log_module log_kernel_module = {
    .name = "kernel",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct kernel_log),
    .init = kernel_init,
    .line = kernel_line,
    .flush = kernel_flush,
    .release = kernel_release,
};
