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
        {"7 / part of key (secret @3) -> value (secret @5) pair in WeakMap (table @9) (internal)",
         "(entry of a WeakMap)"},
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

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *expected;
    } rows[] = {
        {"Map", "Map"},
        {"system / Context / /srv/app/page.js", "system / Context / /srv/app/page.js"},
        {"\"hello\"", "string of 5 bytes"},
        {"{}", "{}"},
        {"{html, url}", "{html, url}"},
        {"{serverComponentsHmrCache, \xE2\x80\xA6, z}",
         "{serverComponentsHmrCache, \xE2\x80\xA6, z}"},
        {"{/product/98765, \"sk_live_4eC39HqLyjWDarj\"}", "{/product/#####, \"########\"}"},
        {",{a, user-5551234}", ",{a, user-#######}"},
        {"<div id=\"secret\">", "<div>"},
        {"Detached <div id=\"secret\">", "Detached <div>"},
        {"Detached <div>", "Detached <div>"},
        {"Window / https://x.org/?token=abc", "Window / https://x.org/?token=###"},
        {"{", "{"},
        {"}{", "}{"},
        {"<", "<"},
        {"", ""},
    };
    struct buf b = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        buf_clear(&b);
        redact_name(&b, rows[i].name, false);
        assert_string_equal(buf_str(&b), rows[i].expected);
        buf_clear(&b);
        redact_name(&b, rows[i].name, true);
        assert_string_equal(buf_str(&b), rows[i].name);
    }
    buf_release(&b);
}

static void test_strings(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"hunter", "string of 6 bytes"},       {"", "string of 0 bytes"},
        {"/product/98765", "/product/#####"},  {"https://x.org/a", "https://x.org/a"},
        {"/ my secret", "string of 11 bytes"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        buf_clear(&b);
        redact_string(&b, rows[i].text, false);
        assert_string_equal(buf_str(&b), rows[i].expected);
        buf_clear(&b);
        redact_string(&b, rows[i].text, true);
        assert_string_equal(buf_str(&b), rows[i].text);
    }
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_strings),
    };
    return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
