/* parsers/json_strings: the same strings whatever the chunks, escapes and surrogates, wrong bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "parsers/json_strings.h"

struct scan {
    struct buf text; /* each string, a '|' behind it */
    enum strings_result result;
    size_t used;
    bool inside;
    const char *bad;
    size_t refuse_at; /* pieces until the sink refuses, 0: never */
    size_t pieces;
};

static bool on_piece(void *ctx, const char *bytes, size_t len, bool last, struct err *err)
{
    struct scan *s = ctx;
    if (++s->pieces == s->refuse_at)
        return err_set(err, ERR_RESOURCE, 0, "refused");
    buf_append(&s->text, bytes, len);
    if (last)
        buf_putc(&s->text, '|');
    return true;
}

static void scan(struct scan *s, const char *text, size_t len, size_t chunk, size_t refuse_at)
{
    struct err err = {0};
    *s = (struct scan){.result = STRINGS_MORE, .refuse_at = refuse_at};
    struct json_strings js = {.piece = on_piece, .ctx = s};
    while (s->used < len && s->result == STRINGS_MORE) {
        size_t piece = min_u64(chunk, len - s->used);
        uint8_t *copy = malloc(piece);
        assert_non_null(copy);
        memcpy(copy, text + s->used, piece);
        const uint8_t *pos = copy;
        s->result = json_strings_scan(&js, &pos, copy + piece, &err);
        s->used += (size_t)(pos - copy);
        free(copy);
    }
    s->bad = js.bad;
    s->inside = json_strings_inside(&js);
    assert_int_equal(err.code, s->result == STRINGS_SINK ? ERR_RESOURCE : ERR_NONE);
}

static void expect_strings(const char *text, const char *expected, size_t expected_len)
{
    struct scan s;
    size_t len = strlen(text);
    for (size_t chunk = 1; chunk <= len; chunk++) {
        scan(&s, text, len, chunk, 0);
        assert_int_equal(s.result, STRINGS_END);
        assert_int_equal(s.used, strrchr(text, ']') - text + 1);
        assert_int_equal(s.text.len, expected_len);
        assert_memory_equal(buf_str(&s.text), expected, expected_len);
        buf_release(&s.text);
    }
}

#define EXPECT(text, expected) expect_strings(text, expected, sizeof(expected) - 1)

static void test_shapes(void **state)
{
    (void)state;
    EXPECT("]", "");
    EXPECT("\r\n\t ]", "");
    EXPECT("\"\"]", "|");
    EXPECT("\"a\",\"\",\"bc\"]}", "a||bc|");
    EXPECT(" \"a\" ,\n\"b\"\n]  \n}", "a|b|");
    EXPECT("\"a,]\",\"[b\"]", "a,]|[b|");
}

static void test_escapes(void **state)
{
    (void)state;
    EXPECT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t|");
    EXPECT("\"x\\u0041y\\u00e9\\u00E9\\u20aCz\"]", "xAy\xC3\xA9\xC3\xA9\xE2\x82\xACz|");
    EXPECT("\"\\u0000\\u001f\\u007f\\u0080\\u07ff\\u0800\\uffff\"]",
           "\0\x1f\x7f\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF|");
    EXPECT("\"caf\xC3\xA9 \xF0\x9F\x98\x80 \x7f\"]", "caf\xC3\xA9 \xF0\x9F\x98\x80 \x7f|");
    EXPECT("\"\xff\x80\xC3\"]", "\xff\x80\xC3|");
}

static void test_surrogates(void **state)
{
    (void)state;
    EXPECT("\"\\ud83d\\ude00\"]", "\xF0\x9F\x98\x80|");
    EXPECT("\"\\uD800\\uDC00\\uDBFF\\uDFFF\"]", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF|");
    /* lone ones stay, as three bytes */
    EXPECT("\"\\ud83d\"]", "\xED\xA0\xBD|");
    EXPECT("\"\\ude00\"]", "\xED\xB8\x80|");
    EXPECT("\"\\ud83dx\"]", "\xED\xA0\xBDx|");
    EXPECT("\"\\ud83d\\n\"]", "\xED\xA0\xBD\n|");
    EXPECT("\"\\ud83d\\u0041\"]", "\xED\xA0\xBD"
                                  "A|");
    EXPECT("\"\\ud83d\\ud83d\\ude00\"]", "\xED\xA0\xBD\xF0\x9F\x98\x80|");
    EXPECT("\"\\ude00\\ud83d\"]", "\xED\xB8\x80\xED\xA0\xBD|");
    EXPECT("\"\\ud83d\",\"\\ude00\"]", "\xED\xA0\xBD|\xED\xB8\x80|");
}

static void test_wrong_byte(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        const char *expected;
    } rows[] = {
        {",\"a\"]", 0, "a string"},
        {"\"a\",]", 4, "a string"},
        {"\"a\",,\"b\"]", 4, "a string"},
        {"\"a\" \"b\"]", 4, "a comma or the closing bracket"},
        {"\"a\"1]", 3, "a comma or the closing bracket"},
        {"1]", 0, "a string"},
        {"[\"a\"]", 0, "a string"},
        {"\"a\nb\"]", 2, "no control character inside a string"},
        {"\"\\ud83d\tb\"]", 7, "no control character inside a string"},
        {"\"a\\x\"]", 3, "an escape: one of \" \\ / b f n r t u"},
        {"\"a\\u12g4\"]", 6, "a hexadecimal digit of \\uXXXX"},
        {"\"a\\u\"]", 4, "a hexadecimal digit of \\uXXXX"},
        {"\"a\"}", 3, "a comma or the closing bracket"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct scan s;
        for (size_t chunk = 1; chunk <= strlen(rows[i].text); chunk++) {
            scan(&s, rows[i].text, strlen(rows[i].text), chunk, 0);
            assert_int_equal(s.result, STRINGS_BAD);
            assert_int_equal(s.used, rows[i].at);
            assert_string_equal(s.bad, rows[i].expected);
            buf_release(&s.text);
        }
    }
}

static const char sample[] = "\"ab\\u00e9\\ud83d\\ude00\\n\", \"\",\"\\ud83dx\",\"\\ud83d\"]";

static void test_every_cut(void **state)
{
    (void)state;
    struct scan whole, s;
    scan(&whole, sample, sizeof sample - 1, sizeof sample, 0);
    assert_int_equal(whole.result, STRINGS_END);
    for (size_t len = 0; len < sizeof sample - 1; len++) {
        for (size_t chunk = 1; chunk <= 31; chunk++) {
            scan(&s, sample, len, chunk, 0);
            assert_int_equal(s.result, STRINGS_MORE);
            assert_true(s.text.len <= whole.text.len);
            assert_memory_equal(buf_str(&s.text), buf_str(&whole.text), s.text.len);
            bool open = s.text.len && s.text.data[s.text.len - 1] != '|';
            assert_true(!open || s.inside);
            buf_release(&s.text);
        }
    }
    buf_release(&whole.text);
}

static void test_sink_refuses(void **state)
{
    (void)state;
    struct scan whole, s;
    scan(&whole, sample, sizeof sample - 1, 1, 0);
    for (size_t k = 1; k <= whole.pieces; k++) {
        scan(&s, sample, sizeof sample - 1, 1, k);
        assert_int_equal(s.result, STRINGS_SINK);
        assert_int_equal(s.pieces, k);
        buf_release(&s.text);
    }
    buf_release(&whole.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),     cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_surrogates), cmocka_unit_test(test_wrong_byte),
        cmocka_unit_test(test_every_cut),  cmocka_unit_test(test_sink_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
