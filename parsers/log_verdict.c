/* Who is killed by the kernel, and why, in the words of every version: see log_report.h.
 *
 * A kill is held back by one line: "Tasks in ... are going to be killed" says of it, too, that it
 * was its whole group's.
 */
#include "parsers/log_report.h"

#define GROUP_LINES_MAX 4000

static struct number group_number(struct span group)
{
    int64_t v;
    if (!group.p || !span_take_signed(&group, &v))
        return (struct number){0};
    return (struct number){true, v};
}

/* Up to `end`, which may be missing on a cut line. */
static void text_until(char *ret, size_t cap, struct span s, const char *end)
{
    size_t at = span_find(s, end);
    span_copy(ret, cap, at == SPAN_NONE ? s : span_head(s, at));
}

static enum oom_kind kind_said(struct span before)
{
    if (span_find(before, "emory cgroup out of memory") != SPAN_NONE)
        return OOM_MEMCG;
    if (span_find(before, "No available memory in cpuset") != SPAN_NONE)
        return OOM_CPUSET;
    if (span_find(before, "No available memory (MPOL_BIND)") != SPAN_NONE)
        return OOM_MEMPOLICY;
    if (span_find(before, "ut of memory") != SPAN_NONE ||
        span_find(before, "ut of Memory") != SPAN_NONE)
        return OOM_GLOBAL;
    return OOM_UNKNOWN;
}

/* pid and uid are read from the right end: a name may hold ",pid=1". */
static void constraint_victim(struct oom_report *r, struct span s)
{
    size_t task = span_find(s, ",task="), uid = span_find_last(s, ",uid=");
    if (task == SPAN_NONE)
        return;
    size_t end = uid == SPAN_NONE ? s.len : uid;
    size_t pid = span_find_last(span_head(s, end), ",pid=");
    if (uid != SPAN_NONE)
        r->facts.uid = number_after(span_from(s, uid), ",uid=");
    struct span name = span_from(span_head(s, pid == SPAN_NONE ? end : pid), task + 6);
    span_copy(r->named_comm, sizeof r->named_comm, name);
    if (pid == SPAN_NONE || pid <= task)
        return;
    r->named_pid = number_after(span_from(s, pid), ",pid=");
    r->named_surely = r->named_pid.known;
}

static const struct {
    const char *word;
    enum oom_kind kind;
} constraints[] = {{"CONSTRAINT_NONE", OOM_GLOBAL},
                   {"CONSTRAINT_MEMCG", OOM_MEMCG},
                   {"CONSTRAINT_CPUSET", OOM_CPUSET},
                   {"CONSTRAINT_MEMORY_POLICY", OOM_MEMPOLICY}};

/* ",nodemask=(null),cpuset=/,mems_allowed=0-1,3,oom_memcg=/a,task_memcg=/a/b" up to ",task=" */
static void constraint_places(struct oom_facts *f, struct span s)
{
    size_t task = span_find(s, ",task=");
    struct span places = span_head(s, task == SPAN_NONE ? s.len : task);
    size_t mask = span_find(places, ",nodemask="), set = span_find(places, ",cpuset=");
    size_t mems = span_find(places, ",mems_allowed="), any = span_find(places, ",global_oom");
    size_t oom = span_find(places, "oom_memcg="), own = span_find(places, "task_memcg=");
    if (mask != SPAN_NONE)
        text_until(f->nodemask, sizeof f->nodemask, span_from(places, mask + 10), ",cpuset=");
    if (set != SPAN_NONE)
        text_until(f->cpuset, sizeof f->cpuset, span_from(places, set + 8), ",mems_allowed=");
    if (mems != SPAN_NONE) {
        size_t end = any != SPAN_NONE ? any : oom != SPAN_NONE ? oom - 1 : places.len;
        span_copy(f->mems_allowed, sizeof f->mems_allowed,
                  span_from(span_head(places, end), mems + 14));
    }
    if (oom != SPAN_NONE)
        text_until(f->oom_memcg, sizeof f->oom_memcg, span_from(places, oom + 10), ",task_memcg=");
    if (own != SPAN_NONE)
        span_copy(f->task_memcg, sizeof f->task_memcg, span_from(places, own + 11));
}

bool hit_constraint(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span s = span_from(line->payload, at + strlen("oom-kill:constraint="));
    enum oom_kind kind = OOM_UNKNOWN;
    char word[sizeof((struct oom_facts){0}).constraint];
    text_until(word, sizeof word, s, ",");
    for (size_t i = 0; i < ARRAY_LEN(constraints); i++)
        if (!strcmp(word, constraints[i].word))
            kind = constraints[i].kind;
    if (!kill_release(k, err))
        return false;
    struct oom_report *r = report_need(k, line, kind, LACKS_CONSTRAINT, err);
    if (!r)
        return false;
    struct oom_facts *f = &r->facts;
    k->group = false;
    f->constraint_line = line->number;
    f->kind = kind;
    memcpy(f->constraint, word, sizeof word);
    if (!f->trigger_line)
        r->time = line->prefix.time;
    constraint_places(f, s);
    constraint_victim(r, s);
    return true;
}

/* "Out of memory: Kill process 6576 (mysqld) score 651 or sacrifice child": up to 4.20, the line
 * before the kill, which may name a child instead. 2.6: "kill process ... or a child". */
bool hit_kill_old(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span s = span_from(line->payload, at + strlen("ill process "));
    uint64_t pid;
    enum oom_kind kind = kind_said(span_head(line->payload, at));
    if (!span_take_number(&s, &pid) || !span_take(&s, " (") || kind == OOM_UNKNOWN)
        return true;
    size_t score = span_find_last(s, ") score ");
    if (score == SPAN_NONE)
        return true;
    if (!kill_release(k, err))
        return false;
    struct oom_report *r = report_named(k, pid);
    if (!r)
        r = report_need(k, line, kind, LACKS_NAME, err);
    if (!r)
        return false;
    r->last_line = line->number;
    if (r->facts.kind == OOM_UNKNOWN)
        r->facts.kind = kind;
    r->facts.score = number_after(span_from(s, score), ") score ");
    r->named_pid = number_of(pid);
    span_copy(r->named_comm, sizeof r->named_comm, span_head(s, score));
    if (!r->facts.trigger_line)
        r->time = line->prefix.time;
    return true;
}

static const char kill_text[] =
    "Killed process (\\d+)(?:, UID (\\d+),)? \\((.*)\\),?(?: UID (\\d+),)?\\s+"
    "(?:total-vm|vsz):(\\d+)kB"
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

/* "Killed process 12 (nod", cut by a pager, which may say so with "..." or '>' */
static bool kill_cut(struct span s, struct span *g)
{
    static const char *const marks[] = {"...", "…", ">"};
    uint64_t pid;
    s = span_from(s, strlen("Killed process "));
    g[1] = s;
    if (!span_take_number(&s, &pid) || !span_take(&s, " ("))
        return false;
    g[3] = s;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t n = strlen(marks[i]);
        if (g[3].len >= n && !memcmp(g[3].p + g[3].len - n, marks[i], n))
            g[3].len -= n;
    }
    return true;
}

/* A further member of a group: what is known of its report is the first one's. */
static bool kill_of_group(const struct kernel_log *k, const struct log_line *line)
{
    return k->group && k->done && !log_is_beyond(line, k->group_line, GROUP_LINES_MAX);
}

bool hit_kill(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct span g[KILL_GROUPS] = {{0}};
    enum oom_kind said = kind_said(span_head(line->payload, at));
    bool full = pattern_match(&k->kill, line->payload, at, true, g, KILL_GROUPS);
    bool cut = !full && !pattern_match(&k->kill_short, line->payload, at, true, g, 4);
    if (cut && (said == OOM_UNKNOWN || !kill_cut(span_from(line->payload, at), g)))
        return true;
    struct event e = log_event(EVENT_KERNEL_OOM, line);
    e.pid = group_number(g[1]);
    span_copy(e.comm, sizeof e.comm, g[3]);
    if (!kill_release(k, err))
        return false;
    struct oom_report *r = report_of_kill(k, line, e.pid, said);
    if (!full && said == OOM_UNKNOWN && !r) /* "Killed process 12 (x)": anybody may say that */
        return true;
    struct oom_facts alone = {.page_kib = 4}, *f = &alone;
    if (r) {
        f = &r->facts;
        e.first_line = r->first_line;
        report_store_tasks(r);
        k->done = r;
        k->group = false;
        report_close(k, r);
    } else if (kill_of_group(k, line)) {
        f = &k->done->facts;
        f->group = true;
        k->group_line = line->number;
        if (number_is(e.pid, k->kill_event.pid.value)) /* the first one is listed again */
            return true;
        e.first_line = k->done->first_line;
    }
    if (f->kind == OOM_UNKNOWN)
        f->kind = said;
    f->complete = f->trigger_line != 0;
    kill_store(g, f);
    if (!r)
        return kill_emit(k, &e, f, err);
    k->held = true;
    k->kill_event = e;
    k->m.wants_lines = true;
    return true;
}

/* "Tasks in /x are going to be killed due to memory.oom.group set" */
bool hit_group(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    if (!k->done || log_is_beyond(line, k->done->last_line, GROUP_LINES_MAX))
        return true;
    struct oom_facts *f = &k->done->facts;
    struct span path = span_head(line->payload, at);
    k->group = f->group = true;
    k->group_line = line->number;
    if (span_take(&path, "Tasks in "))
        span_copy(f->group_memcg, sizeof f->group_memcg, span_trim(path));
    if (!f->task_memcg[0])
        memcpy(f->task_memcg, f->group_memcg, sizeof f->task_memcg);
    return kill_release(k, err);
}

/* "Out of memory and no killable processes...", a panic: the report ends here. */
bool hit_nobody(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kernel_log *k = state;
    struct oom_report *r = report_for(k, line, OOM_UNKNOWN, LACKS_NOTHING);
    (void)at;
    return kill_release(k, err) && (!r || report_end(k, r, err));
}

bool verdict_init(struct kernel_log *k, struct err *err)
{
    return pattern_init(&k->kill, kill_text, err) &&
           pattern_init(&k->kill_short, kill_short_text, err);
}
