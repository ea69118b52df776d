/* base/text: what reaches a terminal, how wide it is, how numbers read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/char_width.h"
#include "base/text.h"

static void expect_text(struct buf *b, const char *expected)
{
    assert_false(b->failed);
    assert_string_equal(buf_str(b), expected);
    buf_clear(b);
}

static void test_decode(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        uint32_t code;
        size_t used;
    } rows[] = {
        {"a", 'a', 1},
        {"\xC2\x80", 0x80, 2},
        {"\xE0\xA0\x80", 0x800, 3},
        {"\xED\x9F\xBF", 0xD7FF, 3},
        {"\xED\xA0\x80", 0xD800, 3},
        {"\xF0\x90\x80\x80", 0x10000, 4},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF, 4},
        {"\xF4\x90\x80\x80", TEXT_INVALID, 1},
        {"\xC0\x80", TEXT_INVALID, 1},
        {"\xE0\x9F\xBF", TEXT_INVALID, 1},
        {"\xF0\x8F\xBF\xBF", TEXT_INVALID, 1},
        {"\x80", TEXT_INVALID, 1},
        {"\xE4\xB8", TEXT_INVALID, 1},
        {"\xE4\xB8x", TEXT_INVALID, 1},
        {"\xFF", TEXT_INVALID, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint32_t code = 0;
        assert_int_equal(text_decode(rows[i].bytes, strlen(rows[i].bytes), &code), rows[i].used);
        assert_int_equal(code, rows[i].code);
    }
}

static void test_encode_is_inverse_of_decode(void **state)
{
    (void)state;
    struct buf b = {0};
    for (uint32_t code = 1; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 97) {
        uint32_t back = 0;
        buf_clear(&b);
        text_put_char(&b, code);
        assert_int_equal(text_decode(b.data, b.len, &back), b.len);
        assert_int_equal(back, code);
    }
    buf_release(&b);
}

static void test_safe(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected, *ascii;
    } rows[] = {
        {"plain \\ text", "plain \\ text", "plain \\ text"},
        {"\x1b[31m\n\r\t\x7f", "\\x1b[31m\\n\\r\\t\\x7f", "\\x1b[31m\\n\\r\\t\\x7f"},
        {"\xC2\x9B", "\\u009b", "\\u009b"},
        {"\xE2\x80\xAEx", "\\u202ex", "\\u202ex"},
        {"\xED\xA0\x80", "\\ud800", "\\ud800"},
        {"\xFF\xE4\xB8", "\\xff\\xe4\\xb8", "\\xff\\xe4\\xb8"},
        {"\xC3\xA9\xF0\x9F\x98\x80", "\xC3\xA9\xF0\x9F\x98\x80", "\\u00e9\\U0001f600"},
        {"\xF3\xA0\x81\x81", "\\U000e0041", "\\U000e0041"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        text_put_safe(&b, rows[i].text, strlen(rows[i].text), false);
        expect_text(&b, rows[i].expected);
        text_put_safe(&b, rows[i].text, strlen(rows[i].text), true);
        expect_text(&b, rows[i].ascii);
    }
    text_put_safe(&b, "a\0b", 3, false);
    expect_text(&b, "a\\x00b");
    buf_release(&b);
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(char_width('a'), 1);
    assert_int_equal(char_width(0xE9), 1);
    assert_int_equal(char_width(0x301), 0);
    assert_int_equal(char_width(0x4E2D), 2);
    assert_int_equal(char_width(0x1F600), 2);
    assert_int_equal(char_width(0x10FFFF), 1);
    assert_int_equal(text_width("a\xE4\xB8\xAD"
                                "e\xCC\x81",
                                7),
                     4);
}

static void test_cut(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t width;
        const char *expected;
        size_t taken;
    } rows[] = {
        {"abcdef", 6, "abcdef", 6},
        {"abcdefg", 6, "abcde\xE2\x80\xA6", 6},
        {"abc", 0, "", 0},
        {"abc", 1, "\xE2\x80\xA6", 1},
        {"\xE4\xB8\xAD\xE6\x96\x87\xE5\xAD\x97", 5, "\xE4\xB8\xAD\xE6\x96\x87\xE2\x80\xA6", 5},
        {"\xE4\xB8\xAD\xE6\x96\x87\xE5\xAD\x97", 4, "\xE4\xB8\xAD\xE2\x80\xA6", 3},
        {"ab\x1b"
         "cdef",
         6, "ab\xE2\x80\xA6", 3}, /* an escape is never split */
        {"", 3, "", 0},
    };
    struct buf b = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t taken = text_put_cut(&b, rows[i].text, strlen(rows[i].text), rows[i].width, false);
        assert_int_equal(taken, rows[i].taken);
        assert_int_equal(text_width(buf_str(&b), b.len), taken);
        expect_text(&b, rows[i].expected);
    }
    assert_int_equal(text_put_cut(&b, "abcdefg", 7, 6, true), 6);
    expect_text(&b, "abc...");
    buf_release(&b);
}

/* A million marks on one letter take one column and must not take a megabyte. */
static void test_cut_bounds_marks(void **state)
{
    (void)state;
    struct buf marks = {0}, b = {0};
    buf_putc(&marks, 'a');
    for (int i = 0; i < 100000; i++)
        text_put_char(&marks, 0x301);
    text_put_cut(&b, marks.data, marks.len, 20, false);
    assert_true(b.len < 1000);
    buf_release(&marks);
    buf_release(&b);
}

static void test_bytes(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *expected;
    } rows[] = {
        {0, "0 B"},
        {999, "999 B"},
        {1000, "1.0 kB"},
        {1049, "1.0 kB"},
        {1050, "1.1 kB"},
        {999949, "999.9 kB"},
        {999950, "1.0 MB"},
        {57912345, "57.9 MB"},
        {4294967296, "4.3 GB"},
        {UINT64_MAX, "18.4 EB"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        text_put_bytes(&b, rows[i].bytes);
        expect_text(&b, rows[i].expected);
    }
    buf_release(&b);
}

static void test_numbers(void **state)
{
    (void)state;
    struct buf b = {0};
    text_put_count(&b, 0);
    expect_text(&b, "0");
    text_put_count(&b, 999);
    expect_text(&b, "999");
    text_put_count(&b, 11400000);
    expect_text(&b, "11,400,000");
    text_put_count(&b, UINT64_MAX);
    expect_text(&b, "18,446,744,073,709,551,615");
    text_put_percent(&b, 541, 1000);
    expect_text(&b, "54.1 %");
    text_put_percent(&b, 1, 100000);
    expect_text(&b, "<0.1 %");
    text_put_percent(&b, 0, 10);
    expect_text(&b, "0.0 %");
    text_put_percent(&b, 1, 0);
    expect_text(&b, "-");
    text_put_duration(&b, 7);
    expect_text(&b, "0:07");
    text_put_duration(&b, 3723);
    expect_text(&b, "1:02:03");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode), cmocka_unit_test(test_encode_is_inverse_of_decode),
        cmocka_unit_test(test_safe),   cmocka_unit_test(test_width),
        cmocka_unit_test(test_cut),    cmocka_unit_test(test_cut_bounds_marks),
        cmocka_unit_test(test_bytes),  cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
