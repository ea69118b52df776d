/* The text log parser on small reports written for the purpose: kernel, V8, PM2, Next.js; hostile
 * names, lost parts, any chunking. What real files say is test_log_files.c's.
 */
#include "tests/unit/log_fixture.h"

static struct event_list parse(const char *text)
{
    struct event_list l = {0};
    fixture_log("t.log", text, strlen(text), 0, event_list_sink(&l));
    return l;
}

/* -- the kernel -- */

static const char memcg_report[] =
    "[  100.000001] V8Worker invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
    "oom_score_adj=0\n"
    "[  100.000002] CPU: 1 UID: 0 PID: 41 Comm: V8Worker Tainted: G    B   W  OE   6.1.0-13-amd64 "
    "#1\n"
    "[  100.000003] memory: usage 20480kB, limit 20480kB, failcnt 1204\n"
    "[  100.000004] swap: usage 0kB, limit 0kB, failcnt 0\n"
    "[  100.000005] Tasks state (memory values in pages):\n"
    "[  100.000006] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj "
    "name\n"
    "[  100.000007] [     40]  1000    40   100000     4000   774144       10             0 a b) "
    "c:d,pid=1\n"
    "[  100.000008] usb 1-1: a line of somebody else\n"
    "[  100.000009] [     41]  1000    41     2000      500    65536        0          -998 "
    "next-server "
    "(v1\n"
    "[  100.000010] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
    "oom_memcg=/pod,task_memcg=/pod/c1,task=a b) c:d,pid=1,pid=40,uid=1000\n"
    "[  100.000011] Memory cgroup out of memory: Killed process 40 (a b) c:d,pid=1) "
    "total-vm:400000kB, "
    "anon-rss:15000kB, file-rss:1000kB, shmem-rss:0kB, UID:1000 pgtables:756kB oom_score_adj:0\n"
    "[  102.000011] oom_reaper: reaped process 40 (a b) c:d,pid=1), now anon-rss:0kB, "
    "file-rss:0kB, "
    "shmem-rss:0kB\n";

static void a_report_with_a_hostile_name(void **state)
{
    struct event_list l = parse(memcg_report);
    (void)state;
    assert_int_equal(l.count, 2);
    const struct event *e = &l.events[0];
    const struct oom_facts *f = e->oom;
    assert_int_equal(e->kind, EVENT_KERNEL_OOM);
    assert_int_equal(e->pid.value, 40);
    assert_string_equal(e->comm, "a b) c:d,pid=1");
    assert_int_equal(f->kind, OOM_MEMCG);
    assert_true(f->complete);
    assert_string_equal(f->trigger, "V8Worker");
    assert_int_equal(f->trigger_pid.value, 41);
    assert_string_equal(f->kernel, "6.1.0-13-amd64");
    assert_int_equal(f->uid.value, 1000);
    assert_int_equal(f->anon_rss_kib.value, 15000);
    assert_int_equal(f->pgtables_kib.value, 756);
    assert_int_equal(f->limit_kib.value, 20480);
    assert_true(number_is(f->swap_limit_kib, 0));
    assert_true(number_is(f->cgroup_version, 2));
    assert_false(f->swap_total_kib.known);
    assert_string_equal(f->oom_memcg, "/pod");
    assert_string_equal(f->task_memcg, "/pod/c1");
    assert_int_equal(f->task_count, 2);
    assert_string_equal(f->top[0].name, "a b) c:d,pid=1");
    assert_int_equal(f->top[0].rss_kib, 16000);
    assert_int_equal(f->top[0].swap_kib, 40);
    assert_string_equal(f->top[1].name, "next-server (v1");
    assert_int_equal(f->top[1].oom_score_adj.value, -998);
    assert_int_equal(f->constraint_line, 10);
    assert_int_equal(e->line, 11);
    assert_int_equal(e->first_line, 1);
    assert_int_equal(l.events[1].kind, EVENT_OOM_REAPED);
    assert_string_equal(l.events[1].comm, "a b) c:d,pid=1");
    event_list_release(&l);
}

struct kill_row {
    const char *line;
    int64_t pid;
    const char *comm;
    enum oom_kind kind;
    int64_t uid, total_vm, anon, adj; /* INT64_MIN: not known */
};

#define NO INT64_MIN

static const struct kill_row kill_rows[] = {
    {"Killed process 40738, UID 27, (mysqld) total-vm:6424316kB, anon-rss:13128kB, file-rss:4kB",
     40738, "mysqld", OOM_UNKNOWN, 27, 6424316, 13128, NO},
    {"Killed process 817194 (node), UID 1000, total-vm:674616kB, anon-rss:133380kB, "
     "file-rss:13648kB, "
     "shmem-rss:0kB",
     817194, "node", OOM_UNKNOWN, 1000, 674616, 133380, NO},
    {"Out of memory: Killed process 12 (next-server (v1) total-vm:1kB, anon-rss:2kB, file-rss:3kB, "
     "shmem-rss:4kB, UID:0 pgtables:5kB oom_score_adj:-17",
     12, "next-server (v1", OOM_GLOBAL, 0, 1, 2, -17},
    {"Out of memory: Killed process 12 ([) total-vm:1kB, anon-rss:2kB, file-rs", 12, "[",
     OOM_GLOBAL, NO, 1, 2, NO},
    {"Memory cgroup out of memory: Killed process 12 (x) total-vm:11", 12, "x", OOM_MEMCG, NO, NO,
     NO, NO},
    {"Out of memory: Killed process 123 (httpd).", 123, "httpd", OOM_GLOBAL, NO, NO, NO, NO},
    {"unknown prefix: Killed process 5 (a) total-vm:1kB) total-vm:7kB, anon-rss:8kB", 5,
     "a) total-vm:1kB", OOM_UNKNOWN, NO, 7, 8, NO},
    {"\x1b[31mMemory cgroup out of memory: Killed \x1b[0mprocess 12 (x) total-vm:1kB, "
     "anon-rss:2kB\r",
     12, "x", OOM_MEMCG, NO, 1, 2, NO},
};

static int64_t value_or_no(struct number n)
{
    return n.known ? n.value : NO;
}

static void a_kill_line_alone_is_an_event(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kill_rows); i++) {
        const struct kill_row *r = &kill_rows[i];
        struct event_list l = parse(r->line);
        if (l.count != 1)
            fail_msg("%s: %zu events", r->line, l.count);
        const struct event *e = &l.events[0];
        assert_int_equal(e->pid.value, r->pid);
        assert_string_equal(e->comm, r->comm);
        assert_int_equal(e->oom->kind, r->kind);
        assert_int_equal(value_or_no(e->oom->uid), r->uid);
        assert_int_equal(value_or_no(e->oom->total_vm_kib), r->total_vm);
        assert_int_equal(value_or_no(e->oom->anon_rss_kib), r->anon);
        assert_int_equal(value_or_no(e->oom->oom_score_adj), r->adj);
        assert_false(e->oom->complete);
        event_list_release(&l);
    }
}

static void what_only_sounds_like_a_kill_is_none(void **state)
{
    static const char *const lines[] = {
        "web.service: A process of this unit has been killed by the OOM killer.",
        "systemd[1]: Killed process 12 of somebody",
        "Killed process 12 (x) by hand",
        "INFO: task node:2201 blocked for more than 120 seconds.",
        "java: page allocation failure: order:0, mode:0x2084120(GFP_ATOMIC)",
        "x invoked oom-killers",
        "Kill process 5 (x)",
        "oom-kill:",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct event_list l = parse(lines[i]);
        if (count_kind(&l, EVENT_KERNEL_OOM) && strcmp(lines[i], "oom-kill:"))
            fail_msg("%s", lines[i]);
        event_list_release(&l);
    }
}

/* The header of the second kill is rate-limited; the third report's tail is not in the log. */
static void headers_may_be_lost_and_tails_too(void **state)
{
    struct event_list l = parse(
        "node invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n"
        "oom-kill:constraint=CONSTRAINT_MEMCG,cpuset=/,mems_allowed=0,oom_memcg=/a,task_memcg=/a,"
        "task=node,pid=7,uid=0\n"
        "Memory cgroup out of memory: Killed process 8 (other) total-vm:1kB, anon-rss:1kB\n"
        "Memory cgroup out of memory: Killed process 7 (node) total-vm:2kB, anon-rss:2kB\n"
        "Memory cgroup out of memory: Killed process 9 (node) total-vm:3kB, anon-rss:3kB\n"
        "node invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n");
    (void)state;
    assert_int_equal(count_kind(&l, EVENT_KERNEL_OOM), 4);
    assert_string_equal(l.events[0].oom->oom_memcg, "");
    assert_int_equal(l.events[1].pid.value, 7);
    assert_true(l.events[1].oom->complete);
    assert_string_equal(l.events[1].oom->oom_memcg, "/a");
    assert_string_equal(l.events[2].oom->oom_memcg, "");
    assert_false(l.events[3].pid.known);
    assert_false(l.events[3].oom->complete);
    event_list_release(&l);
}

static void a_group_is_killed_for_one_report(void **state)
{
    struct event_list l =
        parse("node invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n"
              "memory: usage 100kB, limit 100kB, failcnt 1\n"
              "Memory cgroup out of memory: Killed process 7 (node) total-vm:2kB, anon-rss:2kB\n"
              "Tasks in /a are going to be killed due to memory.oom.group set\n"
              "Memory cgroup out of memory: Killed process 7 (node) total-vm:2kB, anon-rss:1kB\n"
              "Memory cgroup out of memory: Killed process 8 (sh) total-vm:2kB, anon-rss:1kB\n");
    (void)state;
    assert_int_equal(l.count, 2); /* the first one is listed again */
    assert_true(l.events[0].oom->group);
    assert_int_equal(l.events[0].oom->anon_rss_kib.value, 2);
    assert_string_equal(l.events[0].oom->task_memcg, "/a");
    assert_true(l.events[1].oom->group);
    assert_int_equal(l.events[1].pid.value, 8);
    assert_int_equal(l.events[1].oom->limit_kib.value, 100);
    event_list_release(&l);
}

static void old_wording_and_large_pages(void **state)
{
    struct event_list l =
        parse("php-fpm invoked oom-killer: gfp_mask=0x280da, order=0, oom_adj=0, oom_score_adj=0\n"
              "Pid: 23212, comm: php-fpm Not tainted 2.6.32-642.el6.x86_64 #1\n"
              "Node 0 DMA: 2*64kB 1*128kB = 256kB\n"
              "Free swap  = 84kB\nTotal swap = 2097148kB\n"
              "[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name\n"
              "[13536]    27 13536     1000      100   3       0             0 mysqld\n"
              "Out of memory: Kill process 13536 (mysqld) score 651 or sacrifice child\n"
              "Killed process 99, UID 27, (child) total-vm:2kB, anon-rss:1kB, file-rss:0kB\n");
    (void)state;
    assert_int_equal(l.count, 1);
    const struct oom_facts *f = l.events[0].oom;
    assert_int_equal(l.events[0].pid.value, 99);
    assert_int_equal(f->trigger_pid.value, 23212);
    assert_string_equal(f->kernel, "2.6.32-642.el6.x86_64");
    assert_int_equal(f->score.value, 651);
    assert_int_equal(f->kind, OOM_GLOBAL);
    assert_int_equal(f->swap_free_kib.value, 84);
    assert_int_equal(f->swap_total_kib.value, 2097148);
    assert_int_equal(f->top[0].rss_kib, 6400);
    assert_int_equal(f->top[0].swap_kib, 0);
    event_list_release(&l);
}

static void a_new_boot_ends_what_is_open(void **state)
{
    struct event_list l =
        parse("[ 9000.000000] node invoked oom-killer: gfp_mask=0xcc0, order=0\n"
              "-- Boot 5f1d6a0f7e2c4b0c9a3d2e1f00112233 --\n"
              "[    0.000000] Linux version 6.1.0\n"
              "[   20.000000] Killed process 7 (node) total-vm:2kB, anon-rss:2kB\n"
              "[   21.000000] Adding 2097148k swap on /swapfile.  Priority:-2\n");
    (void)state;
    assert_int_equal(l.count, 3);
    assert_int_equal(l.events[0].boot, 0);
    assert_int_equal(l.events[1].boot, 1);
    assert_false(l.events[1].oom->complete);
    assert_int_equal(l.events[2].swap_kib.value, 2097148);
    assert_string_equal(l.events[2].text, "/swapfile");
    event_list_release(&l);
}

/* -- V8, Next.js, PM2 -- */

static const char v8_block[] =
    "Wrote snapshot to /srv/Heap.20261123.140355.17727.0.001.heapsnapshot\n"
    "\n<--- Last few GCs --->\n"
    "oc[17727:0x425cd240]     1125 ms: Mark-sweep (reduce) 97.1 (104.8) -> 97.0 (105.3) MB, 148.5 "
    "/ 0.0 "
    "ms  (average mu = 0.187, current mu = 0.176) alloca[17727:0x425cd240]     1350 ms: Mark-sweep "
    "97.0 "
    "(102.3) -> 97.5 (103.5) MB, 224.2 / 0.0 ms  (average mu = 0.089, curr\n"
    "<--- JS stacktrace --->\n\n"
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"
    "Writing Node.js report to file: report.20261123.140407.17727.0.002.json\n"
    "----- Native stack trace -----\n\n"
    " 1: 0xb78db3 node::OOMErrorHandler(char const*) [next-server (v14.2.3)]\n"
    " 2: 0x10fb205  [next-server (v14.2.3)]\n"
    "something else\n";

static void a_fatal_block_is_one_event(void **state)
{
    struct event_list l = parse(v8_block);
    (void)state;
    assert_int_equal(count_kind(&l, EVENT_V8_GC), 1); /* the list keeps the last */
    assert_int_equal(count_kind(&l, EVENT_V8_FATAL), 1);
    const struct event *e = nth_of_kind(&l, EVENT_V8_FATAL, 0);
    assert_int_equal(e->pid.value, 17727);
    assert_int_equal(e->line, 7);
    assert_string_equal(e->text,
                        "Reached heap limit Allocation failed - JavaScript heap out of memory");
    assert_int_equal(e->v8->uptime_ms.value, 1350);
    assert_int_equal(e->v8->used_bytes.value, 102236160);
    assert_int_equal(e->v8->committed_bytes.value, 103 * 1048576 + 1048576 / 2);
    assert_int_equal(e->v8->mutator_permille.value, 89);
    assert_string_equal(e->v8->title, "next-server (v14.2.3)");
    assert_string_equal(e->v8->report_file, "report.20261123.140407.17727.0.002.json");
    assert_true(e->v8->js_stack && e->v8->native_stack);
    assert_string_equal(nth_of_kind(&l, EVENT_NEXT_VERSION, 0)->text, "14.2.3");
    assert_int_equal(nth_of_kind(&l, EVENT_HEAP_SNAPSHOT, 0)->pid.value, 17727);
    assert_int_equal(nth_of_kind(&l, EVENT_NODE_REPORT, 0)->pid.value, 17727);
    event_list_release(&l);
}

static void next_says_version_and_bad_options(void **state)
{
    struct event_list l = parse(
        "  ▲ Next.js 14.2.3\n  ▲ Next.js 14.2.3\n ⚠ Invalid next.config.js options detected: \n"
        " ⚠     Unrecognized key(s) in object: 'isrMemoryCacheSize', 'foo' at \"experimental\"\n"
        " ⚠ The \"experimental.isrMemoryCacheSize\" option has been renamed to "
        "\"cacheMaxMemorySize\".\n");
    (void)state;
    assert_int_equal(l.count, 4);
    assert_string_equal(l.events[0].text, "14.2.3");
    assert_string_equal(l.events[1].text, "isrMemoryCacheSize");
    assert_string_equal(l.events[2].text, "foo");
    assert_string_equal(l.events[3].text, "experimental.isrMemoryCacheSize");
    event_list_release(&l);
}

static void pm2_in_three_wordings(void **state)
{
    struct event_list l = parse(
        "2026-11-23T14:22:25: PM2 log: App [shop:3] online\n"
        "2026-11-23T14:23:55: PM2 log: [PM2][WORKER] Process 3 restarted because it exceeds "
        "--max-memory-restart value (current_memory=361234432 max_memory_limit=272629760 "
        "[octets])\n"
        "2026-11-23T14:23:56: PM2 log: App [shop:_old_3] exited with code [0] via signal [SIGINT]\n"
        "[2018-04-20 22:59:30] PM2 log: App [x] with id [0] and pid [1797], exited with code [7] "
        "via "
        "signal [SIGKILL]\n"
        "2015-04-17 14:55:10: App name:cnode id:0 exited with code 100\n"
        "2015-04-17 14:55:10: App name:cnode id:0 exited with code SIGKILL\n");
    (void)state;
    assert_int_equal(l.count, 6);
    assert_int_equal(l.events[0].kind, EVENT_PM2_START);
    assert_true(l.events[0].pm2->online);
    assert_int_equal(l.events[1].kind, EVENT_PM2_MEMORY);
    assert_string_equal(l.events[1].comm, "shop");
    assert_int_equal(l.events[1].pm2->memory_bytes.value, 361234432);
    assert_int_equal(l.events[1].pm2->limit_bytes.value, 272629760);
    assert_true(l.events[2].pm2->old);
    assert_int_equal(l.events[3].pid.value, 1797);
    assert_int_equal(l.events[3].pm2->exit_code.value, 7);
    assert_string_equal(l.events[3].pm2->signal, "SIGKILL");
    assert_int_equal(l.events[4].pm2->exit_code.value, 100);
    assert_string_equal(l.events[5].pm2->signal, "SIGKILL");
    assert_string_equal(l.events[5].comm, "cnode");
    event_list_release(&l);
}

/* -- any bytes in any pieces -- */

static void same_in_every_chunking(const char *text, size_t len)
{
    struct buf whole = {0}, piece = {0};
    fixture_log("t.log", text, len, 0, (struct event_sink){&whole, fixture_write_down});
    assert_true(whole.len > 0);
    for (size_t chunk = 1; chunk <= 31; chunk++) {
        buf_clear(&piece);
        fixture_log("t.log", text, len, chunk, (struct event_sink){&piece, fixture_write_down});
        assert_string_equal(buf_str(&piece), buf_str(&whole));
    }
    buf_release(&whole);
    buf_release(&piece);
}

static void the_result_does_not_depend_on_chunks(void **state)
{
    (void)state;
    same_in_every_chunking(memcg_report, sizeof memcg_report - 1);
    same_in_every_chunking(v8_block, sizeof v8_block - 1);
}

/* A cut report never fails, and never names a victim other than the real one. */
static void every_truncation_is_survived(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < sizeof memcg_report; cut++) {
        struct event_list l = {0};
        fixture_log("t.log", memcg_report, cut, 0, event_list_sink(&l));
        for (size_t i = 0; i < l.count; i++)
            if (l.events[i].kind == EVENT_KERNEL_OOM && l.events[i].oom->complete)
                assert_int_equal(l.events[i].pid.value, 40);
        assert_true(count_kind(&l, EVENT_KERNEL_OOM) <= 1);
        event_list_release(&l);
    }
    for (size_t cut = 0; cut < sizeof v8_block; cut++) {
        struct event_list l = {0};
        fixture_log("t.log", v8_block, cut, 0, event_list_sink(&l));
        assert_true(count_kind(&l, EVENT_V8_FATAL) <= 1);
        event_list_release(&l);
    }
}

static void long_lines_nul_and_broken_utf8_do_no_harm(void **state)
{
    struct buf b = {0};
    struct event_list l = {0};
    (void)state;
    buf_append(&b, "\xef\xbb\xbf\0\xff\xfe\n", 7);
    for (size_t i = 0; i < 3 * LOG_LINE_KEEP; i++)
        buf_putc(&b, 'x');
    buf_puts(&b, "Killed process 6 (far) total-vm:1kB, anon-rss:1kB\n");
    buf_append(&b, "Killed process 7 (a\0b\xff) total-vm:1kB, anon-rss:1kB", 50);
    fixture_log("t.log", buf_str(&b), b.len, 0, event_list_sink(&l));
    assert_int_equal(l.count, 1);
    assert_int_equal(l.events[0].line, 3);
    assert_string_equal(l.events[0].comm, "a?b\xff");
    event_list_release(&l);
    same_in_every_chunking(buf_str(&b), b.len);
    buf_release(&b);
}

static void random_lines_of_needles_do_no_harm(void **state)
{
    static const char *const words[] = {
        "Killed process ",
        "(",
        ")",
        " total-vm:",
        "1kB",
        "oom-kill:constraint=",
        ",task=",
        ",pid=",
        ",uid=",
        "9",
        "[ 1.5] ",
        "[  pid  ] uid total_vm rss name",
        "[ 7] 1 1 1 1 1 1 1 x",
        "\n",
        "\n",
        " invoked oom-killer: gfp_mask=0x",
        "order=-1",
        "FATAL ERROR: ",
        "out of memory",
        "<--- Last few GCs",
        "[1:0x2] 3 ms: Mark-sweep 1.0 (2.0) -> 1.0 (2.0) MB, 1.0 / 0.0 ms",
        " 1: 0x1 [a]",
        "Wrote snapshot to ",
        "App [",
        "exited with code ",
        "via signal [",
        "]",
        "Process 0 exceeds --max-memory-restart",
        "current_memory=",
        "Adding ",
        "k swap on ",
        ": usage ",
        "Total swap = ",
        "\x1b[",
        "-",
        "memory",
        "99999999999999999999",
        "Node 0: 1*",
        "▲ Next.js ",
        "Unrecognized key(s) in object: '",
        "'",
        "Kill process ",
        ") score ",
        "emory cgroup out of memory"};
    uint32_t seed = 1;
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct buf b = {0}, whole = {0}, pieces = {0};
        for (int i = 0; i < 120; i++) {
            seed = seed * 1664525 + 1013904223;
            buf_puts(&b, words[(seed >> 8) % ARRAY_LEN(words)]);
        }
        fixture_log("t", buf_str(&b), b.len, 0, (struct event_sink){&whole, fixture_write_down});
        fixture_log("t", buf_str(&b), b.len, 7, (struct event_sink){&pieces, fixture_write_down});
        assert_string_equal(buf_str(&whole), buf_str(&pieces));
        buf_release(&b);
        buf_release(&whole);
        buf_release(&pieces);
    }
}

static bool refuse(void *ctx, const struct event *e, struct err *err)
{
    (void)ctx, (void)e;
    return err_set(err, ERR_RESOURCE, 0, "no room");
}

static void the_sinks_failure_ends_the_parse(void **state)
{
    struct event_sink sink = {NULL, refuse};
    struct err err = {0};
    struct log_parser *p;
    (void)state;
    assert_true(log_parser_new("t.log", &sink, &p, &err));
    assert_false(log_feed(p, (const uint8_t *)memcg_report, sizeof memcg_report - 1, &err));
    assert_string_equal(err.msg, "no room");
    log_parser_free(p);
}

static void text_is_told_from_binaries_and_documents(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool text;
    } rows[] = {
        {"", 0, false},
        {"[ 1.000000] x\n", 14, true},
        {"a\0b\n", 4, true},
        {"\xef\xbb\xbfx\n", 5, true},
        {"\xd0\xb0\xd0\xbf\xd1\x80 28\n", 10, true},
        {"\x1f\x8b\x08\0", 4, false},
        {"\x7f"
         "ELF\2\1\1\0\0\0",
         10, false},
        {"LPKSHHRH\0\0", 10, false},
        {"\1\2\3\4\5\6\7\xff\xfe\xfd", 10, false},
        {"{\"a\": 1}", 8, false},
        {"[{\"pid\":1}]", 11, false},
        {"[\n  ]", 5, false},
        {"{\"log\":\"x\\n\",\"stream\":\"stderr\"}\n", 32, true},
        {"{\n   \"dmesg\": [\n", 16, true},
        {"{\"snapshot\":{\"meta\":{}}}", 24, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (log_bytes_look_like_text((const uint8_t *)rows[i].bytes, rows[i].len) != rows[i].text)
            fail_msg("row %zu: %s", i, rows[i].bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_with_a_hostile_name),
        cmocka_unit_test(a_kill_line_alone_is_an_event),
        cmocka_unit_test(what_only_sounds_like_a_kill_is_none),
        cmocka_unit_test(headers_may_be_lost_and_tails_too),
        cmocka_unit_test(a_group_is_killed_for_one_report),
        cmocka_unit_test(old_wording_and_large_pages),
        cmocka_unit_test(a_new_boot_ends_what_is_open),
        cmocka_unit_test(a_fatal_block_is_one_event),
        cmocka_unit_test(next_says_version_and_bad_options),
        cmocka_unit_test(pm2_in_three_wordings),
        cmocka_unit_test(the_result_does_not_depend_on_chunks),
        cmocka_unit_test(every_truncation_is_survived),
        cmocka_unit_test(long_lines_nul_and_broken_utf8_do_no_harm),
        cmocka_unit_test(random_lines_of_needles_do_no_harm),
        cmocka_unit_test(the_sinks_failure_ends_the_parse),
        cmocka_unit_test(text_is_told_from_binaries_and_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
