/* Diagnostic reports as text, which the package node-report writes for Node 8 and older: the same
 * event as for a report in JSON. What follows "System Information" is the environment: reading ends
 * before it.
 */
#include "parsers/log_module.h"
#include "parsers/log_time.h"

#define LINES_MAX                                                                                  \
    20000 /* stacks and lists of handles are long; a report without an end ends here */

struct text_report {
    struct log_module_state m;
    bool open;
    uint64_t begin;
    struct event event;
    struct report_facts facts;
};

/* "33,091,584 bytes" */
static struct number grouped(struct span s)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; i < s.len && (char_is_digit(s.p[i]) || s.p[i] == ','); i++)
        if (s.p[i] != ',')
            v = v > UINT64_MAX / 16 ? UINT64_MAX / 16 : v * 10 + (uint64_t)(s.p[i] - '0');
    return i ? number_of(v) : (struct number){0};
}

static const struct {
    const char *text;
    size_t offset;
} numbers[] = {
    {"Total heap memory size: ", offsetof(struct report_facts, heap_total_bytes)},
    {"Total heap committed memory: ", offsetof(struct report_facts, heap_committed_bytes)},
    {"Total used heap memory: ", offsetof(struct report_facts, heap_used_bytes)},
    {"Total available heap memory: ", offsetof(struct report_facts, heap_available_bytes)},
    {"Heap memory limit: ", offsetof(struct report_facts, heap_limit_bytes)},
    {"Maximum resident set size: ", offsetof(struct report_facts, max_rss_bytes)},
};

/* "2018/08/20 09:11:02" */
static void take_time(struct text_report *r, struct span s)
{
    struct civil_time t = {.month = 0};
    struct span stamp = s = span_trim(s);
    if (!span_take_digits(&s, 4, &t.year) || !span_take(&s, "/") ||
        !span_take_digits(&s, 2, &t.month) || !span_take(&s, "/") ||
        !span_take_digits(&s, 2, &t.day) || !span_take(&s, " ") || !take_clock_time(&s, &t) ||
        t.month < 1 || t.month > 12 || t.day < 1 || t.day > 31)
        return;
    civil_time_store(&t, LOG_CLOCK_LOCAL, &r->event.time);
    span_copy(r->event.time.text, sizeof r->event.time.text, stamp);
    span_copy(r->facts.time, sizeof r->facts.time, stamp);
}

static void take_command(struct text_report *r, struct span s)
{
    static const char *const options[] = {"--max-old-space-size=", "--max_old_space_size="};
    uint64_t mib;
    span_copy(r->facts.command, sizeof r->facts.command, s);
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        size_t at = span_find(s, options[i]);
        struct span value = span_from(s, at == SPAN_NONE ? s.len : at + strlen(options[i]));
        if (span_take_number(&value, &mib))
            r->facts.old_space_mib = number_of(mib);
    }
}

static void take_space(struct text_report *r, struct span s)
{
    struct report_facts *f = &r->facts;
    if (span_take(&s, "Heap space name: ") && f->space_count < REPORT_SPACES_MAX) {
        span_copy(f->spaces[f->space_count].name, sizeof f->spaces[0].name, s);
        f->space_count++;
        return;
    }
    struct report_space *to = f->space_count ? &f->spaces[f->space_count - 1] : NULL;
    size_t committed = span_find(s, " committed memory: "), used = span_find(s, " used: ");
    if (to && span_starts(s, "Memory size: ") && committed != SPAN_NONE)
        to->committed_bytes = grouped(span_from(s, committed + 19)).value;
    else if (to && span_starts(s, "Capacity: ") && used != SPAN_NONE)
        to->used_bytes = grouped(span_from(s, used + 7)).value;
}

static void take_line(struct text_report *r, struct span s)
{
    uint64_t pid;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (span_take(&s, numbers[i].text))
            *(struct number *)((char *)&r->facts + numbers[i].offset) = grouped(s);
    if (span_take(&s, "Event: ")) {
        size_t end = span_find(s, ", location: ");
        span_copy(r->facts.event, sizeof r->facts.event, end == SPAN_NONE ? s : span_head(s, end));
    } else if (span_take(&s, "Dump event time: ")) {
        take_time(r, s);
    } else if (span_take(&s, "Process ID: ") && span_take_number(&s, &pid)) {
        r->event.pid = number_of(pid);
    } else if (span_take(&s, "Command line: ")) {
        take_command(r, s);
    } else if (span_take(&s, "Node.js version: v")) {
        span_copy(r->facts.node_version, sizeof r->facts.node_version, s);
    } else {
        take_space(r, s);
    }
}

static bool report_flush(void *state, struct err *err)
{
    struct text_report *r = state;
    bool told = r->open && r->facts.event[0];
    r->open = r->m.wants_lines = false;
    r->event.report = &r->facts;
    return !told || log_emit(r->m.out, &r->event, err);
}

static bool hit_begin(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct text_report *r = state;
    if (at)
        return true;
    if (!report_flush(r, err))
        return false;
    r->open = r->m.wants_lines = true;
    r->begin = line->number;
    r->event = log_event(EVENT_NODE_REPORT, line);
    r->facts = (struct report_facts){.space_count = 0};
    return true;
}

static bool report_line(void *state, const struct log_line *line, struct err *err)
{
    struct text_report *r = state;
    if (span_starts(line->payload, "==== System Information ") ||
        span_starts(line->payload, "Environment variables") || line->number - r->begin > LINES_MAX)
        return report_flush(r, err);
    take_line(r, span_trim(line->payload));
    return true;
}

static const struct log_matcher matchers[] = {
    {"==== Node Report ====", hit_begin},
};

const struct log_module log_text_report_module = {
    .name = "text-report",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct text_report),
    .line = report_line,
    .flush = report_flush,
};
