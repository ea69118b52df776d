/* Fields of lines in JSON: see json_fields.h. */
#include "parsers/json_fields.h"

#include "parsers/log_time.h"

#define MS_FROM UINT64_C(100000000000) /* so many seconds are in the year 5138 */
#define US_FROM UINT64_C(100000000000000)

bool json_field(struct span line, const char *key, struct span *ret)
{
    size_t n = strlen(key);
    for (size_t at = 0; at < line.len;) {
        size_t hit = span_find(span_from(line, at), key);
        if (hit == SPAN_NONE)
            return false;
        at += hit + n;
        struct span s = span_trim_left(span_from(line, at));
        if (!span_take(&s, ":"))
            continue;
        *ret = span_trim_left(s);
        return true;
    }
    return false;
}

bool json_field_text(struct span line, const char *key, struct span *ret)
{
    struct span s;
    size_t n = 0;
    if (!json_field(line, key, &s) || !span_take(&s, "\""))
        return false;
    while (n < s.len && s.p[n] != '"')
        n += s.p[n] == '\\' ? 2 : 1;
    *ret = span_head(s, n);
    return true;
}

struct number json_field_number(struct span line, const char *key)
{
    struct span s;
    uint64_t v;
    if (!json_field(line, key, &s))
        return (struct number){0};
    span_take(&s, "\"");
    return span_take_number(&s, &v) ? number_of(v) : (struct number){0};
}

static bool number_time(struct span s, struct log_time *ret)
{
    struct span text = s, fraction = s;
    uint64_t v, us;
    if (!span_take_number(&s, &v))
        return false;
    if (take_seconds(&fraction, &us) && us >= MS_FROM * 10 && us < MS_FROM * 1000000) {
        v = us;
        s = fraction;
    } else if (v >= MS_FROM) {
        v = v >= US_FROM ? v : v * 1000;
    } else {
        v *= 1000000;
    }
    if (v < UINT64_C(946684800000000) || v > UINT64_C(253402300799000000)) /* years 2000 to 9999 */
        return false;
    *ret = (struct log_time){.clock = LOG_CLOCK_ZONED, .wall_us = number_of(v)};
    span_copy(ret->text, sizeof ret->text, span_head(text, (size_t)(s.p - text.p)));
    return true;
}

void json_line_time(struct span line, struct log_time *ret)
{
    static const char *const keys[] = {"\"time\"", "\"timestamp\"",    "\"@timestamp\"",
                                       "\"ts\"",   "\"time_iso8601\"", "\"msec\""};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct span s;
        struct civil_time t;
        if (!json_field(line, keys[i], &s))
            continue;
        bool quoted = span_take(&s, "\"");
        if (number_time(s, ret))
            return;
        struct span text = s;
        if (!quoted || !take_iso_time(&s, &t))
            continue;
        *ret = (struct log_time){.clock = LOG_CLOCK_NONE};
        civil_time_store(&t, t.zone_known ? LOG_CLOCK_ZONED : LOG_CLOCK_LOCAL, ret);
        span_copy(ret->text, sizeof ret->text, span_head(text, (size_t)(s.p - text.p)));
        return;
    }
}
