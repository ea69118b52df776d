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

/* -- as text -- */

static const char text_report[] =
    "================================================================================\n"
    "==== Node Report ===============================================================\n\n"
    "Event: Allocation failed - JavaScript heap out of memory, location: \"MarkCompact\"\n"
    "Filename: node-report.20180820.091102.8480.001.txt\n"
    "Dump event time:  2018/08/20 09:11:02\nModule load time: 2018/08/20 09:11:01\n"
    "Process ID: 8480\nCommand line: node --max-old-space-size=64 x.js\n\n"
    "Node.js version: v8.17.0\n(http_parser: 2.9.3)\n\n"
    "==== JavaScript Heap and Garbage Collector =====================================\n\n"
    "Heap space name: old_space\n    Memory size: 4,194,304 bytes, committed memory: 4,000,000 "
    "bytes\n    Capacity: 1,000 bytes, used: 3,900,000 bytes, available: 5 bytes\n\n"
    "Total heap memory size: 7,159,808 bytes\nTotal used heap memory: 66,798,880 bytes\n"
    "Total available heap memory: 1,492,007,976 bytes\n\nHeap memory limit: 1,501,560,832\n\n"
    "  Maximum resident set size: 33,091,584 bytes\n"
    "==== System Information ========================================================\n\n"
    "Environment variables\n  Process ID: 1\n  Event: SECRET\n";

static void reports_as_text(void **state)
{
    struct event_list l = {0};
    (void)state;
    fixture_log("r.txt", text_report, strlen(text_report), 13, event_list_sink(&l));
    const struct report_facts *f = l.events[0].report;
    assert_int_equal(l.count, 1);
    assert_int_equal(l.events[0].kind, EVENT_NODE_REPORT);
    assert_int_equal(l.events[0].pid.value, 8480);
    assert_int_equal(l.events[0].time.wall_us.value, INT64_C(1534756262000000));
    assert_string_equal(f->event, "Allocation failed - JavaScript heap out of memory");
    assert_string_equal(f->node_version, "8.17.0");
    assert_int_equal(f->old_space_mib.value, 64);
    assert_int_equal(f->heap_used_bytes.value, 66798880);
    assert_int_equal(f->heap_limit_bytes.value, 1501560832);
    assert_int_equal(f->max_rss_bytes.value, 33091584);
    assert_int_equal(f->space_count, 1);
    assert_int_equal(f->spaces[0].used_bytes, 3900000);
    assert_int_equal(f->spaces[0].committed_bytes, 4000000);
    event_list_release(&l);
}

static void text_reports_may_be_cut_anywhere(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= strlen(text_report); cut++) {
        struct event_list l = {0};
        fixture_log("r.txt", text_report, cut, 0, event_list_sink(&l));
        assert_true(l.count <= 1);
        event_list_release(&l);
    }
}

/* Handles, workers and processors are counted; a worker's own report is none of the process. */
static void what_a_report_lists_is_counted(void **state)
{
    static const char json[] =
        "{\"header\":{\"reportVersion\":5,\"event\":\"x\",\"trigger\":\"Signal\",\"processId\":7,"
        "\"dumpEventTimeStamp\":\"1795599286213\",\"cpus\":[{\"model\":\"a\"},{\"model\":\"a\"}]},"
        "\"javascriptStack\":{\"message\":\"Error: boom\",\"stack\":[\"at f (x.js:1:2)\",\"at "
        "g\"]},"
        "\"javascriptHeap\":{\"nativeContextCount\":3,\"detachedContextCount\":2,\"heapSpaces\":{"
        "\"new_space\":{\"committedMemory\":9,\"used\":5},\"old_space\":{\"used\":6}}},"
        "\"resourceUsage\":{\"userCpuSeconds\":0.5,\"kernelCpuSeconds\":2,"
        "\"available_memory\":9223372036754612224},"
        "\"libuv\":[{\"type\":\"timer\"},{\"type\":\"tcp\",\"remoteEndpoint\":null},"
        "{\"type\":\"tcp\",\"localEndpoint\":{\"host\":\"a\"},\"remoteEndpoint\":{\"host\":\"b\"}},"
        "{\"type\":\"async\"}],"
        "\"workers\":[{\"header\":{\"event\":\"w\",\"processId\":9},\"javascriptHeap\":{"
        "\"detachedContextCount\":50},\"libuv\":[{\"type\":\"tcp\"}]}]}";
    struct event_list l = {0};
    (void)state;
    fixture_report("r", json, strlen(json), 5, event_list_sink(&l));
    const struct report_facts *f = l.events[0].report;
    assert_int_equal(l.events[0].pid.value, 7);
    assert_string_equal(f->event, "x");
    assert_int_equal(f->version.value, 5);
    assert_int_equal(f->timestamp_ms.value, INT64_C(1795599286213));
    assert_int_equal(f->cpus.value, 2);
    assert_string_equal(f->error, "Error: boom");
    assert_string_equal(f->frame, "at f (x.js:1:2)");
    assert_int_equal(f->contexts.value, 3);
    assert_int_equal(f->detached_contexts.value, 2);
    assert_int_equal(f->space_count, 2);
    assert_string_equal(f->spaces[1].name, "old_space");
    assert_int_equal(f->spaces[1].used_bytes, 6);
    assert_int_equal(f->user_cpu_us.value, 500000);
    assert_int_equal(f->kernel_cpu_us.value, 2000000);
    assert_false(f->available_bytes.known);
    assert_int_equal(f->handles.value, 4);
    assert_int_equal(f->sockets.value, 2);
    assert_int_equal(f->open_sockets.value, 1);
    assert_int_equal(f->timers.value, 1);
    assert_int_equal(f->workers.value, 1);
    event_list_release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_as_text),
        cmocka_unit_test(text_reports_may_be_cut_anywhere),
        cmocka_unit_test(what_a_report_lists_is_counted),
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
