/* parsers/numbers: the same numbers whatever the chunks, and the right byte when one is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "parsers/numbers.h"

struct scan {
    enum numbers_result result;
    size_t used; /* bytes */
    const char *bad;
    size_t count;
    uint64_t values[4096];
};

/* Scans `text` in chunks, each in an allocation of its own, with room for `room` values at a time.
 */
static void scan(struct scan *s, const char *text, size_t len, size_t chunk, size_t room)
{
    struct numbers n = {0};
    *s = (struct scan){.result = NUMBERS_MORE};
    while (s->used < len && s->result == NUMBERS_MORE) {
        size_t piece = min_u64(chunk, len - s->used);
        uint8_t *copy = malloc(piece);
        assert_non_null(copy);
        memcpy(copy, text + s->used, piece);
        const uint8_t *pos = copy;
        do {
            size_t had = 0;
            assert_true(s->count + room <= ARRAY_LEN(s->values));
            s->result = numbers_scan(&n, &pos, copy + piece, s->values + s->count, &had, room);
            assert_true(had <= room);
            s->count += had;
        } while (s->result == NUMBERS_FULL);
        s->used += (size_t)(pos - copy);
        free(copy);
    }
    s->bad = n.bad;
}

static void expect_values(const char *text, const uint64_t *values, size_t count, size_t used)
{
    static struct scan s;
    for (size_t chunk = 1; chunk <= 31 + 300; chunk += chunk < 31 ? 1 : 300) {
        for (size_t room = 1; room <= 7; room += 3) {
            scan(&s, text, strlen(text), chunk, room);
            assert_int_equal(s.result, NUMBERS_END);
            assert_int_equal(s.used, used);
            assert_int_equal(s.count, count);
            assert_memory_equal(s.values, values, count * sizeof *values);
        }
    }
}

static void test_shapes(void **state)
{
    (void)state;
    static const uint64_t three[] = {1, 23, 456};
    static const uint64_t large[] = {0, 9999999999999999999u, 1000000000000000000u, 5368709120u, 0};
    expect_values("]", NULL, 0, 1);
    expect_values(" \n\r\t]x", NULL, 0, 5);
    expect_values("1,23,456]", three, 3, 9);
    expect_values("1,23,456],[7,8]", three, 3, 9);
    expect_values("1,23\n,456\n]\n", three, 3, 11);
    expect_values("1\n,23\n,456]", three, 3, 11);
    expect_values(" 1 , 23 ,\r\n\t456 ]", three, 3, 17);
    expect_values("1,\n\n23,\n \n456]", three, 3, 14);
    expect_values("0,9999999999999999999,1000000000000000000,5368709120,0]", large, 5, 55);
    expect_values("0,\n9999999999999999999 ,\n1000000000000000000\n,\n5368709120,\n0 ]", large, 5,
                  62);
}

static void test_wrong_byte(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        const char *expected;
    } rows[] = {
        {"1,-2]", 2, "an unsigned whole number"},
        {"1,2.5]", 3, "a comma or the closing bracket"},
        {"1,2e5]", 3, "a comma or the closing bracket"},
        {"1,,2]", 2, "an unsigned whole number"},
        {",1]", 0, "an unsigned whole number"},
        {"1,]", 2, "an unsigned whole number"},
        {"1, ]", 3, "an unsigned whole number"},
        {"1 2]", 2, "a comma or the closing bracket"},
        {"1\n\n2]", 3, "a comma or the closing bracket"},
        {"1 x]", 2, "a comma or the closing bracket"},
        {"[1]", 0, "an unsigned whole number"},
        {"1,\"2\"]", 2, "an unsigned whole number"},
        {"null]", 0, "an unsigned whole number"},
        {"1,2}", 3, "a comma or the closing bracket"},
        {"12345678901234567890]", 19, "a number of at most 19 digits"},
        {"1,18446744073709551615,2]", 21, "a number of at most 19 digits"},
        {"1,00000000000000000001]", 21, "a number of at most 19 digits"},
    };
    static struct scan s;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t chunk = 1; chunk <= 64; chunk++) {
            struct buf text = {0};
            /* Behind it enough for the fast path, before it something that ran through that. */
            buf_puts(&text, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,");
            size_t before = text.len;
            buf_puts(&text, rows[i].text);
            buf_puts(&text, ",1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]");
            scan(&s, text.data, text.len, chunk, 8);
            assert_int_equal(s.result, NUMBERS_BAD);
            assert_string_equal(s.bad, rows[i].expected);
            assert_int_equal(s.used, before + rows[i].at);
            buf_release(&text);
        }
    }
}

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    return *x ^= *x << 17;
}

static void test_random_numbers(void **state)
{
    (void)state;
    static struct scan s;
    static uint64_t values[500];
    static const char *const separators[] = {",", ",", ",\n", ", ", " ,\r\n"};
    uint64_t x = 42;
    for (int round = 0; round < 200; round++) {
        struct buf text = {0};
        for (size_t i = 0; i < ARRAY_LEN(values); i++) {
            values[i] = next_random(&x) >> (1 + next_random(&x) % 63);
            buf_printf(&text, "%s%llu", i ? separators[next_random(&x) % 5] : "",
                       (unsigned long long)values[i]);
        }
        buf_puts(&text, "]");
        size_t len = text.len;
        buf_puts(&text, ",\"strings\"");
        scan(&s, text.data, text.len, 1 + next_random(&x) % 200, 1 + next_random(&x) % 600);
        assert_int_equal(s.result, NUMBERS_END);
        assert_int_equal(s.used, len);
        assert_int_equal(s.count, ARRAY_LEN(values));
        assert_memory_equal(s.values, values, sizeof values);
        buf_release(&text);
    }
}

static void test_a_cut_number_waits(void **state)
{
    (void)state;
    static const char text[] = "1,2,345";
    struct numbers n = {0};
    const uint8_t *pos = (const uint8_t *)text;
    uint64_t values[4];
    size_t count = 0;
    assert_int_equal(numbers_scan(&n, &pos, pos + 7, values, &count, 4), NUMBERS_MORE);
    assert_int_equal(count, 2);
    assert_int_equal(n.digits, 3);
    pos = (const uint8_t *)"6]";
    assert_int_equal(numbers_scan(&n, &pos, pos + 2, values, &count, 4), NUMBERS_END);
    assert_int_equal(count, 3);
    assert_int_equal(values[2], 3456);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_wrong_byte),
        cmocka_unit_test(test_random_numbers),
        cmocka_unit_test(test_a_cut_number_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
