/* Forms of log lines: every sample against its own row and all others, and what the prefixes say.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "parsers/log_prefix.h"
#include "parsers/log_time.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void each_sample_fits_its_own_row_only(void **state)
{
    size_t count;
    const struct log_form *forms = log_forms(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_non_null(forms[i].samples[0]);
        for (size_t s = 0; s < LOG_FORM_SAMPLES && forms[i].samples[s]; s++) {
            struct span line = span_of(forms[i].samples[s]);
            for (size_t other = 0; other + 1 < count; other++) {
                struct log_prefix p = {0};
                bool fits = forms[other].strip(line, &p);
                if (fits != (other == i))
                    fail_msg("%s: %s %s", forms[i].samples[s], forms[other].name,
                             fits ? "takes it too" : "does not take it");
            }
            struct log_prefix p;
            log_strip(line, &p);
            assert_string_equal(p.form->name, forms[i].name);
        }
    }
}

/* No scanner reads behind the end, or dies of a line that is cut anywhere. */
static void every_cut_of_every_sample_is_survived(void **state)
{
    size_t count;
    const struct log_form *forms = log_forms(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t s = 0; s < LOG_FORM_SAMPLES && forms[i].samples[s]; s++) {
            size_t len = strlen(forms[i].samples[s]);
            for (size_t cut = 0; cut <= len; cut++) {
                char copy[512];
                struct log_prefix p;
                assert_true(len < sizeof copy);
                memcpy(copy, forms[i].samples[s], cut);
                log_strip((struct span){copy, cut}, &p);
                assert_true(p.payload.p >= copy && p.payload.p + p.payload.len <= copy + cut);
            }
        }
    }
}

struct expectation {
    const char *line, *payload;
    enum log_clock clock;
    int64_t wall_us, uptime_us; /* -1: not known */
    int64_t tag_pid;
};

#define NOV23 INT64_C(1795440168) /* 2026-11-23T13:22:48Z */

static const struct expectation expectations[] = {
    {"[ 1393.561602] x", "x", LOG_CLOCK_UPTIME, -1, 1393561602, -1},
    {"[Mon Nov 23 13:22:48 2026] x", "x", LOG_CLOCK_LOCAL, NOV23 * 1000000, -1, -1},
    {"[lun. nov. 23 13:22:48 2026] x", "x", LOG_CLOCK_LOCAL, NOV23 * 1000000, -1, -1},
    {"[Mo Nov 23 13:22:48 2026] x", "x", LOG_CLOCK_LOCAL, NOV23 * 1000000, -1, -1},
    {"[Пн ноя 23 13:22:48 2026] x", "x", LOG_CLOCK_LOCAL, NOV23 * 1000000, -1, -1},
    {"[月 11月 23 13:22:48 2026] x", "x", LOG_CLOCK_LOCAL, NOV23 * 1000000, -1, -1},
    {"2026-11-23T13:22:48,561602+00:00 x", "x", LOG_CLOCK_ZONED, NOV23 * 1000000 + 561602, -1, -1},
    {"2026-11-23T14:22:48+0100 h node[7]: x", "x", LOG_CLOCK_ZONED, NOV23 * 1000000, -1, 7},
    {"Mon 2026-11-23 13:22:48 UTC h kernel: x", "x", LOG_CLOCK_ZONED, NOV23 * 1000000, -1, -1},
    {"1795440168.000001 h kernel: x", "x", LOG_CLOCK_ZONED, NOV23 * 1000000 + 1, -1, -1},
    {"[ 1393.561602] h kernel: x", "x", LOG_CLOCK_UPTIME, -1, 1393561602, -1},
    {"2026-11-23T13:22:48: PM2 log: x", "x", LOG_CLOCK_LOCAL, NOV23 * 1000000, -1, -1},
    {"PM2        | 2026-11-23T13:22:48: PM2 log: x", "x", LOG_CLOCK_LOCAL, NOV23 * 1000000, -1, -1},
    {"kern  :err   : [ 1393.561602] x", "x", LOG_CLOCK_UPTIME, -1, 1393561602, -1},
    {"<3>[ 1393.561602] x", "x", LOG_CLOCK_UPTIME, -1, 1393561602, -1},
    {"Jan  2 00:00:00 h kernel: [   12.000001] x", "x", LOG_CLOCK_YEARLESS,
     INT64_C(63158400) * 1000000, 12000001, -1},
    {"> [ 1393.561602] x", "x", LOG_CLOCK_UPTIME, -1, 1393561602, -1},
    {"**[ 1393.561602] x**", "x", LOG_CLOCK_UPTIME, -1, 1393561602, -1},
    {"│ x ││", "x", LOG_CLOCK_NONE, -1, -1, -1},
    {"  ▲ Next.js 14.2.3", "  ▲ Next.js 14.2.3", LOG_CLOCK_NONE, -1, -1, -1},
};

static void prefixes_say_what_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(expectations); i++) {
        const struct expectation *e = &expectations[i];
        struct log_prefix p;
        log_strip(span_of(e->line), &p);
        if (!span_is(p.payload, e->payload) || p.time.clock != e->clock ||
            (p.time.wall_us.known ? p.time.wall_us.value : -1) != e->wall_us ||
            (p.time.uptime_us.known ? p.time.uptime_us.value : -1) != e->uptime_us ||
            (p.tag_pid.known ? p.tag_pid.value : -1) != e->tag_pid)
            fail_msg("%s: payload '%.*s', clock %s, wall %" PRId64 ", uptime %" PRId64, e->line,
                     (int)p.payload.len, p.payload.p, log_clock_word(p.time.clock),
                     p.time.wall_us.value, p.time.uptime_us.value);
    }
}

static void what_is_no_time_is_none(void **state)
{
    static const char *const lines[] = {"[  18465]     0 18465 node",
                                        "[17258:0x436b5000] 516 ms: x",
                                        "2026-13-23T13:22:48: x",
                                        "2026-11-23T25:22:48: x",
                                        "[ 1393.] x",
                                        "1.5 h kernel: x",
                                        "<999>x",
                                        "Foo bar 10:20:30 x"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct log_prefix p;
        log_strip(span_of(lines[i]), &p);
        assert_int_equal(p.time.clock, LOG_CLOCK_NONE);
        assert_true(span_is(p.payload, lines[i]));
    }
}

static void civil_days_are_right_around_leap_years(void **state)
{
    static const struct {
        unsigned year, month, day;
        int64_t days;
    } rows[] = {{1970, 1, 1, 0},      {1972, 2, 29, 789},  {1999, 12, 31, 10956},
                {2000, 2, 29, 11016}, {2000, 3, 1, 11017}, {2026, 11, 23, 20780},
                {2100, 3, 1, 47541},  {1969, 12, 31, -1}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct civil_time t = {.year = rows[i].year, .month = rows[i].month, .day = rows[i].day};
        struct log_time time = {0};
        civil_time_store(&t, LOG_CLOCK_LOCAL, &time);
        assert_true(time.wall_us.known);
        assert_int_equal(time.wall_us.value, rows[i].days * 86400 * 1000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sample_fits_its_own_row_only),
        cmocka_unit_test(every_cut_of_every_sample_is_survived),
        cmocka_unit_test(prefixes_say_what_they_say),
        cmocka_unit_test(what_is_no_time_is_none),
        cmocka_unit_test(civil_days_are_right_around_leap_years),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
