/* Figures over time: what programs, V8, PM2 and the machine say of memory, and what is kept of it.
 */
#include "tests/unit/log_fixture.h"

static struct event_list parse_as(const char *file, const char *text)
{
    struct event_list l = {0};
    fixture_log(file, text, strlen(text), 5, event_list_sink(&l));
    return l;
}

static struct event_list parse(const char *text)
{
    return parse_as("t.log", text);
}

static const struct event *series_of(const struct event_list *l, enum series_metric metric)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->events[i].series && l->events[i].series->metric == metric)
            return &l->events[i];
    return NULL;
}

/* -- forms -- */

static const struct {
    const char *line;
    enum series_metric metric;
    int64_t bytes;
} forms[] = {
    {"GET /api/report?id=5 200 rss=67MB", SERIES_RSS, 67 * INT64_C(1048576)},
    {"rss: 512 MB", SERIES_RSS, 512 * INT64_C(1048576)},
    {"RSS: 1.5 GiB", SERIES_RSS, 3 * INT64_C(536870912)},
    {"mem rss 512KB", SERIES_RSS, 512 * 1024},
    {"rss=47_325_184", SERIES_RSS, 47325184},
    {"rss: 47,325,184 bytes", SERIES_RSS, 47325184},
    {"rss: 81.25", SERIES_RSS, 85196800},
    {"{\"level\":30,\"time\":1795440000000,\"rss\":70254592,\"msg\":\"mem\"}", SERIES_RSS,
     70254592},
    {"{\"rss\": \"67 MB\"}", SERIES_RSS, 67 * INT64_C(1048576)},
    {"heapUsed: 12.5 MB", SERIES_HEAP_USED, 13107200},
    {"Heap used: 12 MB", SERIES_HEAP_USED, 12 * INT64_C(1048576)},
    {"heap_used=12582912", SERIES_HEAP_USED, 12582912},
    {"  heapTotal: 5611520,", SERIES_HEAP_TOTAL, 5611520},
    {"  arrayBuffers: 1048576", SERIES_ARRAY_BUFFERS, 1048576},
    {"Memory usage: 1.25GB", SERIES_RSS, 5 * INT64_C(268435456)},
};

static void every_form_of_a_figure(void **state)
{
    char text[512];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        snprintf(text, sizeof text, "%s\n%s\n", forms[i].line, forms[i].line);
        struct event_list l = parse(text);
        const struct event *e = series_of(&l, forms[i].metric);
        if (!e || e->series->last.bytes != forms[i].bytes)
            fail_msg("%s: %" PRId64, forms[i].line, e ? e->series->last.bytes : -1);
        assert_int_equal(e->series->count, 2);
        event_list_release(&l);
    }
}

static void what_is_no_figure_of_a_program(void **state)
{
    static const char *const lines[] = {
        "[ 1393.561602] rss 341917696",
        "[Mon Nov 23 14:54:18 2026] rss: 341917696",
        "cache:0KB rss:51200KB rss_huge:0KB mapped_file:0KB",
        "Killed process 5 (node) total-vm:10kB, anon-rss:10kB, rss:55kB",
        "Oct 1 10:00:00 web kernel: rss: 5000000",
        "users: 5000000 MB",
        "press: 500MB",
        "rss feed 17 read",
        "rss: 95%",
        "external: 5000000",
        "https://x.de/rss=5000000x",
        "rss: none, heapUsed: NaN",
    };
    char text[512];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines) - 2; i++) {
        snprintf(text, sizeof text, "%s\n%s\n", lines[i], lines[i]);
        struct event_list l = parse(text);
        if (l.count && l.events[0].series)
            fail_msg("%s is %" PRId64, lines[i], l.events[0].series->last.bytes);
        event_list_release(&l);
    }
}

static void inspected_over_several_lines(void **state)
{
    struct event_list l = parse("{\n  rss: 47325184,\n  heapTotal: 5611520,\n  heapUsed: 3568392,\n"
                                "  external: 1662624,\n  arrayBuffers: 10479\n}\n"
                                "memory {\n  rss: 57325184,\n  heapTotal: 5611520,\n"
                                "  heapUsed: 3581608,\n  external: 1662664,\n"
                                "  arrayBuffers: 10479\n}\n");
    (void)state;
    assert_int_equal(l.count, 5);
    assert_int_equal(series_of(&l, SERIES_RSS)->series->last.bytes, 57325184);
    assert_int_equal(series_of(&l, SERIES_EXTERNAL)->series->first.bytes, 1662624);
    assert_int_equal(series_of(&l, SERIES_RSS)->series->axis, SERIES_AXIS_LINE);
    event_list_release(&l);
}

/* -- whose it is -- */

static void each_application_has_its_own(void **state)
{
    struct event_list l = parse("1|shop  | rss=67MB\n2|blog  | rss=10MB\n1|shop  | rss=68MB\n"
                                "2|blog  | rss=11MB\n3|shop  | rss=90MB\n3|shop  | rss=91MB\n");
    (void)state;
    assert_int_equal(l.count, 3);
    assert_string_equal(l.events[0].comm, "shop");
    assert_string_equal(l.events[1].comm, "blog");
    assert_int_equal(l.events[2].series->first.bytes, 90 * 1048576);
    event_list_release(&l);
    l = parse_as("/x/shop-out-3.log", "rss=67MB\nrss=68MB\n");
    assert_string_equal(l.events[0].comm, "shop");
    event_list_release(&l);
    l = parse("{\"pid\":7,\"rss\":70254592,\"time\":1795440000000}\n"
              "{\"pid\":8,\"rss\":70254592,\"time\":1795440000000}\n"
              "{\"pid\":7,\"rss\":80254592,\"time\":1795440060000}\n");
    assert_int_equal(l.count, 1);
    assert_int_equal(l.events[0].pid.value, 7);
    assert_int_equal(l.events[0].series->axis, SERIES_AXIS_WALL);
    assert_int_equal(l.events[0].series->slope_bytes_per_hour.value, 600000000);
    event_list_release(&l);
}

static void the_machine_has_its_own(void **state)
{
    struct event_list l =
        parse("mem avail:  2430 of 31808 MiB ( 7.64%), swap free: 1419 of 15903 MiB ( 8.93%)\n"
              "mem avail:   100 of 31808 MiB ( 0.31%), swap free:    0 of 15903 MiB ( 0.00%)\n");
    (void)state;
    assert_int_equal(series_of(&l, SERIES_FREE_MEMORY)->series->min.bytes, 100 << 20);
    assert_int_equal(series_of(&l, SERIES_FREE_SWAP)->series->first.bytes, 1419 << 20);
    assert_int_equal(series_of(&l, SERIES_FREE_SWAP)->series->last.bytes, 0);
    event_list_release(&l);
}

/* -- what is kept -- */

static void put_gc(struct buf *b, int pid, int64_t ms, double mb)
{
    buf_printf(b,
               "[%d:0x1]  %" PRId64
               " ms: Mark-sweep %.1f (900.0) -> %.1f (900.0) MB, 1.0 / 0.0 ms  "
               "allocation failure \n",
               pid, ms, mb + 50, mb);
}

static void a_leak_grows_and_warm_up_does_not(void **state)
{
    struct buf leak = {0}, warm = {0}, full = {0};
    (void)state;
    for (int i = 0; i < 1000; i++) {
        put_gc(&leak, 5, i * 60000, 50 + i * 0.5 + (i % 7) * 3);
        put_gc(&warm, 5, i * 60000, (i < 100 ? 20 + i : 120) + (i % 7) * 3);
        put_gc(&full, 5, i * 60000, i < 400 ? 20 + i : 420);
    }
    struct event_list l = parse(buf_str(&leak));
    const struct series_facts *f = series_of(&l, SERIES_HEAP_AFTER_GC)->series;
    assert_int_equal(f->count, 1000);
    assert_true(f->point_count <= SERIES_POINTS_MAX);
    assert_true(f->growing);
    assert_int_equal(f->first.bytes, 50 << 20);
    assert_int_equal(f->last.x, INT64_C(999) * 60000000);
    int64_t true_slope = INT64_C(30) << 20; /* half a megabyte a minute */
    assert_true(f->slope_bytes_per_hour.value > true_slope * 9 / 10 &&
                f->slope_bytes_per_hour.value < true_slope * 11 / 10);
    event_list_release(&l);
    l = parse(buf_str(&warm));
    assert_false(series_of(&l, SERIES_HEAP_AFTER_GC)->series->growing);
    assert_int_equal(series_of(&l, SERIES_HEAP_AFTER_GC)->series->floor_last_bytes.value,
                     120 << 20);
    event_list_release(&l);
    l = parse(buf_str(&full));
    assert_true(series_of(&l, SERIES_HEAP_AFTER_GC)->series->growing);
    event_list_release(&l);
    buf_release(&leak);
    buf_release(&warm);
    buf_release(&full);
}

static void lows_and_highs_survive_thinning(void **state)
{
    struct buf b = {0};
    bool low = false, high = false;
    (void)state;
    for (int i = 0; i < 5000; i++)
        buf_printf(&b, "rss=%dMB\n", i == 1234 ? 90 : i == 3210 ? 150 : 100 + i % 3);
    struct event_list l = parse(buf_str(&b));
    const struct series_facts *f = series_of(&l, SERIES_RSS)->series;
    for (size_t i = 0; i < f->point_count; i++) {
        low |= f->points[i].bytes == 90 << 20;
        high |= f->points[i].bytes == 150 << 20;
        assert_true(!i || f->points[i].x > f->points[i - 1].x);
    }
    assert_true(low && high);
    assert_int_equal(f->min.bytes, 90 << 20);
    assert_int_equal(f->max.x, 3211);
    event_list_release(&l);
    buf_release(&b);
}

/* Restarted again and again, it grows each time. */
static void restarts_are_told_from_growth(void **state)
{
    struct buf b = {0};
    (void)state;
    for (int i = 0; i < 100; i++)
        buf_printf(&b, "2026-11-23T13:%02d:%02d: rss=%dMB\n", i / 60, i % 60, 60 + i % 20 * 10);
    struct event_list l = parse(buf_str(&b));
    const struct series_facts *f = series_of(&l, SERIES_RSS)->series;
    assert_int_equal(f->restarts, 4);
    assert_true(f->growing);
    assert_true(f->slope_bytes_per_hour.value > 0);
    event_list_release(&l);
    buf_release(&b);
}

static void pids_that_come_again_are_other_processes(void **state)
{
    struct buf b = {0};
    (void)state;
    for (int run = 0; run < 2; run++)
        for (int i = 1; i <= 5; i++)
            put_gc(&b, 1, i * 1000, 10 + i);
    put_gc(&b, 1, 4500, 77); /* what last words repeat is not counted twice */
    struct event_list l = parse(buf_str(&b));
    size_t series = 0;
    for (size_t i = 0; i < l.count; i++) {
        series += l.events[i].series != NULL;
        assert_true(!l.events[i].series || l.events[i].series->count == 5);
    }
    assert_int_equal(series, 2);
    event_list_release(&l);
    buf_release(&b);
}

/* More than there is room for: none is lost. */
static void many_series_are_told_as_they_leave(void **state)
{
    struct buf b = {0};
    size_t samples = 0;
    (void)state;
    for (int pid = 1; pid <= 300; pid++)
        for (int i = 1; i <= 3; i++)
            put_gc(&b, pid, i * 1000, 10 + i);
    struct event_list l = parse(buf_str(&b));
    for (size_t i = 0; i < l.count; i++)
        samples += l.events[i].series ? l.events[i].series->count : 0;
    assert_int_equal(samples, 900);
    event_list_release(&l);
    buf_release(&b);
}

static void wild_numbers_do_no_harm(void **state)
{
    struct event_list l =
        parse("rss=99999999999999999999999999GB\nrss=18446744073709551615\nrss=0.0000001\n"
              "9999-12-31T23:59:59Z rss=5MB\n0001-01-01T00:00:00Z rss=5MB\n"
              "mem avail: 99999999999999999999 of 1 MiB, swap free: 1 of 1 MiB\nrss=\nrss: ~\n"
              "[1:0x1] 99999999999999999999 ms: Mark-sweep 9.9 (9.9) -> 9.9 (9.9) MB, 1 / 0 ms\n");
    (void)state;
    event_list_release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_figure),
        cmocka_unit_test(what_is_no_figure_of_a_program),
        cmocka_unit_test(inspected_over_several_lines),
        cmocka_unit_test(each_application_has_its_own),
        cmocka_unit_test(the_machine_has_its_own),
        cmocka_unit_test(a_leak_grows_and_warm_up_does_not),
        cmocka_unit_test(lows_and_highs_survive_thinning),
        cmocka_unit_test(restarts_are_told_from_growth),
        cmocka_unit_test(pids_that_come_again_are_other_processes),
        cmocka_unit_test(many_series_are_told_as_they_leave),
        cmocka_unit_test(wild_numbers_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
