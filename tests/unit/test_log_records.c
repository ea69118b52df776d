/* Structured logs through the whole parser: framings, joined lines, records in records, damage,
 * boots, encodings, any chunking.
 */
#include "tests/unit/log_fixture.h"

#include "parsers/record_fields.h"

#define KILL(pid) "Killed process " #pid " (node) total-vm:5kB, anon-rss:4kB, file-rss:3kB"
#define FATAL "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"

static struct event_list parse_bytes(const char *bytes, size_t len)
{
    struct event_list l = {0};
    fixture_log("t.log", bytes, len, 0, event_list_sink(&l));
    return l;
}

static void expect_pids(const char *bytes, size_t len, const int64_t *pids, size_t count)
{
    struct event_list l = parse_bytes(bytes, len);
    size_t kills = count_kind(&l, EVENT_KERNEL_OOM);
    if (kills != count)
        fail_msg("%.*s: %zu kills, not %zu", (int)len, bytes, kills, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(nth_of_kind(&l, EVENT_KERNEL_OOM, i)->pid.value, pids[i]);
    event_list_release(&l);
}

#define EXPECT_PIDS(text, ...)                                                                     \
    expect_pids(text, sizeof(text) - 1, (const int64_t[]){__VA_ARGS__},                            \
                sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

#define FIELDS "\"_TRANSPORT\":\"kernel\",\"__REALTIME_TIMESTAMP\":\"1795440168561602\","

static void each_framing_of_json(void **state)
{
    (void)state;
    EXPECT_PIDS("{" FIELDS "\"MESSAGE\":\"" KILL(5) "\"}\n", 5);
    EXPECT_PIDS("\x1e{" FIELDS "\"MESSAGE\":\"" KILL(5) "\"}\n", 5);
    EXPECT_PIDS("data: {" FIELDS "\"MESSAGE\":\"" KILL(5) "\"}\n\n", 5);
    EXPECT_PIDS("[{" FIELDS
                "\"MESSAGE\":\"" KILL(5) "\"},{\"MESSAGE\":\"" KILL(6) "\"," FIELDS
                                                                       "\"_PID\":\"1\"}]",
                5, 6);
    EXPECT_PIDS("{\n\t\"MESSAGE\" : \"" KILL(
                    5) "\",\n\t\"_TRANSPORT\" : \"kernel\"\n}\n{\n"
                       "\t\"_TRANSPORT\" : \"kernel\",\n\t\"MESSAGE\" : \"" KILL(6) "\"\n}\n",
                5, 6);
    EXPECT_PIDS("{\"msg\":\"" KILL(5) "\"}{\"msg\":\"" KILL(6) "\"} " KILL(7), 5, 6, 7);
    EXPECT_PIDS("{\"msg\":\"a\\n" KILL(5) "\\r\\n" KILL(6) "\"}", 5, 6);
}

static void what_is_cut_or_damaged_is_not_lost(void **state)
{
    (void)state;
    EXPECT_PIDS("{\"MESSAGE\":\"" KILL(5), 5);
    EXPECT_PIDS("{\"MESSAGE\":\"" KILL(5) "\",\"_TRANSPORT\":\"ker\n" KILL(6), 5, 6);
    EXPECT_PIDS("{\n\t\"MESSAGE\" : \"" KILL(5) "\",\n[   1.000000] " KILL(6) "\n", 5, 6);
    EXPECT_PIDS("\t\"_TRANSPORT\" : \"kernel\",\n\t\"MESSAGE\" : \"" KILL(5) "\"\n}\n" KILL(6), 5,
                6);
    EXPECT_PIDS("{\n" KILL(5) "\n[\n" KILL(6) "\n", 5, 6);
    EXPECT_PIDS("{ " KILL(5) " }\n{\"a\":\"" KILL(6) "\"}\n", 5, 6);
    EXPECT_PIDS("{\n  \"unknown\": \"" KILL(5) "\",\n  \"b\": 1\n}\n" KILL(6), 5, 6);
    EXPECT_PIDS("__REALTIME_TIMESTAMP=7\nMESSAGE=" KILL(5), 5);
    EXPECT_PIDS("__CURSOR=s=1\nMESSAGE=" KILL(5) "\n__CURSOR=s=2\nMESSAGE=" KILL(
                    6) "\n"
                       "===== dmesg =====\n" KILL(7),
                5, 6, 7);
}

/* -- the journal's export -- */

static void put_binary(struct buf *b, const char *name, const char *value, uint64_t length)
{
    buf_printf(b, "%s\n", name);
    for (int i = 0; i < 8; i++)
        buf_putc(b, (char)(length >> (8 * i) & 0xff));
    buf_printf(b, "%s\n", value);
}

static void values_by_length(void **state)
{
    static const char value[] = "first\n" KILL(5) "\n\nlast";
    const int64_t pids[] = {5, 6};
    struct buf b = {0};
    (void)state;
    buf_puts(&b, "__CURSOR=s=1\n_TRANSPORT=kernel\n");
    put_binary(&b, "MESSAGE", value, strlen(value));
    put_binary(&b, "COREDUMP", KILL(4), strlen(KILL(4)));
    put_binary(&b, "_PID", "", 0);
    buf_puts(&b, "PRIORITY=4\n\n__CURSOR=s=2\nMESSAGE=" KILL(6) "\n\n");
    expect_pids(buf_str(&b), b.len, pids, 2);
    struct event_list l = parse_bytes(buf_str(&b), b.len);
    assert_int_equal(l.events[0].line, 5); /* of the message's second line */
    event_list_release(&l);
    buf_release(&b);
}

/* The next records, and what was in the value, are found whatever length was written. */
static void lengths_may_lie(void **state)
{
    static const uint64_t lengths[] = {3, 40, 200, 100000, UINT64_C(1) << 40, UINT64_MAX};
    static const char *const names[] = {"MESSAGE", "_CMDLINE", "UNIT"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        for (size_t n = 0; n < ARRAY_LEN(names); n++) {
            struct buf b = {0};
            buf_puts(&b, "__CURSOR=s=1\n_TRANSPORT=kernel\n");
            put_binary(&b, names[n], "a\n" KILL(5) "\nb", lengths[i]);
            buf_puts(
                &b, "\n__CURSOR=s=2\nMESSAGE=" KILL(6) "\n\n__CURSOR=s=3\nMESSAGE=" KILL(7) "\n\n");
            struct event_list l = parse_bytes(buf_str(&b), b.len);
            bool found[3] = {0};
            for (size_t e = 0; e < l.count; e++)
                found[l.events[e].pid.value - 5] = true;
            if (!found[0] || !found[1] || !found[2])
                fail_msg("%s of length %" PRIu64 ": %d %d %d", names[n], lengths[i], found[0],
                         found[1], found[2]);
            event_list_release(&l);
            buf_release(&b);
        }
    }
}

/* -- verbose -- */

static void verbose_records(void **state)
{
    static const char text[] =
        "Mon 2026-11-23 13:22:48.561602 UTC "
        "[s=1;i=1;b=5f1d6a0f7e2c4b0c9a3d2e1f00112233;m=64;t=3e8;x=a1]\n"
        "    _TRANSPORT=kernel\n"
        "    MESSAGE=first\n"
        "            " KILL(5) "\n"
                               "    _SOURCE_MONOTONIC_TIMESTAMP=99\n"
                               "Mon 2026-11-23 13:22:49.561602 UTC "
                               "[s=1;i=2;b=aaaaaaaaaaaa4b0c9a3d2e1f00112233;m=65;t=3e9;x=a1]\n"
                               "    MESSAGE=" KILL(
                                   6) "\n"
                                      "-- Boot 5f1d6a0f7e2c4b0c9a3d2e1f00112233 --\n"
                                      "Mon 2026-11-23 13:22:49 UTC h kernel: " KILL(7) "\n";
    struct event_list l = parse_bytes(text, strlen(text));
    (void)state;
    assert_int_equal(l.count, 3);
    assert_int_equal(l.events[0].line, 4);
    assert_int_equal(l.events[0].time.wall_us.value, 1000);
    assert_int_equal(l.events[0].time.uptime_us.value, 99);
    assert_int_equal(l.events[0].boot, 0);
    assert_int_equal(l.events[1].boot, 1);
    assert_int_equal(l.events[1].time.uptime_us.value, 0x65);
    assert_int_equal(l.events[2].boot, 0);
    assert_string_equal(l.events[2].boot_id, "5f1d6a0f7e2c4b0c9a3d2e1f00112233");
    event_list_release(&l);
}

/* -- boots -- */

static void boots_are_told_by_their_ids(void **state)
{
    static const char text[] =
        "{\"_BOOT_ID\":\"aa\",\"MESSAGE\":\"Linux version 6.1.0\",\"_TRANSPORT\":\"kernel\"}\n"
        "{\"_BOOT_ID\":\"aa\",\"MESSAGE\":\"" KILL(
            1) "\",\"__MONOTONIC_TIMESTAMP\":\"900000000\"}\n"
               "{\"_BOOT_ID\":\"bb\",\"MESSAGE\":\"" KILL(
                   2) "\",\"__MONOTONIC_TIMESTAMP\":\"5\"}\n"
                      "{\"_BOOT_ID\":\"aa\",\"MESSAGE\":\"" KILL(
                          3) "\",\"__MONOTONIC_TIMESTAMP\":\"900000001\"}\n";
    static const unsigned boots[] = {0, 1, 0};
    struct event_list l = parse_bytes(text, strlen(text));
    (void)state;
    assert_int_equal(l.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(l.events[i].boot, boots[i]);
    event_list_release(&l);
}

/* -- containers -- */

#define DOCKER(text, stream)                                                                       \
    "{\"log\":\"" text "\",\"stream\":\"" stream "\",\"time\":\"2026-11-23T13:25:00Z\"}\n"

static void parts_of_lines_are_joined_by_stream(void **state)
{
    (void)state;
    EXPECT_PIDS(DOCKER("Killed pro", "stdout") DOCKER("Killed process 6 (b) ", "stderr")
                    DOCKER("cess 5 (node) total-vm:5kB\\n", "stdout")
                        DOCKER("total-vm:6kB\\n", "stderr"),
                5, 6);
    EXPECT_PIDS("2026-11-23T13:25:00.000000001Z stdout P Killed \n"
                "2026-11-23T13:25:00.000000002Z stderr P x \n"
                "2026-11-23T13:25:00.000000003Z stderr F " KILL(
                    7) "\n"
                       "2026-11-23T13:25:00.000000004Z stdout P process 5 (a) \n"
                       "2026-11-23T13:25:00.000000005Z stdout F total-vm:5kB\n",
                7, 5);
    EXPECT_PIDS(DOCKER("Killed process 5 (a) total-", "stdout") DOCKER("vm:5kB", "stdout"), 5);
    EXPECT_PIDS("2026-11-23T13:25:00Z stdout P {\"msg\":\"" KILL(
                    5) "\n"
                       "2026-11-23T13:25:00Z stdout F \",\"level\":30,\"time\":1}\n",
                5);
    EXPECT_PIDS(
        "{\"MESSAGE\":\"Killed process 5 (a) \",\"CONTAINER_NAME\":\"w\",\"_TRANSPORT\":"
        "\"journal\",\"CONTAINER_PARTIAL_MESSAGE\":\"true\"}\n"
        "{\"MESSAGE\":\"total-vm:7kB\",\"CONTAINER_NAME\":\"w\",\"_TRANSPORT\":\"journal\"}\n",
        5);
}

static void a_joined_line_is_where_and_when_it_began(void **state)
{
    static const char text[] = "2026-11-23T13:25:00Z stdout P Killed process 5 (a) \n"
                               "2026-11-23T13:25:09Z stderr F x\n"
                               "2026-11-23T13:25:10Z stdout F total-vm:1kB\n";
    struct event_list l = parse_bytes(text, strlen(text));
    (void)state;
    assert_int_equal(l.count, 1);
    assert_int_equal(l.events[0].line, 1);
    assert_string_equal(l.events[0].time.text, "2026-11-23T13:25:00Z");
    event_list_release(&l);
}

static void records_in_records(void **state)
{
    static const char inner[] =
        "{\\\"level\\\":60,\\\"time\\\":1,\\\"pid\\\":7,\\\"msg\\\":\\\"" FATAL "\\\"}";
    struct buf b = {0};
    (void)state;
    buf_printf(&b, "{\"log\":\"%s\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-23T13:25:00Z\"}\n",
               inner);
    struct event_list l = parse_bytes(buf_str(&b), b.len);
    assert_int_equal(count_kind(&l, EVENT_V8_FATAL), 1);
    assert_int_equal(l.events[0].pid.value, 7);
    assert_string_equal(l.events[0].time.text, "2026-11-23T13:25:00Z");
    event_list_release(&l);
    buf_release(&b);
    EXPECT_PIDS("2|web  | {\"level\":\"info\",\"message\":\"" KILL(5) "\"}\n", 5);
    EXPECT_PIDS("Jun 20 12:47:04 h web[7]: {\"msg\":\"" KILL(5) "\",\"level\":30,\"time\":1}\n", 5);
    EXPECT_PIDS(DOCKER("{", "stdout") DOCKER("\\n", "stdout")
                    DOCKER("  \\\"msg\\\": \\\"" KILL(5) "\\\"\\n", "stdout")
                        DOCKER("}\\n", "stdout") DOCKER(KILL(6) "\\n", "stdout"),
                5, 6);
}

static void escapes_hide_nothing(void **state)
{
    struct event_list l = parse_bytes(
        DOCKER("\\u003c--- Last few GCs ---\\u003e\\n", "stderr")
            DOCKER("\\u001b[31mKilled \\u001b[0mprocess 5 (a) total-vm:1kB\\n", "stderr"),
        strlen(DOCKER("\\u003c--- Last few GCs ---\\u003e\\n", "stderr")
                   DOCKER("\\u001b[31mKilled \\u001b[0mprocess 5 (a) total-vm:1kB\\n", "stderr")));
    (void)state;
    assert_int_equal(count_kind(&l, EVENT_KERNEL_OOM), 1);
    event_list_release(&l);
    EXPECT_PIDS("3,425,1393561602,-;a\\x0a" KILL(5) "\\x0ab\n SUBSYSTEM=acpi\n", 5);
    EXPECT_PIDS("Nov 23 13:22:48 h kernel: a#012" KILL(5) "#012b\n", 5);
    EXPECT_PIDS("Nov 23 13:22:48 h kernel: message repeated 2 times: [ " KILL(5) "]\n", 5);
}

static void a_record_is_not_told_twice(void **state)
{
    (void)state;
    EXPECT_PIDS("{\"level\":50,\"time\":1,\"err\":{\"message\":\"" KILL(
                    5) "\",\"stack\":\"Error: " KILL(5) "\\n  at x\"},\"msg\":\"" KILL(5) "\"}\n",
                5);
    EXPECT_PIDS("{\"level\":50,\"time\":1,\"err\":{\"stack\":\"" KILL(6) "\"},\"msg\":\"x\"}\n", 6);
}

/* -- length, encodings, pieces -- */

static void lines_longer_than_what_is_kept(void **state)
{
    static const int64_t pids[] = {5, 6};
    struct buf filler = {0}, b = {0};
    (void)state;
    for (size_t i = 0; i < 3 * LOG_LINE_KEEP; i++)
        buf_putc(&filler, (char)('a' + i % 7));
    buf_printf(&b, "{\"COREDUMP\":\"%s\",\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"" KILL(5) "\"}\n",
               buf_str(&filler));
    buf_puts(&b, KILL(6));
    expect_pids(buf_str(&b), b.len, pids, 2);
    buf_clear(&b);
    buf_printf(&b, "{\"unknown\":\"" KILL(5) "%s\"}\n" KILL(6), buf_str(&filler));
    expect_pids(buf_str(&b), b.len, pids, 2);
    buf_clear(&b);
    buf_printf(&b,
               "{\n\t\"MESSAGE\" : \"" KILL(5) "\",\n\t\"X\" : \"%s\",\n\t\"_BOOT_ID\" : \"a\"\n"
                                               "}\n" KILL(6),
               buf_str(&filler));
    expect_pids(buf_str(&b), b.len, pids, 2);
    buf_release(&b);
    buf_release(&filler);
}

static void put_utf16(struct buf *b, const char *ascii, bool big_endian)
{
    buf_append(b, big_endian ? "\xfe\xff" : "\xff\xfe", 2);
    for (; *ascii; ascii++) {
        char unit[2] = {big_endian ? 0 : *ascii, big_endian ? *ascii : 0};
        buf_append(b, unit, 2);
    }
}

static void utf16_is_text(void **state)
{
    static const int64_t pids[] = {5, 6};
    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        struct buf b = {0};
        put_utf16(&b, "[    1.000000] " KILL(5) "\r\n{\"msg\":\"" KILL(6) "\"}\r\n", big_endian);
        assert_true(log_bytes_look_like_text((const uint8_t *)buf_str(&b), b.len));
        expect_pids(buf_str(&b), b.len, pids, 2);
        buf_release(&b);
    }
    EXPECT_PIDS("\xef\xbb\xbf{\"msg\":\"" KILL(5) "\"}\n", 5);
    expect_pids("\xff", 1, pids, 0);
}

static const char *const mixed[] = {
    "{\"log\":\"a\",\"stream\":\"stderr\",\"time\":\"x\"}\n{\"log\":\" " KILL(
        5) "\\n\",\"stream\":"
           "\"stderr\"}\n[    2.000000] " KILL(6) "\n",
    "__CURSOR=s=1\n_TRANSPORT=kernel\nMESSAGE\n\x2b\0\0\0\0\0\0\0",
    "{\n \"dmesg\": [\n {\n \"pri\":3,\n \"time\": 1.5,\n \"msg\": \"" KILL(
        7) "\"\n },{\n \"pri\":3,\n"
           " \"time\": 2.5,\n \"msg\": \"" KILL(8) "\"\n }\n ]\n}\n" KILL(9) "\n",
    "Mon 2026-11-23 13:22:48.561602 UTC [s=1;i=1;b=5f1d;m=64;t=3e8;x=a1]\n    MESSAGE=x\n"
    "            " KILL(3) "\n\x1e{\"MESSAGE\":\"" KILL(4) "\",\"_BOOT_ID\":\"5f1e\"}\n",
    "{\"level\":50,\"time\":1,\"err\":{\"stack\":\"" KILL(
        6) "\"},\"msg\":\"x\"}\n"
           "\xf0\x9f\x98\x80{\"msg\":\"\\ud83d\\ude00" KILL(1) "\"}\n",
};

static void the_result_is_the_same_in_any_chunks_and_for_any_cut(void **state)
{
    struct buf all = {0}, whole = {0}, pieces = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(mixed); i++)
        buf_puts(&all, mixed[i]);
    buf_append(&all, "\0\0\0\0\0\0\0" KILL(2) "\n\n", 7 + strlen(KILL(2)) + 2);
    for (size_t from = 0; from < all.len; from += 17) {
        size_t cut = from ? all.len - from : all.len;
        buf_clear(&whole);
        fixture_log("f", all.data, cut, 0, (struct event_sink){&whole, fixture_write_down});
        for (size_t chunk = 1; chunk <= 31; chunk += from ? 9 : 1) {
            buf_clear(&pieces);
            fixture_log("f", all.data, cut, chunk,
                        (struct event_sink){&pieces, fixture_write_down});
            assert_string_equal(buf_str(&pieces), buf_str(&whole));
        }
    }
    for (size_t cut = 0; cut <= all.len; cut++) {
        struct event_list l = parse_bytes(all.data, cut);
        event_list_release(&l);
        l = parse_bytes(all.data + cut, all.len - cut);
        event_list_release(&l);
    }
    buf_release(&all);
    buf_release(&whole);
    buf_release(&pieces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_framing_of_json),
        cmocka_unit_test(what_is_cut_or_damaged_is_not_lost),
        cmocka_unit_test(values_by_length),
        cmocka_unit_test(lengths_may_lie),
        cmocka_unit_test(verbose_records),
        cmocka_unit_test(boots_are_told_by_their_ids),
        cmocka_unit_test(parts_of_lines_are_joined_by_stream),
        cmocka_unit_test(a_joined_line_is_where_and_when_it_began),
        cmocka_unit_test(records_in_records),
        cmocka_unit_test(escapes_hide_nothing),
        cmocka_unit_test(a_record_is_not_told_twice),
        cmocka_unit_test(lines_longer_than_what_is_kept),
        cmocka_unit_test(utf16_is_text),
        cmocka_unit_test(the_result_is_the_same_in_any_chunks_and_for_any_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
