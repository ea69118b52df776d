/* JSON as tokens: every kind of text, in any pieces, cut anywhere and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parsers/json_walk.h"

static bool write_down(void *ctx, enum json_token t, struct span text, unsigned depth,
                       struct err *err)
{
    static const char names[] = "ksnl{[}";
    struct buf *b = ctx;
    (void)err;
    buf_printf(b, "%c%u", names[t], depth);
    if (t < JSON_OPEN_OBJECT) {
        buf_putc(b, '<');
        buf_append(b, text.p, text.len);
        buf_putc(b, '>');
    }
    return true;
}

/* What comes of the text in pieces of `step` bytes, each a block of its own; 0: in one. */
static enum json_status walk(const char *text, size_t len, size_t step, struct buf *out)
{
    struct json_walk w = {.ctx = out, .token = write_down};
    struct err err = {0};
    enum json_status status = JSON_MORE;
    json_walk_reset(&w);
    for (size_t at = 0, used; at < len && status == JSON_MORE; at += used) {
        size_t n = step && step < len - at ? step : len - at;
        char *copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, text + at, n);
        status = json_walk_feed(&w, (struct span){copy, n}, &used, &err);
        assert_true(used <= n && (used == n || status != JSON_MORE));
        free(copy);
    }
    if (status == JSON_MORE)
        assert_true(json_walk_cut(&w, &err));
    json_walk_release(&w);
    return status;
}

static const struct {
    const char *text, *tokens;
    enum json_status status;
} rows[] = {
    {"{}", "{1}1", JSON_DONE},
    {" [ ] ", "[1}1", JSON_DONE},
    {"{\"a\":1,\"b\":[true,null,-2.5e3]}", "{1k1<a>n1<1>k1<b>[2l2<true>l2<null>n2<-2.5e3>}2}1",
     JSON_DONE},
    {"{\"a\" : \"x\\n\\\"\\\\\\/\\t\\u0041\\u00e9\\u25b2\"}",
     "{1k1<a>s1<x\n\"\\/\tA\xc3\xa9\xe2\x96\xb2>}1", JSON_DONE},
    {"[\"\\ud83d\\ude00 \\ud83d \\ude00 \\ud83d\"]",
     "[1s1<\xf0\x9f\x98\x80 \xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd>}1", JSON_DONE},
    {"[\"\xff\xfe raw\x01\"]", "[1s1<\xff\xfe raw\x01>}1", JSON_DONE},
    {"{\"a\":{\"b\":{}},\"c\":[[]]}", "{1k1<a>{2k2<b>{3}3}2k1<c>[2[3}3}2}1", JSON_DONE},
    {"[1,]", "[1n1<1>}1", JSON_DONE},
    {"{\"a\":\"cut h", "{1k1<a>s1<cut h>", JSON_MORE},
    {"{\"a\":12", "{1k1<a>n1<12>", JSON_MORE},
    {"{\"key that is cu", "{1", JSON_MORE},
    {"{\"a\":\"x\ny\"}", "{1k1<a>", JSON_BAD},
    {"{a:1}", "{1", JSON_BAD},
    {"{\"a\" 1}", "{1k1<a>", JSON_BAD},
    {"[1 2]", "[1n1<1>", JSON_BAD},
    {"[1}", "[1n1<1>", JSON_BAD},
    {"{\"a\":\"\\x\"}", "{1k1<a>", JSON_BAD},
    {"{\"a\":\"\\u00g0\"}", "{1k1<a>", JSON_BAD},
    {"text", "", JSON_BAD},
};

static void texts_are_the_same_tokens_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t step = 0; step <= strlen(rows[i].text); step++) {
            struct buf out = {0};
            assert_int_equal(walk(rows[i].text, strlen(rows[i].text), step, &out), rows[i].status);
            assert_string_equal(buf_str(&out), rows[i].tokens);
            buf_release(&out);
        }
    }
}

static void nothing_behind_a_document_is_read(void **state)
{
    struct buf out = {0};
    struct json_walk w = {.ctx = &out, .token = write_down};
    struct err err = {0};
    size_t used;
    (void)state;
    json_walk_reset(&w);
    assert_int_equal(json_walk_feed(&w, (struct span){"{} {}", 5}, &used, &err), JSON_DONE);
    assert_int_equal(used, 2);
    json_walk_release(&w);
    buf_release(&out);
}

static void depth_costs_nothing(void **state)
{
    struct buf text = {0}, out = {0};
    (void)state;
    for (int i = 0; i < 100000; i++)
        buf_putc(&text, '[');
    assert_int_equal(walk(buf_str(&text), text.len, 0, &out), JSON_MORE);
    for (int i = 0; i < 100000; i++)
        buf_putc(&text, ']');
    buf_clear(&out);
    assert_int_equal(walk(buf_str(&text), text.len, 0, &out), JSON_DONE);
    buf_release(&text);
    buf_release(&out);
}

static void a_long_value_is_cut_and_not_refused(void **state)
{
    struct buf text = {0}, out = {0};
    (void)state;
    buf_puts(&text, "[\"");
    for (int i = 0; i < 3 * JSON_TOKEN_KEEP; i++)
        buf_putc(&text, 'x');
    buf_puts(&text, "\",7]");
    assert_int_equal(walk(buf_str(&text), text.len, 1000, &out), JSON_DONE);
    assert_int_equal(out.len, strlen("[1s1<>n1<7>}1") + JSON_TOKEN_KEEP);
    buf_release(&text);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_the_same_tokens_in_any_pieces),
        cmocka_unit_test(nothing_behind_a_document_is_read),
        cmocka_unit_test(depth_costs_nothing),
        cmocka_unit_test(a_long_value_is_cut_and_not_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
