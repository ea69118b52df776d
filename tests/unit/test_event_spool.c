/* The list of events: in order of time whatever their number, stable, and the same as a plain sort.
 */
#include "tests/unit/log_fixture.h"

#include "analyzer/event_spool.h"

static const char *const files[] = {"a.log", "b.log", "no-times.log"};

static struct event_times *make_times(void)
{
    struct event_times *t;
    struct err err;
    assert_true(event_times_new(&(struct time_zone){0}, &t, &err));
    return t;
}

static struct event_spool *make_spool(void)
{
    struct event_spool *s;
    struct err err;
    assert_true(event_spool_new(NULL, &s, &err));
    return s;
}

static struct event event_at(size_t file, uint64_t line, int64_t us)
{
    struct event e = {.kind = EVENT_V8_GC, .file = files[file], .line = line, .first_line = line};
    if (us >= 0) {
        e.time.clock = LOG_CLOCK_ZONED;
        e.time.wall_us = (struct number){true, us};
    }
    return e;
}

static void add(struct event_spool *s, struct event_times *t, const struct event *e,
                const char *body)
{
    struct err err;
    event_times_see(t, e);
    assert_true(event_spool_add(s, e, body, body ? strlen(body) : 0, &err));
}

static void sort(struct event_spool *s, struct event_times *t)
{
    struct err err;
    assert_true(event_times_settle(t, &err));
    assert_true(event_spool_sort(s, t, &err));
}

static void end(struct event_spool *s, struct event_times *t)
{
    event_spool_free(s);
    event_times_free(t);
}

static void files_are_merged_by_time(void **state)
{
    static const struct {
        size_t file;
        int64_t us;
        const char *body;
    } rows[] = {{0, -1, "2"}, {0, 20, "3"}, {0, -1, "4"}, {0, 10, "1"}, {2, -1, "7"},
                {2, -1, "8"}, {1, 20, "5"}, {1, 5, "0"},  {1, 30, "6"}};
    struct event_times *t = make_times();
    struct event_spool *s = make_spool();
    struct spooled_event e;
    const char *body;
    char order[16] = "";
    int64_t last;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct event at = event_at(rows[i].file, i + 1, rows[i].us);
        add(s, t, &at, rows[i].body);
    }
    sort(s, t);
    while (event_spool_next(s, &e, &body))
        strncat(order, body, e.body_len);
    assert_string_equal(order, "012345678");
    assert_true(event_spool_last(s, &last));
    assert_int_equal(last, 30);
    assert_false(event_spool_next(s, &e, &body));
    end(s, t);
}

/* More than are sorted at once: each part has events of all times. */
static void any_number_is_sorted_and_stable(void **state)
{
    enum { COUNT = 200000 };
    struct event_times *t = make_times();
    struct event_spool *s = make_spool();
    struct spooled_event e;
    const char *body;
    uint64_t random = 1, count = 0, sequence = 0;
    int64_t us = -1;
    char text[32];
    (void)state;
    for (uint64_t i = 0; i < COUNT; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        struct event at = event_at(i % 2, i + 1, (int64_t)(random >> 33) % 1000);
        snprintf(text, sizeof text, "%" PRIu64, i + 1);
        add(s, t, &at, text);
    }
    sort(s, t);
    while (event_spool_next(s, &e, &body)) {
        assert_true(e.order_us > us || (e.order_us == us && e.sequence > sequence));
        us = e.order_us;
        sequence = e.sequence;
        snprintf(text, sizeof text, "%" PRIu64, e.line);
        assert_int_equal(e.body_len, strlen(text));
        assert_memory_equal(body, text, e.body_len);
        count++;
    }
    assert_int_equal(count, COUNT);
    end(s, t);
}

static void a_reaped_victim_is_told_with_its_kill(void **state)
{
    struct event_times *t = make_times();
    struct event_spool *s = make_spool();
    struct spooled_event e;
    const char *body;
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct event at = event_at(i == 3, (uint64_t)i + 1, i);
        at.kind = i == 2 ? EVENT_OOM_REAPED : EVENT_KERNEL_OOM;
        at.pid = number_of(i == 1 ? 8 : 7);
        add(s, t, &at, "x");
    }
    sort(s, t);
    for (int i = 0; i < 4; i++) {
        assert_true(event_spool_next(s, &e, &body));
        assert_int_equal(e.reaped, i == 0 || i == 2); /* not pid 8, not in another file */
    }
    end(s, t);
}

static void hidden_events_only_count_as_the_last(void **state)
{
    struct event_times *t = make_times();
    struct event_spool *s = make_spool();
    struct spooled_event e;
    const char *body;
    int64_t last;
    struct event at = event_at(0, 1, 50);
    (void)state;
    assert_false(event_spool_last(s, &last));
    add(s, t, &at, NULL);
    sort(s, t);
    assert_true(event_spool_last(s, &last));
    assert_int_equal(last, 50);
    assert_true(event_spool_next(s, &e, &body));
    assert_true(e.hidden);
    end(s, t);
}

static void no_events_are_no_lines(void **state)
{
    struct event_times *t = make_times();
    struct event_spool *s = make_spool();
    struct spooled_event e;
    const char *body;
    (void)state;
    sort(s, t);
    assert_false(event_spool_next(s, &e, &body));
    end(s, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_merged_by_time),
        cmocka_unit_test(any_number_is_sorted_and_stable),
        cmocka_unit_test(a_reaped_victim_is_told_with_its_kill),
        cmocka_unit_test(hidden_events_only_count_as_the_last),
        cmocka_unit_test(no_events_are_no_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
