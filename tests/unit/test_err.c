/* base/err: messages are cut at a whole character, are one line, and say what kind they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

static void test_set(void **state)
{
    (void)state;
    struct err err = {0};
    assert_false(err_set(&err, ERR_INPUT, 77, "%s: row %d", "file", 3));
    assert_int_equal(err.code, ERR_INPUT);
    assert_int_equal(err.offset, 77);
    assert_string_equal(err.msg, "file: row 3");
    assert_false(err_prefix(&err, "outer"));
    assert_string_equal(err.msg, "outer: file: row 3");
    assert_int_equal(err.code, ERR_INPUT);
    assert_int_equal(err.offset, 77);
}

static void test_one_line(void **state)
{
    (void)state;
    struct err err;
    err_set(&err, ERR_INPUT, 0, "a\nb\rc\x1b[31m\x7f\td");
    assert_string_equal(err.msg, "a?b?c?[31m??d");
    err_errno(&err, ENOENT, "line\nbreak");
    assert_string_equal(err.msg, "line?break: No such file or directory");
}

static void test_kinds(void **state)
{
    (void)state;
    static const int resources[] = {ENOSPC, ENOMEM, EDQUOT, EMFILE, ENFILE};
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(resources); i++) {
        assert_false(err_errno(&err, resources[i], "x"));
        assert_int_equal(err.code, ERR_RESOURCE);
    }
    assert_false(err_errno(&err, EACCES, "x"));
    assert_int_equal(err.code, ERR_INPUT);
    assert_false(err_nomem(&err, 123, "the table"));
    assert_int_equal(err.code, ERR_RESOURCE);
    assert_non_null(strstr(err.msg, "no 123 bytes for the table"));
}

/* Whole characters: the cut message is a prefix, ends where a character ends, and is not much
 * shorter. */
static void test_cut(void **state)
{
    (void)state;
    static const char *const characters[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    for (size_t i = 0; i < 8 * ARRAY_LEN(characters); i++) {
        const char *c = characters[i / 8];
        struct buf text = {0};
        struct err err;
        buf_append(&text, "1234567", i % 8);
        for (int k = 0; k < 600; k++)
            buf_puts(&text, c);
        err_set(&err, ERR_INPUT, 0, "%s", text.data);
        size_t len = strlen(err.msg);
        assert_in_range(len, sizeof err.msg - 1 - 2 * strlen(c), sizeof err.msg - 1);
        assert_memory_equal(err.msg, text.data, len);
        assert_int_equal((len - i % 8) % strlen(c), 0);
        err_prefix(&err, "prefix");
        len = strlen(err.msg);
        assert_memory_equal(err.msg, "prefix: ", 8);
        assert_memory_equal(err.msg + 8, text.data, len - 8);
        assert_int_equal((len - 8 - i % 8) % strlen(c), 0);
        buf_release(&text);
    }
}

static void test_cut_of_no_characters(void **state)
{
    (void)state;
    static const char bytes[] = {'\x80', '\xC3', '\xFF', '\xF0'};
    for (size_t i = 0; i < ARRAY_LEN(bytes); i++) {
        char text[1000];
        struct err err;
        memset(text, bytes[i], sizeof text - 1);
        text[sizeof text - 1] = '\0';
        err_set(&err, ERR_INPUT, 0, "%s", text);
        assert_true(strlen(err.msg) < sizeof err.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_cut_of_no_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
