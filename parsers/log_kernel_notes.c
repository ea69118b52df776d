/* What the kernel says about memory besides its OOM reports: victims that are gone or were spared,
 * swap that came, allocations that failed, tasks that hang, processes that crashed, lost lines.
 *
 * The texts of EVENT_OOM_NOTE: "shares-memory" (killed with the victim, whose memory it shares),
 * "already-exiting" (spared, it is dying), "not-reaped", "no-killable-process", "panic",
 * "fault-leaked". Those of EVENT_PROCESS_CRASH: "trap int3" (how V8 aborts), "segfault" and the
 * like, "core dump".
 */
#include "parsers/log_module.h"

struct notes_log {
    struct log_module_state m;
    struct number dumped_pid; /* systemd-coredump speaks twice of each */
};

/* "N (comm)" up to `end` or the last parenthesis: names may hold parentheses. */
static bool take_process(struct span s, const char *end, struct event *e)
{
    uint64_t pid;
    if (!span_take_number(&s, &pid) || !span_take(&s, " ("))
        return false;
    size_t at = span_find_last(s, end);
    if (at == SPAN_NONE)
        at = span_find_last(s, ")");
    span_copy(e->comm, sizeof e->comm, at == SPAN_NONE ? s : span_head(s, at));
    e->pid = number_of(pid);
    return true;
}

/* "oom_reaper: reaped process 473206 (doxygen), now anon-rss:0kB, ..." */
static bool hit_reaped(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct notes_log *n = state;
    struct event e = log_event(EVENT_OOM_REAPED, line);
    struct span s = span_from(line->payload, at + strlen("oom_reaper: reaped process "));
    return !take_process(s, "), now ", &e) || log_emit(n->m.out, &e, err);
}

/* "oom_reaper: unable to reap pid:4711 (node)" */
static bool hit_unreaped(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct notes_log *n = state;
    struct event e = log_event(EVENT_OOM_NOTE, line);
    struct span s = span_from(line->payload, at + strlen("oom_reaper: unable to reap pid:"));
    e.text = "not-reaped";
    return !take_process(s, ")", &e) || log_emit(n->m.out, &e, err);
}

/* "Kill process 12 (node) sharing same memory" */
static bool hit_sharing(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct notes_log *n = state;
    struct event e = log_event(EVENT_OOM_NOTE, line);
    struct span s = span_head(line->payload, at + 1);
    size_t start = span_find_last(s, "Kill process ");
    if (start == SPAN_NONE)
        return true;
    e.text = "shares-memory";
    s = span_from(s, start + strlen("Kill process "));
    return !take_process(s, ")", &e) || log_emit(n->m.out, &e, err);
}

/* "OOM victim 12 (node) is already exiting. Skip killing the task" */
static bool hit_exiting(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct notes_log *n = state;
    struct event e = log_event(EVENT_OOM_NOTE, line);
    struct span s = span_from(line->payload, at + strlen("OOM victim "));
    e.text = "already-exiting";
    return !take_process(s, ") is already", &e) || log_emit(n->m.out, &e, err);
}

static bool emit_note(void *state, const struct log_line *line, const char *text, struct err *err)
{
    struct notes_log *n = state;
    struct event e = log_event(EVENT_OOM_NOTE, line);
    e.text = text;
    return log_emit(n->m.out, &e, err);
}

static bool hit_nobody(void *state, const struct log_line *line, size_t at, struct err *err)
{
    (void)at;
    return emit_note(state, line, "no-killable-process", err);
}

/* "Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled", "... System is
 * deadlocked on memory" */
static bool hit_panic(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct span s = span_from(line->payload, at + strlen("Kernel panic - not syncing: "));
    if (!span_starts(s, "Out of memory") && !span_starts(s, "out of memory") &&
        !span_starts(s, "System is deadlocked on memory"))
        return true;
    return emit_note(state, line, "panic", err);
}

static bool hit_leaked(void *state, const struct log_line *line, size_t at, struct err *err)
{
    (void)at;
    return emit_note(state, line, "fault-leaked", err);
}

/* "Adding 2097148k swap on /swapfile.  Priority:-2 extents:6 across:2260988k" */
static bool hit_swap_added(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct notes_log *n = state;
    struct span before = span_head(line->payload, at), s = span_from(line->payload, at), device;
    size_t number = span_find_last(before, "Adding ");
    uint64_t kib;
    char text[CGROUP_PATH_MAX];
    if (number == SPAN_NONE)
        return true;
    before = span_from(before, number + strlen("Adding "));
    if (!span_take_number(&before, &kib) || before.len || !span_take(&s, "k swap on ") ||
        !span_take_word(&s, &device))
        return true;
    if (device.p[device.len - 1] == '.')
        device.len--;
    span_copy(text, sizeof text, device);
    struct event e = log_event(EVENT_SWAP_ADDED, line);
    e.swap_kib = number_of(kib);
    e.text = text;
    return log_emit(n->m.out, &e, err);
}

/* "INFO: task node:2201 blocked for more than 120 seconds." */
static bool hit_hung(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct notes_log *n = state;
    struct span who = span_head(line->payload, at), s = span_from(line->payload, at);
    size_t task = span_find(who, "INFO: task "), colon = span_find_last(who, ":");
    struct note_facts note = {0};
    uint64_t pid, seconds;
    if (task == SPAN_NONE || colon == SPAN_NONE || colon < task + 11)
        return true;
    struct span number = span_from(who, colon + 1);
    if (!span_take_number(&number, &pid) || !span_take(&s, " blocked for more than ") ||
        !span_take_number(&s, &seconds))
        return true;
    struct event e = log_event(EVENT_HUNG_TASK, line);
    span_copy(e.comm, sizeof e.comm, span_from(span_head(who, colon), task + 11));
    e.pid = number_of(pid);
    note.seconds = number_of(seconds);
    e.note = &note;
    return log_emit(n->m.out, &e, err);
}

/* -- lost lines -- */

static bool emit_gap(void *state, const struct log_line *line, uint64_t count, const char *who,
                     struct err *err)
{
    struct notes_log *n = state;
    struct note_facts note = {.count = number_of(count)};
    struct event e = log_event(EVENT_LOG_GAP, line);
    e.note = &note;
    e.text = who;
    return log_emit(n->m.out, &e, err);
}

/* The number that ends before `s` ends: "** 23" */
static bool number_before(struct span s, uint64_t *ret)
{
    s = span_trim(s);
    size_t start = s.len;
    while (start && char_is_digit(s.p[start - 1]))
        start--;
    s = span_from(s, start);
    return span_take_number(&s, ret);
}

/* "oom_kill_process: 8 callbacks suppressed"; other subsystems' loss says nothing about memory. */
static bool hit_suppressed(void *state, const struct log_line *line, size_t at, struct err *err)
{
    static const char *const about_memory[] = {"oom_kill_process",  "out_of_memory", "dump_header",
                                               "warn_alloc",        "mem_cgroup",    "__ratelimit",
                                               "page_alloc_failure"};
    struct span before = span_head(line->payload, at);
    uint64_t count;
    if (!number_before(before, &count))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(about_memory); i++)
        if (span_find(before, about_memory[i]) != SPAN_NONE)
            return emit_gap(state, line, count, about_memory[i], err);
    return true;
}

/* "** 23 printk messages dropped **" */
static bool hit_dropped(void *state, const struct log_line *line, size_t at, struct err *err)
{
    uint64_t count;
    return !number_before(span_head(line->payload, at), &count) ||
           emit_gap(state, line, count, "printk", err);
}

/* "Missed 123 kernel messages" */
static bool hit_missed(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct span before = span_head(line->payload, at);
    uint64_t count;
    size_t missed = span_find_last(before, "Missed ");
    return missed == SPAN_NONE || !number_before(span_from(before, missed + 6), &count) ||
           emit_gap(state, line, count, "journald", err);
}

/* "imklog: 123 messages lost due to rate-limiting", "imuxsock lost 123 messages from pid 456 due to
 * rate-limiting" */
static bool hit_rate(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct span before = span_head(line->payload, at);
    size_t lost = span_find(before, " lost "), last = span_find(before, " messages lost");
    uint64_t count;
    if (lost != SPAN_NONE) {
        struct span s = span_from(before, lost + strlen(" lost "));
        if (span_take_number(&s, &count))
            return emit_gap(state, line, count, "rsyslog", err);
    }
    return last == SPAN_NONE || !number_before(span_head(before, last), &count) ||
           emit_gap(state, line, count, "rsyslog", err);
}

/* "Suppressed 1234 messages from web.service" */
static bool hit_journal(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct span before = span_head(line->payload, at);
    size_t said = span_find_last(before, "Suppressed ");
    uint64_t count;
    return said == SPAN_NONE || !number_before(span_from(before, said + 10), &count) ||
           emit_gap(state, line, count, "journald", err);
}

/* -- crashes -- */

static bool emit_crash(struct notes_log *n, const struct log_line *line, struct event *e,
                       const char *text, const char *signal, struct span executable,
                       struct err *err)
{
    struct note_facts note = {0};
    span_copy(note.signal, sizeof note.signal, (struct span){signal, strlen(signal)});
    span_copy(note.executable, sizeof note.executable, executable);
    e->line = line->number;
    e->text = text;
    e->note = &note;
    return log_emit(n->m.out, e, err);
}

/* "in node[400000+a8000]" */
static struct span faulty_object(struct span s)
{
    size_t in = span_find_last(s, " in ");
    s = span_from(s, in == SPAN_NONE ? s.len : in + 4);
    size_t bracket = span_find(s, "[");
    return bracket == SPAN_NONE ? s : span_head(s, bracket);
}

/* "traps: node[16063] trap int3 ip:...", "node[123]: segfault at 0 ip ...", "traps: node[1] general
 * protection fault ip:..." */
static bool hit_trap(void *state, const struct log_line *line, size_t at, struct err *err)
{
    static const struct {
        const char *said, *text, *signal;
    } traps[] = {{" trap int3 ip:", "trap int3", "SIGTRAP"},
                 {" trap invalid opcode ip:", "invalid opcode", "SIGILL"},
                 {": segfault at ", "segfault", "SIGSEGV"},
                 {" general protection", "general protection fault", "SIGSEGV"}};
    struct span who = span_head(line->payload, at), s = span_from(line->payload, at + 1);
    size_t open = span_find_last(who, "[");
    uint64_t pid;
    if (open == SPAN_NONE)
        return true;
    struct span number = span_from(who, open + 1);
    if (!span_take_number(&number, &pid) || number.len)
        return true;
    who = span_head(who, open);
    span_take(&who, "traps: ");
    for (size_t i = 0; i < ARRAY_LEN(traps); i++) {
        if (!span_starts(s, traps[i].said))
            continue;
        struct event e = log_event(EVENT_PROCESS_CRASH, line);
        span_copy(e.comm, sizeof e.comm, who);
        e.pid = number_of(pid);
        return emit_crash(state, line, &e, traps[i].text, traps[i].signal, faulty_object(s), err);
    }
    return true;
}

/* "Process 17258 (node) of user 1000 dumped core.", "... terminated abnormally with signal 6/ABRT,
 * processing..." */
static bool hit_core(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct notes_log *n = state;
    struct span who = span_head(line->payload, at), s = span_from(line->payload, at), name;
    struct event e = log_event(EVENT_PROCESS_CRASH, line);
    char signal[16] = "";
    size_t process = span_find(who, "Process "), given = span_find(s, "/");
    if (process == SPAN_NONE || !take_process(span_from(who, process + 8), ") of user", &e))
        return true;
    if (n->dumped_pid.known && n->dumped_pid.value == e.pid.value)
        return true;
    n->dumped_pid = e.pid;
    if (given != SPAN_NONE) {
        name = span_from(s, given + 1);
        size_t end = span_find(name, ",");
        memcpy(signal, "SIG", 4);
        span_copy(signal + 3, sizeof signal - 3, end == SPAN_NONE ? name : span_head(name, end));
    }
    return emit_crash(n, line, &e, "core dump", signal, (struct span){"", 0}, err);
}

static const struct log_matcher matchers[] = {
    {"oom_reaper: reaped process ", hit_reaped},
    {"oom_reaper: unable to reap pid:", hit_unreaped},
    {") sharing same memory", hit_sharing},
    {"OOM victim ", hit_exiting},
    {"Out of memory and no killable processes", hit_nobody},
    {"Kernel panic - not syncing: ", hit_panic},
    {"VM_FAULT_OOM leaked out", hit_leaked},
    {"k swap on ", hit_swap_added},
    {" blocked for more than ", hit_hung},
    {" callbacks suppressed", hit_suppressed},
    {" printk messages dropped", hit_dropped},
    {" kernel messages", hit_missed},
    {"due to rate-limiting", hit_rate},
    {" messages from ", hit_journal},
    {"] trap int3 ip:", hit_trap},
    {"] trap invalid opcode ip:", hit_trap},
    {"]: segfault at ", hit_trap},
    {"] general protection", hit_trap},
    {" dumped core.", hit_core},
    {" terminated abnormally with signal ", hit_core},
};

const struct log_module log_kernel_notes_module = {
    .name = "kernel-notes",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct notes_log),
};
