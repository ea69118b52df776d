/* Strings as JavaScript sees them: lengths, order, JSON. */
#include "analyzer/utf16.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define GRIN "\xF0\x9F\x98\x80" /* U+1F600: d83d de00 */
#define HIGH "\xED\xA0\xBD"     /* d83d alone */
#define LOW "\xED\xB8\x80"      /* de00 alone */
#define PRIVATE "\xEE\x80\x80"  /* U+E000 */
#define LAST "\xEF\xBF\xBF"     /* U+FFFF */

static struct str str(const char *text)
{
    return (struct str){text, strlen(text)};
}

static void test_length(void **state)
{
    (void)state;
    assert_int_equal(utf16_length(str("")), 0);
    assert_int_equal(utf16_length(str("abc")), 3);
    assert_int_equal(utf16_length(str("Gr\xC3\xBC\xC3\x9F" PRIVATE)), 5);
    assert_int_equal(utf16_length(str(GRIN)), 2);
    assert_int_equal(utf16_length(str(HIGH "x")), 2);
}

/* Each is before all that follow it. */
static void test_order(void **state)
{
    (void)state;
    static const char *const sorted[] = {
        "",           "a",  "ab",     "a\xC3\xBC",  "b",
        "\xC3\xBC",   HIGH, HIGH "x", GRIN,         GRIN "a",
        HIGH PRIVATE, LOW,  PRIVATE,  PRIVATE GRIN, PRIVATE PRIVATE,
        LAST,
    };
    for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
        for (size_t j = 0; j < ARRAY_LEN(sorted); j++) {
            int order = utf16_compare(str(sorted[i]), str(sorted[j]));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
    assert_int_equal(utf16_compare(str(GRIN "x"), str(HIGH LOW "x")), 0);
}

static void assert_json(struct str s, const char *want)
{
    struct buf b = {0};
    utf16_put_json(&b, s);
    assert_string_equal(buf_str(&b), want);
    buf_release(&b);
}

static void test_json(void **state)
{
    (void)state;
    assert_json(str(""), "\"\"");
    assert_json(str("a\"b\\c/\b\f\n\r\t\x01\x1f\x7f"),
                "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
    assert_json((struct str){"a\0b", 3}, "\"a\\u0000b\"");
    assert_json(str(GRIN "\xE2\x80\xA8"), "\"" GRIN "\xE2\x80\xA8\"");
    assert_json(str(HIGH "x" LOW), "\"\\ud83dx\\ude00\"");
    assert_json(str(LOW HIGH), "\"\\ude00\\ud83d\"");
    assert_json(str(HIGH LOW), "\"" GRIN "\""); /* two halves that met */
    assert_json(str("\xFFz"), "\"\xEF\xBF\xBDz\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests_name("utf16", tests, NULL, NULL);
}
