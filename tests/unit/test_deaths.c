/* Joining events into deaths, what is said of them and what to do: on small logs written for the
 * purpose and on the three real crashes, read in place.
 */
#include "tests/unit/log_fixture.h"

#include "analyzer/crash.h"
#include "analyzer/deaths.h"

struct post_mortem {
    struct event_list events;
    struct analysis a;
    struct input_info inputs[8];
};

static void add_bytes(struct post_mortem *m, const char *file, const char *bytes, size_t len)
{
    if (bytes_are_node_report((const uint8_t *)bytes, len))
        fixture_report(file, bytes, len, 0, event_list_sink(&m->events));
    else
        fixture_log(file, bytes, len, 0, event_list_sink(&m->events));
}

static void add(struct post_mortem *m, const char *file, const char *text)
{
    add_bytes(m, file, text, strlen(text));
}

static void add_cut_snapshot(struct post_mortem *m, const char *file, uint64_t bytes)
{
    m->inputs[m->a.input_count++] = (struct input_info){
        .file = file, .kind = bytes ? INPUT_HEAP_SNAPSHOT : INPUT_UNKNOWN, .bytes = bytes};
    m->a.inputs = m->inputs;
}

static void join(struct post_mortem *m)
{
    struct err err = {0};
    assert_true(deaths_join(&m->a, &m->events, &err));
    logs_identify_next(&m->events, &m->a);
}

static void release(struct post_mortem *m)
{
    arena_release(&m->a.arena);
    event_list_release(&m->events);
}

static const struct advice *advice_with(const struct death *d, const char *text)
{
    for (size_t i = 0; i < d->advice_count; i++)
        if (strstr(d->advice[i].title, text) ||
            (d->advice[i].paste && strstr(d->advice[i].paste, text)))
            return &d->advice[i];
    fail_msg("no advice with %s", text);
    return NULL;
}

static bool has_advice(const struct death *d, const char *text)
{
    for (size_t i = 0; i < d->advice_count; i++)
        if (strstr(d->advice[i].title, text) ||
            (d->advice[i].paste && strstr(d->advice[i].paste, text)))
            return true;
    return false;
}

static const struct evidence *evidence_with(const struct death *d, const char *text)
{
    for (size_t i = 0; i < d->evidence_count; i++)
        if (strstr(d->evidence[i].text, text))
            return &d->evidence[i];
    fail_msg("no evidence with %s", text);
    return NULL;
}

static void names_of_node_are_known(void **state)
{
    (void)state;
    static const char *const yes[] = {"node",
                                      "MainThread",
                                      "node-MainThread",
                                      "next-server (v1",
                                      "node /srv/app/s",
                                      "PM2 v5.4.3: God",
                                      "next-router-wor"};
    static const char *const no[] = {"mysqld", "nodejs-exporter", "MainThread2", "", "java",
                                     "nodes"};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        assert_true(comm_is_node(yes[i]));
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        assert_false(comm_is_node(no[i]));
}

#define KILL(pid, comm, anon)                                                                      \
    "Memory cgroup out of memory: Killed process " #pid " (" comm                                  \
    ") total-vm:900000kB, anon-rss:" #anon                                                         \
    "kB, file-rss:1000kB, shmem-rss:0kB, UID:0 pgtables:5kB oom_score_adj:0\n"

static void one_kill_in_three_captures_is_one_death(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "dmesg", "[  100.000011] " KILL(40, "node", 15000));
    add(&m, "dmesg-T", "[Mon Nov 23 14:54:18 2026] " KILL(40, "node", 15000));
    add(&m, "syslog", "Nov 23 14:54:18 web kernel: [  100.000011] " KILL(40, "node", 15000));
    add(&m, "later", "[  100.000011] " KILL(40, "node", 16000));
    join(&m);
    assert_int_equal(m.a.death_count, 2);
    assert_string_equal(m.a.deaths[0].time, "Mon Nov 23 14:54:18 2026");
    assert_int_equal(m.a.deaths[0].cause, DEATH_CGROUP_OOM);
    assert_string_equal(evidence_with(&m.a.deaths[0], "Victim")->file, "dmesg-T");
    evidence_with(&m.a.deaths[0], "another capture");
    assert_string_equal(m.a.deaths[1].time, "100.000011 s after boot");
    release(&m);
}

static void systemd_and_the_reaper_are_no_more_kills(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "log",
        "Nov 23 14:54:18 web kernel: " KILL(
            40, "node",
            15000) "Nov 23 14:54:18 web kernel: oom_reaper: reaped process 40 (node), now "
                   "anon-rss:0kB\n"
                   "Nov 23 14:54:18 web systemd[1]: web.service: A process of this unit has been "
                   "killed by the OOM "
                   "killer.\n"
                   "Nov 23 14:54:18 web systemd[1]: system.slice: A process of this unit has been "
                   "killed by the OOM "
                   "killer.\n"
                   "Nov 23 14:54:18 web systemd[1]: web.service: Failed with result 'oom-kill'.\n");
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    release(&m);
}

/* Trigger, culprit and victim are three; the machine has no swap. */
static const char global_report[] =
    "[  100.000001] sed invoked oom-killer: gfp_mask=0x201da, order=0, oom_score_adj=0\n"
    "[  100.000002] Mem-Info:\n"
    "[  100.000003] Free swap  = 0kB\n"
    "[  100.000004] Total swap = 0kB\n"
    "[  100.000005] 1048576 pages RAM\n"
    "[  100.000006] 0 pages reserved\n"
    "[  100.000007] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj "
    "name\n"
    "[  100.000008] [     7]     0     7   500000   256000   65536        0             0 mysqld\n"
    "[  100.000009] [     9]     0     9   400000   200000   65536        0             0 "
    "next-server "
    "(v1\n"
    "[  100.000010] Out of memory: Killed process 9 (next-server (v1) total-vm:1600000kB, "
    "anon-rss:800000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:64kB oom_score_adj:0\n";

static void a_full_machine_without_swap(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "dmesg", global_report);
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    const struct death *d = &m.a.deaths[0];
    assert_int_equal(d->cause, DEATH_KERNEL_OOM);
    assert_int_equal(d->pid, 9);
    assert_true(d->is_node);
    assert_int_equal(evidence_with(d, "no swap")->line, 4);
    assert_int_equal(evidence_with(d, "Trigger: an allocation by \"sed\"")->line, 1);
    assert_int_equal(evidence_with(d, "\"mysqld\", pid 7, 1000 MiB")->line, 8);
    assert_non_null(advice_with(d, "Look at \"mysqld\""));
    const struct advice *swap = advice_with(d, "mkswap");
    assert_string_equal(swap->paste, "sudo fallocate -l 4G /swapfile\n"
                                     "sudo chmod 600 /swapfile\n"
                                     "sudo mkswap /swapfile\n"
                                     "sudo swapon /swapfile\n"
                                     "echo '/swapfile none swap sw 0 0' | sudo tee -a /etc/fstab\n"
                                     "echo 'vm.swappiness=10' | sudo tee "
                                     "/etc/sysctl.d/99-swappiness.conf\n"
                                     "sudo sysctl --system");
    assert_non_null(strstr(swap->why, "4096 MiB"));
    /* 4096 - 1000 of mysqld = 3096; 75 % = 2322; in steps of 8: 2320 */
    assert_non_null(advice_with(d, "export NODE_OPTIONS=--max-old-space-size=2320"));
    release(&m);
}

static void somebody_elses_death_is_told_as_such(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "dmesg", "Out of memory: Killed process 5 (mysqld) total-vm:1kB, anon-rss:20480kB\n");
    join(&m);
    assert_false(m.a.deaths[0].is_node);
    assert_non_null(strstr(m.a.deaths[0].title, "not a Node process"));
    assert_non_null(strstr(m.a.deaths[0].title, "20 MiB"));
    release(&m);
}

static void memcg_kill(struct post_mortem *m, const char *memcg, const char *more)
{
    struct buf b = {0};
    buf_printf(&b,
               "node invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n"
               "memory: usage 524288kB, limit 524288kB, failcnt 1\n%s"
               "oom-kill:constraint=CONSTRAINT_MEMCG,cpuset=/,mems_allowed=0,oom_memcg=%s,"
               "task_memcg=%s,task=node,pid=7,uid=0\n" KILL(7, "node", 500000),
               more, memcg, memcg);
    add(m, "dmesg", buf_str(&b));
    buf_release(&b);
    join(m);
    assert_int_equal(m->a.death_count, 1);
}

static void a_containers_limit_and_the_heaps(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "pm2.log", "2026-11-23T14:22:25: PM2 log: Node.js version      : 18.20.8\n");
    memcg_kill(&m, "/app", "swap: usage 0kB, limit 0kB, failcnt 0\n");
    const struct death *d = &m.a.deaths[0];
    /* 512 MiB: 75 % = 384, less 48 = 336 */
    const struct advice *heap = advice_with(d, "export NODE_OPTIONS=--max-old-space-size=336");
    assert_non_null(strstr(heap->why, "Node 18 ignores the container's limit"));
    assert_non_null(advice_with(d, "max_memory_restart: '302M'"));
    assert_non_null(advice_with(d, "echo 1024M | sudo tee '/sys/fs/cgroup/app/memory.max'"));
    assert_non_null(advice_with(d, "Swap is the wrong answer"));
    assert_false(has_advice(d, "mkswap"));
    release(&m);
}

static void the_lines_fit_where_the_container_runs(void **state)
{
    static const char id[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    char path[256];
    struct post_mortem docker = {0}, unit = {0}, pod = {0}, hostile = {0};
    (void)state;
    snprintf(path, sizeof path, "/system.slice/docker-%s.scope", id);
    memcg_kill(&docker, path, "");
    advice_with(&docker.a.deaths[0],
                "docker update --memory 1024m --memory-swap 1024m 0123456789ab");
    memcg_kill(&unit, "/system.slice/web.service", "");
    advice_with(&unit.a.deaths[0], "systemctl set-property 'web.service' MemoryMax=1024M");
    memcg_kill(&pod, "/kubepods.slice/pod1", "");
    assert_string_equal(advice_with(&pod.a.deaths[0], "memory: 1024Mi")->where,
                        "the Deployment's container");
    assert_true(has_advice(&pod.a.deaths[0], "Swap is the wrong answer"));
    memcg_kill(&hostile, "/a'; rm -rf /", "");
    advice_with(&hostile.a.deaths[0], "sudo tee '/sys/fs/cgroup/a'\\''; rm -rf //memory.max'");
    release(&docker);
    release(&unit);
    release(&pod);
    release(&hostile);
}

static void a_snapshot_that_killed(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add_cut_snapshot(&m, "dir/Heap.20261123.145416.7.0.001.heapsnapshot", 0);
    add_cut_snapshot(&m, "dir/Heap.20261123.145416.8.0.001.heapsnapshot", 0);
    memcg_kill(&m, "/app", "memory+swap: usage 1kB, limit 9007199254740988kB, failcnt 0\n");
    const struct death *d = &m.a.deaths[0];
    assert_non_null(strstr(d->title, "while it was writing a heap snapshot"));
    assert_string_equal(evidence_with(d, "0 bytes")->file,
                        "dir/Heap.20261123.145416.7.0.001.heapsnapshot");
    assert_string_equal(d->advice[0].title, "Take the next heap snapshot where it survives");
    assert_string_equal(d->advice[0].paste,
                        "echo 1536M | sudo tee '/sys/fs/cgroup/memory/app/memory.limit_in_bytes'");
    release(&m);
}

static const char v8_stdout_half[] = "<--- Last few GCs --->\n"
                                     "[40:0x1]     1282 ms: Scavenge 93.8 (96.2) -> 93.5 (98.4) "
                                     "MB, 22.1 / 0.0 ms  (average mu = 0.188, "
                                     "current mu = 0.166) allocation failure\n";
static const char v8_stderr_half[] =
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"
    " 1: 0xa1ae50 node::Abort() [/opt/v12.22.12/bin/node]\n";

static void halves_of_a_block_in_two_files_are_one_death(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct post_mortem m = {0};
        add(&m, order ? "err" : "out", order ? v8_stderr_half : v8_stdout_half);
        add(&m, order ? "out" : "err", order ? v8_stdout_half : v8_stderr_half);
        join(&m);
        assert_int_equal(m.a.death_count, 1);
        const struct death *d = &m.a.deaths[0];
        assert_int_equal(d->cause, DEATH_V8_HEAP);
        assert_int_equal(d->pid, 40);
        assert_string_equal(evidence_with(d, "Reached heap limit")->file, "err");
        assert_string_equal(evidence_with(d, "93 MiB left in use")->file, "out");
        /* 98 MiB committed: twice is 196, in steps of 64: 256 */
        advice_with(d, "export NODE_OPTIONS=--max-old-space-size=256");
        assert_string_equal(m.a.next.node_version, "12.22.12");
        release(&m);
    }
}

static void a_container_bounds_the_heap(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "report.json",
        "{\"header\":{\"reportVersion\":3,\"event\":\"Allocation failed - JavaScript heap out of "
        "memory\","
        "\"trigger\":\"OOMError\",\"processId\":40,\"nodejsVersion\":\"v22.1.0\"},"
        "\"javascriptHeap\":{\"usedMemory\":209715200,\"memoryLimit\":268435456},"
        "\"resourceUsage\":{\"rss\":300000000,\"constrained_memory\":536870912}}");
    join(&m);
    const struct death *d = &m.a.deaths[0];
    assert_int_equal(d->cause, DEATH_V8_HEAP);
    /* Twice 256 would be 512; 75 % of the container's 512 is 384. */
    assert_non_null(strstr(advice_with(d, "--max-old-space-size=384")->why, "its container"));
    release(&m);
}

static void pm2_restarts_are_counted_by_application(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "pm2.log",
        "2016-11-01 21:48:00: [PM2][WORKER] Process 0 restarted because it exceeds "
        "--max-memory-restart value (current_memory=39677952 max_memory_limit=250 [octets])\n"
        "2016-11-01 21:48:00: Stopping app:shop id:0\n"
        "2016-11-01 21:48:01: App name:shop id:0 exited with code 100\n"
        "2016-11-01 21:49:00: [PM2][WORKER] Process 0 restarted because it exceeds "
        "--max-memory-restart value (current_memory=49677952 max_memory_limit=250 [octets])\n");
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    const struct death *d = &m.a.deaths[0];
    assert_int_equal(d->cause, DEATH_PM2_MEMORY);
    assert_string_equal(d->comm, "shop");
    assert_non_null(strstr(d->title, "2 times"));
    assert_non_null(strstr(d->title, "250 octets"));
    assert_non_null(advice_with(d, "max_memory_restart: '250M'"));
    release(&m);
}

static void a_sigkill_needs_an_explanation(void **state)
{
    static const char pm2[] =
        "2026-11-23T13:24:58: PM2 log: App [web:2] exited with code [0] via signal [SIGKILL]\n"
        "2026-11-23T13:34:58: PM2 log: App [web:2] exited with code [0] via signal [SIGKILL]\n";
    struct post_mortem alone = {0}, explained = {0};
    (void)state;
    add(&alone, "pm2.log", pm2);
    join(&alone);
    assert_int_equal(alone.a.death_count, 1);
    assert_int_equal(alone.a.deaths[0].cause, DEATH_UNKNOWN);
    assert_non_null(strstr(alone.a.deaths[0].title, "2 times"));
    add(&explained, "pm2.log", pm2);
    add(&explained, "dmesg", "[Mon Nov 23 13:24:57 2026] " KILL(40, "next-server (v1", 15000));
    join(&explained);
    assert_int_equal(explained.a.death_count, 2);
    assert_int_equal(explained.a.deaths[0].cause, DEATH_CGROUP_OOM);
    assert_non_null(strstr(explained.a.deaths[1].title, "once"));
    release(&alone);
    release(&explained);
}

static void what_happens_again_is_advised_once(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "dmesg", KILL(40, "node", 15000) KILL(41, "node", 15001) KILL(42, "node", 15002));
    join(&m);
    assert_int_equal(m.a.death_count, 3);
    assert_int_equal(m.a.deaths[0].advice_count, 0);
    assert_true(m.a.deaths[2].advice_count > 0);
    release(&m);
}

static void versions_replace_only_what_is_less_certain(void **state)
{
    struct post_mortem m = {0}, sure = {0};
    (void)state;
    add(&m, "out.log", "  ▲ Next.js 14.2.3\n");
    m.a.next = (struct next_info){.found = true,
                                  .version = "14.1 .. 14.2",
                                  .certainty = CERTAINTY_RANGE,
                                  .node_version = "20.x"};
    add(&m, "err.log", v8_stderr_half);
    join(&m);
    assert_string_equal(m.a.next.version, "14.2.3");
    assert_int_equal(m.a.next.certainty, CERTAINTY_EXACT);
    assert_int_equal(m.a.next.version_min, 14002003);
    assert_string_equal(m.a.next.source, "Next.js itself at out.log:1");
    assert_string_equal(m.a.next.node_version, "12.22.12");
    add(&sure, "out.log", "  ▲ Next.js 15.0.0\n");
    sure.a.next =
        (struct next_info){.found = true, .version = "14.2.3", .certainty = CERTAINTY_EXACT};
    join(&sure);
    assert_string_equal(sure.a.next.version, "14.2.3");
    release(&m);
    release(&sure);
}

/* -- the real crashes -- */

static bool add_file(struct post_mortem *m, const char *path)
{
    struct buf b = {0};
    bool there = fixture_read(path, &b);
    if (there)
        add_bytes(m, path, buf_str(&b), b.len);
    buf_release(&b);
    return there;
}

static void real_crash_at_the_heap_limit(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    if (!add_file(&m, CRASH_DATA "n14.2.3-heap-limit/stderr.log") ||
        !add_file(&m, CRASH_DATA "n14.2.3-heap-limit/report.json"))
        skip();
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    const struct death *d = &m.a.deaths[0];
    assert_int_equal(d->cause, DEATH_V8_HEAP);
    assert_int_equal(d->pid, 17727);
    assert_string_equal(d->comm, "next-server (v14.2.3)");
    assert_string_equal(d->time, "2026-11-23T14:04:07Z");
    assert_int_equal(evidence_with(d, "Ineffective mark-compacts")->line, 12);
    assert_int_equal(evidence_with(d, "heap snapshot before")->line, 1);
    advice_with(d, "--max-old-space-size=448");
    assert_string_equal(m.a.next.version, "14.2.3");
    assert_string_equal(m.a.next.node_version, "20.20.2");
    release(&m);
}

static void real_crash_while_a_snapshot_was_written(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add_cut_snapshot(&m,
                     CRASH_DATA "n14.2.3-killed-by-snapshot/"
                                "Heap.20261123.145416.523.0.001.heapsnapshot",
                     0);
    if (!add_file(&m, CRASH_DATA "n14.2.3-killed-by-snapshot/dmesg.log") ||
        !add_file(&m, CRASH_DATA "n14.2.3-killed-by-snapshot/dmesg-T.log") ||
        !add_file(&m, CRASH_DATA "n14.2.3-killed-by-snapshot/app.log"))
        skip();
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    const struct death *d = &m.a.deaths[0];
    assert_int_equal(d->cause, DEATH_CGROUP_OOM);
    assert_int_equal(d->pid, 523);
    assert_string_equal(d->comm, "next-server (v1");
    assert_string_equal(d->time, "Mon Nov 23 14:54:18 2026");
    assert_non_null(strstr(d->title, "330 MiB, while it was writing a heap snapshot"));
    assert_int_equal(evidence_with(d, "330 MiB used of a limit of 330 MiB")->line, 36);
    assert_string_equal(d->advice[0].title, "Take the next heap snapshot where it survives");
    assert_string_equal(m.a.next.version, "14.2.3");
    release(&m);
}

static void real_restarts_by_pm2(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    if (!add_file(&m, CRASH_DATA "n14.2.3-pm2-memory-restart/pm2.log") ||
        !add_file(&m, CRASH_DATA "n14.2.3-pm2-memory-restart/shop-out.log"))
        skip();
    join(&m);
    assert_int_equal(m.a.death_count, 1);
    const struct death *d = &m.a.deaths[0];
    assert_int_equal(d->cause, DEATH_PM2_MEMORY);
    assert_string_equal(d->comm, "shop");
    assert_non_null(strstr(d->title, "3 times"));
    assert_non_null(strstr(d->title, "344 MiB against max_memory_restart of 260 MiB"));
    advice_with(d, "node_args: '--max-old-space-size=192',\nmax_memory_restart: '260M',");
    assert_string_equal(m.a.next.version, "14.2.3");
    release(&m);
}

/* Logs are in order: a kill without a stamp stays where it is in its log. */
static void deaths_without_a_time_stay_in_the_order_of_their_log(void **state)
{
    struct post_mortem m = {0};
    (void)state;
    add(&m, "dmesg",
        "Out of memory: Killed process 5 (node) total-vm:80kB, anon-rss:40kB, file-rss:0kB\n"
        "[Mon Nov 23 13:22:48 2026] Out of memory: Killed process 6 (node) total-vm:80kB, "
        "anon-rss:41kB, file-rss:0kB\n"
        "Out of memory: Killed process 7 (node) total-vm:80kB, anon-rss:42kB, file-rss:0kB\n"
        "[Mon Nov 23 13:22:40 2026] Out of memory: Killed process 8 (node) total-vm:80kB, "
        "anon-rss:43kB, file-rss:0kB\n");
    join(&m);
    assert_int_equal(m.a.death_count, 4);
    assert_int_equal(m.a.deaths[0].pid, 8);
    assert_int_equal(m.a.deaths[1].pid, 5);
    assert_int_equal(m.a.deaths[2].pid, 6);
    assert_int_equal(m.a.deaths[3].pid, 7);
    release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deaths_without_a_time_stay_in_the_order_of_their_log),
        cmocka_unit_test(names_of_node_are_known),
        cmocka_unit_test(one_kill_in_three_captures_is_one_death),
        cmocka_unit_test(systemd_and_the_reaper_are_no_more_kills),
        cmocka_unit_test(a_full_machine_without_swap),
        cmocka_unit_test(somebody_elses_death_is_told_as_such),
        cmocka_unit_test(a_containers_limit_and_the_heaps),
        cmocka_unit_test(the_lines_fit_where_the_container_runs),
        cmocka_unit_test(a_snapshot_that_killed),
        cmocka_unit_test(halves_of_a_block_in_two_files_are_one_death),
        cmocka_unit_test(a_container_bounds_the_heap),
        cmocka_unit_test(pm2_restarts_are_counted_by_application),
        cmocka_unit_test(a_sigkill_needs_an_explanation),
        cmocka_unit_test(what_happens_again_is_advised_once),
        cmocka_unit_test(versions_replace_only_what_is_less_certain),
        cmocka_unit_test(real_crash_at_the_heap_limit),
        cmocka_unit_test(real_crash_while_a_snapshot_was_written),
        cmocka_unit_test(real_restarts_by_pm2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
