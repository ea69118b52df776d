/* What Next.js says about itself: its banner, and options of next.config.js that it does not know.
 */
#include "parsers/log_module.h"

static bool emit_text(void *state, enum event_kind kind, const struct log_line *line,
                      struct span text, struct err *err)
{
    struct log_module_state *m = state;
    char copy[COMM_MAX];
    span_copy(copy, sizeof copy, text);
    struct event e = log_event(kind, line);
    e.pid = line->prefix.tag_pid;
    e.text = copy;
    return log_emit(m->out, &e, err);
}

/* "▲ Next.js 14.2.3", "▲ Next.js 15.1.0 (Turbopack)" */
static bool hit_banner(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct span s = span_from(line->payload, at + strlen("▲ Next.js ")), version;
    if (!span_take_word(&s, &version) || !char_is_digit(*version.p))
        return true;
    return emit_text(state, EVENT_NEXT_VERSION, line, version, err);
}

/* "Unrecognized key(s) in object: 'isrMemoryCacheSize', 'x' at "experimental"": one event for each
 */
static bool hit_bad_option(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct span s = span_from(line->payload, at + strlen("Unrecognized key(s) in object: "));
    while (span_take(&s, "'")) {
        size_t end = span_find(s, "'");
        if (end == SPAN_NONE)
            return true;
        if (!emit_text(state, EVENT_NEXT_BAD_OPTION, line, span_head(s, end), err))
            return false;
        s = span_from(s, end + 1);
        span_take(&s, ", ");
    }
    return true;
}

/* "The "experimental.isrMemoryCacheSize" option has been renamed to "cacheMaxMemorySize"" */
static bool hit_renamed(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct span before = span_head(line->payload, at);
    size_t open = span_find_last(before, "\"");
    if (open == SPAN_NONE)
        return true;
    return emit_text(state, EVENT_NEXT_BAD_OPTION, line, span_from(before, open + 1), err);
}

static const struct log_matcher matchers[] = {
    {"▲ Next.js ", hit_banner},
    {"Unrecognized key(s) in object: ", hit_bad_option},
    {"\" option has been renamed to ", hit_renamed},
};

const struct log_module log_next_module = {
    .name = "next",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct log_module_state),
};
