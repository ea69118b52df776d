/* Programs that kill for want of memory: earlyoom, nohang, facebook's oomd, Talos, Android's lmkd.
 *
 * systemd-oomd has a file of its own (log_oomd.c). A signal that is sent again to the same process
 * is the same victim: its event says which attempt it was. What they print about free memory while
 * they watch is EVENT_MEMORY.
 */
#include "parsers/log_module.h"
#include "parsers/log_sizes.h"

struct killers_log {
    struct log_module_state m;
    struct event last; /* the last victim, for what is said of it later */
    struct killer_facts last_facts;
    struct number nohang_pid, nohang_uid, nohang_badness, nohang_rss_kib;
    char nohang_name[COMM_MAX];
};

static struct number mib_to_kib(struct number mib)
{
    return mib.known && mib.value >= 0 && mib.value < INT64_MAX / 1024
               ? (struct number){true, mib.value * 1024}
               : (struct number){0};
}

static struct number number_behind(struct span s, const char *key)
{
    int64_t v;
    size_t at = span_find(s, key);
    if (at == SPAN_NONE)
        return (struct number){0};
    s = span_trim_left(span_from(s, at + strlen(key)));
    return span_take_signed(&s, &v) ? (struct number){true, v} : (struct number){0};
}

static bool emit_kill(struct killers_log *k, struct event *e, struct killer_facts *f,
                      struct err *err)
{
    bool again = e->pid.known && k->last.kind == EVENT_USER_KILL && k->last.pid.known &&
                 k->last.pid.value == e->pid.value && k->last_facts.killer == f->killer &&
                 k->last.boot == k->m.out->boot;
    f->attempt = again ? k->last_facts.attempt + 1 : 1;
    k->last = *e;
    k->last.boot = k->m.out->boot;
    k->last_facts = *f;
    e->killer = f;
    return log_emit(k->m.out, e, err);
}

/* "SIGTERM", "15" */
static void store_signal(struct killer_facts *f, struct span s)
{
    const char *name = span_is(s, "15") ? "SIGTERM" : span_is(s, "9") ? "SIGKILL" : NULL;
    span_copy(f->signal, sizeof f->signal, name ? (struct span){name, strlen(name)} : s);
    f->dry_run = strncmp(f->signal, "SIG", 3) != 0;
}

/* -- earlyoom -- */

/* sending SIGTERM to process 906175 uid 1000 "java": oom_score 1170, oom_score_adj 0, VmRSS 4 MiB
 * killing process 27541 "bash" with signal 15: badness 550, VmRSS 7609 MiB */
static bool earlyoom_quoted(struct span s, size_t rss, struct event *e, struct killer_facts *f)
{
    struct span word;
    size_t sending = span_find(s, "sending "), process = span_find(s, " process ");
    uint64_t pid, uid;
    if (process == SPAN_NONE)
        return false;
    struct span rest = span_from(s, process + strlen(" process "));
    if (!span_take_number(&rest, &pid))
        return false;
    if (span_take(&rest, " uid ") && span_take_number(&rest, &uid))
        f->uid = number_of(uid);
    struct span head = span_head(rest, (size_t)(s.p + rss - rest.p)); /* names may hold quotes */
    size_t end = span_find_last(head, "\": ");
    if (end == SPAN_NONE)
        end = span_find_last(head, "\" with signal ");
    if (!span_take(&rest, " \"") || end == SPAN_NONE || end < 2)
        return false;
    span_copy(e->comm, sizeof e->comm, span_head(rest, end - 2));
    struct span after = span_from(head, end);
    struct number old = number_behind(after, " with signal ");
    e->pid = number_of(pid);
    if (old.known) {
        store_signal(f, old.value == 9 ? (struct span){"9", 1} : (struct span){"15", 2});
    } else {
        struct span signal = span_from(s, sending == SPAN_NONE ? s.len : sending + 8);
        if (!span_take_word(&signal, &word))
            return false;
        store_signal(f, word);
    }
    return true;
}

/* Killing process 'bash' with signal 15, pid: 5874, badness: 538, VmRSS: 3160 MiB
 * Killing process: bash, pid: 5874, badness: 538, VmRSS: 3160 MiB */
static bool earlyoom_old(struct span s, size_t rss, struct event *e, struct killer_facts *f)
{
    size_t start = span_find(s, "Killing process");
    struct span head = span_head(s, rss);
    size_t pid = span_find_last(head, ", pid: "), signal = span_find_last(head, "' with signal ");
    if (start == SPAN_NONE || pid == SPAN_NONE || pid < start)
        return false;
    struct span name = span_from(span_head(s, signal == SPAN_NONE ? pid : signal), start + 15);
    if (!span_take(&name, " '") && !span_take(&name, ": "))
        return false;
    span_copy(e->comm, sizeof e->comm, name);
    e->pid = number_behind(span_from(s, pid), ", pid: ");
    if (signal != SPAN_NONE) {
        struct span number = span_from(s, signal + strlen("' with signal "));
        size_t comma = span_find(number, ",");
        store_signal(f, span_head(number, comma == SPAN_NONE ? number.len : comma));
    } else {
        store_signal(f, (struct span){"9", 1});
    }
    return e->pid.known;
}

static bool hit_earlyoom(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct killers_log *k = state;
    struct killer_facts f = {.killer = KILLER_EARLYOOM};
    struct event e = log_event(EVENT_USER_KILL, line);
    struct span s = line->payload, rss = span_from(s, at + strlen("VmRSS"));
    int64_t mib;
    span_take(&rss, ":");
    rss = span_trim_left(rss);
    if (!span_take_signed(&rss, &mib) || !span_starts(rss, " MiB"))
        return true;
    if (!earlyoom_quoted(s, at, &e, &f) && !earlyoom_old(s, at, &e, &f))
        return true;
    struct span facts = span_head(s, at);
    f.rss_kib = mib_to_kib((struct number){true, mib});
    f.score = number_behind(facts, "badness");
    if (!f.score.known)
        f.score = number_behind(facts, "badness:");
    if (!f.score.known)
        f.score = number_behind(facts, " oom_score ");
    f.oom_score_adj = number_behind(facts, " oom_score_adj ");
    return emit_kill(k, &e, &f, err);
}

/* "escalating to SIGKILL after 6.2 seconds": of the process that was named last */
static bool hit_escalating(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct killers_log *k = state;
    (void)at;
    if (k->last.kind != EVENT_USER_KILL || k->last_facts.killer != KILLER_EARLYOOM)
        return true;
    struct killer_facts f = k->last_facts;
    struct event e = log_event(EVENT_USER_KILL, line);
    e.pid = k->last.pid;
    memcpy(e.comm, k->last.comm, sizeof e.comm);
    store_signal(&f, (struct span){"9", 1});
    return emit_kill(k, &e, &f, err);
}

/* "2430 of 31808 MiB ( 7.64%)", "5259 MiB (67 %)" */
static void take_free(struct span s, const char *key, struct number *ret_free,
                      struct number *ret_total)
{
    size_t at = span_find(s, key);
    *ret_free = mib_to_kib(number_behind(s, key));
    s = span_from(s, at == SPAN_NONE ? s.len : at);
    size_t unit = span_find(s, " MiB"), of = span_find(s, " of ");
    if (of != SPAN_NONE && of < unit)
        *ret_total = mib_to_kib(number_behind(s, " of "));
}

/* "mem avail:  2430 of 31808 MiB ( 7.64%), swap free: 1419 of 15903 MiB ( 8.93%)" */
static bool hit_mem_avail(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct killers_log *k = state;
    struct memory_facts f = {0};
    struct event e = log_event(EVENT_MEMORY, line);
    struct span s = span_from(line->payload, at);
    take_free(s, "mem avail:", &f.available_kib, &f.total_kib);
    take_free(s, "swap free:", &f.swap_free_kib, &f.swap_total_kib);
    if (!f.available_kib.known || !f.swap_free_kib.known)
        return true;
    e.memory = &f;
    return log_emit(k->m.out, &e, err);
}

/* -- nohang -- */

/* "  PID: 12345, Name: node, badness: 892", "  PID:       123, name: node, state: R, EUID: 1000" */
static bool hit_nohang_victim(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct killers_log *k = state;
    struct span s = span_trim_left(line->payload);
    (void)err;
    size_t name = span_find(s, ", Name: "), small = span_find(s, ", name: ");
    if (small < name)
        name = small;
    size_t skipped = line->payload.len - s.len;
    if (!span_starts(s, "PID: ") || name == SPAN_NONE || at < skipped + name + 8)
        return true;
    k->nohang_pid = number_behind(s, "PID: ");
    k->nohang_rss_kib = (struct number){0};
    struct span rest = span_from(s, name + 8), end = span_head(rest, at - skipped - name - 8);
    size_t state_at = span_find(end, ", state: ");
    span_copy(k->nohang_name, sizeof k->nohang_name,
              span_head(end, state_at == SPAN_NONE ? end.len : state_at));
    struct number badness = number_behind(rest, ", badness: ");
    if (badness.known)
        k->nohang_badness = badness;
    k->nohang_uid = number_behind(rest, ", EUID: ");
    return true;
}

/* "  Vm, MiB:   Size: 2000, RSS: 1500 (Anon: 1490, ...), Swap: 0" */
static bool hit_nohang_size(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct killers_log *k = state;
    (void)err;
    k->nohang_rss_kib = mib_to_kib(number_behind(span_from(line->payload, at), ", RSS: "));
    return true;
}

/* "Sending SIGTERM to the victim" */
static bool hit_nohang_kill(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct killers_log *k = state;
    struct killer_facts f = {.killer = KILLER_NOHANG,
                             .uid = k->nohang_uid,
                             .score = k->nohang_badness,
                             .rss_kib = k->nohang_rss_kib};
    struct event e = log_event(EVENT_USER_KILL, line);
    struct span before = span_head(line->payload, at);
    size_t sending = span_find_last(before, "Sending ");
    struct span signal = span_from(before, sending == SPAN_NONE ? before.len : sending + 8);
    if (!span_starts(signal, "SIG") || span_find(signal, " ") != SPAN_NONE)
        return true;
    store_signal(&f, signal);
    e.pid = k->nohang_pid;
    memcpy(e.comm, k->nohang_name, sizeof e.comm);
    return emit_kill(k, &e, &f, err);
}

/* "MemAvailable [47 MiB, 0.4 %] <= soft_threshold_min_mem [590 MiB, 5.0 %]" */
static bool hit_nohang_memory(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct killers_log *k = state;
    struct memory_facts f = {0};
    struct event e = log_event(EVENT_MEMORY, line);
    struct span s = span_from(line->payload, at);
    f.available_kib = mib_to_kib(number_behind(s, "MemAvailable ["));
    f.swap_free_kib = mib_to_kib(number_behind(s, "SwapFree ["));
    if (!f.available_kib.known)
        return true;
    e.memory = &f;
    return log_emit(k->m.out, &e, err);
}

/* -- facebook's oomd -- */

/* The last word of *s goes to *ret. */
static bool pop_word(struct span *s, struct span *ret)
{
    struct span t = span_trim(*s);
    size_t space = span_find_last(t, " ");
    if (!t.len)
        return false;
    *ret = span_from(t, space == SPAN_NONE ? 0 : space + 1);
    *s = span_head(t, space == SPAN_NONE ? 0 : space);
    return true;
}

/* "oomd kill: 50.85 49.35 30.53 system.slice/web.service 6905962496 ruleset:[protection] ...
 * killer:kill_by_swap_usage v2" */
static bool hit_ruleset(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct killers_log *k = state;
    struct killer_facts f = {.killer = KILLER_FACEBOOK_OOMD};
    struct event e = log_event(EVENT_USER_KILL, line);
    struct span before = span_head(line->payload, at), size, cgroup, pressure;
    uint64_t bytes;
    char reason[COMM_MAX];
    if (!pop_word(&before, &size) || !pop_word(&before, &cgroup) || !pop_word(&before, &pressure) ||
        !span_take_number(&size, &bytes) || size.len || !char_is_digit(*pressure.p))
        return true;
    struct span s = span_from(line->payload, at);
    size_t killer = span_find(s, "killer:");
    if (killer == SPAN_NONE)
        return true;
    struct span why = span_from(s, killer + 7), word;
    if (span_take_word(&why, &word)) {
        span_copy(reason, sizeof reason, word);
        e.text = reason;
    }
    f.rss_kib = number_of(bytes / 1024);
    f.dry_run = span_find(s, "(dry)") != SPAN_NONE;
    span_copy(f.cgroup, sizeof f.cgroup, cgroup);
    cgroup_identity(f.cgroup, &f.identity);
    return emit_kill(k, &e, &f, err);
}

/* -- Talos -- */

/* [talos] Sending SIGKILL to cgroup {"component": ..., "cgroup": "/sys/fs/cgroup/kubepods/..."} */
static bool hit_talos(void *state, const struct log_line *line, size_t at, struct err *err)
{
    static const char key[] = "\"cgroup\":";
    struct killers_log *k = state;
    struct killer_facts f = {.killer = KILLER_TALOS};
    struct event e = log_event(EVENT_USER_KILL, line);
    struct span before = span_head(line->payload, at), s = span_from(line->payload, at);
    size_t sending = span_find_last(before, "Sending "), path = span_find(s, key);
    if (sending == SPAN_NONE || path == SPAN_NONE)
        return true;
    store_signal(&f, span_from(before, sending + 8));
    s = span_trim_left(span_from(s, path + strlen(key)));
    size_t end = span_take(&s, "\"") ? span_find(s, "\"") : SPAN_NONE;
    span_copy(f.cgroup, sizeof f.cgroup, end == SPAN_NONE ? s : span_head(s, end));
    cgroup_identity(f.cgroup, &f.identity);
    return emit_kill(k, &e, &f, err);
}

/* -- Android -- */

/* Kill 'com.example.app' (24017), uid 10123, oom_score_adj 900 to free 4963256kB rss, 0kB swap
 * Killing 'android.browser' (28649), adj 18, score_adj 1000, */
static bool hit_lmkd(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct killers_log *k = state;
    struct killer_facts f = {.killer = KILLER_LMKD, .signal = "SIGKILL"};
    struct event e = log_event(EVENT_USER_KILL, line);
    struct span s = span_from(line->payload, at);
    uint64_t pid;
    s = span_from(s, span_find(s, "'") + 1);
    size_t end = span_find(s, "' (");
    struct span rest = span_from(s, end == SPAN_NONE ? s.len : end + 3);
    if (!span_take_number(&rest, &pid) || !span_take(&rest, ")"))
        return true;
    f.oom_score_adj = number_behind(rest, "oom_score_adj ");
    if (!f.oom_score_adj.known)
        f.oom_score_adj = number_behind(rest, "score_adj ");
    if (!f.oom_score_adj.known)
        f.oom_score_adj = number_behind(rest, ", adj ");
    if (!f.oom_score_adj.known && span_find(rest, "to free ") == SPAN_NONE)
        return true;
    f.uid = number_behind(rest, ", uid ");
    f.rss_kib = number_behind(rest, "to free ");
    span_copy(e.comm, sizeof e.comm, span_head(s, end));
    e.pid = number_of(pid);
    return emit_kill(k, &e, &f, err);
}

static const struct log_matcher matchers[] = {
    {"VmRSS", hit_earlyoom},
    {"escalating to SIGKILL after ", hit_escalating},
    {"mem avail:", hit_mem_avail},
    {", badness: ", hit_nohang_victim},
    {", EUID: ", hit_nohang_victim},
    {"Vm, MiB: ", hit_nohang_size},
    {" to the victim", hit_nohang_kill},
    {"MemAvailable [", hit_nohang_memory},
    {"ruleset:[", hit_ruleset},
    {" to cgroup {", hit_talos},
    {"Kill '", hit_lmkd},
    {"Killing '", hit_lmkd},
};

const struct log_module log_killers_module = {
    .name = "killers",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct killers_log),
};
