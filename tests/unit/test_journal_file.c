/* Binary journals: two that a report goes through, whole, cut and damaged, and what is said where
 * there is no libsystemd. They were made with systemd-journal-remote from the text in the tests.
 */
#include "tests/unit/log_fixture.h"

#include "analyzer/journal_inputs.h"
#include "tests/unit/temp_file.h"

#include <unistd.h>

#define FIRST "tests/data/journals/first.journal.zst"
#define SECOND "tests/data/journals/second.journal.zst"

#ifdef HAVE_LIBSYSTEMD
#define HAS_SYSTEMD true
#else
#define HAS_SYSTEMD false
#endif

struct journals {
    struct journal_inputs inputs;
    struct arena arena;
    struct event_list events;
};

static void add(struct journals *j, const char *path)
{
    struct input *in;
    struct err err = {0};
    assert_true(input_open(path, &in, &err));
    assert_true(journal_inputs_add(&j->inputs, &j->arena, in, path, j->inputs.count, NULL, &err));
    input_close(in);
}

static void read_journals(struct journals *j)
{
    struct event_sink sink = event_list_sink(&j->events);
    struct err err = {0};
    assert_true(journal_inputs_read(&j->inputs, &sink, NULL, &err));
}

static void release(struct journals *j)
{
    event_list_release(&j->events);
    journal_inputs_release(&j->inputs);
    arena_release(&j->arena);
}

static void a_report_may_go_through_two_journals(void **state)
{
    struct journals j = {0};
    (void)state;
    if (!HAS_SYSTEMD)
        skip();
    add(&j, SECOND);
    add(&j, FIRST);
    read_journals(&j);
    assert_int_equal(j.inputs.sources[0].problem.code, ERR_NONE);
    assert_int_equal(j.inputs.sources[1].problem.code, ERR_NONE);
    const struct event *kill = nth_of_kind(&j.events, EVENT_KERNEL_OOM, 0);
    assert_true(kill->oom->complete);
    assert_int_equal(kill->pid.value, 4711);
    assert_int_equal(kill->oom->swap_total_kib.value, 1024);
    assert_int_equal(kill->oom->free_pages.value, 1234);
    assert_int_equal(kill->oom->task_count, 1);
    assert_string_equal(kill->file, SECOND);
    assert_int_equal(kill->line, 4);
    assert_int_equal(kill->time.uptime_us.value, 2001200); /* the kernel's own stamp */
    assert_int_equal(kill->time.wall_us.value, INT64_C(1795440170000700));
    assert_int_equal(kill->boot, 0);
    const struct event *fatal = nth_of_kind(&j.events, EVENT_V8_FATAL, 0);
    assert_int_equal(fatal->pid.value, 815);
    assert_int_equal(fatal->boot, 1);
    assert_string_equal(fatal->boot_id, "5f1d6a0f7e2c4b0c9a3d2e1f00112233");
    release(&j);
}

static void without_libsystemd_the_conversion_is_told(void **state)
{
    struct journals j = {0};
    (void)state;
    if (HAS_SYSTEMD)
        skip();
    add(&j, FIRST);
    read_journals(&j);
    assert_int_equal(j.inputs.sources[0].problem.code, ERR_INPUT);
    assert_non_null(strstr(j.inputs.sources[0].problem.msg, "journalctl --file"));
    release(&j);
}

/* What is read of a journal of these bytes; where it cannot be opened it says so. */
static void survive(const char *bytes, size_t len)
{
    struct temp_file f;
    struct journals j = {0};
    temp_file_make(&f, bytes, len);
    add(&j, f.path);
    read_journals(&j);
    assert_true(j.events.count || j.inputs.sources[0].problem.code == ERR_INPUT);
    release(&j);
    temp_file_remove(&f);
}

static void unpack(const char *path, struct buf *ret)
{
    struct input *in;
    struct err err = {0};
    char block[65536];
    size_t len;
    assert_true(input_open(path, &in, &err));
    do {
        assert_true(input_read(in, block, sizeof block, &len, &err));
        buf_append(ret, block, len);
    } while (len);
    input_close(in);
}

static void cut_and_damaged_journals_are_survived(void **state)
{
    struct buf b = {0};
    (void)state;
    unpack(SECOND, &b);
    survive(b.data, b.len);
    for (size_t cut = 8; cut < 300; cut += 13)
        survive(b.data, cut);
    survive(b.data, b.len / 2);
    for (size_t at = 16; at < 272; at += 8) {
        char *copy = malloc(b.len);
        assert_non_null(copy);
        memcpy(copy, b.data, b.len);
        memset(copy + at, 0xff, 8);
        struct temp_file f;
        struct journals j = {0};
        temp_file_make(&f, copy, b.len);
        add(&j, f.path);
        read_journals(&j);
        release(&j);
        temp_file_remove(&f);
        free(copy);
    }
    buf_release(&b);
}

/* A copy that was not finished: entries lie far in front of its end. */
static void a_cut_journal_is_read_as_far_as_it_goes(void **state)
{
    struct journals j = {0};
    struct buf b = {0};
    struct temp_file f;
    (void)state;
    if (!HAS_SYSTEMD)
        skip();
    unpack(SECOND, &b);
    temp_file_make(&f, b.data, b.len - 4096); /* behind the last entry */
    add(&j, f.path);
    read_journals(&j);
    assert_int_equal(count_kind(&j.events, EVENT_KERNEL_OOM), 1);
    assert_int_equal(j.inputs.sources[0].problem.code, ERR_NONE);
    release(&j);
    temp_file_remove(&f);
    j = (struct journals){0};
    temp_file_make(&f, b.data, 4096);
    add(&j, f.path);
    read_journals(&j);
    assert_int_equal(j.inputs.sources[0].problem.code, ERR_INPUT);
    assert_non_null(strstr(j.inputs.sources[0].problem.msg, "7 of 7 entries"));
    release(&j);
    temp_file_remove(&f);
    buf_release(&b);
}

static void no_copy_is_left_behind(void **state)
{
    char dir[] = "/tmp/mortem-test-XXXXXX";
    struct journals j = {0};
    struct input *in;
    struct err err = {0};
    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_true(input_open(FIRST, &in, &err));
    assert_true(journal_inputs_add(&j.inputs, &j.arena, in, FIRST, 0, dir, &err));
    input_close(in);
    assert_int_equal(rmdir(dir), 0); /* it is empty while the journal is open */
    release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_may_go_through_two_journals),
        cmocka_unit_test(without_libsystemd_the_conversion_is_told),
        cmocka_unit_test(cut_and_damaged_journals_are_survived),
        cmocka_unit_test(a_cut_journal_is_read_as_far_as_it_goes),
        cmocka_unit_test(no_copy_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
