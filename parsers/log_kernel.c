/* The kernel's OOM reports, from 2.6.32 to 6.18, as events.
 *
 * A report is put together from what comes between "invoked oom-killer" and "Killed process", but
 * nothing of it is required: the kill line alone is an event (headers are rate-limited, kills are
 * not), and a report without its kill is one as well. Lines of other subsystems may stand between.
 */
#include "parsers/log_module.h"
#include "parsers/log_tasks.h"
#include "parsers/pattern.h"

#include <stdio.h>

#define REPORT_LINES_MAX 20000 /* a report of a machine with many tasks has a few thousand */
#define GROUP_LINES_MAX 4000

struct kernel_log {
    struct log_module_state m;
    struct pattern kill, kill_short;
    bool open;
    bool alloc_failure; /* the Mem-Info that follows belongs to a failed allocation */
    bool group;         /* further kills belong to the report before */
    uint64_t last_line; /* of what belongs to the report */
    uint64_t first_line;
    struct log_time time;
    struct number named_pid; /* by the oom-kill: line, else by "Kill process" */
    bool named_surely;       /* by the former: another pid's kill is another event */
    char named_comm[COMM_MAX];
    struct oom_facts facts;
    struct task_table tasks;
};

static void report_start(struct kernel_log *k, const struct log_line *line)
{
    int64_t page_kib = k->facts.page_kib ? k->facts.page_kib : 4;
    k->facts = (struct oom_facts){.page_kib = page_kib};
    k->tasks = (struct task_table){0};
    k->named_pid = (struct number){0};
    k->named_comm[0] = '\0';
    k->named_surely = false;
    k->alloc_failure = false;
    k->group = false;
    k->open = true;
    k->m.wants_lines = true;
    k->first_line = k->last_line = line->number;
    k->time = line->prefix.time;
}

/* For a report whose head is lost. Mem-Info that was seen shortly before is this report's. */
static void report_need(struct kernel_log *k, const struct log_line *line)
{
    if (!k->open) {
        struct oom_facts before = k->facts;
        report_start(k, line);
        if (before.swap_line && line->number - before.swap_line < REPORT_LINES_MAX &&
            !before.oom_score_adj.known && !before.total_vm_kib.known) {
            k->facts = (struct oom_facts){.page_kib = before.page_kib,
                                          .swap_free_kib = before.swap_free_kib,
                                          .swap_total_kib = before.swap_total_kib,
                                          .ram_pages = before.ram_pages,
                                          .reserved_pages = before.reserved_pages,
                                          .free_pages = before.free_pages,
                                          .swap_line = before.swap_line};
        }
    }
    k->last_line = line->number;
}

static void report_close(struct kernel_log *k)
{
    k->open = false;
    k->m.wants_lines = false;
}

static bool report_emit(struct kernel_log *k, struct event *e, struct oom_facts *facts,
                        struct err *err)
{
    task_table_store(&k->tasks, facts->page_kib ? facts->page_kib : 4, facts);
    e->oom = facts;
    return log_emit(k->m.out, e, err);
}

/* A report that ends without its kill: the victim may be known from the constraint. */
static bool report_flush(struct kernel_log *k, struct err *err)
{
    if (!k->open)
        return true;
    report_close(k);
    if (!k->facts.trigger_line && !k->named_pid.known)
        return true;
    struct event e = {.kind = EVENT_KERNEL_OOM,
                      .line = k->facts.constraint_line ? k->facts.constraint_line : k->first_line,
                      .first_line = k->first_line,
                      .time = k->time,
                      .pid = k->named_pid};
    memcpy(e.comm, k->named_comm, sizeof e.comm);
    k->facts.complete = false;
    return report_emit(k, &e, &k->facts, err);
}

static bool kernel_flush(void *state, struct err *err)
{
    return report_flush(state, err);
}

/* -- helpers -- */

/* The number behind `key`, wherever that is. */
static bool number_behind(struct span s, const char *key, int64_t *ret)
{
    size_t at = span_find(s, key);
    if (at == SPAN_NONE)
        return false;
    struct span rest = span_from(s, at + strlen(key));
    return span_take_signed(&rest, ret);
}

static struct number number_after(struct span s, const char *key)
{
    int64_t v;
    return number_behind(s, key, &v) ? (struct number){true, v} : (struct number){0};
}

static struct number group_number(struct span group)
{
    int64_t v;
    if (!group.p || !span_take_signed(&group, &v))
        return (struct number){0};
    return (struct number){true, v};
}

/* A path up to `end`, which may be missing on a cut line. */
static void copy_until(char *ret, size_t cap, struct span s, const char *end)
{
    size_t at = span_find(s, end);
    span_copy(ret, cap, at == SPAN_NONE ? s : span_head(s, at));
}

static enum oom_kind kind_said(struct span before)
{
    if (span_find(before, "emory cgroup out of memory") != SPAN_NONE)
        return OOM_MEMCG;
    if (span_find(before, "ut of memory") != SPAN_NONE)
        return OOM_GLOBAL;
    return OOM_UNKNOWN;
}

/* -- the head -- */

static struct span comm_before(struct span s)
{
    s = span_trim(s);
    size_t at = s.len > 15 ? span_find_last(s, ": ") : SPAN_NONE;
    return at == SPAN_NONE ? s : span_from(s, at + 2);
}

static bool hit_invoked(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span before = span_head(line->payload, at), s = span_from(line->payload, at);
    size_t verb = before.len < 9 ? SPAN_NONE : before.len - 9;
    if (verb == SPAN_NONE || memcmp(before.p + verb, " invoked ", 9))
        return true;
    if (!report_flush(k, err))
        return false;
    report_start(k, line);
    struct oom_facts *f = &k->facts;
    span_copy(f->trigger, sizeof f->trigger, comm_before(span_head(before, verb)));
    f->trigger_line = line->number;
    size_t hex = span_find(s, "gfp_mask=0x");
    uint64_t mask = 0;
    for (size_t i = hex + 11; i < s.len; i++) {
        int digit = s.p[i] <= '9' ? s.p[i] - '0' : (s.p[i] | 32) - 'a' + 10;
        if (digit < 0 || digit > 15)
            break;
        mask = mask << 4 | (unsigned)digit;
    }
    f->gfp = number_of(mask);
    f->order = number_after(s, " order=");
    f->trigger_adj = number_after(s, "oom_score_adj=");
    f->manual = number_is(f->order, -1);
    return true;
}

/* "CPU: 0 UID: 0 PID: 18465 Comm: node Not tainted 6.18.44 #1", "Pid: 23212, comm: php-fpm Not ..."
 */
static bool hit_task_header(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    (void)err;
    if (!k->open || k->facts.trigger_pid.known)
        return true;
    struct span s = span_from(line->payload, at);
    k->facts.trigger_pid = number_after(s, "D: ");
    if (!k->facts.trigger_pid.known)
        k->facts.trigger_pid = number_after(s, "Pid: ");
    size_t tainted = span_find(s, "ainted");
    s = span_from(s, tainted == SPAN_NONE ? s.len : tainted);
    size_t hash = span_find(s, " #");
    if (hash == SPAN_NONE)
        return true;
    s = span_head(s, hash);
    size_t space = span_find_last(s, " ");
    if (space != SPAN_NONE)
        span_copy(k->facts.kernel, sizeof k->facts.kernel, span_from(s, space + 1));
    return true;
}

static bool hit_alloc_failure(void *state, const struct log_line *line, size_t at, struct err *err)
{
    (void)line, (void)at, (void)err;
    ((struct kernel_log *)state)->alloc_failure = true;
    return true;
}

/* -- the state of memory -- */

static bool hit_swap(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span s = span_from(line->payload, at);
    (void)err;
    if (k->alloc_failure)
        return true;
    if (span_starts(s, "Total")) {
        k->facts.swap_total_kib = number_after(s, "Total swap = ");
        k->facts.swap_line = line->number;
    } else {
        k->facts.swap_free_kib = number_after(s, "Free swap  = ");
    }
    k->last_line = line->number;
    return true;
}

/* "4115400 pages RAM", "97082 pages reserved", "free:34629 free_pcp:0 free_cma:0" */
static bool hit_pages(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span what = span_from(line->payload, at), s = span_trim_left(line->payload);
    uint64_t pages;
    (void)err;
    if (k->alloc_failure)
        return true;
    bool free_line = span_take(&s, "free:");
    if (!span_take_number(&s, &pages))
        return true;
    if (free_line)
        k->facts.free_pages = number_of(pages);
    else if (span_starts(what, "pages RAM"))
        k->facts.ram_pages = number_of(pages);
    else if (span_starts(what, "pages reserved"))
        k->facts.reserved_pages = number_of(pages);
    return true;
}

/* "Node 0 Normal: 6676*4kB (UME) ...": the first size is the page's. */
static bool hit_buddy(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span s = span_from(line->payload, at);
    uint64_t count, kib;
    (void)err;
    size_t colon = span_find(span_head(s, 40), ": ");
    if (!k->open || colon == SPAN_NONE)
        return true;
    s = span_from(s, colon + 2);
    if (span_take_number(&s, &count) && span_take(&s, "*") && span_take_number(&s, &kib) &&
        span_starts(s, "kB") && kib >= 4 && kib <= 64)
        k->facts.page_kib = (int64_t)kib;
    return true;
}

/* "memory: usage 20480kB, limit 20480kB, failcnt 1204"; also of memory+swap (v1), swap (v2), kmem
 */
static bool hit_usage(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span what = span_trim_left(span_head(line->payload, at));
    struct span s = span_from(line->payload, at);
    struct number usage = number_after(s, ": usage "), limit = number_after(s, "limit ");
    (void)err;
    if (!usage.known)
        return true;
    if (span_is(what, "memory")) {
        report_need(k, line);
        k->facts.usage_kib = usage;
        k->facts.limit_kib = limit;
        k->facts.failcnt = number_after(s, "failcnt ");
        k->facts.limit_line = line->number;
    } else if (k->open && span_is(what, "swap")) {
        k->facts.swap_usage_kib = usage;
        k->facts.swap_limit_kib = limit;
        k->facts.cgroup_version = number_of(2);
    } else if (k->open && span_is(what, "memory+swap")) {
        k->facts.memsw_usage_kib = usage;
        k->facts.memsw_limit_kib = limit;
        k->facts.cgroup_version = number_of(1);
    }
    return true;
}

/* "Task in /a/b killed as a result of limit of /a" */
static bool hit_old_limit(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span s = span_from(line->payload, at);
    (void)err;
    size_t start = span_find(s, " of limit of ");
    struct span who = span_trim_left(span_head(line->payload, at));
    if (start == SPAN_NONE || !span_take(&who, "Task in "))
        return true;
    report_need(k, line);
    k->facts.kind = OOM_MEMCG;
    span_copy(k->facts.task_memcg, sizeof k->facts.task_memcg, span_trim(who));
    span_copy(k->facts.oom_memcg, sizeof k->facts.oom_memcg,
              span_trim(span_from(s, start + strlen(" of limit of "))));
    return true;
}

static bool hit_table(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct task_table fresh;
    (void)at, (void)err;
    if (!task_table_header(&fresh, line->payload))
        return true;
    k->alloc_failure = false;
    report_need(k, line);
    k->tasks = fresh;
    return true;
}

/* -- the verdict -- */

/* pid and uid are read from the right end: a name may hold ",pid=1". */
static void constraint_victim(struct kernel_log *k, struct span s)
{
    size_t task = span_find(s, ",task="), uid = span_find_last(s, ",uid=");
    if (task == SPAN_NONE)
        return;
    size_t end = uid == SPAN_NONE ? s.len : uid;
    size_t pid = span_find_last(span_head(s, end), ",pid=");
    if (uid != SPAN_NONE)
        k->facts.uid = number_after(span_from(s, uid), ",uid=");
    struct span name = span_from(span_head(s, pid == SPAN_NONE ? end : pid), task + 6);
    span_copy(k->named_comm, sizeof k->named_comm, name);
    if (pid == SPAN_NONE || pid <= task)
        return;
    k->named_pid = number_after(span_from(s, pid), ",pid=");
    k->named_surely = k->named_pid.known;
}

static const struct {
    const char *word;
    enum oom_kind kind;
} constraints[] = {{"CONSTRAINT_NONE", OOM_GLOBAL},
                   {"CONSTRAINT_MEMCG", OOM_MEMCG},
                   {"CONSTRAINT_CPUSET", OOM_CPUSET},
                   {"CONSTRAINT_MEMORY_POLICY", OOM_MEMPOLICY}};

static bool hit_constraint(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span s = span_from(line->payload, at + strlen("oom-kill:constraint="));
    if (k->open && k->named_surely && !report_flush(k, err))
        return false;
    report_need(k, line);
    struct oom_facts *f = &k->facts;
    k->group = false;
    f->constraint_line = line->number;
    if (!f->trigger_line)
        k->time = line->prefix.time;
    copy_until(f->constraint, sizeof f->constraint, s, ",");
    for (size_t i = 0; i < ARRAY_LEN(constraints); i++)
        if (!strcmp(f->constraint, constraints[i].word))
            f->kind = constraints[i].kind;
    size_t task = span_find(s, ",task=");
    struct span paths = span_head(s, task == SPAN_NONE ? s.len : task);
    size_t oom = span_find(paths, "oom_memcg="), own = span_find(paths, "task_memcg=");
    if (oom != SPAN_NONE)
        copy_until(f->oom_memcg, sizeof f->oom_memcg, span_from(paths, oom + 10), ",task_memcg=");
    if (own != SPAN_NONE)
        span_copy(f->task_memcg, sizeof f->task_memcg, span_from(paths, own + 11));
    constraint_victim(k, s);
    return true;
}

/* "Out of memory: Kill process 6576 (mysqld) score 651 or sacrifice child": up to 4.20, the line
 * before the kill, which may name a child instead. */
static bool hit_kill_old(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span s = span_from(line->payload, at + strlen("Kill process "));
    uint64_t pid;
    (void)err;
    enum oom_kind kind = kind_said(span_head(line->payload, at));
    if (!span_take_number(&s, &pid) || !span_take(&s, " (") || kind == OOM_UNKNOWN)
        return true;
    size_t score = span_find_last(s, ") score ");
    if (score == SPAN_NONE)
        return true;
    report_need(k, line);
    if (k->facts.kind == OOM_UNKNOWN)
        k->facts.kind = kind;
    k->facts.score = number_after(span_from(s, score), ") score ");
    k->named_pid = number_of(pid);
    span_copy(k->named_comm, sizeof k->named_comm, span_head(s, score));
    if (!k->facts.trigger_line)
        k->time = line->prefix.time;
    return true;
}

static const char kill_text[] =
    "Killed process (\\d+)(?:, UID (\\d+),)? \\((.*)\\),?(?: UID (\\d+),)?\\s+total-vm:(\\d+)kB"
    "(?:, anon-rss:(\\d+)kB(?:, file-rss:(\\d+)kB(?:, shmem-rss:(\\d+)kB)?"
    "(?:, UID:(\\d+)(?: pgtables:(\\d+)kB(?: oom_score_adj:(-?\\d+))?)?)?)?)?";
static const char kill_short_text[] = "Killed process (\\d+)(?:, UID (\\d+),)? \\((.*)\\)";

#define KILL_GROUPS 12

static void kill_store(const struct span *g, struct oom_facts *f)
{
    struct number uids[] = {group_number(g[2]), group_number(g[4]), group_number(g[9])};
    for (size_t i = 0; i < ARRAY_LEN(uids); i++)
        if (uids[i].known)
            f->uid = uids[i];
    f->total_vm_kib = group_number(g[5]);
    f->anon_rss_kib = group_number(g[6]);
    f->file_rss_kib = group_number(g[7]);
    f->shmem_rss_kib = group_number(g[8]);
    f->pgtables_kib = group_number(g[10]);
    f->oom_score_adj = group_number(g[11]);
}

/* What the kill rests on: the open report if it can be this victim's, the report before for the
 * further members of a group, else nothing. */
static bool kill_has_report(const struct kernel_log *k, const struct log_line *line,
                            struct number pid)
{
    if (k->open)
        return !k->named_surely || k->named_pid.value == pid.value;
    return k->group && line->number - k->last_line < GROUP_LINES_MAX;
}

static bool hit_kill(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span g[KILL_GROUPS] = {{0}};
    enum oom_kind said = kind_said(span_head(line->payload, at));
    if (!pattern_match(&k->kill, line->payload, at, true, g, KILL_GROUPS) &&
        (said == OOM_UNKNOWN || !pattern_match(&k->kill_short, line->payload, at, true, g, 4)))
        return true;
    struct event e = log_event(EVENT_KERNEL_OOM, line);
    e.pid = group_number(g[1]);
    span_copy(e.comm, sizeof e.comm, g[3]);
    struct oom_facts alone = {.page_kib = 4}, *f = &alone;
    bool has_report = kill_has_report(k, line, e.pid);
    if (has_report) {
        f = &k->facts;
        f->group = k->group;
        e.first_line = k->first_line;
        k->last_line = line->number;
    }
    if (f->kind == OOM_UNKNOWN)
        f->kind = said;
    f->complete = f->trigger_line != 0;
    kill_store(g, f);
    if (!has_report) {
        e.oom = f;
        return log_emit(k->m.out, &e, err);
    }
    report_close(k);
    return report_emit(k, &e, f, err);
}

/* "Tasks in /x are going to be killed due to memory.oom.group set" */
static bool hit_group(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    (void)at, (void)err;
    if (k->first_line && line->number - k->last_line < GROUP_LINES_MAX) {
        k->group = true;
        k->last_line = line->number;
    }
    return true;
}

/* "oom_reaper: reaped process 473206 (doxygen), now anon-rss:0kB, ..." */
static bool hit_reaped(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span s = span_from(line->payload, at + strlen("oom_reaper: reaped process "));
    struct event e = log_event(EVENT_OOM_REAPED, line);
    uint64_t pid;
    if (!span_take_number(&s, &pid) || !span_take(&s, " ("))
        return true;
    size_t end = span_find_last(s, "), now ");
    span_copy(e.comm, sizeof e.comm, end == SPAN_NONE ? s : span_head(s, end));
    e.pid = number_of(pid);
    return log_emit(k->m.out, &e, err);
}

/* "Adding 2097148k swap on /swapfile.  Priority:-2 extents:6 across:2260988k" */
static bool hit_swap_added(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span s = span_from(line->payload, at + strlen("Adding ")), device;
    uint64_t kib;
    char text[CGROUP_PATH_MAX];
    if (!span_take_number(&s, &kib) || !span_take(&s, "k swap on ") || !span_take_word(&s, &device))
        return true;
    if (device.p[device.len - 1] == '.')
        device.len--;
    span_copy(text, sizeof text, device);
    struct event e = log_event(EVENT_SWAP_ADDED, line);
    e.swap_kib = number_of(kib);
    e.text = text;
    return log_emit(k->m.out, &e, err);
}

/* Every line of an open report: rows of the table have no word to search for. */
static bool kernel_line(void *state, const struct log_line *line, struct err *err)
{
    struct kernel_log *k = state;
    if (line->number - k->last_line > REPORT_LINES_MAX)
        return report_flush(k, err);
    if (task_table_row(&k->tasks, line->payload, line->number))
        k->last_line = line->number;
    return true;
}

static const struct log_matcher matchers[] = {
    {"oom-killer: gfp_mask=", hit_invoked},
    {"PID: ", hit_task_header},
    {"Pid: ", hit_task_header},
    {"page allocation failure", hit_alloc_failure},
    {"Total swap = ", hit_swap},
    {"Free swap  = ", hit_swap},
    {"pages RAM", hit_pages},
    {"pages reserved", hit_pages},
    {"free_pcp:", hit_pages},
    {"Node ", hit_buddy},
    {": usage ", hit_usage},
    {"killed as a result of limit of", hit_old_limit},
    {"total_vm ", hit_table},
    {"oom-kill:constraint=", hit_constraint},
    {"Kill process ", hit_kill_old},
    {"Killed process ", hit_kill},
    {"are going to be killed due to memory.oom.group", hit_group},
    {"oom_reaper: reaped process ", hit_reaped},
    {"Adding ", hit_swap_added},
};

static bool kernel_init(void *state, struct err *err)
{
    struct kernel_log *k = state;
    return pattern_init(&k->kill, kill_text, err) &&
           pattern_init(&k->kill_short, kill_short_text, err);
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
