/* What the kernel says besides its OOM reports: notes, crashes, lost lines; and what is none. */
#include "tests/unit/log_fixture.h"

static struct event_list parse(const char *text)
{
    struct event_list l = {0};
    fixture_log("t.log", text, strlen(text), 0, event_list_sink(&l));
    return l;
}

struct note_row {
    const char *line;
    enum event_kind kind;
    const char *text; /* NULL: any */
    int64_t pid;      /* -1: not told */
    const char *comm;
    int64_t count;
};

static const struct note_row notes[] = {
    {"oom_reaper: reaped process 7 (a) b), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB",
     EVENT_OOM_REAPED, NULL, 7, "a) b", 0},
    {"oom_reaper: unable to reap pid:7 (next-server (v1)", EVENT_OOM_NOTE, "not-reaped", 7,
     "next-server (v1", 0},
    {"Kill process 8 (node) sharing same memory", EVENT_OOM_NOTE, "shares-memory", 8, "node", 0},
    {"Memory cgroup out of memory: OOM victim 9 (node) is already exiting. Skip killing the task",
     EVENT_OOM_NOTE, "already-exiting", 9, "node", 0},
    {"Out of memory and no killable processes...", EVENT_OOM_NOTE, "no-killable-process", -1, "",
     0},
    {"Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled",
     EVENT_OOM_NOTE, "panic", -1, "", 0},
    {"Kernel panic - not syncing: System is deadlocked on memory", EVENT_OOM_NOTE, "panic", -1, "",
     0},
    {"Huh VM_FAULT_OOM leaked out to the #PF handler. Retrying PF", EVENT_OOM_NOTE, "fault-leaked",
     -1, "", 0},
    {"INFO: task next-server (v1:2201 blocked for more than 120 seconds.", EVENT_HUNG_TASK, NULL,
     2201, "next-server (v1", 0},
    {"oom_kill_process: 8 callbacks suppressed", EVENT_LOG_GAP, "oom_kill_process", -1, "", 8},
    {"warn_alloc: 12 callbacks suppressed", EVENT_LOG_GAP, "warn_alloc", -1, "", 12},
    {"** 23 printk messages dropped **", EVENT_LOG_GAP, "printk", -1, "", 23},
    {"Missed 123 kernel messages", EVENT_LOG_GAP, "journald", -1, "", 123},
    {"imklog: 44 messages lost due to rate-limiting", EVENT_LOG_GAP, "rsyslog", -1, "", 44},
    {"imuxsock lost 45 messages from pid 456 due to rate-limiting", EVENT_LOG_GAP, "rsyslog", -1,
     "", 45},
    {"Suppressed 1234 messages from web.service", EVENT_LOG_GAP, "journald", -1, "", 1234},
    {"traps: node[16063] trap int3 ip:55d0c0 sp:7ffd error:0 in node[400000+a8000]",
     EVENT_PROCESS_CRASH, "trap int3", 16063, "node", 0},
    {"next-server (v1[123]: segfault at 0 ip 0000 sp 0000 error 4 in node[400000+1]",
     EVENT_PROCESS_CRASH, "segfault", 123, "next-server (v1", 0},
    {"traps: node[1] general protection fault ip:0 sp:0 error:0 in libc.so.6[1+2]",
     EVENT_PROCESS_CRASH, "general protection fault", 1, "node", 0},
    {"Process 17258 (node) of user 1000 dumped core.", EVENT_PROCESS_CRASH, "core dump", 17258,
     "node", 0},
    {"Process 17259 (node) of user 1000 terminated abnormally with signal 6/ABRT, processing...",
     EVENT_PROCESS_CRASH, "core dump", 17259, "node", 0},
};

static void notes_are_told_by_their_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
        const struct note_row *row = &notes[i];
        struct event_list l = parse(row->line);
        if (l.count != 1 || l.events[0].kind != row->kind)
            fail_msg("%s", row->line);
        const struct event *e = &l.events[0];
        if (row->text)
            assert_string_equal(e->text, row->text);
        assert_int_equal(e->pid.known ? e->pid.value : -1, row->pid);
        assert_string_equal(e->comm, row->comm);
        if (row->kind == EVENT_LOG_GAP)
            assert_int_equal(e->note->count.value, row->count);
        event_list_release(&l);
    }
}

static void what_sounds_like_a_note_is_none(void **state)
{
    static const char *const lines[] = {
        "net_ratelimit: 12 callbacks suppressed",
        "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009",
        "the printk messages dropped are gone",
        "Received 12 messages from web",
        "Suppressed nothing",
        "node[12] general knowledge",
        "a page allocation failure is what I fear",
        "INFO: task of the day",
        "OOM victim none",
        "Process foo dumped core.",
        "Adding 5 to 7"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct event_list l = parse(lines[i]);
        if (l.count)
            fail_msg("%s", lines[i]);
        event_list_release(&l);
    }
}

/* "terminated abnormally" and "dumped core" are one crash. */
static void systemd_tells_a_core_dump_twice(void **state)
{
    struct event_list l =
        parse("Process 5 (node) of user 0 terminated abnormally with signal 6/ABRT, processing...\n"
              "Process 5 (node) of user 0 dumped core.\n");
    (void)state;
    assert_int_equal(l.count, 1);
    assert_string_equal(l.events[0].note->signal, "SIGABRT");
    event_list_release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notes_are_told_by_their_words),
        cmocka_unit_test(what_sounds_like_a_note_is_none),
        cmocka_unit_test(systemd_tells_a_core_dump_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
