/* base/tasks: all run, whatever one of them says, on as many threads as are allowed, and the first
 * error is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

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
    for (size_t round = 0; round <= TASKS_MAX * 5; round++) {
        const size_t count = round / 5;
        struct err err = {0};
        tasks_set_threads(round % 5);
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

static atomic_int at_work, most_at_work;

static bool note_company(void *ctx, struct err *err)
{
    (void)err;
    int now = atomic_fetch_add(&at_work, 1) + 1, most = most_at_work;
    while (now > most && !atomic_compare_exchange_weak(&most_at_work, &most, now))
        ;
    *(pthread_t *)ctx = pthread_self();
    usleep(2000);
    atomic_fetch_sub(&at_work, 1);
    return true;
}

static void test_threads(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= TASKS_MAX + 1; threads++) {
        struct task tasks[TASKS_MAX];
        pthread_t ran_on[TASKS_MAX];
        struct err err = {0};
        for (size_t i = 0; i < TASKS_MAX; i++)
            tasks[i] = (struct task){note_company, &ran_on[i]};
        most_at_work = 0;
        tasks_set_threads(threads);
        assert_int_equal(tasks_threads(), threads < TASKS_MAX ? threads : TASKS_MAX);
        assert_true(tasks_run(tasks, TASKS_MAX, &err));
        assert_in_range(most_at_work, 1, threads);
        assert_true(pthread_equal(ran_on[0], pthread_self()));
        for (size_t i = 0; i < TASKS_MAX && threads == 1; i++)
            assert_true(pthread_equal(ran_on[i], pthread_self()));
    }
    tasks_set_threads(0);
    assert_in_range(tasks_threads(), 1, TASKS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_run),
        cmocka_unit_test(test_one_fails),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
