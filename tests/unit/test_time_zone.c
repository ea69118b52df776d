/* Zones, and times as people write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/time_zone.h"

#define SECOND INT64_C(1000000)
#define NOV_23 (INT64_C(1795392000) * SECOND) /* 2026-11-23T00:00:00Z */

static void distances_from_utc(void **state)
{
    static const struct {
        const char *text;
        int32_t offset_s;
    } rows[] = {{"UTC", 0},           {"+02:00", 7200},  {"-0530", -19800}, {"+2", 7200},
                {"UTC+05:45", 20700}, {"GMT-3", -10800}, {"Z", 0}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct time_zone z;
        struct err err;
        bool twice;
        assert_true(time_zone_parse(rows[i].text, &z, &err));
        assert_int_equal(z.kind, ZONE_FIXED);
        assert_int_equal(z.offset_s, rows[i].offset_s);
        assert_int_equal(time_zone_to_utc(&z, NOV_23, &twice), NOV_23 - rows[i].offset_s * SECOND);
        assert_int_equal(time_zone_to_local(&z, time_zone_to_utc(&z, NOV_23, &twice)), NOV_23);
        assert_false(twice);
    }
}

static void what_is_no_zone_is_refused(void **state)
{
    static const char *const rows[] = {
        "",     "Mars/Olympus", "../etc/passwd", "/etc/passwd", "+25:00",  "+02:99",
        "UTC+", "+2:",          "Europe",        ":UTC",        "CEST DST"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct time_zone z = {.offset_s = 77};
        struct err err;
        if (!*rows[i])
            continue; /* UTC */
        if (time_zone_parse(rows[i], &z, &err))
            fail_msg("'%s' was taken", rows[i]);
        assert_int_equal(err.code, ERR_USAGE);
        assert_int_equal(z.offset_s, 77);
    }
}

/* By the rules of the zone at that time, not of today. */
static void names_of_the_database(void **state)
{
    struct time_zone z;
    struct err err;
    bool twice;
    (void)state;
    if (!time_zone_parse("Europe/Berlin", &z, &err)) {
        print_message("SKIPPED: no time zone database\n");
        skip();
    }
    const int64_t hour = 3600 * SECOND;
    const int64_t summer = INT64_C(1782086400) * SECOND; /* 2026-06-22T00:00:00Z */
    assert_int_equal(time_zone_to_utc(&z, NOV_23, &twice), NOV_23 - hour);
    assert_false(twice);
    assert_int_equal(time_zone_to_utc(&z, summer, &twice), summer - 2 * hour);
    assert_int_equal(time_zone_to_local(&z, summer), summer + 2 * hour);
    /* 2026-10-25: 02:30 comes twice; 2026-03-29: 02:30 does not come at all. */
    const int64_t back = INT64_C(1792895400) * SECOND, ahead = INT64_C(1774751400) * SECOND;
    int64_t at = time_zone_to_utc(&z, back, &twice);
    assert_true(twice);
    assert_true(at == back - hour || at == back - 2 * hour);
    at = time_zone_to_utc(&z, ahead, &twice);
    assert_false(twice);
    assert_true(at == ahead - hour || at == ahead - 2 * hour);
    (void)time_zone_to_utc(&z, back + hour, &twice);
    assert_false(twice);
}

static void times_that_people_write(void **state)
{
    static const struct {
        const char *text;
        enum time_form form;
        int64_t us;
    } rows[] = {
        {"2026-11-23T13:22:48Z", TIME_WITH_ZONE, NOV_23 + 48168 * SECOND},
        {"2026-11-23T13:22:48.5+01:00", TIME_WITH_ZONE, NOV_23 + 44568 * SECOND + 500000},
        {"2026-11-23 13:22:48", TIME_LOCAL, NOV_23 + 48168 * SECOND},
        {"2026-11-23T13:22", TIME_LOCAL, NOV_23 + 48120 * SECOND},
        {"2026-11-23T13:22Z", TIME_WITH_ZONE, NOV_23 + 48120 * SECOND},
        {"2026-11-23", TIME_LOCAL, NOV_23},
        {"@1795440168", TIME_WITH_ZONE, NOV_23 + 48168 * SECOND},
        {"@1795440168.25", TIME_WITH_ZONE, NOV_23 + 48168 * SECOND + 250000},
        {"13:22", TIME_OF_DAY, 48120 * SECOND},
        {"13:22:48", TIME_OF_DAY, 48168 * SECOND},
        {"-2h", TIME_BEFORE_LAST, 7200 * SECOND},
        {"-1d2h3m4s", TIME_BEFORE_LAST, 93784 * SECOND},
        {"-90min", TIME_BEFORE_LAST, 5400 * SECOND},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct time_word w;
        struct err err;
        if (!time_word_parse(rows[i].text, "since", &w, &err))
            fail_msg("%s: %s", rows[i].text, err.msg);
        assert_int_equal(w.form, rows[i].form);
        if (w.us != rows[i].us)
            fail_msg("%s is %lld", rows[i].text, (long long)w.us);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const rows[] = {
        "-",     "2h",    "-2",         "-2y",        "yesterday",
        "24:00", "13:60", "13:2",       "2026-13-01", "2026-11-23T",
        "@",     "@1x",   "-99999999h", "13:22 ",     "2026-11-23T13:22+1",
        "-2h-1", "@-5"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct time_word w = {.us = 77};
        struct err err;
        if (time_word_parse(rows[i], "until", &w, &err))
            fail_msg("'%s' was taken", rows[i]);
        assert_int_equal(err.code, ERR_USAGE);
        assert_non_null(strstr(err.msg, "--until"));
        assert_int_equal(w.us, 77);
    }
}

static void times_are_written(void **state)
{
    struct buf b = {0};
    (void)state;
    time_put(&b, NOV_23 + 48168 * SECOND + 561602, 'T');
    assert_string_equal(buf_str(&b), "2026-11-23T13:22:48.561602");
    buf_clear(&b);
    time_put(&b, -1, ' ');
    assert_string_equal(buf_str(&b), "1969-12-31 23:59:59.999999");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_from_utc),         cmocka_unit_test(what_is_no_zone_is_refused),
        cmocka_unit_test(names_of_the_database),      cmocka_unit_test(times_that_people_write),
        cmocka_unit_test(what_is_no_time_is_refused), cmocka_unit_test(times_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
