/* The states of containers in Kubernetes' own objects, as `kubectl get -o yaml` and `-o json` print
 * them: one key a line, in alphabetical order.
 *
 * "terminated:" begins a state; the container's name and its restarts come behind it.
 */
#include "parsers/log_module.h"
#include "parsers/log_time.h"

#define BLOCK_LINES_MAX 16

struct kube_status {
    struct log_module_state m;
    struct container_facts facts;
    struct log_time finished;
    uint64_t first_line, line; /* line: of the reason, 0 if none came */
};

/* `exitCode: 137`, `"exitCode": 137,`, `reason: OOMKilled`, `"reason": "OOMKilled",` */
static bool take_key(struct span s, struct span *ret_key, struct span *ret_value)
{
    s = span_trim(s);
    span_take(&s, "- ");
    size_t colon = span_find(s, ":");
    if (colon == SPAN_NONE)
        return false;
    struct span key = span_head(s, colon), value = span_trim(span_from(s, colon + 1));
    if (span_take(&key, "\"") && key.len)
        key.len--;
    if (value.len && value.p[value.len - 1] == ',')
        value.len--;
    if ((span_take(&value, "\"") || span_take(&value, "'")) && value.len)
        value.len--;
    *ret_key = key;
    *ret_value = value;
    return true;
}

static bool block_end(struct kube_status *k, struct err *err)
{
    struct container_facts *f = &k->facts;
    struct number code = f->exit_code;
    bool oom = !strcmp(f->reason, "OOMKilled");
    if (!k->m.wants_lines)
        return true;
    k->m.wants_lines = false;
    if (!oom && (!code.known || code.value == 0 || code.value == 143))
        return true;
    f->finished_us = k->finished.wall_us;
    span_copy(f->said_by, sizeof f->said_by, (struct span){"kubectl", 7});
    struct event e = {.kind = oom ? EVENT_CONTAINER_OOM : EVENT_CONTAINER_EXIT,
                      .line = k->line ? k->line : k->first_line,
                      .first_line = k->first_line,
                      .time = k->finished,
                      .container = f};
    memcpy(e.comm, f->name, sizeof e.comm);
    return log_emit(k->m.out, &e, err);
}

static void take_time(struct span s, struct log_time *ret)
{
    struct civil_time t;
    struct span text = s;
    if (!take_iso_time(&s, &t))
        return;
    civil_time_store(&t, t.zone_known ? LOG_CLOCK_ZONED : LOG_CLOCK_LOCAL, ret);
    span_copy(ret->text, sizeof ret->text, text);
}

static bool status_line(void *state, const struct log_line *line, struct err *err)
{
    struct kube_status *k = state;
    struct container_facts *f = &k->facts;
    struct log_time started = {0};
    struct span key, value;
    uint64_t n;
    if (line->number - k->first_line > BLOCK_LINES_MAX)
        return block_end(k, err);
    if (!take_key(line->payload, &key, &value))
        return true;
    if (span_is(key, "exitCode") && span_take_number(&value, &n)) {
        f->exit_code = number_of(n);
    } else if (span_is(key, "reason")) {
        span_copy(f->reason, sizeof f->reason, value);
        k->line = line->number;
    } else if (span_is(key, "finishedAt")) {
        take_time(value, &k->finished);
    } else if (span_is(key, "startedAt")) {
        take_time(value, &started);
        f->started_us = started.wall_us;
    } else if (span_is(key, "containerID")) {
        size_t scheme = span_find(value, "://");
        span_copy(f->id, sizeof f->id, span_from(value, scheme == SPAN_NONE ? 0 : scheme + 3));
    } else if (span_is(key, "name")) {
        span_copy(f->name, sizeof f->name, value);
    } else if (span_is(key, "restartCount") && span_take_number(&value, &n)) {
        f->restarts = number_of(n);
        return block_end(k, err);
    }
    return true;
}

static bool hit_terminated(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct kube_status *k = state;
    struct span key, value, before = span_trim(span_head(line->payload, at));
    if (!take_key(line->payload, &key, &value) || !span_is(key, "terminated") ||
        (value.len && !span_is(value, "{")) || (before.len && !span_is(before, "\"")))
        return true;
    if (!block_end(k, err))
        return false;
    k->facts = (struct container_facts){0};
    k->finished = (struct log_time){0};
    k->first_line = line->number;
    k->line = 0;
    k->m.wants_lines = true;
    return true;
}

static bool status_flush(void *state, struct err *err)
{
    return block_end(state, err);
}

static const struct log_matcher matchers[] = {
    {"terminated:", hit_terminated},
    {"terminated\": {", hit_terminated},
};

const struct log_module log_kube_status_module = {
    .name = "kube-status",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct kube_status),
    .line = status_line,
    .flush = status_flush,
};
