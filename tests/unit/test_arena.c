/* base/arena: zeroed, aligned, apart from each other; arrays grow with their contents; failure
 * stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdalign.h>
#include <string.h>

#include "base/arena.h"

static void test_alloc(void **state)
{
    (void)state;
    struct arena a = {0};
    unsigned char *all[300];
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        size_t bytes = i < 200 ? i : i * 300;
        all[i] = arena_alloc(&a, bytes);
        assert_non_null(all[i]);
        assert_int_equal((uintptr_t)all[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k < bytes; k++)
            assert_int_equal(all[i][k], 0);
        memset(all[i], (int)(i % 255) + 1, bytes);
    }
    for (size_t i = 1; i < ARRAY_LEN(all); i++) {
        size_t bytes = i < 200 ? i : i * 300;
        assert_int_equal(all[i][0], i % 255 + 1);
        assert_int_equal(all[i][bytes - 1], i % 255 + 1);
    }
    assert_false(a.failed);
    arena_release(&a);
    arena_release(&a);
}

static void test_text(void **state)
{
    (void)state;
    struct arena a = {0};
    const char *s = arena_strdup(&a, "text");
    assert_string_equal(s, "text");
    assert_string_equal(arena_strndup(&a, "a\0b", 3), "a");
    assert_string_equal(arena_strndup(&a, "abc", 0), "");
    assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
    assert_string_equal(arena_printf(&a, "%s", ""), "");
    const char *long_one = arena_printf(&a, "%0200000d", 1);
    assert_int_equal(strlen(long_one), 200000);
    assert_string_equal(s, "text");
    arena_release(&a);
}

static void test_push(void **state)
{
    (void)state;
    struct arena a = {0};
    uint64_t *array = NULL;
    size_t count = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        uint64_t *e = arena_push(&a, (void **)&array, &count, sizeof *e);
        assert_non_null(e);
        assert_int_equal(*e, 0);
        *e = i * i;
        assert_int_equal(count, i + 1);
        assert_ptr_equal(e, array + i);
    }
    for (uint64_t i = 0; i < count; i++)
        assert_int_equal(array[i], i * i);
    arena_release(&a);
}

static void test_adopt(void **state)
{
    (void)state;
    struct arena a = {0}, b = {0}, empty = {0};
    const char *texts[6];
    texts[0] = arena_strdup(&b, "first of b");
    arena_adopt(&a, &b); /* into an empty one */
    assert_null(b.head);
    texts[1] = arena_strdup(&a, "a goes on");
    assert_non_null(arena_alloc(&a, 100000)); /* several blocks on both sides */
    texts[2] = arena_strdup(&b, "b anew");
    assert_non_null(arena_alloc(&b, 100000));
    texts[3] = arena_strdup(&b, "b goes on");
    arena_adopt(&a, &b);
    texts[4] = arena_strdup(&a, "after b");
    arena_adopt(&a, &empty);
    texts[5] = arena_strdup(&a, "after nothing");
    static const char *const want[] = {"first of b", "a goes on", "b anew",
                                       "b goes on",  "after b",   "after nothing"};
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        assert_string_equal(texts[i], want[i]);
    assert_false(a.failed);
    b.failed = true;
    arena_adopt(&a, &b);
    assert_true(a.failed);
    arena_release(&a);
}

static void test_failure_stays(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_true(a.failed);
    assert_string_equal(arena_strdup(&a, "later"), "later");
    assert_true(a.failed);
    assert_string_equal(arena_strndup(&a, "x", SIZE_MAX), "");
    arena_release(&a);
    assert_false(a.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc),         cmocka_unit_test(test_text),
        cmocka_unit_test(test_push),          cmocka_unit_test(test_adopt),
        cmocka_unit_test(test_failure_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
