/* PM2's own log: restarts for memory and ends of processes, in the wordings of 0.12, 2.x and 3
 * to 7.
 *
 * The line of a memory restart has only the process's number; its name is remembered from the lines
 * before. Nothing is joined here.
 */
#include "parsers/log_module.h"

#define NAMES_MAX 64 /* the oldest is forgotten */

struct pm2_name {
    bool used;
    int64_t id;
    char name[COMM_MAX];
};

struct pm2_log {
    struct log_module_state m;
    struct pm2_name names[NAMES_MAX];
    size_t next_name;
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

/* "App [shop:_old_0] ...", "App [x] with id [0] and pid [1797], ...", "App name:x id:0 ...",
 * "Stopping app:x id:0". */
static bool take_subject(struct span s, struct subject *ret)
{
    *ret = (struct subject){0};
    struct span name;
    size_t end;
    if (span_take(&s, "App [")) {
        end = span_find(s, "]");
        if (end == SPAN_NONE)
            return false;
        name = span_head(s, end);
        struct span rest = span_from(s, end + 1);
        size_t colon = span_find_last(name, ":");
        if (span_starts(rest, " with id [")) {
            take_id(span_from(rest, strlen(" with id [")), ret);
            ret->pid = number_in(rest, "and pid [");
        } else if (colon != SPAN_NONE) {
            take_id(span_from(name, colon + 1), ret);
            name = span_head(name, colon);
        }
    } else if (span_take(&s, "App name:") || span_take(&s, "Stopping app:")) {
        end = span_find(s, " id:");
        if (end == SPAN_NONE)
            return false;
        name = span_head(s, end);
        take_id(span_from(s, end + strlen(" id:")), ret);
    } else {
        return false;
    }
    span_copy(ret->name, sizeof ret->name, name);
    return true;
}

static bool hit_name(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct subject who;
    (void)err;
    if (take_subject(span_from(line->payload, at), &who))
        remember(state, who.id, who.name);
    return true;
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
    for (size_t i = 0; i < NAMES_MAX; i++)
        if (p->names[i].used && p->names[i].id == facts.id.value)
            memcpy(e.comm, p->names[i].name, sizeof e.comm);
    e.pm2 = &facts;
    return log_emit(p->m.out, &e, err);
}

/* "exited with code [0] via signal [SIGKILL]", "exited with code SIGKILL", "exited with code 100"
 */
static bool hit_exit(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct pm2_log *p = state;
    struct subject who;
    struct pm2_facts facts = {0};
    struct span s = span_from(line->payload, at + strlen("exited with code ")), word;
    size_t app = span_find(span_head(line->payload, at), "App ");
    if (app == SPAN_NONE || !take_subject(span_from(line->payload, app), &who))
        return true;
    remember(p, who.id, who.name);
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
    struct event e = log_event(EVENT_PM2_EXIT, line);
    memcpy(e.comm, who.name, sizeof e.comm);
    e.pid = who.pid;
    facts.id = who.id;
    facts.old = who.old;
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
    {"App [", hit_name},
    {"App name:", hit_name},
    {"Stopping app:", hit_name},
    {"exceeds --max-memory-restart", hit_memory},
    {"exited with code ", hit_exit},
    {"Node.js version", hit_node_version},
};

const struct log_module log_pm2_module = {
    .name = "pm2",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct pm2_log),
};
