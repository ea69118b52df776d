/* What kubectl prints about containers: `get pods`, `describe pod`, `get events`.
 *
 * Ages are relative to when the command ran, which no line tells: their clock is the relative one.
 * `describe` tells the last two states of each container; the one that ended with OOMKilled, else
 * the last that ended, is the event.
 */
#include "parsers/log_module.h"
#include "parsers/log_sizes.h"
#include "parsers/log_time.h"

#define QUIET_LINES_MAX 80 /* a container's environment and mounts may be longer than its state */

enum state { STATE_NONE, STATE_NOW, STATE_LAST, STATE_COUNT };

struct container_state {
    bool terminated;
    char reason[40];
    struct number exit_code;
    struct log_time started, finished;
    uint64_t line;
};

struct kubectl_log {
    struct log_module_state m;
    bool table, described; /* the lines of which are coming */
    uint64_t last_line;
    uint64_t oom_rows; /* pods that the table says were killed, and the last of them */
    char oom_pod[160];
    char pod[160], namespace[COMM_MAX];
    bool in_containers, open;
    enum state state;
    bool limits, requests;
    struct container_state states[STATE_COUNT];
    struct container_facts facts;
    uint64_t first_line;
};

static void watch_lines(struct kubectl_log *k)
{
    k->m.wants_lines = k->table || k->described;
}

/* -- describe -- */

/* "Mon, 23 Nov 2026 13:22:48 +0000" */
static bool take_rfc1123(struct span s, struct log_time *ret)
{
    struct civil_time t = {0};
    struct span text = s;
    unsigned hours, minutes;
    size_t comma = span_find(span_head(s, 12), ", ");
    if (comma == SPAN_NONE)
        return false;
    s = span_from(s, comma + 2);
    if (!take_month_day(&s, &t) || !span_take_digits(&s, 4, &t.year) || !span_take(&s, " ") ||
        !take_clock_time(&s, &t) || !span_take(&s, " "))
        return false;
    bool west = span_take(&s, "-");
    if ((!west && !span_take(&s, "+")) || !span_take_digits(&s, 2, &hours) ||
        !span_take_digits(&s, 2, &minutes))
        return false;
    t.zone_minutes = (int)(hours * 60 + minutes) * (west ? -1 : 1);
    t.zone_known = true;
    civil_time_store(&t, LOG_CLOCK_ZONED, ret);
    span_copy(ret->text, sizeof ret->text, text);
    return true;
}

static const struct container_state *told_state(const struct kubectl_log *k)
{
    const struct container_state *now = &k->states[STATE_NOW], *last = &k->states[STATE_LAST];
    if (now->terminated && (!last->terminated || strcmp(last->reason, "OOMKilled")))
        return now;
    return last->terminated ? last : now;
}

static bool container_end(struct kubectl_log *k, struct err *err)
{
    if (!k->open)
        return true;
    k->open = false;
    const struct container_state *s = told_state(k);
    struct container_facts *f = &k->facts;
    bool oom = s->terminated && !strcmp(s->reason, "OOMKilled");
    bool failed = s->terminated && s->exit_code.known && s->exit_code.value != 0;
    enum event_kind kind = EVENT_CONTAINER_STATE;
    if (oom)
        kind = EVENT_CONTAINER_OOM;
    else if (failed)
        kind = EVENT_CONTAINER_EXIT;
    else if (!f->restarts.value && !s->reason[0])
        return true;
    memcpy(f->reason, s->reason, sizeof f->reason);
    f->exit_code = s->exit_code;
    f->started_us = s->started.wall_us;
    f->finished_us = s->finished.wall_us;
    memcpy(f->pod, k->pod[0] || k->oom_rows != 1 ? k->pod : k->oom_pod, sizeof f->pod);
    memcpy(f->namespace, k->namespace, sizeof f->namespace);
    span_copy(f->said_by, sizeof f->said_by, (struct span){"kubectl", 7});
    struct event e = {.kind = kind,
                      .line = s->line ? s->line : k->first_line,
                      .first_line = k->first_line,
                      .time = s->finished,
                      .container = f};
    memcpy(e.comm, f->name, sizeof e.comm);
    return log_emit(k->m.out, &e, err);
}

static bool container_start(struct kubectl_log *k, const struct log_line *line, struct span name,
                            struct err *err)
{
    if (!container_end(k, err))
        return false;
    k->open = true;
    k->state = STATE_NONE;
    k->limits = k->requests = false;
    k->first_line = line->number;
    memset(k->states, 0, sizeof k->states);
    k->facts = (struct container_facts){0};
    span_copy(k->facts.name, sizeof k->facts.name, name);
    return true;
}

/* What stands under "State:" or "Last State:". */
static bool take_state(struct kubectl_log *k, const struct log_line *line, struct span key,
                       struct span value)
{
    struct container_state *s = &k->states[k->state];
    uint64_t code;
    if (k->state == STATE_NONE)
        return false;
    if (span_is(key, "Reason")) {
        span_copy(s->reason, sizeof s->reason, value);
        s->line = line->number;
    } else if (span_is(key, "Exit Code") && span_take_number(&value, &code)) {
        s->exit_code = number_of(code);
    } else if (span_is(key, "Started")) {
        (void)take_rfc1123(value, &s->started);
    } else if (span_is(key, "Finished")) {
        (void)take_rfc1123(value, &s->finished);
    } else {
        return false;
    }
    return true;
}

static bool take_container_line(struct kubectl_log *k, const struct log_line *line, struct span key,
                                struct span value)
{
    uint64_t n;
    bool last = span_is(key, "Last State");
    if (last || span_is(key, "State")) {
        k->state = last ? STATE_LAST : STATE_NOW;
        k->states[k->state].terminated = span_starts(value, "Terminated");
        k->states[k->state].line = line->number;
        return true;
    }
    if (take_state(k, line, key, value))
        return true;
    k->state = STATE_NONE;
    if (span_is(key, "Restart Count") && span_take_number(&value, &n))
        k->facts.restarts = number_of(n);
    else if (span_is(key, "Image"))
        span_copy(k->facts.image, sizeof k->facts.image, value);
    else if (span_is(key, "Container ID")) {
        size_t scheme = span_find(value, "://");
        span_copy(k->facts.id, sizeof k->facts.id,
                  span_from(value, scheme == SPAN_NONE ? 0 : scheme + 3));
    } else if (span_is(key, "memory") && k->limits)
        (void)span_take_size(&value, true, &k->facts.limit_kib);
    else if (span_is(key, "memory") && k->requests)
        (void)span_take_size(&value, true, &k->facts.request_kib);
    else if (span_is(key, "Limits") || span_is(key, "Requests")) {
        k->limits = *key.p == 'L';
        k->requests = *key.p == 'R';
    } else if (!span_is(key, "cpu") && !span_is(key, "ephemeral-storage")) {
        k->limits = k->requests = false;
        return false;
    }
    return true;
}

static bool describe_end(struct kubectl_log *k, struct err *err)
{
    k->described = k->in_containers = false;
    k->pod[0] = k->namespace[0] = '\0';
    watch_lines(k);
    return container_end(k, err);
}

static bool describe_line(struct kubectl_log *k, const struct log_line *line, struct err *err)
{
    struct span s = span_trim(line->payload);
    size_t indent = (size_t)(s.p - line->payload.p), colon = span_find(s, ":");
    if (line->number - k->last_line > QUIET_LINES_MAX)
        return describe_end(k, err);
    if (colon == SPAN_NONE)
        return true;
    struct span key = span_head(s, colon), value = span_trim(span_from(s, colon + 1));
    if (!indent) {
        bool containers = span_is(key, "Containers") || span_is(key, "Init Containers");
        if (!containers && !k->in_containers)
            return true;
        k->in_containers = containers;
        k->last_line = line->number;
        return container_end(k, err) && (containers || describe_end(k, err));
    }
    if (k->in_containers && indent == 2 && !value.len) {
        k->last_line = line->number;
        return container_start(k, line, key, err);
    }
    if (k->open && take_container_line(k, line, key, value))
        k->last_line = line->number;
    return true;
}

/* "Name:             web-7d4b9c6f5d-abcde" */
static bool hit_name(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kubectl_log *k = state;
    if (at)
        return true;
    if (k->described && !describe_end(k, err))
        return false;
    span_copy(k->pod, sizeof k->pod, span_trim(span_from(line->payload, strlen("Name:"))));
    return true;
}

static bool hit_namespace(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kubectl_log *k = state;
    (void)err;
    if (at || !k->pod[0])
        return true;
    span_copy(k->namespace, sizeof k->namespace,
              span_trim(span_from(line->payload, strlen("Namespace:"))));
    k->described = true;
    k->last_line = line->number;
    watch_lines(k);
    return true;
}

/* The middle of a description alone. */
static bool hit_state(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kubectl_log *k = state;
    struct span s = span_trim_left(line->payload);
    (void)at;
    if (k->open || (!span_starts(s, "State: ") && !span_starts(s, "Last State: ")) ||
        s.p == line->payload.p)
        return true;
    k->described = true;
    k->last_line = line->number;
    watch_lines(k);
    return container_start(k, line, (struct span){"", 0}, err) && describe_line(k, line, err);
}

/* -- get pods -- */

/* "0/1" */
static bool is_ready(struct span s)
{
    uint64_t n;
    return span_take_number(&s, &n) && span_take(&s, "/") && span_take_number(&s, &n) && !s.len;
}

static bool is_bad(struct span status)
{
    static const char *const words[] = {"CrashLoopBackOff", "Error", "Evicted",
                                        "ContainerStatusUnknown", "RunContainerError"};
    span_take(&status, "Init:");
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (span_is(status, words[i]))
            return true;
    return false;
}

/* "[namespace] name 0/1 OOMKilled 4 (57s ago) 2m40s"; false if it is no such row */
static bool take_row(struct kubectl_log *k, const struct log_line *line, bool *ret_row,
                     struct err *err)
{
    struct container_facts f = {.said_by = "kubectl"};
    struct event e = log_event(EVENT_CONTAINER_STATE, line);
    struct span s = line->payload, before = {0}, name = {0}, ready, status;
    uint64_t restarts;
    *ret_row = false;
    for (int words = 0;; words++) {
        if (words > 2 || !span_take_word(&s, &ready))
            return true;
        if (is_ready(ready))
            break;
        before = name;
        name = ready;
    }
    if (!name.p || !span_take_word(&s, &status))
        return true;
    s = span_trim_left(s);
    if (!span_take_number(&s, &restarts) || (s.len && !char_is_space(*s.p)))
        return true;
    *ret_row = true;
    bool oom = span_find(status, "OOMKilled") != SPAN_NONE;
    if (!oom && !is_bad(status) && !restarts)
        return true;
    s = span_trim(s);
    size_t close = span_find(s, ")");
    if (close != SPAN_NONE && span_take(&s, "("))
        s = span_head(s, close - 1);
    e.time.clock = LOG_CLOCK_RELATIVE;
    span_copy(e.time.text, sizeof e.time.text, s);
    f.restarts = number_of(restarts);
    span_copy(f.pod, sizeof f.pod, name);
    span_copy(f.namespace, sizeof f.namespace, before);
    span_copy(f.reason, sizeof f.reason, oom ? (struct span){"OOMKilled", 9} : status);
    e.container = &f;
    if (oom) {
        e.kind = EVENT_CONTAINER_OOM;
        k->oom_rows++;
        memcpy(k->oom_pod, f.pod, sizeof f.pod);
    }
    return log_emit(k->m.out, &e, err);
}

/* "NAME   READY   STATUS   RESTARTS   AGE" */
static bool hit_header(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kubectl_log *k = state;
    struct span before = span_head(line->payload, at);
    (void)err;
    if (span_find(before, "NAME") == SPAN_NONE || span_find(before, "READY") == SPAN_NONE)
        return true;
    k->table = true;
    watch_lines(k);
    return true;
}

/* A row whose header is not in the capture. */
static bool hit_status(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kubectl_log *k = state;
    bool row;
    (void)at;
    return k->table || take_row(k, line, &row, err);
}

/* -- get events -- */

/* "Back-off restarting failed container": the row's columns are in the prefix */
static bool hit_backoff(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kubectl_log *k = state;
    struct container_facts f = {.said_by = "kubectl"};
    struct span object = line->prefix.object;
    (void)at;
    if (!span_is(line->prefix.reason, "BackOff") || !span_take(&object, "pod/"))
        return true;
    struct event e = log_event(EVENT_CONTAINER_STATE, line);
    span_copy(f.pod, sizeof f.pod, object);
    span_copy(f.reason, sizeof f.reason, line->prefix.reason);
    e.container = &f;
    return log_emit(k->m.out, &e, err);
}

static bool kubectl_line(void *state, const struct log_line *line, struct err *err)
{
    struct kubectl_log *k = state;
    bool row;
    if (k->table) {
        if (!take_row(k, line, &row, err))
            return false;
        k->table = row;
        watch_lines(k);
    }
    return !k->described || describe_line(k, line, err);
}

static bool kubectl_flush(void *state, struct err *err)
{
    struct kubectl_log *k = state;
    k->table = false;
    return describe_end(k, err);
}

static const struct log_matcher matchers[] = {
    {"RESTARTS", hit_header},
    {"OOMKilled ", hit_status},
    {"CrashLoopBackOff ", hit_status},
    {"Name:  ", hit_name},
    {"Namespace:  ", hit_namespace},
    {"State:  ", hit_state},
    {"Back-off restarting failed", hit_backoff},
};

const struct log_module log_kubectl_module = {
    .name = "kubectl",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct kubectl_log),
    .line = kubectl_line,
    .flush = kubectl_flush,
};
