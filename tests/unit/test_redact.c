/* report/redact: what of a heap may be shown without being asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/redact.h"

static void test_edges(void **state)
{
    (void)state;
    static const struct {
        const char *edge, *expected;
    } rows[] = {
        {".cache", ".cache"},
        {"pageCache (variable)", "pageCache (variable)"},
        {"[123456]", "[123456]"},
        {".#private", ".#private"},
        {".fooBar2", ".fooBar2"},
        {"./product/98765", "./product/#####"},
        {"./search?q=surname", "./search?q=#######"},
        {".jane@example.com", ".####@#######.com"},
        {".sk_live_4eC39HqLyjWDarjtT1zdp7dc", ".########"},
        {"./api/eyJhbGciOiJIUzI1NiIsInR5cCI6", "./api/########"},
        {"tel-5551234 (variable)", "tel-####### (variable)"},
        {"", ""},
    };
    struct buf b = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        buf_clear(&b);
        redact_edge(&b, rows[i].edge, false);
        assert_string_equal(buf_str(&b), rows[i].expected);
        buf_clear(&b);
        redact_edge(&b, rows[i].edge, true);
        assert_string_equal(buf_str(&b), rows[i].edge);
    }
    buf_release(&b);
}

static void test_nodes(void **state)
{
    (void)state;
    struct buf b = {0};
    redact_node(&b, "\"secret\"", false);
    assert_string_equal(buf_str(&b), "string of 6 bytes");
    buf_clear(&b);
    redact_node(&b, "\"", false);
    assert_string_equal(buf_str(&b), "string of 0 bytes");
    buf_clear(&b);
    redact_node(&b, "Map", false);
    assert_string_equal(buf_str(&b), "Map");
    buf_clear(&b);
    redact_node(&b, "\"secret\"", true);
    assert_string_equal(buf_str(&b), "\"secret\"");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_nodes),
    };
    return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
