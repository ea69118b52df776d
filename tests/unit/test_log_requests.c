/* Requests out of access logs of all forms, their routes, and how they are counted. */
#include "parsers/route_pattern.h"
#include "tests/unit/log_fixture.h"

#include "parsers/request_counts.h"

static struct event_list parse(const char *text)
{
    struct event_list l = {0};
    fixture_log("t.log", text, strlen(text), 11, event_list_sink(&l));
    return l;
}

static const struct event *route_of(const struct event_list *l, const char *route)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->events[i].requests && !strcmp(l->events[i].text, route))
            return &l->events[i];
    return NULL;
}

/* -- forms -- */

static const struct {
    const char *line, *route;
    unsigned status; /* hundreds */
    const char *time;
} forms[] = {
    {"127.0.0.1 - - [23/Nov/2026:13:25:00 +0000] \"GET /a/1?token=x HTTP/1.1\" 200 2326 \"-\" "
     "\"UA\"",
     "/a/#", 2, "23/Nov/2026:13:25:00 +0000"},
    {"10.0.0.1 - frank [23/Nov/2026:13:25:00 -0700] \"POST /a HTTP/1.0\" 502 2326", "/a", 5,
     "23/Nov/2026:13:25:00 -0700"},
    {"::1 - GET /a HTTP/1.1 304 - - 1.234 ms", "/a", 3, ""},
    {"\x1b[0mGET /a \x1b[32m200\x1b[0m 12.345 ms - 123\x1b[0m", "/a", 2, ""},
    {"GET /a 200 123 - 12.345 ms", "/a", 2, ""},
    {"GET /a - - ms - -", "/a", 0, ""},
    {" GET /a 200 in 12ms", "/a", 2, ""},
    {" POST /a 500 in 1.2s (compile: 1s, render: 2ms)", "/a", 5, ""},
    {"2026-11-23T13:24:55: GET /_next/image?url=%2Fa.png 200 in 31ms", "/_next/image", 2,
     "2026-11-23T13:24:55"},
    {"[Nest] 7  - 11/23/2026, 1:25:00 PM     LOG [HTTP] DELETE /a 204 - 3ms", "/a", 2, ""},
    {"--> PATCH /a 404 5ms", "/a", 4, ""},
    {"info: PUT /a 12ms 201", "/a", 2, ""},
    {"{\"level\":30,\"time\":1795440300000,\"pid\":1,\"req\":{\"id\":1,\"method\":\"GET\",\"url\":"
     "\"/a?x=1\",\"headers\":{\"host\":\"x\"}},\"res\":{\"statusCode\":200},\"responseTime\":3,"
     "\"msg\":\"request completed\"}",
     "/a", 2, "2026-11-23T13:25:00.000000Z"},
    {"{\"level\":30,\"time\":1795440300000,\"reqId\":\"req-1\",\"req\":{\"method\":\"GET\",\"url\":"
     "\"/a\"},\"msg\":\"incoming request\"}",
     "/a", 0, "2026-11-23T13:25:00.000000Z"},
    {"{\"level\":\"info\",\"message\":\"HTTP GET /a\",\"meta\":{\"req\":{\"url\":\"/a\",\"method\":"
     "\"GET\"},\"res\":{\"statusCode\":404}},\"timestamp\":\"2026-11-23T13:25:00.000Z\"}",
     "/a", 4, "2026-11-23T13:25:00.000Z"},
    {"{\"time_iso8601\":\"2026-11-23T13:25:00+00:00\",\"request\":\"GET /a HTTP/1.1\",\"status\":"
     "\"200\"}",
     "/a", 2, "2026-11-23T13:25:00+00:00"},
    {"{\"message\":\"GET /a 200 in 3ms\\n\",\"timestamp\":\"2026-11-23T13:24:55.731Z\",\"type\":"
     "\"out\"}",
     "/a", 2, "2026-11-23T13:24:55.731Z"},
};

static void every_form_of_a_request(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct event_list l = parse(forms[i].line);
        const struct event *e = route_of(&l, forms[i].route);
        if (!e || e->requests->count != 1 || e->requests->status[forms[i].status] != 1 ||
            strcmp(e->requests->first_time.text, forms[i].time))
            fail_msg("%s: %s '%s'", forms[i].line, e ? e->text : "(none)",
                     e ? e->requests->first_time.text : "");
        assert_int_equal(e->requests->untimed, !forms[i].time[0]);
        assert_true(route_of(&l, "all")->requests->all);
        event_list_release(&l);
    }
}

static void what_is_no_request(void **state)
{
    static const char *const lines[] = {
        "2026/11/23 13:25:00 [error] 7#7: *1 upstream timed out, client: 1.2.3.4, request: \"GET "
        "/a "
        "HTTP/1.1\", upstream: \"http://x\"",
        "Error: GET /a 500",
        "Cannot GET /a",
        "<-- GET /a",
        "GET /a failed",
        "GET /a 200ms",
        "GET /a 1234 5",
        "FORGET /a 200",
        "Route GET /a 404 not found: Route GET /a",
        "{\"req\":{\"method\":\"GET\",\"url\":\"/a\"},\"msg\":\"cache miss\"}",
        "{\"reqId\":1,\"res\":{\"statusCode\":200},\"msg\":\"request completed\"}",
        "{\"method\":\"GET\",\"url\":\"https://x.de/a\",\"statusCode\":200}",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct event_list l = parse(lines[i]);
        if (l.count)
            fail_msg("%s is %s", lines[i], event_kind_word(l.events[0].kind));
        event_list_release(&l);
    }
}

/* The one that answers tells the URL too: its beginning is not counted with it. */
static void completed_requests_count_once(void **state)
{
    const char *both =
        "{\"req\":{\"method\":\"GET\",\"url\":\"/a\"},\"msg\":\"incoming request\"}\n"
        "{\"req\":{\"method\":\"GET\",\"url\":\"/a\"},\"res\":{\"statusCode\":200},"
        "\"msg\":\"request completed\"}\n";
    struct buf b = {0};
    (void)state;
    for (int i = 0; i < 50; i++)
        buf_puts(&b, both);
    struct event_list l = parse(buf_str(&b));
    assert_int_equal(route_of(&l, "/a")->requests->count, 51);
    event_list_release(&l);
    buf_release(&b);
}

/* -- routes -- */

static const struct {
    const char *path, *route;
} routes[] = {
    {"/", "/"},
    {"/blog/a123?x=secret", "/blog/a###"},
    {"/blog/a123#top", "/blog/a###"},
    {"/blog/a1;jsessionid=5", "/blog/a#"},
    {"/blog/hello-world", "/blog/hello-world"},
    {"/blog/[slug]", "/blog/[slug]"},
    {"/u/3f2504e0-4f89-11d3-9a0c-0305e82c3301/x", "/u/*/x"},
    {"/u/me@x.de", "/u/*"},
    {"/@user", "/@user"},
    {"/r/eyJhbGciOiJIUzI1NiJ9abc", "/r/*"},
    {"/r/a%20b", "/r/*"},
    {"/t/1795440300000123456789", "/t/############"},
    {"/_next/static/chunks/1234-abcdef0123456789.js", "/_next/static/chunks/*"},
    {"/1/2/3/4/5/6/7/8/9/10", "/#/#/#/#/#/#/#/#/*"},
    {"/a/", "/a/"},
    {"nope", ""},
};

static void routes_of_paths(void **state)
{
    char ret[ROUTE_MAX];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        size_t n = route_pattern((struct span){routes[i].path, strlen(routes[i].path)}, ret);
        assert_string_equal(ret, routes[i].route);
        assert_int_equal(n, strlen(ret));
    }
    assert_true(route_same("/a#", "/a####"));
    assert_true(route_same("/a#/b", "/a##/b"));
    assert_false(route_same("/a#", "/a#b"));
    assert_false(route_same("/a#", "/a"));
}

static void long_paths_are_cut(void **state)
{
    char path[4096], ret[ROUTE_MAX];
    (void)state;
    for (size_t slash = 1; slash < 60; slash++) {
        memset(path, 'x', sizeof path);
        for (size_t i = 0; i < sizeof path; i += slash)
            path[i] = '/';
        size_t n = route_pattern((struct span){path, sizeof path}, ret);
        assert_true(n < ROUTE_MAX && ret[n] == '\0');
    }
}

static void too_many_neighbours_become_a_star(void **state)
{
    struct buf b = {0};
    (void)state;
    for (int i = 0; i < 500; i++) {
        buf_printf(&b, "GET /blog/post-%c%c%c 200 1 - 1 ms\n", 'a' + i % 26, 'a' + i / 26, 'q');
        buf_puts(&b, "GET /blog/rss 200 1 - 1 ms\nGET /shop 200 1 - 1 ms\n");
    }
    struct event_list l = parse(buf_str(&b));
    assert_int_equal(route_of(&l, "all")->requests->count, 1500);
    assert_int_equal(route_of(&l, "/blog/rss")->requests->count, 500);
    assert_int_equal(route_of(&l, "/shop")->requests->count, 500);
    assert_in_range(route_of(&l, "/blog/*")->requests->count, 480, 500);
    event_list_release(&l);
    buf_release(&b);
}

static void what_has_no_room_is_other(void **state)
{
    struct buf b = {0};
    size_t routes_seen = 0, sum = 0;
    (void)state;
    for (int i = 0; i < 26 * 26; i++)
        buf_printf(&b, "GET /%c%c/x 200 1 - 1 ms\n", 'a' + i % 26, 'a' + i / 26);
    struct event_list l = parse(buf_str(&b));
    for (size_t i = 0; i < l.count; i++) {
        routes_seen++;
        sum += l.events[i].requests->all ? 0 : l.events[i].requests->count;
    }
    assert_true(routes_seen <= 64);
    assert_int_equal(sum, 26 * 26);
    assert_true(route_of(&l, "other")->requests->other);
    event_list_release(&l);
    buf_release(&b);
}

/* -- time -- */

static uint64_t sum_of(const struct request_facts *f)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < f->bucket_count; i++)
        sum += f->buckets[i];
    return sum;
}

static void minutes_are_counted(void **state)
{
    struct event_list l = parse("2026-11-23T13:25:01Z GET /a 200 in 1ms\n"
                                "2026-11-23T13:25:59Z GET /a 200 in 1ms\n"
                                "2026-11-23T13:27:00Z GET /b 200 in 1ms\n"
                                "2026-11-23T13:23:00Z GET /a 200 in 1ms\n"
                                "GET /a 200 in 1ms\n");
    const struct request_facts *f = route_of(&l, "/a")->requests;
    (void)state;
    assert_int_equal(f->bucket_us, 60000000);
    assert_int_equal(f->bucket_count, 5);
    assert_int_equal(f->begin_us, INT64_C(1795440180000000));
    assert_int_equal(f->buckets[0], 1);
    assert_int_equal(f->buckets[2], 2);
    assert_int_equal(f->buckets[4], 0);
    assert_int_equal(f->untimed, 1);
    assert_int_equal(route_of(&l, "all")->requests->buckets[4], 1);
    event_list_release(&l);
}

/* In any order of times: the spans widen, and no request is lost. */
static void spans_widen_as_time_goes_on(void **state)
{
    struct request_counts *c = request_counts_new();
    struct request_facts f;
    struct log_time last;
    const char *route;
    uint64_t line, first_line, x = 88172645463325252u, seen = 0;
    const struct span path = {"/a", 2};
    (void)state;
    assert_non_null(c);
    for (int i = 0; i < 3000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        int64_t minute = (int64_t)(x % (uint64_t)(1000 + i * 10));
        struct log_time t = {.clock = LOG_CLOCK_ZONED,
                             .wall_us = number_of(UINT64_C(1795440180000000))};
        t.wall_us.value += (i % 2 ? minute : -minute) * 60000000 + (int64_t)(x >> 40) % 60000000;
        request_counts_add(c, path, 200, &t, (uint64_t)i + 1);
        seen++;
    }
    assert_true(request_counts_row(c, 1, &f, &route, &last, &line, &first_line));
    assert_int_equal(f.count, seen);
    assert_int_equal(sum_of(&f) + f.untimed, seen);
    assert_int_equal(f.untimed, 0);
    assert_true(f.bucket_count <= REQUEST_BUCKETS_MAX && f.bucket_us > 60000000);
    assert_int_equal(f.begin_us % f.bucket_us, 0);
    request_counts_free(c);
}

static void broken_stamps_ruin_nothing(void **state)
{
    struct event_list l = parse("2026-11-23T13:25:01Z GET /a 200 in 1ms\n"
                                "0001-01-01T00:00:00Z GET /a 200 in 1ms\n"
                                "9999-12-31T23:59:59Z GET /a 200 in 1ms\n"
                                "Nov 23 13:25:00 web node[1]: GET /a 200 in 1ms\n"
                                "x - - [99/Nov/2026:13:25:00 +0000] \"GET /a HTTP/1.1\" 200 1\n"
                                "x - - [23/Foo/2026:13:25:00 +0000] \"GET /a HTTP/1.1\" 200 1\n"
                                "x - - [23/Nov/99999999 \"GET /a HTTP/1.1\" 999999 1\n");
    const struct request_facts *f = route_of(&l, "/a")->requests;
    (void)state;
    assert_int_equal(f->count, 7);
    assert_int_equal(f->untimed, 6);
    assert_int_equal(f->bucket_count, 1);
    event_list_release(&l);
}

static void no_query_is_ever_kept(void **state)
{
    struct buf b = {0};
    (void)state;
    const char *text = "GET /a?token=SECRET 200 in 1ms\n"
                       "{\"req\":{\"method\":\"GET\",\"url\":\"/a?token=SECRET\"},\"res\":"
                       "{\"statusCode\":200}}\n"
                       "x - - [23/Nov/2026:13:25:00 +0000] \"GET /a;v=SECRET?x HTTP/1.1\" 200 1\n";
    fixture_log("t.log", text, strlen(text), 0, (struct event_sink){&b, fixture_write_down});
    assert_non_null(strstr(buf_str(&b), "requests=3"));
    assert_null(strstr(buf_str(&b), "SECRET"));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_request),
        cmocka_unit_test(what_is_no_request),
        cmocka_unit_test(completed_requests_count_once),
        cmocka_unit_test(routes_of_paths),
        cmocka_unit_test(long_paths_are_cut),
        cmocka_unit_test(too_many_neighbours_become_a_star),
        cmocka_unit_test(what_has_no_room_is_other),
        cmocka_unit_test(minutes_are_counted),
        cmocka_unit_test(spans_widen_as_time_goes_on),
        cmocka_unit_test(broken_stamps_ruin_nothing),
        cmocka_unit_test(no_query_is_ever_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
