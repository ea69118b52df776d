/* What the list of events keeps once: a kill in several captures, what comes by the thousand. */
#include "tests/unit/log_fixture.h"

static void add(struct event_list *l, const char *file, const char *text)
{
    fixture_log(file, text, strlen(text), 0, event_list_sink(l));
}

static const char whole[] =
    "[   99.000000] node invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n"
    "[  100.000000] Memory cgroup out of memory: Killed process 7 (node) total-vm:9kB, "
    "anon-rss:5kB, file-rss:1kB, shmem-rss:0kB\n";
static const char bare[] =
    "Jun 20 12:47:04 web kernel: Memory cgroup out of memory: Killed process "
    "7 (node) total-vm:9kB, anon-rss:5kB, file-rss:1kB, shmem-rss:0kB\n";

static void a_kill_in_two_captures_is_one_event(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct event_list l = {0};
        add(&l, order ? "b" : "a", order ? bare : whole);
        add(&l, order ? "a" : "b", order ? whole : bare);
        assert_int_equal(l.count, 1);
        const struct event *e = &l.events[0];
        assert_string_equal(e->file, "a"); /* the one that knows more */
        assert_int_equal(e->line, 2);
        assert_true(e->oom->complete);
        assert_string_equal(e->oom->trigger, "node");
        assert_string_equal(e->also_file, "b");
        assert_int_equal(e->also_line, 1);
        event_list_release(&l);
    }
}

static void other_kills_of_a_pid_stay(void **state)
{
    static const char *const others[] = {
        "[  100.000000] Memory cgroup out of memory: Killed process 7 (node) total-vm:9kB, "
        "anon-rss:6kB\n",
        "[  100.000000] Memory cgroup out of memory: Killed process 7 (node) total-vm:8kB, "
        "anon-rss:5kB\n",
        "[  100.000000] Memory cgroup out of memory: Killed process 7 (nod) total-vm:9kB, "
        "anon-rss:5kB\n",
        "[  100.000000] Memory cgroup out of memory: Killed process 1031 (node) total-vm:9kB, "
        "anon-rss:5kB\n",
        "[ 5000.000000] Memory cgroup out of memory: Killed process 7 (node) total-vm:9kB, "
        "anon-rss:5kB\n"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct event_list l = {0};
        add(&l, "a", whole);
        add(&l, "b", others[i]);
        assert_int_equal(l.count, 2);
        assert_null(l.events[0].also_file);
        event_list_release(&l);
    }
}

static void the_same_capture_twice_in_one_file(void **state)
{
    char text[2 * sizeof whole];
    struct event_list l = {0};
    (void)state;
    snprintf(text, sizeof text, "%s%s", whole, whole);
    add(&l, "a", text);
    assert_int_equal(l.count, 1);
    assert_null(l.events[0].also_file);
    event_list_release(&l);
}

/* A verdict alone and the kill in another capture: the pid and the name are what they share. */
static void a_verdict_joins_its_kill(void **state)
{
    struct event_list l = {0};
    (void)state;
    add(&l, "a",
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/x,"
        "task_memcg=/x,task=node,pid=7,uid=0\n");
    add(&l, "b", whole);
    assert_int_equal(l.count, 1);
    assert_string_equal(l.events[0].file, "b");
    assert_string_equal(l.events[0].also_file, "a");
    event_list_release(&l);
}

static void thousands_of_kills_are_told_apart(void **state)
{
    struct event_list l = {0};
    struct buf b = {0};
    (void)state;
    for (int i = 1; i <= 5000; i++)
        buf_printf(&b, "Out of memory: Killed process %d (node) total-vm:9kB, anon-rss:5kB\n", i);
    add(&l, "a", buf_str(&b));
    add(&l, "b", buf_str(&b));
    assert_int_equal(l.count, 5000);
    assert_int_equal(l.events[4321].also_line, 4322);
    buf_release(&b);
    event_list_release(&l);
}

/* What a long journal says again and again takes no more room. */
static void repetitions_do_not_grow_the_list(void **state)
{
    static const char *const lines[] = {
        "mem avail: 1 of 2 MiB ( 7.64%), swap free: 3 of 4 MiB ( 8.93%)\n",
        "oom_kill_process: 8 callbacks suppressed\n",
        "INFO: task node:2201 blocked for more than 120 seconds.\n",
        "node: page allocation failure: order:4, mode:0xc0(GFP_X)\n",
        "a.service: Main process exited, code=exited, status=1/FAILURE\n",
        "a.service: Failed with result 'exit-code'.\n",
        "a.service: Scheduled restart job, restart counter is at 7.\n",
        "a.service: Consumed 1.0s CPU time, 1M memory peak, 0B memory swap peak.\n",
        "web-1 exited with code 1\n",
        "traps: node[5] trap int3 ip:0 sp:0 error:0 in node[1+2]\n"};
    struct buf b = {0};
    struct event_list l = {0};
    (void)state;
    for (int i = 0; i < 1000; i++)
        for (size_t k = 0; k < ARRAY_LEN(lines); k++)
            buf_puts(&b, lines[k]);
    add(&l, "a", buf_str(&b));
    assert_true(l.count <= 2 * 1000 + ARRAY_LEN(lines)); /* readings between others stay */
    assert_int_equal(count_kind(&l, EVENT_LOG_GAP), 1);
    assert_int_equal(nth_of_kind(&l, EVENT_LOG_GAP, 0)->note->count.value, 8000);
    assert_int_equal(count_kind(&l, EVENT_UNIT_RESTART), 1);
    assert_int_equal(count_kind(&l, EVENT_UNIT_EXIT), 1);
    assert_int_equal(count_kind(&l, EVENT_CONTAINER_EXIT), 1);
    assert_int_equal(count_kind(&l, EVENT_HUNG_TASK), 1);
    buf_release(&b);
    event_list_release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_in_two_captures_is_one_event),
        cmocka_unit_test(other_kills_of_a_pid_stay),
        cmocka_unit_test(the_same_capture_twice_in_one_file),
        cmocka_unit_test(a_verdict_joins_its_kill),
        cmocka_unit_test(thousands_of_kills_are_told_apart),
        cmocka_unit_test(repetitions_do_not_grow_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
