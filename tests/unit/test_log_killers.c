/* Who kills besides the kernel, and what systemd, docker and Kubernetes say of it: every wording,
 * and what only sounds like it.
 */
#include "tests/unit/log_fixture.h"

static struct event_list parse(const char *text)
{
    struct event_list l = {0};
    fixture_log("t.log", text, strlen(text), 0, event_list_sink(&l));
    return l;
}

/* -- programs that kill processes -- */

struct kill_row {
    const char *line;
    enum killer killer;
    int64_t pid;
    const char *comm, *signal;
    int64_t rss_kib, score, uid; /* -1: not told */
};

static const struct kill_row kills[] = {
    {"sending SIGTERM to process 29410 uid 1000 \"cluster\": badness 1264, VmRSS 23964 MiB",
     KILLER_EARLYOOM, 29410, "cluster", "SIGTERM", 23964 * 1024, 1264, 1000},
    {"sending SIGKILL to process 9 uid 0 \"a\": b \"c\": oom_score 1170, oom_score_adj -5, VmRSS 4 "
     "MiB, cmdline \"a\": x, VmRSS 9 MiB\"",
     KILLER_EARLYOOM, 9, "a\": b \"c", "SIGKILL", 4096, 1170, 0},
    {"earlyoom[12]: sending SIGTERM to process 5 \"next-server (v1\": badness 3, VmRSS 7 MiB",
     KILLER_EARLYOOM, 5, "next-server (v1", "SIGTERM", 7168, 3, -1},
    {"killing process 27541 \"bash\" with signal 15: badness 550, VmRSS 7609 MiB", KILLER_EARLYOOM,
     27541, "bash", "SIGTERM", 7609 * 1024, 550, -1},
    {"killing process 27541 \"bash\" with signal 9: badness 550, VmRSS 1 MiB", KILLER_EARLYOOM,
     27541, "bash", "SIGKILL", 1024, 550, -1},
    {"Killing process 'it's' with signal 9, pid: 5874, badness: 538, VmRSS: 3160 MiB",
     KILLER_EARLYOOM, 5874, "it's", "SIGKILL", 3160 * 1024, 538, -1},
    {"Killing process: bash, pid: 5874, badness: 538, VmRSS: 3160 MiB", KILLER_EARLYOOM, 5874,
     "bash", "SIGKILL", 3160 * 1024, 538, -1},
    {"lowmemorykiller: Kill 'com.example.app' (24017), uid 10123, oom_score_adj 900 to free "
     "4963256kB rss, 0kB swap; reason: low watermark is breached",
     KILLER_LMKD, 24017, "com.example.app", "SIGKILL", 4963256, -1, 10123},
    {"lowmemorykiller: Killing 'd.process.media' (2846) (tgid 2846), adj 999, to free 81288kB on "
     "behalf of 'kswapd0' (136) because",
     KILLER_LMKD, 2846, "d.process.media", "SIGKILL", 81288, -1, -1},
    {"lowmemorykiller: Killing 'android.browser' (28649), adj 18, score_adj 1000,", KILLER_LMKD,
     28649, "android.browser", "SIGKILL", -1, -1, -1},
};

static int64_t value(struct number n)
{
    return n.known ? n.value : -1;
}

static void every_killer_of_processes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kills); i++) {
        const struct kill_row *row = &kills[i];
        struct event_list l = parse(row->line);
        if (l.count != 1 || l.events[0].kind != EVENT_USER_KILL)
            fail_msg("%s", row->line);
        const struct event *e = &l.events[0];
        assert_int_equal(e->killer->killer, row->killer);
        assert_int_equal(e->pid.value, row->pid);
        assert_string_equal(e->comm, row->comm);
        assert_string_equal(e->killer->signal, row->signal);
        assert_int_equal(value(e->killer->rss_kib), row->rss_kib);
        assert_int_equal(value(e->killer->score), row->score);
        assert_int_equal(value(e->killer->uid), row->uid);
        assert_int_equal(e->killer->attempt, 1);
        assert_false(e->killer->dry_run);
        event_list_release(&l);
    }
}

static void what_only_sounds_like_a_killer(void **state)
{
    static const char *const lines[] = {
        "VmRSS:\t  123 kB",
        "sending SIGTERM when mem avail <= 10.00% and swap free <= 10.00%,",
        "process 27541 exited after 1.9 seconds",
        "low memory! at or below SIGTERM limits: mem 10 %",
        "web.service: Killing process 123571 (postgres) with signal SIGKILL.",
        "escalating to SIGKILL after 6.2 seconds", /* of nobody */
        "Kill 'em all",
        "Sending a letter to the victim",
        "ruleset:[x]",
        "Sending b to cgroup {}",
        "Considered 145 cgroups for killing, top candidates were:",
        "Killed by death due to memory pressure for nothing",
        "container oom is bad",
        "OOMKilled: false",
        "\"OOMKilled\": false,",
        "Exited (0) 5 minutes ago",
        "The node was low on resource: ephemeral-storage.",
        "TaskOOM event handler started",
        "slow.service: Consumed 1.2s CPU time.",
        "Main process exited, code=killed, status=9/KILL"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct event_list l = parse(lines[i]);
        if (l.count)
            fail_msg("%s", lines[i]);
        event_list_release(&l);
    }
}

/* SIGTERM, again, and SIGKILL at last: one victim. Somebody else's pid is another. */
static void earlyoom_tries_again(void **state)
{
    struct event_list l =
        parse("mem avail:   888 of 55597 MiB ( 1.60%), swap free:    0 of 8191 MiB ( 0.00%)\n"
              "mem avail:   887 of 55597 MiB ( 1.60%), swap free:    0 of 8191 MiB ( 0.00%)\n"
              "sending SIGTERM to process 5 uid 1 \"java\": badness 7, VmRSS 9 MiB\n"
              "process 5 did not exit\n"
              "sending SIGTERM to process 5 uid 1 \"java\": badness 7, VmRSS 9 MiB\n"
              "escalating to SIGKILL after 0.5 seconds\n"
              "sending SIGTERM to process 6 uid 1 \"java\": badness 7, VmRSS 9 MiB\n");
    (void)state;
    assert_int_equal(count_kind(&l, EVENT_USER_KILL), 2);
    const struct event *e = nth_of_kind(&l, EVENT_USER_KILL, 0);
    assert_int_equal(e->line, 3);
    assert_int_equal(e->killer->attempt, 3);
    assert_string_equal(e->killer->signal, "SIGKILL");
    assert_int_equal(nth_of_kind(&l, EVENT_USER_KILL, 1)->killer->attempt, 1);
    assert_int_equal(count_kind(&l, EVENT_MEMORY), 1); /* the last reading */
    e = nth_of_kind(&l, EVENT_MEMORY, 0);
    assert_int_equal(e->line, 2);
    assert_int_equal(e->memory->available_kib.value, 887 * 1024);
    assert_int_equal(e->memory->total_kib.value, 55597 * 1024);
    assert_int_equal(e->memory->swap_free_kib.value, 0);
    assert_int_equal(e->memory->swap_total_kib.value, 8191 * 1024);
    event_list_release(&l);
}

static void a_dry_run_says_so(void **state)
{
    struct event_list l = parse("sending 0 (no-op signal) to process 5 uid 1 \"java\": badness 7, "
                                "VmRSS 9 MiB\n");
    (void)state;
    assert_int_equal(l.count, 1);
    assert_true(l.events[0].killer->dry_run);
    event_list_release(&l);
}

static void old_readings_have_no_totals(void **state)
{
    struct event_list l = parse("mem avail: 5259 MiB (67 %), swap free: 12 MiB (0 %)\n");
    (void)state;
    assert_int_equal(l.count, 1);
    assert_int_equal(l.events[0].memory->available_kib.value, 5259 * 1024);
    assert_int_equal(l.events[0].memory->swap_free_kib.value, 12 * 1024);
    assert_false(l.events[0].memory->total_kib.known);
    event_list_release(&l);
}

static void nohang_names_its_victim_before(void **state)
{
    struct event_list l =
        parse("Memory status that requires corrective actions:\n"
              "  MemAvailable [47 MiB, 0.4 %] <= soft_threshold_min_mem [590 MiB, 5.0 %]\n"
              "  SwapFree [10 MiB, 0.1 %] <= soft_threshold_min_swap [500 MiB, 5.0 %]\n"
              "Process with highest badness (found in 17ms):\n"
              "  PID: 12345, Name: a, Name: b, badness: 892\n"
              "Victim status (found in 1ms):\n"
              "  PID:       12345, name: a, Name: b, state: R (running), EUID: 1000, SID: 1 (x)\n"
              "  badness:   892, oom_score:  500, oom_score_adj:  0\n"
              "  Vm, MiB:   Size: 2000, RSS: 1500 (Anon: 1490, File: 10), Swap: 0\n"
              "Implementing a corrective action:\n"
              "  Sending SIGTERM to the victim\n");
    (void)state;
    assert_int_equal(count_kind(&l, EVENT_USER_KILL), 1);
    const struct event *e = nth_of_kind(&l, EVENT_USER_KILL, 0);
    assert_int_equal(e->killer->killer, KILLER_NOHANG);
    assert_int_equal(e->pid.value, 12345);
    assert_string_equal(e->comm, "a, Name: b");
    assert_string_equal(e->killer->signal, "SIGTERM");
    assert_int_equal(e->killer->rss_kib.value, 1500 * 1024);
    assert_int_equal(e->killer->score.value, 892);
    assert_int_equal(e->killer->uid.value, 1000);
    assert_int_equal(nth_of_kind(&l, EVENT_MEMORY, 0)->memory->available_kib.value, 47 * 1024);
    event_list_release(&l);
}

/* -- programs that kill cgroups -- */

static void systemd_oomd_has_two_reasons(void **state)
{
    struct event_list l = parse(
        "Considered 2 cgroups for killing, top candidates were:\n"
        "        Path: /system.slice/a.service\n"
        "                Current Memory Usage: 1.5G\n"
        "        Path: /system.slice/shop\\x2dweb.service\n"
        "                Current Memory Usage: 388.4M\n"
        "                Pgscan: 3033791\n"
        "Killed /system.slice/shop\\x2dweb.service due to memory pressure for /system.slice being "
        "61.77% > 50.00% for > 20s with reclaim activity\n"
        "[2406674.127782] systemd-oomd[2261673]: Killed /b.scope due to memory used (32305733632) "
        "/ total (33046) and swap used (5) / total (6) being more than 90.00%\n"
        "Killed /c.scope due to memory used (12) / total (33046\n");
    (void)state;
    assert_int_equal(l.count, 3);
    const struct killer_facts *f = l.events[0].killer;
    assert_int_equal(f->killer, KILLER_SYSTEMD_OOMD);
    assert_string_equal(l.events[0].text, "pressure");
    assert_string_equal(f->cgroup, "/system.slice/shop\\x2dweb.service");
    assert_string_equal(f->identity.unit, "shop-web.service");
    assert_string_equal(f->pressured, "/system.slice");
    assert_int_equal(f->pressure_permyriad.value, 6177);
    assert_int_equal(f->limit_permyriad.value, 5000);
    assert_int_equal(f->rss_kib.value, 3884 * 1024 / 10);
    f = l.events[1].killer;
    assert_string_equal(l.events[1].text, "swap");
    assert_string_equal(f->cgroup, "/b.scope");
    assert_int_equal(f->memory_used_bytes.value, 32305733632);
    assert_int_equal(f->memory_total_bytes.value, 33046);
    assert_int_equal(f->swap_used_bytes.value, 5);
    assert_int_equal(f->swap_total_bytes.value, 6);
    assert_int_equal(f->limit_permyriad.value, 9000);
    assert_false(f->rss_kib.known);
    f = l.events[2].killer;
    assert_int_equal(f->memory_used_bytes.value, 12);
    assert_false(f->memory_total_bytes.known);
    event_list_release(&l);
}

static void a_marked_cgroup_is_killed_once(void **state)
{
    struct event_list l = parse("Marked /a.scope for killing due to memory pressure for /a being "
                                "1.00% > 0.50% for > 20s with reclaim activity\n"
                                "Killed /a.scope due to memory pressure for /a being 1.00% > 0.50% "
                                "for > 20s with reclaim activity\n"
                                "Killed /a.scope due to memory pressure for /a being 1.00% > 0.50% "
                                "for > 20s with reclaim activity\n");
    (void)state;
    assert_int_equal(count_kind(&l, EVENT_USER_KILL), 2);
    assert_string_equal(l.events[0].killer->cgroup, "/a.scope");
    event_list_release(&l);
}

static void talos_and_oomd_name_a_cgroup(void **state)
{
    struct event_list l = parse(
        "user: warning: [2026-01-12T20:27:31.913975631Z]: [talos] Sending SIGKILL to cgroup "
        "{\"component\": \"controller-runtime\", \"cgroup\": "
        "\"/sys/fs/cgroup/kubepods/burstable/pod77f06c5c-4593-43e9-b970-987f6ecb825b\"}\n"
        "oomd kill: 50.85 49.35 30.53 system.slice/shop.service 6905962496 ruleset:[protection "
        "against low swap] detectorgroup:[free swap] killer:kill_by_swap_usage v2\n");
    (void)state;
    assert_int_equal(l.count, 2);
    const struct killer_facts *f = l.events[0].killer;
    assert_int_equal(f->killer, KILLER_TALOS);
    assert_string_equal(f->signal, "SIGKILL");
    assert_string_equal(f->identity.pod_uid, "77f06c5c-4593-43e9-b970-987f6ecb825b");
    f = l.events[1].killer;
    assert_int_equal(f->killer, KILLER_FACEBOOK_OOMD);
    assert_string_equal(f->cgroup, "system.slice/shop.service");
    assert_string_equal(f->identity.unit, "shop.service");
    assert_int_equal(f->rss_kib.value, INT64_C(6905962496) / 1024);
    assert_string_equal(l.events[1].text, "kill_by_swap_usage");
    event_list_release(&l);
}

/* -- systemd -- */

static void units_and_what_became_of_them(void **state)
{
    struct event_list l = parse(
        "[   12.5] x\n"
        "shop.service: A process of this unit has been killed by the OOM killer.\n"
        "system.slice: A process of this unit has been killed by the OOM killer.\n"
        "shop.service: Main process exited, code=killed, status=9/KILL\n"
        "shop.service: Failed with result 'oom-kill'.\n"
        "shop.service: Consumed 1min 2.345s CPU time over 2h wall clock time, 150.2M memory peak, "
        "1.5G memory swap peak.\n"
        "idle.service: Consumed 1.0s CPU time, 1M memory peak, 0B memory swap peak.\n"
        "shop.service: Scheduled restart job, restart counter is at 12.\n"
        "b.scope: systemd-oomd killed 134 process(es) in this unit.\n"
        "c.service: The kernel OOM killer killed some processes in this unit.\n"
        "[   12.345678] systemd[1]: d.service: Main process exited, code=dumped, status=6/ABRT\n");
    (void)state;
    assert_int_equal(count_kind(&l, EVENT_UNIT_OOM), 4);
    const struct event *e = nth_of_kind(&l, EVENT_UNIT_OOM, 0);
    assert_string_equal(e->unit->unit, "shop.service");
    assert_false(e->unit->slice || e->unit->by_oomd);
    assert_true(nth_of_kind(&l, EVENT_UNIT_OOM, 1)->unit->slice);
    e = nth_of_kind(&l, EVENT_UNIT_OOM, 2);
    assert_true(e->unit->by_oomd);
    assert_int_equal(e->unit->processes.value, 134);
    assert_string_equal(nth_of_kind(&l, EVENT_UNIT_OOM, 3)->unit->unit, "c.service");
    e = nth_of_kind(&l, EVENT_UNIT_EXIT, 0);
    assert_string_equal(e->unit->code, "killed");
    assert_string_equal(e->unit->status, "9/KILL");
    assert_string_equal(nth_of_kind(&l, EVENT_UNIT_EXIT, 1)->unit->status, "6/ABRT");
    assert_string_equal(nth_of_kind(&l, EVENT_UNIT_EXIT, 1)->unit->unit, "d.service");
    assert_string_equal(nth_of_kind(&l, EVENT_UNIT_FAILED, 0)->unit->result, "oom-kill");
    assert_int_equal(count_kind(&l, EVENT_UNIT_USAGE), 1); /* not of the idle one */
    e = nth_of_kind(&l, EVENT_UNIT_USAGE, 0);
    assert_int_equal(e->unit->memory_peak_kib.value, 1502 * 1024 / 10);
    assert_int_equal(e->unit->swap_peak_kib.value, 1536 * 1024);
    assert_int_equal(nth_of_kind(&l, EVENT_UNIT_RESTART, 0)->unit->restarts.value, 12);
    event_list_release(&l);
}

/* -- containers -- */

#define ID "6da85dc9675db12149e970c6ef6835240bab712e5499963d13e88a446248e82b"

struct container_row {
    const char *line;
    enum event_kind kind;
    const char *id, *name, *said_by;
    int64_t code;
};

static const struct container_row containers[] = {
    {"2026-11-23T13:25:00.000000000Z container oom " ID " (image=node:20, name=web)",
     EVENT_CONTAINER_OOM, ID, "web", "docker", -1},
    {"2026-11-23T13:25:00.000000000Z container die " ID
     " (execDuration=9, exitCode=137, image=node:20, name=web)",
     EVENT_CONTAINER_EXIT, ID, "web", "docker", 137},
    {"2015-05-12T15:52:12.000000000Z " ID ": (from node:0.12) oom", EVENT_CONTAINER_OOM, ID, "",
     "docker", -1},
    {"            \"OOMKilled\": true,", EVENT_CONTAINER_OOM, "", "", "docker", -1},
    {"{\"Status\":\"exited\",\"Running\":false,\"OOMKilled\":true,\"Dead\":false,\"Pid\":0,"
     "\"ExitCode\":137}",
     EVENT_CONTAINER_OOM, "", "", "docker", 137},
    {"/web OOMKilled:true", EVENT_CONTAINER_OOM, "", "", "docker", -1},
    {"4c01db0b339c   node:20   \"docker-entrypoint.s...\"   2 hours ago   Exited (137) 5 minutes "
     "ago             web",
     EVENT_CONTAINER_EXIT, "4c01db0b339c", "web", "docker", 137},
    {"web-1 exited with code 137", EVENT_CONTAINER_EXIT, "", "web-1", "docker", 137},
    {"time=\"2025-05-19T18:14:43.578084676Z\" level=info msg=\"TaskOOM event container_id:\\\"" ID
     "\\\"\"",
     EVENT_CONTAINER_OOM, ID, "", "containerd", -1},
    {"TaskOOM event &TaskOOM{ContainerID:" ID ",XXX_unrecognized:[],}", EVENT_CONTAINER_OOM, ID, "",
     "containerd", -1},
    {"level=info msg=\"ignoring event\" container=" ID " topic=/tasks/oom type=\"*events.TaskOOM\"",
     EVENT_CONTAINER_OOM, ID, "", "containerd", -1},
    {"msg=\"TaskExit event container_id:\\\"" ID "\\\" pid:44 exit_status:137 exited_at:{}\"",
     EVENT_CONTAINER_EXIT, ID, "", "containerd", 137},
    {"TaskExit event &TaskExit{ContainerID:" ID ",ID:x,Pid:44,ExitStatus:137,ExitedAt:now,}",
     EVENT_CONTAINER_EXIT, ID, "", "containerd", 137},
    {"I0830 20:24:01.875221    3264 manager.go:1142] Created an OOM event in container "
     "\"/docker/" ID "\" at 2017-08-30 20:24:01.583571597 +0000 UTC",
     EVENT_CONTAINER_OOM, ID, "", "kubelet", -1},
};

static void containers_run_out_and_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(containers); i++) {
        const struct container_row *row = &containers[i];
        struct event_list l = parse(row->line);
        if (l.count != 1 || l.events[0].kind != row->kind)
            fail_msg("%s: %zu", row->line, l.count);
        const struct container_facts *f = l.events[0].container;
        assert_string_equal(f->id, row->id);
        assert_string_equal(f->name, row->name);
        assert_string_equal(f->said_by, row->said_by);
        assert_int_equal(value(f->exit_code), row->code);
        event_list_release(&l);
    }
}

static void the_kubelet_evicts(void **state)
{
    struct event_list l = parse(
        "LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n"
        "5m57s       Warning   Evicted   pod/web-1   The node was low on resource: memory. "
        "Threshold quantity: 100Mi, available: 57Mi. Container shop was using 2Gi, request is "
        "512M, "
        "has larger consumption of memory.\n"
        "57s         Warning   SystemOOM   node/n1   System OOM encountered, victim process: "
        "next-server (v1, pid: 123\n"
        "2m (x4 over 25m)   Warning   BackOff   pod/web-2   Back-off restarting failed container\n"
        "3m          Warning   OOMKilling   node/n1   Memory cgroup out of memory: Killed process "
        "77 (node) total-vm:5kB, anon-rss:4kB, file-rss:3kB, shmem-rss:0kB\n");
    (void)state;
    assert_int_equal(l.count, 4);
    const struct event *e = &l.events[0];
    assert_int_equal(e->kind, EVENT_USER_KILL);
    assert_int_equal(e->killer->killer, KILLER_KUBELET);
    assert_int_equal(e->time.clock, LOG_CLOCK_RELATIVE);
    assert_string_equal(e->time.text, "5m57s");
    assert_string_equal(e->container->pod, "pod/web-1");
    assert_string_equal(e->container->name, "shop");
    assert_int_equal(e->container->memory_kib.value, 2 * 1024 * 1024);
    assert_int_equal(e->container->request_kib.value, 500000);
    assert_int_equal(e->memory->available_kib.value, 57 * 1024);
    e = &l.events[1];
    assert_int_equal(e->kind, EVENT_KERNEL_OOM);
    assert_int_equal(e->pid.value, 123);
    assert_string_equal(e->comm, "next-server (v1");
    e = &l.events[2];
    assert_int_equal(e->kind, EVENT_CONTAINER_STATE);
    assert_string_equal(e->container->pod, "web-2");
    assert_string_equal(e->time.text, "2m (x4 over 25m)");
    e = &l.events[3];
    assert_int_equal(e->pid.value, 77);
    assert_string_equal(e->time.text, "3m");
    event_list_release(&l);
}

/* -- any input -- */

/* Each line cut at each byte, so that a sanitizer sees what reads beyond. */
static void every_line_may_be_cut(void **state)
{
    struct buf out = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kills) + ARRAY_LEN(containers); i++) {
        const char *line =
            i < ARRAY_LEN(kills) ? kills[i].line : containers[i - ARRAY_LEN(kills)].line;
        for (size_t cut = 0; cut < strlen(line); cut++) {
            buf_clear(&out);
            fixture_log("f", line, cut, 0, (struct event_sink){&out, fixture_write_down});
            fixture_log("f", line + cut, strlen(line) - cut, 0,
                        (struct event_sink){&out, fixture_write_down});
        }
    }
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_killer_of_processes),
        cmocka_unit_test(what_only_sounds_like_a_killer),
        cmocka_unit_test(earlyoom_tries_again),
        cmocka_unit_test(a_dry_run_says_so),
        cmocka_unit_test(old_readings_have_no_totals),
        cmocka_unit_test(nohang_names_its_victim_before),
        cmocka_unit_test(systemd_oomd_has_two_reasons),
        cmocka_unit_test(a_marked_cgroup_is_killed_once),
        cmocka_unit_test(talos_and_oomd_name_a_cgroup),
        cmocka_unit_test(units_and_what_became_of_them),
        cmocka_unit_test(containers_run_out_and_end),
        cmocka_unit_test(the_kubelet_evicts),
        cmocka_unit_test(every_line_may_be_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
