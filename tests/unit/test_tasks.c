/* base/tasks: all run, whatever one of them says, and the first error is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <string.h>

#include "base/tasks.h"

static atomic_int runs;

static bool succeed(void *ctx, struct err *err)
{
    (void)err;
    atomic_fetch_add(&runs, 1);
    ++*(int *)ctx;
    return true;
}

static bool fail_as_told(void *ctx, struct err *err)
{
    atomic_fetch_add(&runs, 1);
    return err_set(err, ERR_RESOURCE, 0, "task %d", *(int *)ctx);
}

static void test_all_run(void **state)
{
    (void)state;
    struct task tasks[TASKS_MAX];
    int counts[TASKS_MAX] = {0};
    for (size_t count = 0; count <= TASKS_MAX; count++) {
        struct err err = {0};
        runs = 0;
        memset(counts, 0, sizeof counts);
        for (size_t i = 0; i < count; i++)
            tasks[i] = (struct task){succeed, &counts[i]};
        assert_true(tasks_run(tasks, count, &err));
        assert_int_equal(err.code, ERR_NONE);
        assert_int_equal(runs, count);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(counts[i], 1);
    }
}

static void test_one_fails(void **state)
{
    (void)state;
    for (unsigned failing = 1; failing < 16; failing++) {
        struct task tasks[4];
        int numbers[4] = {0, 1, 2, 3};
        struct err err = {0};
        char expected[] = "task 0";
        runs = 0;
        for (int i = 0; i < 4; i++)
            tasks[i] = (struct task){failing >> i & 1 ? fail_as_told : succeed, &numbers[i]};
        assert_false(tasks_run(tasks, 4, &err));
        assert_int_equal(runs, 4);
        expected[5] = (char)('0' + __builtin_ctz(failing));
        assert_string_equal(err.msg, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_run),
        cmocka_unit_test(test_one_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
