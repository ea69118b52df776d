/* Clocks of logs: years, zones, boots and anchors, on small logs written for the purpose. */
#include "tests/unit/log_fixture.h"

#include "analyzer/event_times.h"

#include <time.h>

#define SECOND INT64_C(1000000)
#define KILL "Out of memory: Killed process "
#define SIZES " total-vm:1138944kB, anon-rss:152704kB, file-rss:34220kB, shmem-rss:0kB"

/* All events, as they come: the list of the analysis makes one of a kill in two captures. */
struct seen {
    struct event *events;
    size_t count;
};

struct world {
    struct event_times *times;
    struct seen list;
};

static void begin(struct world *w, struct time_zone zone)
{
    struct err err;
    *w = (struct world){0};
    assert_true(event_times_new(&zone, &w->times, &err));
}

static bool see(void *ctx, const struct event *e, struct err *err)
{
    struct world *w = ctx;
    event_times_see(w->times, e);
    if (e->kind == EVENT_STAMP)
        return true;
    w->list.events = realloc(w->list.events, (w->list.count + 1) * sizeof *e);
    assert_non_null(w->list.events);
    w->list.events[w->list.count] = *e;
    w->list.events[w->list.count++].boot_id = NULL;
    (void)err;
    return true;
}

static int64_t utc(int year, int month, int day, int hour, int minute, int second)
{
    struct tm tm = {.tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_sec = second};
    return (int64_t)timegm(&tm) * SECOND;
}

static void add(struct world *w, const char *file, int64_t written_us, const char *text)
{
    event_times_file(w->times, file, written_us);
    fixture_log(file, text, strlen(text), 0, (struct event_sink){w, see});
}

static void settle(struct world *w)
{
    struct err err;
    assert_true(event_times_settle(w->times, &err));
}

static struct event_time time_of(const struct world *w, size_t i)
{
    assert_true(i < w->list.count);
    return event_times_of(w->times, &w->list.events[i]);
}

static void expect(const struct world *w, size_t i, enum time_source source, int64_t us)
{
    struct event_time t = time_of(w, i);
    if (t.source != source || t.us != us)
        fail_msg("event %zu: %" PRId64 " by %s, not %" PRId64 " by %s", i, t.us,
                 time_source_word(t.source), us, time_source_word(source));
}

static void end(struct world *w)
{
    free(w->list.events);
    event_times_free(w->times);
}

/* -- years -- */

static void a_yearless_stamp_is_the_newest_that_the_file_allows(void **state)
{
    static const struct {
        int month, day, year; /* when the file was written, and what comes out */
        int written_year;
    } rows[] = {{6, 20, 2026, 2026}, {6, 19, 2026, 2026}, {6, 18, 2025, 2026}, {1, 1, 2024, 2025}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct world w;
        begin(&w, (struct time_zone){0});
        add(&w, "messages", utc(rows[i].written_year, rows[i].month, rows[i].day, 13, 0, 0),
            "Jun 20 12:47:04 db kernel: " KILL "5 (node)" SIZES "\n");
        settle(&w);
        expect(&w, 0, TIME_AS_LOCAL, utc(rows[i].year, 6, 20, 12, 47, 4));
        assert_int_equal(time_of(&w, 0).sure_us, 10 * SECOND);
        assert_false(time_of(&w, 0).zone_known);
        end(&w);
    }
}

static void december_to_january_is_the_turn_of_a_year(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){.kind = ZONE_FIXED, .offset_s = 3600});
    add(&w, "messages", utc(2026, 3, 1, 0, 0, 0),
        "Dec 30 23:59:59 db kernel: " KILL "5 (node)" SIZES "\n"
        "Dec 31 23:59:59 db kernel: " KILL "6 (node)" SIZES "\n"
        "Jan  1 00:00:01 db kernel: " KILL "7 (node)" SIZES "\n"
        "Feb 27 00:00:01 db kernel: " KILL "8 (node)" SIZES "\n");
    settle(&w);
    expect(&w, 0, TIME_IN_ZONE, utc(2025, 12, 30, 22, 59, 59));
    expect(&w, 1, TIME_IN_ZONE, utc(2025, 12, 31, 22, 59, 59));
    expect(&w, 2, TIME_IN_ZONE, utc(2025, 12, 31, 23, 0, 1));
    expect(&w, 3, TIME_IN_ZONE, utc(2026, 2, 26, 23, 0, 1));
    end(&w);
}

static void logs_put_together_are_of_one_year(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){0});
    add(&w, "messages", utc(2026, 6, 1, 0, 0, 0),
        "May 17 10:00:00 db kernel: " KILL "5 (node)" SIZES "\n"
        "May  3 10:00:00 db kernel: " KILL "6 (node)" SIZES "\n"
        "Dec 24 10:00:00 db kernel: " KILL "7 (node)" SIZES "\n");
    settle(&w);
    expect(&w, 0, TIME_AS_LOCAL, utc(2026, 5, 17, 10, 0, 0));
    expect(&w, 1, TIME_AS_LOCAL, utc(2026, 5, 3, 10, 0, 0));
    expect(&w, 2, TIME_AS_LOCAL, utc(2025, 12, 24, 10, 0, 0));
    end(&w);
}

static void a_step_back_at_another_boot_is_the_turn_of_a_year(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){0});
    add(&w, "journal", utc(2026, 11, 25, 0, 0, 0),
        "Dec 02 08:00:00 db kernel: " KILL "5 (node)" SIZES "\n"
        "-- Boot 5f1d6a0f5f1d6a0f5f1d6a0f5f1d6a0f --\n"
        "Nov 23 13:22:48 db kernel: " KILL "6 (node)" SIZES "\n");
    settle(&w);
    expect(&w, 0, TIME_AS_LOCAL, utc(2025, 12, 2, 8, 0, 0));
    expect(&w, 1, TIME_AS_LOCAL, utc(2026, 11, 23, 13, 22, 48));
    end(&w);
}

static void february_29_is_of_a_leap_year(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){0});
    add(&w, "messages", utc(2026, 6, 1, 0, 0, 0),
        "Feb 28 10:00:00 db kernel: " KILL "5 (node)" SIZES "\n"
        "Feb 29 10:00:00 db kernel: " KILL "6 (node)" SIZES "\n");
    settle(&w);
    expect(&w, 0, TIME_AS_LOCAL, utc(2024, 2, 28, 10, 0, 0));
    expect(&w, 1, TIME_AS_LOCAL, utc(2024, 2, 29, 10, 0, 0));
    end(&w);
}

static void a_yearless_stamp_of_no_known_file_has_no_time(void **state)
{
    struct world w;
    const char *text = "Jun 20 12:47:04 db kernel: " KILL "5 (node)" SIZES "\n";
    (void)state;
    begin(&w, (struct time_zone){0});
    fixture_log("m", text, strlen(text), 0, (struct event_sink){&w, see});
    settle(&w);
    assert_false(event_time_known(&(struct event_time){.source = time_of(&w, 0).source}));
    end(&w);
}

/* -- zones -- */

static void each_clock_is_as_sure_as_its_source(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){.kind = ZONE_FIXED, .offset_s = -5 * 3600});
    add(&w, "mixed", utc(2026, 12, 1, 0, 0, 0),
        "2026-11-23T13:22:48.561602+01:00 db kernel: " KILL "5 (node)" SIZES "\n"
        "[Mon Nov 23 13:22:48 2026] " KILL "6 (node)" SIZES "\n"
        "1795440168.561602 db kernel: " KILL "7 (node)" SIZES "\n"
        "2026-11-23T13:24:58: PM2 log: App [web:2] exited with code [0] via signal [SIGKILL]\n");
    settle(&w);
    expect(&w, 0, TIME_STAMPED, utc(2026, 11, 23, 12, 22, 48) + 561602);
    expect(&w, 1, TIME_IN_ZONE, utc(2026, 11, 23, 18, 22, 48));
    expect(&w, 2, TIME_STAMPED, utc(2026, 11, 23, 13, 22, 48) + 561602);
    expect(&w, 3, TIME_IN_ZONE, utc(2026, 11, 23, 18, 24, 58));
    assert_int_equal(time_of(&w, 0).sure_us, 10 * SECOND);
    assert_int_equal(time_of(&w, 1).sure_us, 30 * SECOND);
    assert_int_equal(time_of(&w, 2).sure_us, 2 * SECOND);
    assert_int_equal(time_of(&w, 3).sure_us, 2 * SECOND);
    end(&w);
}

static void a_kill_in_a_log_that_knows_its_zone_tells_that_of_another(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){0});
    add(&w, "dmesg-T", utc(2026, 12, 1, 0, 0, 0),
        "[Mon Nov 23 15:22:30 2026] " KILL "18465 (node)" SIZES "\n");
    add(&w, "messages", utc(2029, 12, 1, 0, 0, 0),
        "Nov 23 07:52:51 db kernel: " KILL "18465 (node)" SIZES "\n"
        "Nov 23 07:53:51 db kernel: " KILL "18466 (node)" SIZES "\n");
    add(&w, "other", utc(2026, 12, 1, 0, 0, 0),
        "[Mon Nov 23 15:22:30 2026] " KILL "18467 (node)" SIZES "\n");
    add(&w, "journal", utc(2026, 12, 1, 0, 0, 0),
        "1795440168.561602 db kernel: " KILL "18465 (node)" SIZES "\n");
    settle(&w);
    expect(&w, 0, TIME_INFERRED, utc(2026, 11, 23, 13, 22, 30));
    expect(&w, 1, TIME_INFERRED, utc(2026, 11, 23, 13, 22, 51)); /* not of 2029 */
    expect(&w, 2, TIME_INFERRED, utc(2026, 11, 23, 13, 23, 51));
    expect(&w, 3, TIME_AS_LOCAL, utc(2026, 11, 23, 15, 22, 30));
    end(&w);
}

static void times_of_unknown_zones_are_apart_only_if_no_zone_explains_it(void **state)
{
    struct event_time utc_time = {TIME_STAMPED, true, 0, 2 * SECOND, 0};
    struct event_time local = {TIME_AS_LOCAL, false, 3600 * SECOND + 3 * SECOND, 2 * SECOND, 0};
    struct event_time same = {TIME_STAMPED, true, 3 * SECOND, 2 * SECOND, 0};
    struct event_time none = {0};
    (void)state;
    assert_false(event_times_apart(&utc_time, &local, 0));
    assert_false(event_times_apart(&local, &utc_time, 0));
    local.us += 10 * SECOND;
    assert_true(event_times_apart(&utc_time, &local, 0));
    assert_false(event_times_apart(&utc_time, &local, 10 * SECOND));
    local.us = 20 * 3600 * SECOND;
    assert_true(event_times_apart(&utc_time, &local, 0));
    assert_false(event_times_apart(&utc_time, &same, 0));
    same.us = 3600 * SECOND;
    assert_true(event_times_apart(&utc_time, &same, 0));
    assert_false(event_times_apart(&utc_time, &none, 0));
}

static void relative_times_are_of_the_minute_that_was_told_last(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){.kind = ZONE_FIXED});
    add(&w, "dmesg-e", utc(2026, 3, 1, 0, 0, 0),
        "[  +0.000035] " KILL "4 (node)" SIZES "\n"
        "[Dec31 23:59] device eth0 left promiscuous mode\n"
        "[  +0.000035] " KILL "5 (node)" SIZES "\n"
        "[Jan 1 00:02] " KILL "6 (node)" SIZES "\n"
        "[<    0.000035>] " KILL "7 (node)" SIZES "\n");
    settle(&w);
    expect(&w, 0, TIME_NOT_KNOWN, 0);
    expect(&w, 1, TIME_IN_ZONE, utc(2025, 12, 31, 23, 59, 0));
    expect(&w, 2, TIME_IN_ZONE, utc(2026, 1, 1, 0, 2, 0));
    expect(&w, 3, TIME_IN_ZONE, utc(2026, 1, 1, 0, 2, 0));
    assert_int_equal(time_of(&w, 1).sure_us, 90 * SECOND);
    assert_int_equal(w.list.events[1].time.clock, LOG_CLOCK_RELATIVE);
    end(&w);
}

/* -- boots and anchors -- */

static void an_uptime_gets_the_time_of_lines_that_have_both(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){.kind = ZONE_FIXED});
    add(&w, "dmesg", utc(2026, 12, 1, 0, 0, 0),
        "[ 1393.500000] " KILL "18465 (node)" SIZES "\n"
        "[ 1493.500000] " KILL "18466 (node)" SIZES "\n");
    add(&w, "kern.log", utc(2026, 12, 1, 0, 0, 0),
        "2026-11-23T13:00:00+00:00 db kernel: [ 1000.500000] " KILL "1 (sh)" SIZES "\n"
        "2026-11-23T13:06:33+00:00 db kernel: [ 1393.500000] " KILL "18465 (node)" SIZES "\n"
        "2026-11-23T13:20:00+00:00 db kernel: [ 2200.500000] " KILL "3 (sh)" SIZES "\n");
    settle(&w);
    assert_int_equal(event_times_boots(w.times), 1);
    expect(&w, 0, TIME_ANCHORED, utc(2026, 11, 23, 13, 6, 33));
    expect(&w, 1, TIME_ANCHORED, utc(2026, 11, 23, 13, 8, 13));
    assert_true(time_of(&w, 1).zone_known);
    assert_true(time_of(&w, 1).sure_us >= 10 * SECOND && time_of(&w, 1).sure_us < 30 * SECOND);
    end(&w);
}

static void a_kill_in_two_logs_ties_uptime_to_wall_time(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){.kind = ZONE_FIXED});
    add(&w, "dmesg", utc(2026, 12, 1, 0, 0, 0),
        "[ 1393.500000] " KILL "18465 (node)" SIZES "\n"
        "[ 1493.500000] " KILL "18466 (node)" SIZES "\n");
    add(&w, "dmesg-T", utc(2026, 12, 1, 0, 0, 0),
        "[Mon Nov 23 13:22:48 2026] " KILL "18465 (node)" SIZES "\n");
    settle(&w);
    expect(&w, 0, TIME_ANCHORED, utc(2026, 11, 23, 13, 22, 48));
    expect(&w, 1, TIME_ANCHORED, utc(2026, 11, 23, 13, 24, 28));
    assert_true(time_of(&w, 1).sure_us >= 30 * SECOND);
    end(&w);
}

static void boots_are_told_apart(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){0});
    add(&w, "dmesg", utc(2026, 12, 1, 0, 0, 0),
        "[ 1393.500000] " KILL "18465 (node)" SIZES "\n"
        "[   10.500000] " KILL "18465 (other)" SIZES "\n");
    add(&w, "kern.log", utc(2026, 12, 1, 0, 0, 0),
        "2026-11-23T13:00:00+00:00 db kernel: [ 9000.500000] " KILL "18465 (node)" SIZES "\n");
    add(&w, "pm2.log", utc(2026, 12, 1, 0, 0, 0),
        "2026-11-23T13:24:58: PM2 log: App [web:2] exited with code [0] via signal [SIGKILL]\n");
    settle(&w);
    assert_int_equal(event_times_boots(w.times), 3);
    assert_int_equal(time_of(&w, 0).boot, 1);
    assert_int_equal(time_of(&w, 1).boot, 2);
    assert_int_equal(time_of(&w, 2).boot, 3);
    assert_int_equal(time_of(&w, 3).boot, 0); /* PM2 knows of no boots */
    expect(&w, 0, TIME_NOT_KNOWN, 0);
    end(&w);
}

static void boots_are_joined_by_their_id(void **state)
{
    struct world w;
    (void)state;
    begin(&w, (struct time_zone){0});
    add(&w, "a", utc(2026, 12, 1, 0, 0, 0),
        "-- Boot aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa --\n"
        "[  10.500000] db kernel: " KILL "5 (node)" SIZES "\n"
        "-- Boot 5f1d6a0f5f1d6a0f5f1d6a0f5f1d6a0f --\n"
        "[  20.500000] db kernel: " KILL "6 (node)" SIZES "\n");
    add(&w, "b", utc(2026, 12, 1, 0, 0, 0),
        "-- Boot 5f1d6a0f5f1d6a0f5f1d6a0f5f1d6a0f --\n"
        "2026-11-23T13:00:00+00:00 db kernel: [ 30.500000] " KILL "7 (node)" SIZES "\n");
    settle(&w);
    assert_int_equal(event_times_boots(w.times), 2);
    assert_int_equal(time_of(&w, 0).boot, 1);
    assert_int_equal(time_of(&w, 1).boot, 2);
    assert_int_equal(time_of(&w, 2).boot, 2);
    assert_string_equal(event_times_boot_id(w.times, 2), "5f1d6a0f5f1d6a0f5f1d6a0f5f1d6a0f");
    assert_null(event_times_boot_id(w.times, 3));
    expect(&w, 0, TIME_NOT_KNOWN, 0);
    expect(&w, 1, TIME_ANCHORED, utc(2026, 11, 23, 12, 59, 50));
    end(&w);
}

/* Bounded, whatever comes; and later lines still have a time. */
static void hostile_clocks_take_no_more_than_there_is(void **state)
{
    struct world w;
    struct buf b = {0};
    (void)state;
    begin(&w, (struct time_zone){0});
    for (int i = 0; i < 20000; i++)
        buf_printf(&b, "%s 10 10:00:00 db kernel: [%d.000001] " KILL "%d (node)" SIZES "\n",
                   i % 2 ? "Jan" : "Dec", i % 2 ? 1000 : 1, i);
    add(&w, "f", utc(2026, 12, 31, 0, 0, 0), buf_str(&b));
    settle(&w);
    assert_true(event_times_boots(w.times) <= 256);
    for (size_t i = 0; i < w.list.count; i += 1000)
        (void)time_of(&w, i);
    buf_release(&b);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_yearless_stamp_is_the_newest_that_the_file_allows),
        cmocka_unit_test(december_to_january_is_the_turn_of_a_year),
        cmocka_unit_test(logs_put_together_are_of_one_year),
        cmocka_unit_test(a_step_back_at_another_boot_is_the_turn_of_a_year),
        cmocka_unit_test(february_29_is_of_a_leap_year),
        cmocka_unit_test(a_yearless_stamp_of_no_known_file_has_no_time),
        cmocka_unit_test(each_clock_is_as_sure_as_its_source),
        cmocka_unit_test(a_kill_in_a_log_that_knows_its_zone_tells_that_of_another),
        cmocka_unit_test(times_of_unknown_zones_are_apart_only_if_no_zone_explains_it),
        cmocka_unit_test(relative_times_are_of_the_minute_that_was_told_last),
        cmocka_unit_test(an_uptime_gets_the_time_of_lines_that_have_both),
        cmocka_unit_test(a_kill_in_two_logs_ties_uptime_to_wall_time),
        cmocka_unit_test(boots_are_told_apart),
        cmocka_unit_test(boots_are_joined_by_their_id),
        cmocka_unit_test(hostile_clocks_take_no_more_than_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
