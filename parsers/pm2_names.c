/* Names of PM2's log files: see pm2_names.h. */
#include "parsers/pm2_names.h"

#include "parsers/span.h"

/* Behind "-out": ".log", "-3.log", "__2026-11-23_00-00-00.log", with what compression adds. */
static bool is_tail(struct span s, struct number *ret_id)
{
    uint64_t id;
    if (span_take(&s, "-") && span_take_number(&s, &id))
        *ret_id = number_of(id);
    if (span_take(&s, "__"))
        return span_find(s, ".log") != SPAN_NONE;
    return span_starts(s, ".log");
}

void pm2_name_of_file(const char *path, char ret_app[COMM_MAX], struct number *ret_id)
{
    static const char *const streams[] = {"-error", "-err", "-out"};
    struct span s = {path, strlen(path)};
    size_t slash = span_find_last(s, "/");
    if (slash != SPAN_NONE)
        s = span_from(s, slash + 1);
    ret_app[0] = '\0';
    *ret_id = (struct number){0};
    for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
        size_t at = span_find_last(s, streams[i]);
        struct number id = {0};
        if (at == SPAN_NONE || !at || !is_tail(span_from(s, at + strlen(streams[i])), &id))
            continue;
        span_copy(ret_app, COMM_MAX, span_head(s, at));
        *ret_id = id;
        return;
    }
}
