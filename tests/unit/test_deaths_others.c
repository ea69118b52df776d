/* Deaths of which others than the kernel tell: one death for all that speak of it, told rightly. */
#include "tests/unit/log_fixture.h"

#include "analyzer/deaths.h"
#include "analyzer/event_times.h"

struct post_mortem {
    struct event_list events;
    struct event_times *times;
    struct analysis a;
};

static bool take(void *ctx, const struct event *e, struct err *err)
{
    struct post_mortem *m = ctx;
    event_times_see(m->times, e);
    return event_list_add(&m->events, e, err);
}

static void add(struct post_mortem *m, const char *file, const char *text)
{
    struct err err;
    if (!m->times)
        assert_true(event_times_new(&(struct time_zone){0}, &m->times, &err));
    event_times_file(m->times, file, INT64_C(1796083200000000)); /* 1 December 2026 */
    fixture_log(file, text, strlen(text), 0, (struct event_sink){m, take});
}

static void join(struct post_mortem *m)
{
    struct err err = {0};
    assert_true(event_times_settle(m->times, &err));
    m->events.times = m->times;
    assert_true(deaths_join(&m->a, &m->events, &err));
}

static void release(struct post_mortem *m)
{
    arena_release(&m->a.arena);
    event_list_release(&m->events);
    event_times_free(m->times);
}

static const struct evidence *evidence_with(const struct death *d, const char *text)
{
    for (size_t i = 0; i < d->evidence_count; i++)
        if (strstr(d->evidence[i].text, text))
            return &d->evidence[i];
    fail_msg("no evidence with %s", text);
    return NULL;
}

static void earlyoom_alone_is_a_death(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "j",
        "Nov 23 13:00:00 web earlyoom[1]: mem avail:   888 of 55597 MiB ( 1.60%), swap free:    0 "
        "of 8191 MiB ( 0.00%)\n"
        "Nov 23 13:00:00 web earlyoom[1]: sending SIGTERM to process 5 uid 1 \"next-server (v1\": "
        "badness 7, VmRSS 900 MiB\n"
        "Nov 23 13:00:09 web earlyoom[1]: sending SIGKILL to process 5 uid 1 \"next-server (v1\": "
        "badness 7, VmRSS 900 MiB\n");
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    const struct death *d = &m.a.deaths[0];
    assert_int_equal(d->cause, DEATH_USER_KILL);
    assert_int_equal(d->pid, 5);
    assert_true(d->is_node);
    assert_string_equal(d->title, "earlyoom killed \"next-server (v1\" (pid 5) with SIGKILL at 900 "
                                  "MiB, 2 attempts");
    assert_string_equal(d->time, "Nov 23 13:00:00");
    assert_non_null(strstr(evidence_with(d, "Just before")->text, "888 MiB of 55597 MiB"));
    release(&m);
}

static void a_kill_that_the_kernel_did_after_all(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "j",
        "killing process 27541 \"node\" with signal 15: badness 550, VmRSS 7609 MiB\n"
        "Out of memory: Killed process 27541 (node) total-vm:9kB, anon-rss:8kB, file-rss:3kB\n");
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    assert_int_equal(m.a.deaths[0].cause, DEATH_KERNEL_OOM);
    assert_int_equal(evidence_with(&m.a.deaths[0], "all the same")->line, 1);
    release(&m);
}

/* The kernel's kill, four lines of systemd, two slices: one death. */
static void systemds_lines_belong_to_the_kill(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "j",
        "Nov 23 13:00:00 web kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,"
        "mems_allowed=0,oom_memcg=/system.slice/shop.service,task_memcg=/system.slice/shop.service,"
        "task=node,pid=7,uid=0\n"
        "Nov 23 13:00:00 web kernel: Memory cgroup out of memory: Killed process 7 (node) "
        "total-vm:9kB, anon-rss:5kB\n"
        "Nov 23 13:00:00 web systemd[1]: shop.service: A process of this unit has been killed by "
        "the OOM killer.\n"
        "Nov 23 13:00:00 web systemd[1]: system.slice: A process of this unit has been killed by "
        "the OOM killer.\n"
        "Nov 23 13:00:01 web systemd[1]: shop.service: Main process exited, code=killed, "
        "status=9/KILL\n"
        "Nov 23 13:00:01 web systemd[1]: shop.service: Failed with result 'oom-kill'.\n"
        "Nov 23 13:00:01 web systemd[1]: shop.service: Consumed 1.2s CPU time, 150.2M memory peak, "
        "0B memory swap peak.\n"
        "Nov 23 13:00:02 web systemd[1]: shop.service: Scheduled restart job, restart counter is "
        "at 3.\n");
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    const struct death *d = &m.a.deaths[0];
    assert_int_equal(d->cause, DEATH_CGROUP_OOM);
    assert_int_equal(evidence_with(d, "a process of shop.service was killed")->line, 3);
    assert_int_equal(evidence_with(d, "killed 9/KILL")->line, 5);
    assert_int_equal(evidence_with(d, "took at most 150 MiB")->line, 7);
    assert_int_equal(evidence_with(d, "starts again")->line, 8);
    release(&m);
}

static void systemd_alone_tells_one_death_for_each_unit(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "j",
        "Nov 23 13:00:00 web systemd[1]: shop.service: A process of this unit has been killed by "
        "the OOM killer.\n"
        "Nov 23 13:00:00 web systemd[1]: shop.service: Failed with result 'oom-kill'.\n"
        "Nov 23 13:00:00 web systemd[1]: system.slice: A process of this unit has been killed by "
        "the OOM killer.\n"
        "Nov 23 14:00:00 web systemd[1]: shop.service: A process of this unit has been killed by "
        "the OOM killer.\n"
        "Nov 23 15:00:00 web systemd[1]: other.service: Failed with result 'oom-kill'.\n"
        "Nov 23 16:00:00 web systemd[1]: fine.service: Failed with result 'exit-code'.\n");
    join(&m);
    assert_int_equal(m.a.death_count, 3);
    assert_string_equal(m.a.deaths[0].comm, "shop.service");
    assert_non_null(strstr(m.a.deaths[0].title, "not in the given logs"));
    assert_string_equal(m.a.deaths[2].comm, "other.service");
    release(&m);
}

static void oomd_and_systemd_speak_of_one_kill(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "j",
        "Nov 23 13:00:00 web systemd-oomd[9]: Considered 9 cgroups for killing, top candidates "
        "were:\n"
        "Nov 23 13:00:00 web systemd-oomd[9]:         Path: /a/shop.scope\n"
        "Nov 23 13:00:00 web systemd-oomd[9]:                 Current Memory Usage: 2G\n"
        "Nov 23 13:00:00 web systemd-oomd[9]: Killed /a/shop.scope due to memory pressure for /a "
        "being 61.77% > 50.00% for > 20s with reclaim activity\n"
        "Nov 23 13:00:01 web systemd[1]: shop.scope: systemd-oomd killed 3 process(es) in this "
        "unit.\n"
        "Nov 23 13:00:01 web systemd[1]: shop.scope: Failed with result 'oom-kill'.\n");
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    const struct death *d = &m.a.deaths[0];
    assert_int_equal(d->cause, DEATH_USER_KILL);
    assert_string_equal(d->title, "systemd-oomd killed everything in shop.scope at 2048 MiB");
    evidence_with(d, "memory pressure of /a at 61.77 %, allowed 50.00 %");
    evidence_with(d, "by systemd-oomd");
    release(&m);
}

#define ID "6da85dc9675db12149e970c6ef6835240bab712e5499963d13e88a446248e82b"

static void a_container_is_joined_by_its_id(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "k",
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg="
        "/docker/" ID ",task_memcg=/docker/" ID ",task=node,pid=7,uid=0\n"
        "Memory cgroup out of memory: Killed process 7 (node) total-vm:9kB, anon-rss:5kB\n");
    add(&m, "d",
        "2026-11-23T13:25:00.000000000Z container oom " ID " (image=node:20, name=web)\n"
        "2026-11-23T13:25:00.000000000Z container die " ID " (exitCode=137, image=x, name=web)\n"
        "2026-11-23T13:25:00.000000000Z container oom aaaa5dc9675d (image=node:20, name=db)\n");
    join(&m);
    assert_int_equal(m.a.death_count, 2);
    const struct death *d = m.a.deaths[0].pid ? &m.a.deaths[0] : &m.a.deaths[1];
    const struct death *other = m.a.deaths[0].pid ? &m.a.deaths[1] : &m.a.deaths[0];
    assert_int_equal(d->pid, 7);
    evidence_with(d, "docker: container web");
    assert_string_equal(other->title, "Killed at its memory limit: container db");
    release(&m);
}

static void kubectl_in_two_forms_is_one_death(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "k",
        "NAME    READY   STATUS      RESTARTS      AGE\n"
        "web-1   0/1     OOMKilled   4 (57s ago)   2m40s\n\n"
        "    Last State:     Terminated\n"
        "      Reason:       OOMKilled\n"
        "      Exit Code:    137\n");
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    assert_int_equal(m.a.deaths[0].cause, DEATH_CGROUP_OOM);
    assert_non_null(strstr(m.a.deaths[0].title, "pod web-1"));
    evidence_with(&m.a.deaths[0], "4 restarts");
    release(&m);
}

static void an_eviction_is_the_kubelets(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "k",
        "57s   Warning   Evicted   pod/web-1   The node was low on resource: memory. "
        "Threshold quantity: 100Mi, available: 57Mi. Container shop was using 2Gi, "
        "request is 0, has larger consumption of memory.\n");
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    assert_string_equal(m.a.deaths[0].title, "The kubelet evicted pod/web-1 at 2048 MiB");
    evidence_with(&m.a.deaths[0], "The node had 57 MiB left");
    release(&m);
}

/* 137 is SIGKILL by anybody: said as such, and only if nothing else is known. */
static void an_exit_by_137_needs_an_explanation(void **state)
{
    struct post_mortem alone = {0}, not_killed = {0};
    (void)state;
    add(&alone, "c", "web-1 exited with code 137\n");
    add(&not_killed, "c", "web-1 exited with code 1\n");
    join(&alone);
    join(&not_killed);
    assert_int_equal(alone.a.death_count, 1);
    assert_int_equal(alone.a.deaths[0].cause, DEATH_UNKNOWN);
    assert_int_equal(not_killed.a.death_count, 0);
    release(&alone);
    release(&not_killed);
}

static void what_kills_nobody_is_no_death(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "j",
        "sending 0 (no-op signal) to process 5 uid 1 \"java\": badness 7, VmRSS 9 MiB\n"
        "Considered 145 cgroups for killing, top candidates were:\n"
        "        Path: /user.slice\n"
        "INFO: task node:2201 blocked for more than 120 seconds.\n"
        "node: page allocation failure: order:4, mode:0xc0(GFP_X)\n"
        "system.slice: A process of this unit has been killed by the OOM killer.\n"
        "traps: node[5] trap int3 ip:0 sp:0 error:0 in node[1+2]\n"
        "web-2   0/1   CrashLoopBackOff   12 (3m ago)   1h\n");
    join(&m);
    assert_int_equal(m.a.death_count, 0);
    release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(earlyoom_alone_is_a_death),
        cmocka_unit_test(a_kill_that_the_kernel_did_after_all),
        cmocka_unit_test(systemds_lines_belong_to_the_kill),
        cmocka_unit_test(systemd_alone_tells_one_death_for_each_unit),
        cmocka_unit_test(oomd_and_systemd_speak_of_one_kill),
        cmocka_unit_test(a_container_is_joined_by_its_id),
        cmocka_unit_test(kubectl_in_two_forms_is_one_death),
        cmocka_unit_test(an_eviction_is_the_kubelets),
        cmocka_unit_test(an_exit_by_137_needs_an_explanation),
        cmocka_unit_test(what_kills_nobody_is_no_death),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
