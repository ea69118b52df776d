/* PM2's own log: starts, stops, restarts for memory and ends of processes, in the wordings of 0.12,
 * 2.x and 3 to 7.
 *
 * The line of a memory restart has only the process's number; its name is remembered from the lines
 * before. The one that says that PM2 gives up has the script: it follows the process's last end.
 * Nothing is joined here.
 */
#include "parsers/log_module.h"

#define NAMES_MAX 64                  /* the oldest is forgotten */
#define LIMIT_MIN (INT64_C(16) << 20) /* less than Node itself needs: octets were not meant */

struct pm2_name {
    bool used;
    int64_t id;
    char name[COMM_MAX];
};

struct pm2_log {
    struct log_module_state m;
    struct pm2_name names[NAMES_MAX];
    size_t next_name;
    char last_exit[COMM_MAX];
    struct number last_exit_id;
};

static void remember(struct pm2_log *p, struct number id, const char *name)
{
    size_t i = 0;
    if (!id.known)
        return;
    while (i < NAMES_MAX && !(p->names[i].used && p->names[i].id == id.value))
        i++;
    if (i == NAMES_MAX)
        i = p->next_name++ % NAMES_MAX;
    p->names[i].used = true;
    p->names[i].id = id.value;
    memcpy(p->names[i].name, name, COMM_MAX);
}

/* The process that a line is about. */
struct subject {
    char name[COMM_MAX];
    struct number id, pid;
    bool old;
    struct span rest; /* what the line says of it */
};

static void take_id(struct span s, struct subject *ret)
{
    uint64_t v;
    ret->old = span_take(&s, "_old_");
    if (span_take_number(&s, &v))
        ret->id = number_of(v);
}

static struct number number_in(struct span s, const char *key)
{
    size_t at = span_find(s, key);
    uint64_t v;
    if (at == SPAN_NONE)
        return (struct number){0};
    s = span_from(s, at + strlen(key));
    return span_take_number(&s, &v) ? number_of(v) : (struct number){0};
}

/* The end of "[name:id]": names may have brackets themselves, so that what may follow counts. */
static size_t end_of_brackets(struct span s)
{
    static const char *const after[] = {
        "] online",           "] starting in ", "] exited with code ",
        "] will restart in ", "] with id [",    "] disconnected"};
    for (size_t i = 0; i < ARRAY_LEN(after); i++) {
        size_t end = span_find_last(s, after[i]);
        if (end != SPAN_NONE)
            return end;
    }
    return span_find(s, "]");
}

/* "App [shop:_old_0] ...", "App [x] with id [0] and pid [1797], ...", "App name:x id:0 ...",
 * "Stopping app:x id:0", "... for app name:x id:0". */
static bool take_subject(struct span s, struct subject *ret)
{
    *ret = (struct subject){0};
    struct span name;
    size_t end;
    if (span_take(&s, "App [")) {
        end = end_of_brackets(s);
        if (end == SPAN_NONE)
            return false;
        name = span_head(s, end);
        ret->rest = span_from(s, end + 1);
        size_t colon = span_find_last(name, ":");
        if (span_starts(ret->rest, " with id [")) {
            take_id(span_from(ret->rest, strlen(" with id [")), ret);
            ret->pid = number_in(ret->rest, "and pid [");
        } else if (colon != SPAN_NONE) {
            take_id(span_from(name, colon + 1), ret);
            name = span_head(name, colon);
        }
    } else if (span_take(&s, "App name:") || span_take(&s, "app name:") ||
               span_take(&s, "Stopping app:")) {
        end = span_find_last(s, " id:");
        if (end == SPAN_NONE)
            return false;
        name = span_head(s, end);
        ret->rest = span_from(s, end + strlen(" id:"));
        take_id(ret->rest, ret);
        size_t space = span_find(ret->rest, " ");
        ret->rest = span_from(ret->rest, space == SPAN_NONE ? ret->rest.len : space);
    } else {
        return false;
    }
    span_copy(ret->name, sizeof ret->name, name);
    return true;
}

static struct event pm2_event(enum event_kind kind, const struct log_line *line,
                              const struct subject *who, struct pm2_facts *facts)
{
    struct event e = log_event(kind, line);
    memcpy(e.comm, who->name, sizeof e.comm);
    e.pid = who->pid;
    facts->id = who->id;
    facts->old = who->old;
    e.pm2 = facts;
    return e;
}

/* -- what happens to one -- */

/* "exited with code [0] via signal [SIGKILL]", "exited with code SIGKILL", "exited with code 100"
 */
static bool take_exit(struct pm2_log *p, const struct log_line *line, const struct subject *who,
                      struct span s, struct err *err)
{
    struct pm2_facts facts = {0};
    struct span word;
    size_t signal = span_find(s, "via signal [");
    facts.exit_code = number_in(span_head(s, 8), "[");
    if (signal != SPAN_NONE) {
        s = span_from(s, signal + strlen("via signal ["));
        size_t end = span_find(s, "]");
        span_copy(facts.signal, sizeof facts.signal, end == SPAN_NONE ? s : span_head(s, end));
    } else if (span_starts(s, "SIG") && span_take_word(&s, &word)) {
        span_copy(facts.signal, sizeof facts.signal, word);
    } else if (!facts.exit_code.known) {
        facts.exit_code = number_in(s, "");
    }
    memcpy(p->last_exit, who->name, sizeof p->last_exit);
    p->last_exit_id = who->id;
    struct event e = pm2_event(EVENT_PM2_EXIT, line, who, &facts);
    return log_emit(p->m.out, &e, err);
}

static bool take_start(struct pm2_log *p, const struct log_line *line, const struct subject *who,
                       struct span mode, bool online, struct err *err)
{
    struct pm2_facts facts = {.online = online};
    size_t end = span_find(mode, " mode-");
    if (span_take(&mode, "-") && end != SPAN_NONE)
        span_copy(facts.mode, sizeof facts.mode, span_head(mode, end - 1));
    struct event e = pm2_event(EVENT_PM2_START, line, who, &facts);
    return log_emit(p->m.out, &e, err);
}

static bool take_backoff(struct pm2_log *p, const struct log_line *line, const struct subject *who,
                         struct span delay, struct err *err)
{
    struct pm2_facts facts = {.delay_ms = number_in(delay, "")};
    struct event e = pm2_event(EVENT_PM2_BACKOFF, line, who, &facts);
    return !facts.delay_ms.known || log_emit(p->m.out, &e, err);
}

static bool hit_app(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct pm2_log *p = state;
    struct subject who;
    if (!take_subject(span_from(line->payload, at), &who) || !who.id.known)
        return true;
    remember(p, who.id, who.name);
    struct span rest = who.rest;
    size_t exit = span_find(rest, "exited with code ");
    if (exit != SPAN_NONE)
        return take_exit(p, line, &who, span_from(rest, exit + strlen("exited with code ")), err);
    if (span_is(rest, " online"))
        return take_start(p, line, &who, span_from(rest, rest.len), true, err);
    if (span_take(&rest, " starting in "))
        return take_start(p, line, &who, rest, false, err);
    if (span_take(&rest, " will restart in "))
        return take_backoff(p, line, &who, rest, err);
    return true;
}

/* "Starting execution sequence in -fork mode- for app name:x id:0" */
static bool hit_sequence(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct subject who;
    struct span s = span_from(line->payload, at + strlen("Starting execution sequence in "));
    size_t app = span_find(s, "app name:");
    if (app == SPAN_NONE || !take_subject(span_from(s, app), &who) || !who.id.known)
        return true;
    remember(state, who.id, who.name);
    return take_start(state, line, &who, s, false, err);
}

static bool hit_stopping(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct pm2_log *p = state;
    struct subject who;
    struct pm2_facts facts = {0};
    if (!take_subject(span_from(line->payload, at), &who) || !who.id.known)
        return true;
    remember(p, who.id, who.name);
    struct event e = pm2_event(EVENT_PM2_STOP, line, &who, &facts);
    return log_emit(p->m.out, &e, err);
}

/* "Process with pid 77 still alive after 1600ms, sending it SIGKILL now...": what follows is PM2's
 * own kill, for no want of memory. */
static bool hit_still_alive(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct pm2_log *p = state;
    struct subject who = {.pid = number_in(span_head(line->payload, at), "pid ")};
    struct pm2_facts facts = {0};
    if (span_find(line->payload, "SIGKILL") == SPAN_NONE || !who.pid.known)
        return true;
    memcpy(facts.signal, "SIGKILL", sizeof "SIGKILL");
    struct event e = pm2_event(EVENT_PM2_STOP, line, &who, &facts);
    return log_emit(p->m.out, &e, err);
}

/* "[PM2][WORKER] Process 0 restarted because it exceeds --max-memory-restart value
 * (current_memory=194826240 max_memory_limit=125829120 [octets])"; 0.12 has no numbers. */
static bool hit_memory(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct pm2_log *p = state;
    struct span before = span_head(line->payload, at), after = span_from(line->payload, at);
    struct pm2_facts facts = {.id = number_in(before, "Process "),
                              .memory_bytes = number_in(after, "current_memory="),
                              .limit_bytes = number_in(after, "max_memory_limit=")};
    struct event e = log_event(EVENT_PM2_MEMORY, line);
    if (!facts.id.known)
        return true;
    facts.tiny_limit = facts.limit_bytes.known && facts.limit_bytes.value < LIMIT_MIN;
    for (size_t i = 0; i < NAMES_MAX; i++)
        if (p->names[i].used && p->names[i].id == facts.id.value)
            memcpy(e.comm, p->names[i].name, sizeof e.comm);
    e.pm2 = &facts;
    return log_emit(p->m.out, &e, err);
}

/* "Script /srv/app/x.js had too many unstable restarts (16). Stopped. "errored"" */
static bool hit_unstable(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct pm2_log *p = state;
    struct span before = span_head(line->payload, at);
    size_t script = span_find_last(before, "Script ");
    struct pm2_facts facts = {.id = p->last_exit_id,
                              .unstable_restarts = number_in(span_from(line->payload, at), "(")};
    char text[CGROUP_PATH_MAX];
    if (script == SPAN_NONE)
        return true;
    memcpy(facts.status, "errored", sizeof "errored");
    span_copy(text, sizeof text, span_trim(span_from(line->payload, script)));
    struct event e = log_event(EVENT_PM2_ERRORED, line);
    memcpy(e.comm, p->last_exit, sizeof e.comm);
    e.text = text;
    e.pm2 = &facts;
    return log_emit(p->m.out, &e, err);
}

/* "Node.js version      : 20.20.2" of the daemon's banner */
static bool hit_node_version(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct pm2_log *p = state;
    struct span s = span_from(line->payload, at + strlen("Node.js version"));
    char text[32];
    s = span_trim_left(s);
    if (!span_take(&s, ": ") || !s.len || !char_is_digit(*s.p))
        return true;
    span_copy(text, sizeof text, span_trim(s));
    struct event e = log_event(EVENT_NODE_VERSION, line);
    e.text = text;
    return log_emit(p->m.out, &e, err);
}

static const struct log_matcher matchers[] = {
    {"App [", hit_app},
    {"App name:", hit_app},
    {"Starting execution sequence in ", hit_sequence},
    {"Stopping app:", hit_stopping},
    {" still alive after ", hit_still_alive},
    {"exceeds --max-memory-restart", hit_memory},
    {" had too many unstable restarts ", hit_unstable},
    {"Node.js version", hit_node_version},
};

const struct log_module log_pm2_module = {
    .name = "pm2",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct pm2_log),
};
