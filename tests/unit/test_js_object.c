/* parsers/js_object: object literals of configuration files as people write them, and text that is
 * none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/js_object.h"
#include "tests/unit/setting_list.h"

static void check(const char *text, const char *expected)
{
    struct buf b = {0};
    struct err err;
    const struct setting_sink sink = setting_list_sink(&b);
    assert_true(
        js_object_read((struct span){text, strlen(text)}, "x.js", CONFIG_KIND_PM2, &sink, &err));
    assert_string_equal(buf_str(&b), expected);
    buf_release(&b);
}

static void test_values(void **state)
{
    (void)state;
    check("module.exports = {\n"
          "  a: 'x', \"b\": \"y\", c: `z`, // comment: 1\n"
          "  /* d: 2 */ e: 50 * 1024 * 1024,\n"
          "  f: 1_000, g: -1.5e3, h: (1 << 20) / 2, i: 0x10,\n"
          "  j: true, k: false, l: null, m: undefined,\n"
          "  n: [1, 'two', [3], { o: 4, },],\n"
          "  'p-q': 5,\n"
          "};\n",
          "a = x (text) @2\nb = y (text) @2\nc = z (text) @2\n"
          "e = 52428800 (number) @3\n"
          "f = 1000 (number) @4\ng = -1500 (number) @4\nh = 524288 (number) @4\n"
          "i = 16 (number) @4\n"
          "j = true (true) @5\nk = false (false) @5\nl = null (null) @5\nm = undefined (null) @5\n"
          "n[0] = 1 (number) @6\nn[1] = two (text) @6\nn[2][0] = 3 (number) @6\n"
          "n[3].o = 4 (number) @6\n"
          "p-q = 5 (number) @7\n");
}

static void test_what_is_not_evaluated(void **state)
{
    (void)state;
    check("module.exports = {\n"
          "  a: process.env.LIMIT || '1G',\n"
          "  b: `${x}M`,\n"
          "  c: require.resolve('./handler.js'),\n"
          "  d: isProd ? 1 : { e: 2 },\n"
          "  f(x) { return { g: 1 } },\n"
          "  h: async (x) => { return { i: 1 } }, j: function () { return 2 },\n"
          "  get k() { return 3 }, [computed]: 4, ...(x && { l: 5 }),\n"
          "  r: /[\"'{]/.test(x), 'm': 6 + y,\n"
          "  s: f({\n"
          "    t: 8 }),\n"
          "  z: 7\n"
          "}",
          "a = process.env.LIMIT || '1G' (other) @2\n"
          "b = `${x}M` (other) @3\n"
          "c = require.resolve('./handler.js') (other) @4\n"
          "d = isProd ? 1 : { e: 2 } (other) @5\n"
          "r = /[\"'{]/.test(x) (other) @9\n"
          "m = 6 + y (other) @9\n"
          "s.t = 8 (number) @11\n"
          "s = f({ (other) @10\n"
          "z = 7 (number) @12\n");
}

static void test_ways_to_export(void **state)
{
    (void)state;
    check("export default { a: 1 }", "a = 1 (number) @1\n");
    check("export default defineConfig({ a: 1 })", "a = 1 (number) @1\n");
    check("export default { a: 1 } satisfies NextConfig;", "a = 1 (number) @1\n");
    check("exports.default = { a: 1 }\nexports.b = 2",
          "a = 1 (number) @1\nb = 2 (number, assigned) @2\n");
    check("module.exports = () => ({ a: 1 })", "a = 1 (number) @1\n");
    check("module.exports = async (phase, { defaultConfig }) => {\n"
          "  if (phase === 'x') { return { a: 1 } }\n"
          "  return { b: 2 }\n"
          "}",
          "a = 1 (number) @2\nb = 2 (number) @3\n");
    check("module.exports = function (phase) { return { a: 1 } }", "a = 1 (number) @1\n");
    check("module.exports = { apps: Array.from({ length: 2 }, (_, i) => ({ a: 1 })) }",
          "apps[0].a = 1 (number) @1\n"
          "apps = Array.from({ length: 2 }, (_, i) => ({ a: 1 })) (other) @1\n");
    check("module.exports = withA({ x: 1 })(withB(config, { y: 2 }))",
          "x = 1 (number) @1\n = $config (same) @1\ny = 2 (number) @1\n");
}

static void test_variables(void **state)
{
    (void)state;
    check("const MB = 1024 * 1024\n"
          "const nextConfig: NextConfig = {\n"
          "  size: 50 * MB, images, ...base,\n"
          "}\n"
          "nextConfig.experimental.size = 1\n"
          "let other = { a: 'x' } as const\n"
          "export default nextConfig\n",
          "$MB = 1048576 (number) @1\n"
          "$nextConfig.size = 52428800 (number) @3\n"
          "$nextConfig.images = $images (same) @3\n"
          "$nextConfig = $base (same) @3\n"
          "$nextConfig.experimental.size = 1 (number, assigned) @5\n"
          "$other.a = x (text) @6\n"
          " = $nextConfig (same) @7\n");
    check("function config() { return { a: 1 } }\nmodule.exports = config()",
          "$config.a = 1 (number) @1\n");
    check("const { a } = require('x'), b = 2\nif (b == 3 || c => 4) { d: 5 }",
          "$b = 2 (number) @1\n");
}

static void test_lines(void **state)
{
    (void)state;
    check(
        "#!/usr/bin/env node\r\n'use strict'\r\nmodule.exports = {\r\n\r\n  a:\r\n    1,\r\n}\r\n",
        "a = 1 (number) @6\n");
}

static const char whole[] = "const M=1024*1024;module.exports={apps:[{name:'a\\'b',...x,e:{k:`t`,"
                            "r:/[/]x/,n:2*M},f(){return{a:1}}}],/*c*/\"d\":-1}//e";

/* Cut anywhere: nothing is read behind the end, and what is given is what the whole text gives. */
static void test_cut(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof whole; len++) {
        struct buf b = {0};
        struct err err;
        const struct setting_sink sink = setting_list_sink(&b);
        char *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, whole, len);
        char *exact = realloc(copy, len ? len : 1);
        assert_non_null(exact);
        assert_true(js_object_read((struct span){exact, len}, "x", CONFIG_KIND_PM2, &sink, &err));
        free(exact);
        buf_release(&b);
    }
}

static void test_hostile(void **state)
{
    (void)state;
    static const char *const openings[] = {"{",  "[",  "(",   "{a:",      "[{a:(",   "`${", "=>(",
                                           "f(", "-",  "a=",  "...",      "return{", "x?.", "/",
                                           "'",  "\\", "a=(", "a=(b)=>{", "f((x)=>"};
    for (size_t i = 0; i < ARRAY_LEN(openings); i++) {
        struct buf text = {0}, b = {0};
        struct err err;
        const struct setting_sink sink = setting_list_sink(&b);
        buf_puts(&text, "module.exports=");
        for (unsigned k = 0; k < 20000; k++)
            buf_puts(&text, openings[i]);
        buf_puts(&text, "1");
        assert_true(
            js_object_read((struct span){text.data, text.len}, "x", CONFIG_KIND_PM2, &sink, &err));
        buf_release(&text);
        buf_release(&b);
    }
    static const char nul[] = "module.exports={a:\0,b:'\0',\0c:1}";
    struct buf b = {0};
    struct err err;
    const struct setting_sink sink = setting_list_sink(&b);
    assert_true(
        js_object_read((struct span){nul, sizeof nul - 1}, "x", CONFIG_KIND_PM2, &sink, &err));
    buf_release(&b);
}

/* A path longer than any is passed over, and what follows it is not. */
static void test_long_path(void **state)
{
    (void)state;
    struct buf text = {0}, b = {0};
    struct err err;
    const struct setting_sink sink = setting_list_sink(&b);
    buf_puts(&text, "module.exports={");
    for (unsigned i = 0; i < CONFIG_PATH_MAX; i++)
        buf_puts(&text, "k");
    buf_puts(&text, ":{a:1},b:2}");
    assert_true(
        js_object_read((struct span){text.data, text.len}, "x", CONFIG_KIND_PM2, &sink, &err));
    assert_string_equal(buf_str(&b), "b = 2 (number) @1\n");
    buf_release(&text);
    buf_release(&b);
}

static void test_sink_refuses(void **state)
{
    (void)state;
    for (unsigned after = 1; after < 5; after++) {
        unsigned left = after;
        struct err err = {0};
        const struct setting_sink sink = setting_refusing_sink(&left);
        assert_false(js_object_read((struct span){whole, sizeof whole - 1}, "x", CONFIG_KIND_PM2,
                                    &sink, &err));
        assert_int_equal(err.code, ERR_RESOURCE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),         cmocka_unit_test(test_what_is_not_evaluated),
        cmocka_unit_test(test_ways_to_export), cmocka_unit_test(test_variables),
        cmocka_unit_test(test_lines),          cmocka_unit_test(test_cut),
        cmocka_unit_test(test_hostile),        cmocka_unit_test(test_long_path),
        cmocka_unit_test(test_sink_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
