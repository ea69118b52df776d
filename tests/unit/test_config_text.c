/* Settings in the text of a next.config.js, as people write them. */
#include "analyzer/config_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static size_t read_text(const char *text, struct config_value *ret, size_t limit)
{
    return config_text_read((struct str){text, strlen(text)}, ret, limit);
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        enum config_value_kind kind;
        uint64_t number;
    } cases[] = {
        {"50,", CONFIG_NUMBER, 50},
        {"0 }", CONFIG_NUMBER, 0},
        {"50 * 1024 * 1024,", CONFIG_NUMBER, 52428800},
        {"50*1024**2\n}", CONFIG_NUMBER, 52428800},
        {"50 << 20,", CONFIG_NUMBER, 52428800},
        {"50_000_000,", CONFIG_NUMBER, 50000000},
        {"5e7,", CONFIG_NUMBER, 50000000},
        {"50 /* pages */ ,", CONFIG_NUMBER, 50},
        {"process.env.SIZE,", CONFIG_OTHER, 0},
        {"50 * mib,", CONFIG_OTHER, 0},
        {"0x100000,", CONFIG_NUMBER, 1048576},
        {"0.5 * 1024,", CONFIG_NUMBER, 512},
        {"0.5,", CONFIG_OTHER, 0},
        {"99999999999999999999999,", CONFIG_OTHER, 0},
        {"9999999999999999 * 9999999999999999,", CONFIG_OTHER, 0},
        {"'50',", CONFIG_OTHER, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct config_value v;
        char text[200];
        snprintf(text, sizeof text, "module.exports = { cacheMaxMemorySize: %s", cases[i].value);
        assert_int_equal(read_text(text, &v, 1), 1);
        if (v.kind != cases[i].kind)
            fail_msg("%s: kind %d", cases[i].value, v.kind);
        if (v.kind == CONFIG_NUMBER)
            assert_int_equal(v.number, cases[i].number);
        assert_false(v.assigned);
    }
}

static void test_places(void **state)
{
    (void)state;
    struct config_value v[8];
    size_t count = read_text("/** @type {import('next').NextConfig} */\n"
                             "const config = {\n"
                             "  // isrMemoryCacheSize: 1,\n"
                             "  /* cacheMaxMemorySize: 2, */\n"
                             "  note: 'cacheMaxMemorySize: 3',\n"
                             "  experimental: { workers: { a: {} }, isrMemoryCacheSize: 50 },\n"
                             "  \"cacheMaxMemorySize\": 4,\n"
                             "  images: { unoptimized: true, loader: 'custom' },\n"
                             "}\n"
                             "config.experimental.serverMinification = false\n"
                             "config.cacheHandler = require.resolve('./h.js')\n"
                             "if (config.cacheHandler == null) run(cacheHandler => 1)\n",
                             v, ARRAY_LEN(v));
    assert_int_equal(count, 6);
    assert_string_equal(v[0].key, "isrMemoryCacheSize");
    assert_int_equal(v[0].place, PLACE_EXPERIMENTAL);
    assert_int_equal(v[0].number, 50);
    assert_string_equal(v[1].key, "cacheMaxMemorySize");
    assert_int_equal(v[1].place, PLACE_TOP);
    assert_int_equal(v[1].number, 4);
    assert_string_equal(v[2].key, "unoptimized");
    assert_int_equal(v[2].place, PLACE_IMAGES);
    assert_int_equal(v[2].kind, CONFIG_TRUE);
    assert_string_equal(v[3].key, "loader");
    assert_string_equal(v[4].key, "serverMinification");
    assert_int_equal(v[4].place, PLACE_EXPERIMENTAL);
    assert_int_equal(v[4].kind, CONFIG_FALSE);
    assert_true(v[4].assigned);
    assert_string_equal(v[5].key, "cacheHandler");
    assert_int_equal(v[5].place, PLACE_TOP);
    assert_true(v[5].assigned);
}

/* Cut anywhere, and bytes of any kind: nothing is read beyond the end. */
static void test_cut(void **state)
{
    (void)state;
    static const char text[] = "module.exports={experimental:{isrMemoryCacheSize:50*1024**2},'a\\'"
                               "b':`x`,/*c*/images:{loader:\"x\"}}}}}//";
    for (size_t len = 0; len <= sizeof text - 1; len++) {
        struct config_value v[8];
        char *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, text, len);
        assert_in_range(config_text_read((struct str){copy, len}, v, 8), 0, 2);
        free(copy);
    }
    struct buf deep = {0};
    struct config_value v;
    buf_puts(&deep, "module.exports={cacheHandler:1,");
    for (unsigned i = 0; i < 100; i++)
        buf_puts(&deep, "a:{");
    buf_puts(&deep, "cacheMaxMemorySize:1");
    assert_int_equal(config_text_read((struct str){deep.data, deep.len}, &v, 1), 1);
    assert_string_equal(v.key, "cacheHandler");
    buf_release(&deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
