/* The reader of Node's diagnostic reports: fields, secrets, chunks, damage.
 */
#include "tests/unit/log_fixture.h"

static const char report[] =
    "{\n  \"header\": {\n    \"reportVersion\": 3,\n"
    "    \"event\": \"Allocation failed - JavaScript heap out of memory\",\n"
    "    \"trigger\": \"OOMError\",\n    \"dumpEventTime\": \"2026-11-23T14:04:07Z\",\n"
    "    \"processId\": 17727,\n    \"commandLine\": [\"node\", \"--max-old-space-size=160\", "
    "\"a.js\"],\n"
    "    \"nodejsVersion\": \"v20.20.2\",\n    \"cpus\": [{\"model\": \"x\", \"event\": \"not "
    "this\"}]\n  },\n"
    "  \"javascriptHeap\": {\"usedMemory\": 173152808, \"memoryLimit\": 226492416,\n"
    "    \"totalCommittedMemory\": 179752960, \"externalMemory\": 3986054,\n"
    "    \"heapSpaces\": {\"old_space\": {\"usedMemory\": 1}}},\n"
    "  \"resourceUsage\": {\"rss\": 929378304, \"constrained_memory\": 18446744073709552000,\n"
    "    \"total_memory\": 25276510208, \"maxRss\": 929394688, \"userCpuSeconds\": 29.35},\n"
    "  \"environmentVariables\": {\"event\": \"hunter2\", \"DATABASE_URL\": \"hunter2\"}\n}\n";

static void the_fields_are_read(void **state)
{
    struct event_list l = {0};
    (void)state;
    fixture_report("r.json", report, sizeof report - 1, 0, event_list_sink(&l));
    assert_int_equal(l.count, 1);
    const struct event *e = &l.events[0];
    const struct report_facts *r = e->report;
    assert_int_equal(e->pid.value, 17727);
    assert_int_equal(e->line, 4);
    assert_int_equal(e->time.clock, LOG_CLOCK_ZONED);
    assert_int_equal(e->time.wall_us.value, INT64_C(1795442647000000));
    assert_string_equal(r->trigger, "OOMError");
    assert_string_equal(r->event, "Allocation failed - JavaScript heap out of memory");
    assert_string_equal(r->node_version, "20.20.2");
    assert_string_equal(r->command, "node --max-old-space-size=160 a.js");
    assert_int_equal(r->old_space_mib.value, 160);
    assert_int_equal(r->heap_used_bytes.value, 173152808);
    assert_int_equal(r->heap_limit_bytes.value, 226492416);
    assert_int_equal(r->external_bytes.value, 3986054);
    assert_int_equal(r->rss_bytes.value, 929378304);
    assert_int_equal(r->total_bytes.value, 25276510208);
    assert_false(r->constrained_bytes.known);
    event_list_release(&l);
}

static bool no_secret(void *ctx, const struct event *e, struct err *err)
{
    (void)ctx, (void)err;
    assert_null(memmem(e->report, sizeof *e->report, "hunter2", 7));
    assert_null(e->text);
    return true;
}

static void the_environment_is_never_kept(void **state)
{
    (void)state;
    fixture_report("r.json", report, sizeof report - 1, 0, (struct event_sink){NULL, no_secret});
}

static void chunks_do_not_matter(void **state)
{
    struct buf whole = {0}, pieces = {0};
    (void)state;
    fixture_report("r", report, sizeof report - 1, 0,
                   (struct event_sink){&whole, fixture_write_down});
    for (size_t chunk = 1; chunk <= 31; chunk++) {
        buf_clear(&pieces);
        fixture_report("r", report, sizeof report - 1, chunk,
                       (struct event_sink){&pieces, fixture_write_down});
        assert_string_equal(buf_str(&pieces), buf_str(&whole));
    }
    buf_release(&whole);
    buf_release(&pieces);
}

static void every_truncation_is_incomplete_or_an_error(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < sizeof report - 2; cut++) {
        struct event_list l = {0};
        struct err err = {0};
        struct node_report *r;
        struct event_sink sink = event_list_sink(&l);
        bool complete = true;
        assert_true(node_report_new("r.json", &sink, &r, &err));
        assert_true(node_report_feed(r, (const uint8_t *)report, cut, &err));
        if (node_report_finish(r, &complete, &err)) {
            assert_int_equal(l.count, 1);
            assert_false(complete);
        } else {
            assert_int_equal(err.code, ERR_INPUT);
            assert_int_equal(l.count, 0);
        }
        node_report_free(r);
        event_list_release(&l);
    }
}

static void damage_names_the_byte_and_keeps_the_facts(void **state)
{
    static const char damaged[] =
        "{\"header\": {\"reportVersion\": 3, \"event\": \"x\", \"processId\": 5}, ]";
    struct event_list l = {0};
    struct err err = {0};
    struct node_report *r;
    struct event_sink sink = event_list_sink(&l);
    bool complete = true;
    (void)state;
    assert_true(node_report_new("r.json", &sink, &r, &err));
    assert_false(node_report_feed(r, (const uint8_t *)damaged, sizeof damaged - 1, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.msg, "byte 6"));
    assert_true(node_report_finish(r, &complete, &err));
    assert_false(complete);
    assert_int_equal(l.events[0].pid.value, 5);
    node_report_free(r);
    event_list_release(&l);
}

static void deep_nesting_is_refused(void **state)
{
    struct buf b = {0};
    struct err err = {0};
    struct node_report *r;
    struct event_sink sink = {NULL, NULL};
    (void)state;
    buf_puts(&b, "{\"header\":{\"reportVersion\":1,\"a\":");
    for (int i = 0; i < 100000; i++)
        buf_putc(&b, '[');
    assert_true(node_report_new("r.json", &sink, &r, &err));
    assert_false(node_report_feed(r, (const uint8_t *)b.data, b.len, &err));
    assert_non_null(strstr(err.msg, "nested"));
    node_report_free(r);
    buf_release(&b);
}

static void reports_are_told_by_their_first_bytes(void **state)
{
    static const char other[] = "{\"snapshot\":{\"meta\":{}}}";
    (void)state;
    assert_true(bytes_are_node_report((const uint8_t *)report, sizeof report - 1));
    assert_true(bytes_are_node_report((const uint8_t *)report, 60));
    assert_false(bytes_are_node_report((const uint8_t *)report, 10));
    assert_false(bytes_are_node_report((const uint8_t *)other, sizeof other - 1));
    assert_false(bytes_are_node_report((const uint8_t *)"", 0));
    assert_false(log_bytes_look_like_text((const uint8_t *)report, sizeof report - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fields_are_read),
        cmocka_unit_test(the_environment_is_never_kept),
        cmocka_unit_test(chunks_do_not_matter),
        cmocka_unit_test(every_truncation_is_incomplete_or_an_error),
        cmocka_unit_test(damage_names_the_byte_and_keeps_the_facts),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(reports_are_told_by_their_first_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
