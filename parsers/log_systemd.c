/* What systemd says about units: killed processes, exits, results, what was used, restarts.
 *
 * A kill by the kernel is told again for every slice above the unit, so that these say nothing new;
 * they are marked. Nothing is joined here: the lines of one death are events of their own.
 */
#include "parsers/log_module.h"
#include "parsers/log_sizes.h"

static bool ends_with(struct span s, const char *end)
{
    size_t n = strlen(end);
    return s.len >= n && !memcmp(s.p + s.len - n, end, n);
}

/* "web.service" of "web.service: Main process exited": the word before ": " and `at`; false if that
 * is no unit. A tag may stand before it where the form did not take it. */
static bool take_unit(struct span payload, size_t at, struct unit_facts *f)
{
    static const char *const types[] = {".service", ".scope", ".slice", ".mount",
                                        ".socket",  ".swap",  ".path",  ".timer"};
    struct span s = span_head(payload, at);
    if (!ends_with(s, ": "))
        return false;
    s.len -= 2;
    size_t space = span_find_last(s, " ");
    if (space != SPAN_NONE)
        s = span_from(s, space + 1);
    span_copy(f->unit, sizeof f->unit, s);
    f->slice = ends_with(s, ".slice");
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (ends_with(s, types[i]) && s.len > strlen(types[i]))
            return true;
    return false;
}

static bool emit_unit(void *state, enum event_kind kind, const struct log_line *line,
                      const struct unit_facts *f, struct err *err)
{
    struct log_module_state *m = state;
    struct event e = log_event(kind, line);
    e.unit = f;
    return log_emit(m->out, &e, err);
}

/* "web.service: A process of this unit has been killed by the OOM killer.", since 253 "The kernel
 * OOM killer killed some processes in this unit." */
static bool hit_oom(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct unit_facts f = {0};
    return !take_unit(line->payload, at, &f) || emit_unit(state, EVENT_UNIT_OOM, line, &f, err);
}

/* "web.scope: systemd-oomd killed 134 process(es) in this unit." */
static bool hit_oomd(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct unit_facts f = {.by_oomd = true};
    struct span s = span_from(line->payload, at + strlen("systemd-oomd killed "));
    uint64_t n;
    if (!take_unit(line->payload, at, &f) || span_find(s, "in this unit") == SPAN_NONE)
        return true;
    if (span_take_number(&s, &n))
        f.processes = number_of(n);
    return emit_unit(state, EVENT_UNIT_OOM, line, &f, err);
}

/* "web.service: Main process exited, code=killed, status=9/KILL" */
static bool hit_exit(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct unit_facts f = {0};
    struct span s = span_from(line->payload, at + strlen("Main process exited, code="));
    size_t comma = span_find(s, ", status=");
    if (!take_unit(line->payload, at, &f))
        return true;
    span_copy(f.code, sizeof f.code, comma == SPAN_NONE ? s : span_head(s, comma));
    if (comma != SPAN_NONE)
        span_copy(f.status, sizeof f.status, span_trim(span_from(s, comma + strlen(", status="))));
    return emit_unit(state, EVENT_UNIT_EXIT, line, &f, err);
}

/* "web.service: Failed with result 'oom-kill'." */
static bool hit_failed(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct unit_facts f = {0};
    struct span s = span_from(line->payload, at + strlen("Failed with result '"));
    size_t end = span_find(s, "'");
    if (!take_unit(line->payload, at, &f))
        return true;
    span_copy(f.result, sizeof f.result, end == SPAN_NONE ? s : span_head(s, end));
    return emit_unit(state, EVENT_UNIT_FAILED, line, &f, err);
}

/* The size that ends where `key` begins: "150.2M memory peak" */
static struct number size_before(struct span s, const char *key)
{
    struct number kib = {0};
    size_t at = span_find(s, key);
    struct span before = span_head(s, at == SPAN_NONE ? 0 : at);
    size_t space = span_find_last(before, " ");
    before = span_from(before, space == SPAN_NONE ? 0 : space + 1);
    return span_take_size(&before, false, &kib) && !before.len ? kib : (struct number){0};
}

/* "web.service: Consumed 1min 2.345s CPU time, 150.2M memory peak, 0B memory swap peak."; without
 * the sizes up to 254. */
static bool hit_consumed(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct unit_facts f = {0};
    struct span s = span_from(line->payload, at);
    f.memory_peak_kib = size_before(s, " memory peak");
    f.swap_peak_kib = size_before(s, " memory swap peak");
    if (!f.memory_peak_kib.known || !take_unit(line->payload, at, &f))
        return true;
    return emit_unit(state, EVENT_UNIT_USAGE, line, &f, err);
}

/* "web.service: Scheduled restart job, restart counter is at 12." */
static bool hit_restart(void *state, const struct log_line *line, size_t at, struct err *err)
{
    static const char text[] = "Scheduled restart job, restart counter is at ";
    struct unit_facts f = {0};
    struct span s = span_from(line->payload, at + strlen(text));
    uint64_t n;
    if (!span_take_number(&s, &n) || !take_unit(line->payload, at, &f))
        return true;
    f.restarts = number_of(n);
    return emit_unit(state, EVENT_UNIT_RESTART, line, &f, err);
}

static const struct log_matcher matchers[] = {
    {"A process of this unit has been killed by the OOM killer", hit_oom},
    {"The kernel OOM killer killed some processes in this unit", hit_oom},
    {"systemd-oomd killed ", hit_oomd},
    {"Main process exited, code=", hit_exit},
    {"Failed with result '", hit_failed},
    {"Consumed ", hit_consumed},
    {"Scheduled restart job, restart counter is at ", hit_restart},
};

const struct log_module log_systemd_module = {
    .name = "systemd",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct log_module_state),
};
