/* base/buf: grows, stays terminated, and stops at the first failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"

static void test_append(void **state)
{
    (void)state;
    struct buf b = {0};
    assert_string_equal(buf_str(&b), "");
    buf_append(&b, NULL, 0);
    assert_string_equal(buf_str(&b), "");
    buf_puts(&b, "ab");
    buf_putc(&b, 'c');
    buf_printf(&b, "%d%%", 42);
    buf_append(&b, "\0x", 2);
    assert_int_equal(b.len, 8);
    assert_memory_equal(b.data, "abc42%\0x", 9);
    buf_clear(&b);
    assert_string_equal(buf_str(&b), "");
    buf_puts(&b, "again");
    assert_string_equal(buf_str(&b), "again");
    buf_release(&b);
    buf_release(&b);
    assert_string_equal(buf_str(&b), "");
}

static void test_growth(void **state)
{
    (void)state;
    struct buf by_char = {0}, by_format = {0};
    for (int i = 0; i < 100000; i++) {
        buf_putc(&by_char, (char)('a' + i % 26));
        assert_int_equal(by_char.data[by_char.len], 0);
        buf_printf(&by_format, "%c", 'a' + i % 26);
    }
    assert_int_equal(by_char.len, 100000);
    assert_string_equal(by_char.data, by_format.data);
    for (size_t len = 0; len < 300; len++) { /* every fill of the first allocation */
        struct buf b = {0};
        buf_append(&b, by_char.data, len);
        buf_printf(&b, "%s", "tail");
        assert_int_equal(b.len, len + 4);
        assert_string_equal(b.data + len, "tail");
        buf_release(&b);
    }
    buf_release(&by_char);
    buf_release(&by_format);
}

static void test_failure_stays(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_puts(&b, "kept");
    buf_append(&b, "", SIZE_MAX);
    assert_true(b.failed);
    buf_puts(&b, "lost");
    buf_printf(&b, "%d", 1);
    assert_string_equal(buf_str(&b), "kept");
    buf_append(&b, "", SIZE_MAX - 5);
    buf_clear(&b);
    assert_false(b.failed);
    buf_puts(&b, "new");
    assert_string_equal(buf_str(&b), "new");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_failure_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
