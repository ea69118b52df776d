/* cli/progress_bar: the line, at every width. The program's objects are in no library: the file
 * under test is included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/progress_bar.c"
#include "cli/terminal.c"

static const struct progress_state reading = {"reading app.heapsnapshot", 300000000, 1000000000,
                                              3000};

static void expect_line(const struct progress_state *s, size_t width, const char *expected)
{
    struct buf b = {0};
    progress_bar_format(&b, s, width, true);
    assert_string_equal(buf_str(&b), expected);
    buf_release(&b);
}

static void test_lines(void **state)
{
    (void)state;
    struct progress_state young = reading, pipe = reading, pass = {"finding dominators", 5, 7, 0};
    young.elapsed_ms = 100;
    pipe.total = 0;
    expect_line(&reading, 100,
                "reading app.heapsnapshot  [######--------------]  30 %  100.0 MB/s  0:07 left");
    expect_line(&reading, 60, "reading app.heapsnapshot   30 %  100.0 MB/s  0:07 left");
    expect_line(&reading, 40, "reading...   30 %  100.0 MB/s  0:07 left");
    expect_line(&young, 100, "reading app.heapsnapshot  [######--------------]  30 %");
    expect_line(&pipe, 100, "reading app.heapsnapshot  300.0 MB  100.0 MB/s");
    expect_line(&pass, 100, "finding dominators  [##############------]  71 %");
}

static void test_every_width(void **state)
{
    (void)state;
    struct progress_state wide = reading;
    wide.phase = "reading \xE6\xBC\xA2\xE5\xAD\x97\x1b[2J.heapsnapshot";
    for (size_t width = 0; width < 200; width++) {
        for (int ascii = 0; ascii < 2; ascii++) {
            struct buf b = {0};
            progress_bar_format(&b, &wide, width, ascii);
            assert_true(text_width(buf_str(&b), b.len) <= width);
            for (size_t i = 0; i < b.len; i++)
                assert_true((unsigned char)b.data[i] >= 0x20);
            buf_release(&b);
        }
    }
}

/* More done than there is, as when a file grows while it is read. */
static void test_overshoot(void **state)
{
    (void)state;
    struct progress_state s = {"reading f", 20, 10, 5000};
    expect_line(&s, 100, "reading f  [####################] 100 %  4 B/s  0:00 left");
}

static void test_silent_without_terminal(void **state)
{
    (void)state;
    struct progress_bar bar;
    progress_bar_init(&bar, -1, false, false);
    bar.started_ms = 0;
    progress_step(&bar.progress, "reading f", 1, 2);
    assert_false(bar.drawn);
    progress_bar_finish(&bar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_every_width),
        cmocka_unit_test(test_overshoot),
        cmocka_unit_test(test_silent_without_terminal),
    };
    return cmocka_run_group_tests_name("progress_bar", tests, NULL, NULL);
}
