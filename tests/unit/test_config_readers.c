/* The readers of JSON, YAML and lines, and how kinds of configuration files are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/config_json.h"
#include "parsers/config_kind.h"
#include "parsers/config_lines.h"
#include "parsers/config_yaml.h"
#include "tests/unit/setting_list.h"

typedef bool read_fn(struct span text, const struct setting_sink *sink, struct config_damage *ret,
                     struct err *err);

static bool read_json(struct span text, const struct setting_sink *sink, struct config_damage *ret,
                      struct err *err)
{
    return config_json_read(text, "x", CONFIG_KIND_PACKAGE, sink, ret, err);
}

static bool read_yaml(struct span text, const struct setting_sink *sink, struct config_damage *ret,
                      struct err *err)
{
    return config_yaml_read(text, "x", CONFIG_KIND_COMPOSE, sink, ret, err);
}

static bool read_docker(struct span text, const struct setting_sink *sink,
                        struct config_damage *ret, struct err *err)
{
    (void)ret;
    return dockerfile_read(text, "x", sink, err);
}

static bool read_unit(struct span text, const struct setting_sink *sink, struct config_damage *ret,
                      struct err *err)
{
    (void)ret;
    return systemd_unit_read(text, "x", sink, err);
}

static bool read_env(struct span text, const struct setting_sink *sink, struct config_damage *ret,
                     struct err *err)
{
    (void)ret;
    return env_file_read(text, "x", sink, err);
}

static uint64_t check(read_fn *read, const char *text, const char *expected)
{
    struct buf b = {0};
    struct err err;
    struct config_damage damage = {0};
    const struct setting_sink sink = setting_list_sink(&b);
    assert_true(read((struct span){text, strlen(text)}, &sink, &damage, &err));
    assert_string_equal(buf_str(&b), expected);
    buf_release(&b);
    return damage.line;
}

static void test_json(void **state)
{
    (void)state;
    assert_int_equal(check(read_json,
                           "{\n  \"a\": \"x\", \"b\": 1.5,\n  \"c\": [1,\n{\"d\": true}, null],\n"
                           "  \"e\": {\"f\": {}, \"g\": []}, \"h\": false\n}\n",
                           "a = x (text) @2\nb = 1.5 (number) @2\nc[0] = 1 (number) @3\n"
                           "c[1].d = true (true) @4\nc[2] = null (null) @4\n"
                           "h = false (false) @5\n"),
                     0);
    assert_int_equal(check(read_json, "{\"a\": 1,\n\"b\": }", "a = 1 (number) @1\n"), 2);
    assert_int_equal(check(read_json, "{\"a\": 1,\n", "a = 1 (number) @1\n"), 2);
}

static void test_yaml(void **state)
{
    (void)state;
    assert_int_equal(check(read_yaml,
                           "a: x\nb:\n  - 1\n  - c: yes\n    d: '2'\n  - [3, {e: ~}]\n"
                           "f: |\n  text\n? g\n: 1e9\n---\na: 2\n",
                           "a = x (text) @1\nb[0] = 1 (number) @3\nb[1].c = yes (true) @4\n"
                           "b[1].d = 2 (text) @5\nb[2][0] = 3 (number) @6\n"
                           "b[2][1].e = ~ (null) @6\nf = text\n (text) @7\n"
                           "g = 1000000000 (number) @10\n#1 a = 2 (number) @12\n"),
                     0);
    check(read_yaml, "x: &c\n  m: 1\ny:\n  <<: *c\n  n: *c\n  o: *missing\n",
          "x.m = 1 (number) @2\ny.<< = x (same) @4\ny.n = x (same) @5\n");
    assert_int_equal(check(read_yaml, "a: 1\n{{- if .b }}\nc: 2\n", "a = 1 (number) @1\n"), 3);
}

static void test_dockerfile(void **state)
{
    (void)state;
    check(read_docker,
          "# syntax=docker/dockerfile:1\nARG X=1\nFROM --platform=linux/amd64 node:20 AS build\n"
          "ENV A=1 B=\"two words\" \\\n  # between\n  C=3\nENV D four five\nRUN echo ENV E=6\n"
          "from node:20-alpine\nCMD [\"node\", \"--x=1\", \"a b\"]\nENTRYPOINT exec node \\\n y.js",
          "FROM = node:20 (text) @3\nENV.A = 1 (text) @4\nENV.B = two words (text) @4\n"
          "ENV.C = 3 (text) @4\nENV.D = four five (text) @7\n"
          "#1 FROM = node:20-alpine (text) @9\n#1 CMD = node --x=1 a b (text) @10\n"
          "#1 ENTRYPOINT = exec node  y.js (text) @11\n");
}

static void test_unit(void **state)
{
    (void)state;
    check(read_unit,
          "; comment\n[Unit]\nAfter=network.target\n[Service]\nMemoryMax = 1G\r\n"
          "Environment=\"A=one two\" 'B=3'\nExecStart=/usr/bin/node \\\n  --x y.js\n",
          "Unit.After = network.target (text) @3\nService.MemoryMax = 1G (text) @5\n"
          "Service.Environment.A = one two (text) @6\nService.Environment.B = 3 (text) @6\n"
          "Service.ExecStart = /usr/bin/node  --x y.js (text) @7\n");
}

/* An .env file holds secrets: nothing but three names is read. */
static void test_env(void **state)
{
    (void)state;
    check(read_env,
          "SECRET=hunter2\n# NODE_OPTIONS=no\nexport NODE_OPTIONS=\"--a --b\" # c\n"
          "MALLOC_ARENA_MAX=2 # d\nNODE_OPTIONS_X=3\nUV_THREADPOOL_SIZE='8'",
          "NODE_OPTIONS = --a --b (text) @3\nMALLOC_ARENA_MAX = 2 (text) @4\n"
          "UV_THREADPOOL_SIZE = 8 (text) @6\n");
}

static read_fn *const readers[] = {read_json, read_yaml, read_docker, read_unit, read_env};

static void feed(read_fn *read, const char *text, size_t len)
{
    struct buf b = {0};
    struct err err;
    struct config_damage damage = {0};
    const struct setting_sink sink = setting_list_sink(&b);
    char *exact = malloc(len ? len : 1);
    assert_non_null(exact);
    memcpy(exact, text, len);
    assert_true(read((struct span){exact, len}, &sink, &damage, &err));
    free(exact);
    buf_release(&b);
}

/* Each reader reads every beginning of every text, its own or not. */
static void test_cut(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"a\": [1, {\"b\": \"c\\u00e9\"}], \"d\": -1.5e3, \"e\": null}",
        "a: &x {b: [1, 'c']}\n<<: *x\n---\n- d\n- |\n  e\n",
        "FROM a\nENV A=\"b c\" D=e \\\n F=g\nCMD [\"h\", \"i\\\"j\"]\n",
        "[Service]\nEnvironment=\"A=b\" C=d\\\n e\nMemoryMax=1G\n",
        "export NODE_OPTIONS='a b' # c\nMALLOC_ARENA_MAX=2\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        for (size_t len = 0; len <= strlen(texts[i]); len++) {
            for (size_t k = 0; k < ARRAY_LEN(readers); k++)
                feed(readers[k], texts[i], len);
        }
    }
}

static void test_hostile(void **state)
{
    (void)state;
    static const char *const pieces[] = {"[",    "{",       "{\"a\":", "- ",   "a:\n ",
                                         "&a [", "*a ",     "\\\n",    "ENV ", "A=\"",
                                         "[\"",  "\xff\0x", "? ",      "#\n"};
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        struct buf text = {0};
        for (unsigned k = 0; k < 3000; k++)
            buf_append(&text, pieces[i], strlen(pieces[i]) + (pieces[i][0] == '\xff'));
        for (size_t k = 0; k < ARRAY_LEN(readers); k++)
            feed(readers[k], text.data, text.len);
        buf_release(&text);
    }
}

static void test_sink_refuses(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"a\": 1}", "a: 1", "FROM x", "[S]\nA=1",
                                        "NODE_OPTIONS=1"};
    for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
        unsigned left = 1;
        struct err err = {0};
        struct config_damage damage;
        const struct setting_sink sink = setting_refusing_sink(&left);
        assert_false(readers[i]((struct span){texts[i], strlen(texts[i])}, &sink, &damage, &err));
        assert_int_equal(err.code, ERR_RESOURCE);
    }
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        enum config_kind kind;
        enum config_syntax syntax;
    } cases[] = {
        {"a", "module.exports = { apps: [{ script: 'x' }] }", CONFIG_KIND_PM2, SYNTAX_SCRIPT},
        {"a", "{\"apps\": [{\"script\": \"x\"}]}", CONFIG_KIND_PM2, SYNTAX_JSON},
        {"a", "apps:\n  - script: x\n", CONFIG_KIND_PM2, SYNTAX_YAML},
        {"a", "/** @type {import('next').NextConfig} */\nmodule.exports = {}", CONFIG_KIND_NEXT,
         SYNTAX_SCRIPT},
        {"next.config.ts", "import a from 'b'\nexport default a", CONFIG_KIND_NEXT, SYNTAX_SCRIPT},
        {"d/package.json", "{\"name\": \"x\"}", CONFIG_KIND_PACKAGE, SYNTAX_JSON},
        {"a", "{\"scripts\": {}}", CONFIG_KIND_PACKAGE, SYNTAX_JSON},
        {"a", "# c\nARG V=20\nFROM node:$V AS base\n", CONFIG_KIND_DOCKERFILE, SYNTAX_LINES},
        {"Dockerfile.prod", "RUN x", CONFIG_KIND_DOCKERFILE, SYNTAX_LINES},
        {"a", "version: '3'\nservices:\n  a: {}\n", CONFIG_KIND_COMPOSE, SYNTAX_YAML},
        {"a", "kind: Pod\napiVersion: v1\n", CONFIG_KIND_KUBERNETES, SYNTAX_YAML},
        {"a", "{\"kind\": \"List\", \"apiVersion\": \"v1\"}", CONFIG_KIND_KUBERNETES, SYNTAX_JSON},
        {"limits.conf", "[Service]\nMemoryMax=1G\n", CONFIG_KIND_SYSTEMD, SYNTAX_LINES},
        {"a", "A=1\nNODE_OPTIONS=x\n", CONFIG_KIND_ENV, SYNTAX_LINES},
        {"/x/.env.local", "A=1\n", CONFIG_KIND_ENV, SYNTAX_LINES},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum config_syntax syntax;
        struct span text = {cases[i].text, strlen(cases[i].text)};
        assert_int_equal(config_kind_of(text, cases[i].name, &syntax), cases[i].kind);
        assert_int_equal(syntax, cases[i].syntax);
    }
}

/* Logs that quote configurations, and files that only look like one. */
static void test_no_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"app.log", "2026-11-23 error in next.config.js\n> 1 | module.exports = { apps: [{ script: "
                    "'x' }] }\n"},
        {"app.log", "  apiVersion: v1\n  kind: Pod\n"},
        {"app.log", "{\"level\":30,\"msg\":\"x\",\"scripts\":1}\n{\"level\":30}\n"},
        {"mail.log", "From root Mon Nov 23\nFROM x\n"},
        {"pm2.log", "2026-11-23T13:20:11: PM2 log: App [shop:0] online\n"},
        {".npmrc", "registry=https://r/\n//r/:_authToken=x\n"},
        {"settings.ini", "A=1\nB=2\n"},
        {"x.js", "const a = require('b')\na.listen(3000)\n"},
        {"list.json", "[{\"pid\": 1}]"},
        {"dmesg", "[    0.000000] Linux version 6.1\n"},
        {"", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum config_syntax syntax;
        struct span text = {cases[i].text, strlen(cases[i].text)};
        if (config_kind_of(text, cases[i].name, &syntax) != CONFIG_KIND_NONE)
            fail_msg("%s: %s", cases[i].name, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),       cmocka_unit_test(test_yaml),
        cmocka_unit_test(test_dockerfile), cmocka_unit_test(test_unit),
        cmocka_unit_test(test_env),        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_hostile),    cmocka_unit_test(test_sink_refuses),
        cmocka_unit_test(test_kinds),      cmocka_unit_test(test_no_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
