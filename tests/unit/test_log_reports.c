/* Kernel OOM reports in full: every version's words and fields, several at once, what is no kill.
 *
 * The base cases, hostile names and lost lines are test_log.c's.
 */
#include "tests/unit/log_fixture.h"

static struct event_list parse(const char *text)
{
    struct event_list l = {0};
    fixture_log("t.log", text, strlen(text), 0, event_list_sink(&l));
    return l;
}

static const struct event *kill_of(const struct event_list *l, int64_t pid)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->events[i].kind == EVENT_KERNEL_OOM && number_is(l->events[i].pid, pid))
            return &l->events[i];
    fail_msg("no kill of %" PRId64, pid);
    return NULL;
}

/* -- fields -- */

static const char mem_info[] =
    "node invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), nodemask=0-1, "
    "order=0, oom_score_adj=500\n"
    "node cpuset=web mems_allowed=0-1\n"
    "CPU: 1 PID: 7 Comm: node Not tainted 4.19.0-9-arm64 #1\n"
    "Mem-Info:\n"
    "active_anon:1413442 inactive_anon:1509191 isolated_anon:0\n"
    " active_file:29 inactive_file:186 isolated_file:0\n"
    " unevictable:2047 dirty:56 writeback:20\n"
    " slab_reclaimable:130091 slab_unreclaimable:89303\n"
    " mapped:1293 shmem:19540 pagetables:25704 bounce:0\n"
    " free:34629 free_pcp:5 free_cma:0\n"
    "Node 0 active_anon:5653768kB shmem:78160kB kernel_stack:10592kB pagetables:102816kB\n"
    "Node 1 active_anon:1kB kernel_stack:8kB pagetables:1kB\n"
    "Node 0 DMA free:13312kB boost:0kB min:64kB low:80kB high:96kB present:15984kB "
    "managed:15360kB mlocked:0kB\n"
    "lowmem_reserve[]: 0 3191 15659 15659 15659\n"
    "Node 1 Normal free:61900kB min:61948kB low:74860kB high:87772kB present:13107200kB "
    "managed:12769256kB\n"
    "Node 0 DMA: 2*16kB (U) 1*32kB (M) = 64kB\n"
    "Node 0 hugepages_total=4 hugepages_free=1 hugepages_surp=0 hugepages_size=2048kB\n"
    "Node 0 hugepages_total=1 hugepages_free=1 hugepages_surp=0 hugepages_size=1048576kB\n"
    "44659 total pagecache pages\n"
    "24863 pages in swap cache\n"
    "Swap cache stats: add 31260615, delete 31249273, find 295999950/297583545\n"
    "Free swap  = 84kB\n"
    "Total swap = 25165820kB\n"
    "4115400 pages RAM\n"
    "0 pages HighMem/MovableOnly\n"
    "97082 pages reserved\n"
    "Out of memory: Kill process 9 (java) score 651 or sacrifice child\n"
    "Killed process 9 (java) total-vm:100kB, anon-rss:50kB, file-rss:4kB, shmem-rss:0kB\n";

static void mem_info_is_read_by_its_words(void **state)
{
    struct event_list l = parse(mem_info);
    (void)state;
    assert_int_equal(l.count, 1);
    const struct oom_facts *f = l.events[0].oom;
    assert_int_equal(f->active_anon_pages.value, 1413442);
    assert_int_equal(f->inactive_anon_pages.value, 1509191);
    assert_int_equal(f->active_file_pages.value, 29);
    assert_int_equal(f->inactive_file_pages.value, 186);
    assert_int_equal(f->unevictable_pages.value, 2047);
    assert_int_equal(f->slab_reclaimable_pages.value, 130091);
    assert_int_equal(f->slab_unreclaimable_pages.value, 89303);
    assert_int_equal(f->mapped_pages.value, 1293);
    assert_int_equal(f->shmem_pages.value, 19540);
    assert_int_equal(f->pagetables_pages.value, 25704);
    assert_int_equal(f->free_pages.value, 34629);
    assert_int_equal(f->pagecache_pages.value, 44659);
    assert_int_equal(f->swap_cache_pages.value, 24863);
    assert_int_equal(f->ram_pages.value, 4115400);
    assert_int_equal(f->reserved_pages.value, 97082);
    assert_int_equal(f->swap_free_kib.value, 84);
    assert_int_equal(f->swap_total_kib.value, 25165820);
    assert_int_equal(f->kernel_stack_kib.value, 10600);
    assert_int_equal(f->hugepages_total_kib.value, 4 * 2048 + 1048576);
    assert_int_equal(f->hugepages_free_kib.value, 2048 + 1048576);
    assert_int_equal(f->page_kib, 16);
    event_list_release(&l);
}

static void zones_and_places_are_kept(void **state)
{
    struct event_list l = parse(mem_info);
    (void)state;
    const struct oom_facts *f = l.events[0].oom;
    assert_int_equal(f->zone_count, 2);
    assert_string_equal(f->zones[0].name, "DMA");
    assert_int_equal(f->zones[0].node.value, 0);
    assert_int_equal(f->zones[0].free_kib.value, 13312);
    assert_int_equal(f->zones[0].min_kib.value, 64);
    assert_int_equal(f->zones[0].low_kib.value, 80);
    assert_int_equal(f->zones[0].high_kib.value, 96);
    assert_int_equal(f->zones[0].managed_kib.value, 15360);
    assert_string_equal(f->zones[1].name, "Normal");
    assert_int_equal(f->zones[1].node.value, 1);
    assert_int_equal(f->zones[1].present_kib.value, 13107200);
    assert_string_equal(f->gfp_flags, "GFP_HIGHUSER_MOVABLE|__GFP_COMP");
    assert_string_equal(f->nodemask, "0-1");
    assert_string_equal(f->cpuset, "web");
    assert_string_equal(f->mems_allowed, "0-1");
    assert_int_equal(f->trigger_adj.value, 500);
    assert_int_equal(f->trigger_pid.value, 7);
    assert_string_equal(f->kernel, "4.19.0-9-arm64");
    event_list_release(&l);
}

/* One record with its line ends as rsyslog writes them. */
static void records_on_one_line_are_taken_apart(void **state)
{
    struct event_list l =
        parse("Jun 20 12:47:04 web kernel: node invoked oom-killer: gfp_mask=0x0, order=0\n"
              "Jun 20 12:47:04 web kernel: active_anon:11 inactive_anon:12 isolated_anon:0#012 "
              "active_file:13 inactive_file:14 isolated_file:0#012 slab_reclaimable:15 "
              "slab_unreclaimable:16#012 free:17 free_pcp:0\n"
              "Jun 20 12:47:04 web kernel: memory: usage 10kB, limit 10kB, failcnt 3\n"
              "Jun 20 12:47:04 web kernel: Memory cgroup stats for /a/b:#012anon 2048#012file "
              "4096#012kernel 1024#012sock 0#012shmem 3072\n"
              "Jun 20 12:47:04 web kernel: Memory cgroup out of memory: Killed process 5 (node) "
              "total-vm:1kB, anon-rss:1kB\n");
    (void)state;
    assert_int_equal(l.count, 1);
    const struct oom_facts *f = l.events[0].oom;
    assert_int_equal(f->inactive_anon_pages.value, 12);
    assert_int_equal(f->inactive_file_pages.value, 14);
    assert_int_equal(f->slab_unreclaimable_pages.value, 16);
    assert_int_equal(f->free_pages.value, 17);
    assert_int_equal(f->cgroup_anon_kib.value, 2);
    assert_int_equal(f->cgroup_file_kib.value, 4);
    assert_int_equal(f->cgroup_kernel_kib.value, 1);
    assert_int_equal(f->cgroup_shmem_kib.value, 3);
    assert_string_equal(f->oom_memcg, "/a/b");
    event_list_release(&l);
}

static void a_cgroups_memory_is_read_in_three_forms(void **state)
{
    struct event_list v1 =
        parse("x invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0\n"
              "Task in /docker/a killed as a result of limit of /docker\n"
              "memory: usage 20480kB, limit 20480kB, failcnt 1204\n"
              "memory+swap: usage 20480kB, limit 9007199254740988kB, failcnt 0\n"
              "kmem: usage 300kB, limit 9007199254740988kB, failcnt 0\n"
              "Memory cgroup stats for /docker: cache:1KB rss:2KB rss_huge:0KB swap:0KB\n"
              "Memory cgroup stats for /docker/a: cache:10KB rss:20KB rss_huge:0KB swap:5KB\n"
              "Memory cgroup out of memory: Kill process 5 (x) score 9 or sacrifice child\n"
              "Killed process 5 (x) total-vm:1kB, anon-rss:1kB, file-rss:1kB\n");
    struct event_list late =
        parse("x invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0\n"
              "memory: usage 20480kB, limit 20480kB, failcnt 1204\n"
              "swap: usage 7kB, limit 0kB, failcnt 0\n"
              "Memory cgroup stats for /a:\n"
              "cache 1024\nrss 2048\nhierarchical_memory_limit 153600000\ntotal_cache 10240\n"
              "total_rss 20480\ntotal_swap 1024\n"
              "Memory cgroup out of memory: Killed process 5 (x) total-vm:1kB, anon-rss:1kB\n");
    (void)state;
    const struct oom_facts *f = v1.events[0].oom;
    assert_int_equal(f->kind, OOM_MEMCG);
    assert_string_equal(f->task_memcg, "/docker/a");
    assert_string_equal(f->oom_memcg, "/docker");
    assert_int_equal(f->cgroup_file_kib.value, 11);
    assert_int_equal(f->cgroup_anon_kib.value, 22);
    assert_int_equal(f->cgroup_swap_kib.value, 5);
    assert_int_equal(f->cgroup_kernel_kib.value, 300);
    assert_true(kib_is_unlimited(f->memsw_limit_kib));
    assert_true(number_is(f->cgroup_version, 1));
    f = late.events[0].oom;
    assert_true(number_is(f->cgroup_version, 2));
    assert_true(number_is(f->swap_limit_kib, 0));
    assert_int_equal(f->swap_usage_kib.value, 7);
    assert_int_equal(f->cgroup_file_kib.value, 10);
    assert_int_equal(f->cgroup_anon_kib.value, 20);
    assert_int_equal(f->cgroup_swap_kib.value, 1);
    event_list_release(&v1);
    event_list_release(&late);
}

static void a_constraint_names_places_and_owner(void **state)
{
    struct event_list l = parse(
        "oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=0,2,cpuset=/a,b,mems_allowed=0-1,3,"
        "global_oom,task_memcg=/system.slice/shop.service,task=x,pid=1,y,pid=44,uid=33\n"
        "oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=0,cpuset=/,mems_allowed=0,"
        "global_oom,task_memcg=/,task=z,pid=45,uid=0\n"
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=c,mems_allowed=0-1,"
        "oom_memcg=/kubepods/podd11ab7b0-d6db-4a24-a7de-4a2faf1e6980,"
        "task_memcg=/kubepods/podd11ab7b0-d6db-4a24-a7de-4a2faf1e6980/c,task=w,pid=46,uid=0\n");
    (void)state;
    assert_int_equal(l.count, 3);
    const struct event *e = kill_of(&l, 44);
    assert_string_equal(e->comm, "x,pid=1,y");
    assert_int_equal(e->oom->kind, OOM_CPUSET);
    assert_int_equal(e->oom->uid.value, 33);
    assert_string_equal(e->oom->nodemask, "0,2");
    assert_string_equal(e->oom->cpuset, "/a,b");
    assert_string_equal(e->oom->mems_allowed, "0-1,3");
    assert_string_equal(e->oom->identity.unit, "shop.service");
    assert_int_equal(kill_of(&l, 45)->oom->kind, OOM_MEMPOLICY);
    e = kill_of(&l, 46);
    assert_string_equal(e->oom->mems_allowed, "0-1");
    assert_string_equal(e->oom->identity.pod_uid, "d11ab7b0-d6db-4a24-a7de-4a2faf1e6980");
    event_list_release(&l);
}

/* -- old words -- */

static void the_words_of_2_6(void **state)
{
    struct event_list l = parse(
        "Jan  1 10:00:00 db kernel: httpd invoked oom-killer: gfp_mask=0x201d2, order=0, "
        "oomkilladj=-5\n"
        "Jan  1 10:00:00 db kernel: Mem-info:\n"
        "Jan  1 10:00:00 db kernel: DMA free:11244kB min:32kB low:40kB high:48kB active:0kB "
        "present:10884kB all_unreclaimable? yes\n"
        "Jan  1 10:00:00 db kernel: Normal free:1000kB min:2000kB low:3000kB high:4000kB\n"
        "Jan  1 10:00:00 db kernel: Free swap  = 0kB\n"
        "Jan  1 10:00:00 db kernel: Total swap = 1048568kB\n"
        "Jan  1 10:00:00 db kernel: 262144 pages of RAM\n"
        "Jan  1 10:00:00 db kernel: 5327 reserved pages\n"
        "Jan  1 10:00:00 db kernel: Out of memory: Killed process 2812, UID 500, (java).\n"
        "Jan  1 10:00:09 db kernel: oom-killer: gfp_mask=0xd2, order=1\n"
        "Jan  1 10:00:09 db kernel: No available memory in cpuset: kill process 70 (php) score 12 "
        "or a child\n"
        "Jan  1 10:00:09 db kernel: Killed process 71 (php)\n"
        "Jan  1 10:00:10 db kernel: Out of memory: Killed process 80 (a(b).\n"
        "Jan  1 10:00:11 db kernel: Killed process 90 (x) vsz:9kB, anon-rss:5kB, file-rss:1kB\n");
    (void)state;
    assert_int_equal(count_kind(&l, EVENT_KERNEL_OOM), 4);
    const struct event *e = kill_of(&l, 2812);
    assert_string_equal(e->comm, "java");
    assert_int_equal(e->oom->uid.value, 500);
    assert_int_equal(e->oom->kind, OOM_GLOBAL);
    assert_int_equal(e->oom->trigger_adj.value, -5);
    assert_int_equal(e->oom->ram_pages.value, 262144);
    assert_int_equal(e->oom->reserved_pages.value, 5327);
    assert_int_equal(e->oom->zone_count, 2);
    assert_false(e->oom->zones[1].node.known);
    assert_int_equal(e->oom->zones[1].min_kib.value, 2000);
    assert_int_equal(e->oom->swap_total_kib.value, 1048568);
    assert_true(e->oom->complete);
    e = kill_of(&l, 71);
    assert_int_equal(e->oom->kind, OOM_CPUSET);
    assert_int_equal(e->oom->score.value, 12);
    assert_int_equal(e->oom->order.value, 1);
    assert_true(e->oom->complete);
    assert_string_equal(kill_of(&l, 80)->comm, "a(b");
    assert_int_equal(kill_of(&l, 90)->oom->total_vm_kib.value, 9);
    event_list_release(&l);
}

static void both_verdicts_of_5_0_are_one_kill(void **state)
{
    struct event_list l =
        parse("a invoked oom-killer: gfp_mask=0x0(GFP_X), order=0, oom_score_adj=0\n"
              "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,"
              "global_oom,task_memcg=/,task=a,pid=5,uid=0\n"
              "Out of memory: Kill process 5 (a) score 9 or sacrifice child\n"
              "Killed process 5 (a) total-vm:1kB, anon-rss:1kB, file-rss:0kB, shmem-rss:0kB\n");
    (void)state;
    assert_int_equal(l.count, 1);
    assert_int_equal(l.events[0].oom->score.value, 9);
    assert_true(l.events[0].oom->complete);
    event_list_release(&l);
}

static void a_kill_by_hand_is_told_from_three_signs(void **state)
{
    static const char *const heads[] = {
        "k invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=-1, oom_score_adj=0\n",
        "SysRq : Manual OOM execution\nk invoked oom-killer: gfp_mask=0xd0, order=0\n",
        "k invoked oom-killer: gfp_mask=0xd0, order=0\nWorkqueue: events moom_callback\n"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        char text[512];
        snprintf(text, sizeof text, "%sOut of memory: Killed process 5 (a) total-vm:1kB\n",
                 heads[i]);
        struct event_list l = parse(text);
        assert_int_equal(l.count, 1);
        assert_true(l.events[0].oom->manual);
        event_list_release(&l);
    }
}

/* A pager's marks where it cut the line. */
static void a_kill_may_be_cut_anywhere(void **state)
{
    static const char *const lines[] = {
        "Out of memory: Killed process 5 (nod", "Out of memory: Killed process 5 (nod>",
        "Out of memory: Killed process 5 (nod...", "Out of memory: Killed process 5 (nod) total-v>",
        "Out of memory: Killed process 5 (nod) total-vm:12..."};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct event_list l = parse(lines[i]);
        assert_int_equal(l.count, 1);
        assert_int_equal(l.events[0].pid.value, 5);
        assert_string_equal(l.events[0].comm, "nod");
        event_list_release(&l);
    }
    struct event_list l = parse("a man: Killed process 5 (nod");
    assert_int_equal(l.count, 0);
    event_list_release(&l);
}

static void a_verdict_without_its_end_is_an_event(void **state)
{
    struct event_list l = parse("oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,"
                                "mems_allowed=0,oom_memcg=/x,task_memcg=/x/y>\n");
    (void)state;
    assert_int_equal(l.count, 1);
    assert_false(l.events[0].pid.known);
    assert_string_equal(l.events[0].oom->oom_memcg, "/x");
    event_list_release(&l);
}

/* -- several at once -- */

/* Two heads, then two verdicts: the memory and the table of each stay its own. */
static void two_reports_may_be_open_at_once(void **state)
{
    struct event_list l = parse(
        "web invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n"
        "CPU: 0 PID: 10 Comm: web Not tainted 5.4.0 #1\n"
        "memory: usage 100kB, limit 100kB, failcnt 1\n"
        "db invoked oom-killer: gfp_mask=0x140, order=3, oom_score_adj=0\n"
        "CPU: 1 PID: 20 Comm: db Not tainted 5.4.0 #1\n"
        "Mem-Info:\n"
        "active_anon:1 inactive_anon:2\n"
        "Free swap  = 5kB\nTotal swap = 6kB\n"
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
        "oom_memcg=/w,task_memcg=/w,task=web,pid=10,uid=0\n"
        "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,"
        "task_memcg=/d,task=db,pid=20,uid=0\n"
        "Memory cgroup out of memory: Killed process 10 (web) total-vm:1kB, anon-rss:1kB\n"
        "Out of memory: Killed process 20 (db) total-vm:2kB, anon-rss:2kB\n");
    (void)state;
    assert_int_equal(l.count, 2);
    const struct oom_facts *web = kill_of(&l, 10)->oom, *db = kill_of(&l, 20)->oom;
    assert_true(web->complete && db->complete);
    assert_string_equal(web->trigger, "web");
    assert_int_equal(web->trigger_pid.value, 10);
    assert_int_equal(web->limit_kib.value, 100);
    assert_false(web->swap_total_kib.known);
    assert_string_equal(web->oom_memcg, "/w");
    assert_string_equal(db->trigger, "db");
    assert_int_equal(db->trigger_pid.value, 20);
    assert_int_equal(db->order.value, 3);
    assert_int_equal(db->swap_total_kib.value, 6);
    assert_false(db->limit_kib.known);
    event_list_release(&l);
}

/* The kernel may say which task prints a line; nothing else tells these two apart. */
static void the_caller_decides_where_it_is_told(void **state)
{
    struct event_list l =
        parse("[    1.000001][   T10] node invoked oom-killer: gfp_mask=0x1, order=0\n"
              "[    1.000002][   T20] node invoked oom-killer: gfp_mask=0x2, order=0\n"
              "[    1.000003][   T10] memory: usage 10kB, limit 10kB, failcnt 1\n"
              "[    1.000004][   T20] memory: usage 20kB, limit 20kB, failcnt 1\n"
              "[    1.000005][   T20] Memory cgroup out of memory: Killed process 6 (node) "
              "total-vm:1kB, anon-rss:1kB\n"
              "[    1.000006][   T10] Memory cgroup out of memory: Killed process 5 (node) "
              "total-vm:1kB, anon-rss:1kB\n");
    (void)state;
    assert_int_equal(l.count, 2);
    assert_int_equal(kill_of(&l, 5)->oom->gfp.value, 1);
    assert_int_equal(kill_of(&l, 5)->oom->limit_kib.value, 10);
    assert_int_equal(kill_of(&l, 6)->oom->gfp.value, 2);
    assert_int_equal(kill_of(&l, 6)->oom->limit_kib.value, 20);
    event_list_release(&l);
}

/* A head whose tail is lost does not take the next kill without a head. */
static void an_old_head_takes_no_later_kill(void **state)
{
    struct event_list l =
        parse("lost invoked oom-killer: gfp_mask=0x1, order=0\n"
              "node invoked oom-killer: gfp_mask=0x2, order=0\n"
              "Memory cgroup out of memory: Killed process 5 (node) total-vm:1kB, anon-rss:1kB\n"
              "Memory cgroup out of memory: Killed process 6 (node) total-vm:1kB, anon-rss:1kB\n");
    (void)state;
    assert_int_equal(l.count, 3);
    assert_string_equal(kill_of(&l, 5)->oom->trigger, "node");
    assert_string_equal(kill_of(&l, 6)->oom->trigger, "");
    assert_false(kill_of(&l, 6)->oom->complete);
    assert_false(l.events[2].pid.known);
    assert_string_equal(l.events[2].oom->trigger, "lost");
    event_list_release(&l);
}

static void an_old_head_goes_stale(void **state)
{
    struct event_list l =
        parse("[  100.000000] lost invoked oom-killer: gfp_mask=0x1, order=0\n"
              "[ 9000.000000] Out of memory: Killed process 5 (node) total-vm:1kB, anon-rss:1kB\n");
    (void)state;
    assert_int_equal(l.count, 2);
    assert_false(kill_of(&l, 5)->oom->complete);
    event_list_release(&l);
}

/* -- what is no kill -- */

static void an_allocation_failure_is_no_kill(void **state)
{
    struct event_list l =
        parse("node: page allocation failure: order:4, mode:0xc0(GFP_X), nodemask=(null)\n"
              "CPU: 7 PID: 11 Comm: node Not tainted 5.4.0 #1\n"
              "Mem-Info:\nactive_anon:1 inactive_anon:2\nFree swap  = 1kB\nTotal swap = 2kB\n"
              "db invoked oom-killer: gfp_mask=0x140, order=3, oom_score_adj=0\n"
              "Mem-Info:\nactive_anon:7 inactive_anon:8\nFree swap  = 3kB\nTotal swap = 4kB\n"
              "Out of memory: Killed process 20 (db) total-vm:2kB, anon-rss:2kB\n"
              "swapper/0: page allocation failure. order:1, mode:0x20\n");
    (void)state;
    assert_int_equal(l.count, 3);
    const struct event *e = nth_of_kind(&l, EVENT_ALLOC_FAILURE, 0);
    assert_string_equal(e->comm, "node");
    assert_int_equal(e->note->order.value, 4);
    assert_int_equal(e->note->gfp.value, 0xc0);
    assert_int_equal(kill_of(&l, 20)->oom->active_anon_pages.value, 7);
    assert_int_equal(kill_of(&l, 20)->oom->swap_total_kib.value, 4);
    assert_string_equal(nth_of_kind(&l, EVENT_ALLOC_FAILURE, 1)->comm, "swapper/0");
    event_list_release(&l);
}

static void memory_shown_by_hand_is_no_event(void **state)
{
    struct event_list l = parse("SysRq : Show Memory\nMem-Info:\nactive_anon:1 inactive_anon:2\n"
                                "Total swap = 4kB\n4115400 pages RAM\n");
    (void)state;
    assert_int_equal(l.count, 0);
    event_list_release(&l);
}

static void nobody_to_kill_ends_the_report(void **state)
{
    struct event_list l = parse("a invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0\n"
                                "Out of memory and no killable processes...\n"
                                "Out of memory: Killed process 5 (b) total-vm:1kB, anon-rss:1kB\n");
    (void)state;
    assert_int_equal(l.count, 3);
    assert_int_equal(count_kind(&l, EVENT_OOM_NOTE), 1);
    assert_string_equal(nth_of_kind(&l, EVENT_KERNEL_OOM, 0)->oom->trigger, "a");
    assert_false(nth_of_kind(&l, EVENT_KERNEL_OOM, 0)->pid.known);
    assert_string_equal(kill_of(&l, 5)->oom->trigger, "");
    event_list_release(&l);
}

static void chunks_and_cuts_change_nothing(void **state)
{
    struct buf whole = {0}, pieces = {0};
    (void)state;
    fixture_log("f", mem_info, sizeof mem_info - 1, 0,
                (struct event_sink){&whole, fixture_write_down});
    for (size_t chunk = 1; chunk < 32; chunk++) {
        buf_clear(&pieces);
        fixture_log("f", mem_info, sizeof mem_info - 1, chunk,
                    (struct event_sink){&pieces, fixture_write_down});
        assert_string_equal(buf_str(&pieces), buf_str(&whole));
    }
    for (size_t cut = 0; cut < sizeof mem_info - 1; cut++) {
        buf_clear(&pieces);
        fixture_log("f", mem_info, cut, 0, (struct event_sink){&pieces, fixture_write_down});
        fixture_log("f", mem_info + cut, sizeof mem_info - 1 - cut, 0,
                    (struct event_sink){&pieces, fixture_write_down});
    }
    buf_release(&whole);
    buf_release(&pieces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mem_info_is_read_by_its_words),
        cmocka_unit_test(zones_and_places_are_kept),
        cmocka_unit_test(records_on_one_line_are_taken_apart),
        cmocka_unit_test(a_cgroups_memory_is_read_in_three_forms),
        cmocka_unit_test(a_constraint_names_places_and_owner),
        cmocka_unit_test(the_words_of_2_6),
        cmocka_unit_test(both_verdicts_of_5_0_are_one_kill),
        cmocka_unit_test(a_kill_by_hand_is_told_from_three_signs),
        cmocka_unit_test(a_kill_may_be_cut_anywhere),
        cmocka_unit_test(a_verdict_without_its_end_is_an_event),
        cmocka_unit_test(two_reports_may_be_open_at_once),
        cmocka_unit_test(the_caller_decides_where_it_is_told),
        cmocka_unit_test(an_old_head_takes_no_later_kill),
        cmocka_unit_test(an_old_head_goes_stale),
        cmocka_unit_test(an_allocation_failure_is_no_kill),
        cmocka_unit_test(memory_shown_by_hand_is_no_event),
        cmocka_unit_test(nobody_to_kill_ends_the_report),
        cmocka_unit_test(chunks_and_cuts_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
