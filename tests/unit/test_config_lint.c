/* What configuration files say of memory together: settings, findings, diffs, and what must not be
 * told. Each case is a few small files and what has to come of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/config_files.h"
#include "analyzer/config_units.h"

struct world {
    struct config_set set;
    struct analysis a;
};

static void add(struct world *w, const char *name, const char *text)
{
    struct err err;
    enum config_syntax syntax;
    struct span s = {text, strlen(text)};
    struct input_info *in =
        arena_push(&w->a.arena, (void **)&w->a.inputs, &w->a.input_count, sizeof *w->a.inputs);
    assert_non_null(in);
    in->file = name;
    enum config_kind kind = config_input_kind((const uint8_t *)text, s.len, name, &syntax);
    assert_int_not_equal(kind, CONFIG_KIND_NONE);
    assert_true(config_set_add(&w->set, kind, syntax, name, w->a.input_count - 1, s, &err));
}

static void look(struct world *w)
{
    config_identify(&w->set, &w->a);
    config_find(&w->set, &w->a);
    config_set_release(&w->set);
    assert_false(w->a.arena.failed);
}

static void forget(struct world *w)
{
    analysis_release(&w->a);
    *w = (struct world){0};
}

static const struct finding *finding_with(const struct world *w, const char *words)
{
    for (size_t i = 0; i < w->a.finding_count; i++) {
        if (strstr(w->a.findings[i].title, words))
            return &w->a.findings[i];
    }
    return NULL;
}

/* The only finding is this one, at this line, and its first advice pastes that. */
static void expect(struct world *w, enum severity severity, const char *words, uint32_t line,
                   const char *paste)
{
    look(w);
    const struct finding *f = finding_with(w, words);
    if (!f || w->a.finding_count != 1)
        fail_msg("%zu findings, '%s' is %samong them: %s", w->a.finding_count, words,
                 f ? "" : "not ", w->a.finding_count ? w->a.findings[0].title : "");
    assert_int_equal(f->severity, severity);
    assert_int_equal(f->line, line);
    if (paste) {
        assert_true(f->advice_count > 0);
        assert_string_equal(f->advice[0].paste, paste);
    }
    forget(w);
}

static void expect_nothing(struct world *w)
{
    look(w);
    if (w->a.finding_count)
        fail_msg("found: %s", w->a.findings[0].title);
    forget(w);
}

#define PM2(lines) "module.exports = {\n  apps: [\n    {\n" lines "    },\n  ],\n}\n"

static void test_restart_and_heap(void **state)
{
    (void)state;
    struct world w = {0};
    add(&w, "ecosystem.config.js",
        PM2("      script: 'x.js',\n      node_args: '--max-old-space-size=1024',\n"
            "      max_memory_restart: '1G',\n"));
    expect(&w, SEVERITY_WARN, "is not below the heap limit", 6,
           "--- ecosystem.config.js\n+++ ecosystem.config.js\n@@ -6 +6 @@\n"
           "-      max_memory_restart: '1G',\n+      max_memory_restart: '920M',");
    add(&w, "ecosystem.config.js",
        PM2("      script: 'x.js',\n      node_args: '--max-old-space-size=1024',\n"
            "      max_memory_restart: '920M',\n"));
    expect_nothing(&w);
    add(&w, "ecosystem.config.js",
        PM2("      script: 'x.js',\n      max_memory_restart: '500M',\n"));
    expect_nothing(&w);
    add(&w, "ecosystem.config.js", PM2("      script: 'x.js',\n      max_memory_restart: '8G',\n"));
    expect(&w, SEVERITY_WARN, "above the heap limit that V8 has by itself", 5,
           "--- ecosystem.config.js\n+++ ecosystem.config.js\n@@ -4,0 +5 @@\n"
           "+      node_args: '--max-old-space-size=9152',");
}

static void test_restart_units(void **state)
{
    (void)state;
    struct world w = {0};
    add(&w, "ecosystem.config.js", PM2("      script: 'x.js',\n      max_memory_restart: 250,\n"));
    expect(&w, SEVERITY_WARN, "250 is 250 bytes", 5,
           "--- ecosystem.config.js\n+++ ecosystem.config.js\n@@ -5 +5 @@\n"
           "-      max_memory_restart: 250,\n+      max_memory_restart: '250M',");
    add(&w, "ecosystem.config.js", PM2("      script: 'x.js',\n      max_memory_restart: '8K',\n"));
    expect(&w, SEVERITY_WARN, "8K is 8192 bytes", 5, NULL);
    add(&w, "ecosystem.config.js",
        PM2("      script: 'x.js',\n      max_memory_restart: '1.5GB',\n"));
    expect(&w, SEVERITY_WARN, "'1.5GB' is no size for PM2", 5,
           "--- ecosystem.config.js\n+++ ecosystem.config.js\n@@ -5 +5 @@\n"
           "-      max_memory_restart: '1.5GB',\n+      max_memory_restart: '1536M',");
    add(&w, "ecosystem.config.js",
        PM2("      script: 'x.js',\n      max_memory_restart: 512 * 1024 * 1024,\n"));
    expect_nothing(&w);
    add(&w, "ecosystem.json",
        "{\"apps\": [\n  {\"script\": \"x.js\",\n"
        "   \"max_memory_restart\": 300}]}");
    expect(&w, SEVERITY_WARN, "300 is 300 bytes", 3,
           "--- ecosystem.json\n+++ ecosystem.json\n@@ -3 +3 @@\n"
           "-   \"max_memory_restart\": 300}]}\n+   \"max_memory_restart\": \"300M\"}]}");
}

static void test_cluster_and_node_options(void **state)
{
    (void)state;
    static const char options[] =
        "      env: {\n        NODE_OPTIONS: '--max-old-space-size=1024',\n"
        "      },\n";
    struct world w = {0};
    char text[1000];
    snprintf(text, sizeof text, PM2("      name: 'web',\n      instances: 2,\n%s"), options);
    add(&w, "ecosystem.config.js", text);
    look(&w);
    assert_int_equal(w.a.finding_count, 0); /* no script: it cannot be told that it is an app */
    forget(&w);
    snprintf(text, sizeof text, PM2("      script: 'x.js',\n      instances: 2,\n%s"), options);
    add(&w, "ecosystem.config.js", text);
    expect(&w, SEVERITY_WARN, "comes too late for V8 in PM2's cluster mode", 7,
           "--- ecosystem.config.js\n+++ ecosystem.config.js\n@@ -4,0 +5 @@\n"
           "+      node_args: '--max-old-space-size=1024',");
    snprintf(text, sizeof text,
             PM2("      script: 'x.js',\n      instances: 2,\n      exec_mode: 'fork',\n%s"),
             options);
    add(&w, "ecosystem.config.js", text);
    expect_nothing(&w);
    snprintf(text, sizeof text,
             PM2("      script: 'x.js',\n      exec_mode: 'cluster',\n"
                 "      node_args: '--max-old-space-size=1024',\n%s"),
             options);
    add(&w, "ecosystem.config.js", text);
    expect_nothing(&w);
}

static void test_heap_and_container(void **state)
{
    (void)state;
    struct world w = {0};
    add(&w, "compose.yml",
        "services:\n  web:\n    image: shop\n    mem_limit: 512m\n"
        "    environment:\n      NODE_OPTIONS: --max-old-space-size=1024\n");
    expect(&w, SEVERITY_WARN, "The heap may grow to 1024 MiB in the service web", 6,
           "--- compose.yml\n+++ compose.yml\n@@ -6 +6 @@\n"
           "-      NODE_OPTIONS: --max-old-space-size=1024\n"
           "+      NODE_OPTIONS: --max-old-space-size=336");
    add(&w, "compose.yml",
        "services:\n  web:\n    image: shop\n    mem_limit: 512m\n"
        "    environment:\n      - NODE_OPTIONS=--max-old-space-size=384\n");
    expect(&w, SEVERITY_INFO, "leaves little room", 6, NULL);
    add(&w, "compose.yml",
        "services:\n  web:\n    image: shop\n    mem_limit: 512m\n"
        "    environment:\n      - NODE_OPTIONS=--max-old-space-size=336\n");
    expect_nothing(&w);
    add(&w, "Dockerfile",
        "FROM node:20-alpine\nENV NODE_ENV=production \\\n"
        "  NODE_OPTIONS=--max-old-space-size=2048\nCMD node x.js\n");
    add(&w, "compose.yml",
        "services:\n  web:\n    build: .\n    deploy:\n      resources:\n"
        "        limits:\n          memory: 1G\n  db:\n    image: postgres:16\n"
        "    mem_limit: 256m\n");
    expect(&w, SEVERITY_WARN, "in the service web, whose limit is 1024 MiB", 2,
           "--- Dockerfile\n+++ Dockerfile\n@@ -3 +3 @@\n"
           "-  NODE_OPTIONS=--max-old-space-size=2048\n+  NODE_OPTIONS=--max-old-space-size=720");
    add(&w, "web.service",
        "[Service]\nExecStart=/usr/bin/node --max-old-space-size=2048 x.js\n"
        "MemoryMax=1G\n");
    expect(&w, SEVERITY_WARN, "in the unit web.service", 2,
           "--- web.service\n+++ web.service\n@@ -2 +2 @@\n"
           "-ExecStart=/usr/bin/node --max-old-space-size=2048 ...\n"
           "+ExecStart=/usr/bin/node --max-old-space-size=720 ...");
}

/* PM2's processes in one container share its limit. */
static void test_instances_in_a_container(void **state)
{
    (void)state;
    struct world w = {0};
    add(&w, "ecosystem.config.js",
        PM2("      script: 'x.js',\n      instances: 4,\n"
            "      node_args: '--max-old-space-size=512',\n"));
    add(&w, "compose.yml",
        "services:\n  web:\n    command: pm2-runtime start ecosystem.config.js\n    mem_limit: "
        "1g\n");
    expect(&w, SEVERITY_WARN, "The heap may grow to 2048 MiB in the service web", 6,
           "--- ecosystem.config.js\n+++ ecosystem.config.js\n@@ -6 +6 @@\n"
           "-      node_args: '--max-old-space-size=512',\n"
           "+      node_args: '--max-old-space-size=144',");
}

static void test_old_node(void **state)
{
    (void)state;
    struct world w = {0};
    static const char compose[] = "services:\n  web:\n    build: .\n    mem_limit: 512m\n";
    add(&w, "Dockerfile", "FROM node:22 AS build\nFROM node:18-alpine\nCMD node x.js\n");
    add(&w, "compose.yml", compose);
    expect(&w, SEVERITY_WARN, "Node 18 ignores the limit of the service web (512 MiB)", 4,
           "--- Dockerfile\n+++ Dockerfile\n@@ -2,0 +3 @@\n"
           "+ENV NODE_OPTIONS=--max-old-space-size=336");
    add(&w, "Dockerfile", "FROM node:20-alpine\nCMD node x.js\n");
    add(&w, "compose.yml", compose);
    expect_nothing(&w);
}

#define POD(lines)                                                                                 \
    "kind: Service\napiVersion: v1\n---\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n"        \
    "    - name: web\n      image: shop\n" lines

static void test_kubernetes(void **state)
{
    (void)state;
    struct world w = {0};
    add(&w, "k8s.yaml",
        POD("      resources:\n        requests: {memory: 512Mi}\n"
            "        limits: {memory: 512m}\n"));
    expect(&w, SEVERITY_WARN, "512m for the container web is less than one byte", 12,
           "--- k8s.yaml\n+++ k8s.yaml\n@@ -12 +12 @@\n-        limits: {memory: 512m}\n"
           "+        limits: {memory: 512Mi}");
    add(&w, "k8s.yaml", POD("      resources:\n        limits: {memory: 512Mi}\n"));
    expect(&w, SEVERITY_INFO, "There is a memory limit and no request", 11, NULL);
    add(&w, "k8s.yaml",
        POD("      resources:\n        limits: {memory: 1Gi}\n"
            "        requests: {memory: 1Gi}\n"
            "      args: [--max-old-space-size, x, '--max-old-space-size=700']\n"));
    expect_nothing(&w);
    add(&w, "k8s.yaml",
        POD("      resources:\n        limits: {memory: 500M}\n"
            "        requests: {memory: 500M}\n"
            "      env:\n        - {name: NODE_OPTIONS, value: "
            "'--max-old-space-size=900'}\n"));
    expect(&w, SEVERITY_WARN, "whose limit is 476 MiB", 14, NULL);
    add(&w, "k8s.yaml",
        POD("      resources:\n        limits: {memory: 1Gi}\n"
            "        requests: {memory: 1Gi}\n"
            "      livenessProbe: {periodSeconds: 5, httpGet: {path: /}}\n"));
    expect(&w, SEVERITY_INFO, "The liveness probe of the container web kills it 15 s", 8, NULL);
    add(&w, "k8s.yaml",
        POD("      resources:\n        limits: {memory: 1Gi}\n"
            "        requests: {memory: 1Gi}\n"
            "      startupProbe: {httpGet: {path: /}}\n"
            "      livenessProbe: {periodSeconds: 5, httpGet: {path: /}}\n"));
    expect_nothing(&w);
}

static void test_no_limit(void **state)
{
    (void)state;
    struct world w = {0};
    add(&w, "ecosystem.config.js", PM2("      name: 'web',\n      script: 'x.js',\n"));
    expect(&w, SEVERITY_INFO, "No file given bounds the memory of PM2's application web", 4,
           "--- ecosystem.config.js\n+++ ecosystem.config.js\n@@ -4,0 +5,2 @@\n"
           "+      node_args: '--max-old-space-size=1024',\n+      max_memory_restart: '920M',");
    add(&w, "compose.yml", "services:\n  db:\n    image: postgres:16\n");
    expect_nothing(&w);
}

static void test_arenas(void **state)
{
    (void)state;
    struct world w = {0};
    static const char package[] = "{\"name\": \"x\", \"dependencies\": {\"sharp\": \"1\"}}";
    add(&w, "package.json", package);
    add(&w, "Dockerfile", "FROM node:22-slim\nCMD node x.js\n");
    expect(&w, SEVERITY_INFO, "sharp runs on glibc without MALLOC_ARENA_MAX", 1,
           "--- Dockerfile\n+++ Dockerfile\n@@ -1,0 +2 @@\n+ENV MALLOC_ARENA_MAX=2");
    add(&w, "package.json", package);
    add(&w, "Dockerfile", "FROM node:22-alpine\nCMD node x.js\n");
    expect_nothing(&w);
    add(&w, "package.json", package);
    add(&w, "Dockerfile", "FROM node:22-slim\n");
    add(&w, ".env", "MALLOC_ARENA_MAX=2\n");
    expect_nothing(&w);
}

static void test_next_config(void **state)
{
    (void)state;
    struct world w = {0};
    static const char package[] =
        "{\"scripts\": {}, \"dependencies\": {\"next\": \"14.2.3\", \"sharp\": \"1\"}}";
    add(&w, "package.json", package);
    add(&w, "next.config.js",
        "const nextConfig = {\n  reactStrictMode: true,\n  experimental: {\n"
        "    isrMemoryCacheSize: 50,\n  },\n}\nmodule.exports = nextConfig\n");
    expect(&w, SEVERITY_WARN,
           "experimental.isrMemoryCacheSize is set, which Next.js 14.2.3 ignores", 4,
           "--- next.config.js\n+++ next.config.js\n@@ -2,0 +3 @@\n"
           "+  cacheMaxMemorySize: 50 * 1024 * 1024,\n@@ -4 +4,0 @@\n"
           "-    isrMemoryCacheSize: 50,");
    add(&w, "package.json", package);
    add(&w, "next.config.js", "module.exports = {\n  cacheMaxMemorySize: 50,\n  images: {},\n}\n");
    expect(&w, SEVERITY_WARN, "cacheMaxMemorySize: 50 in next.config.js is a size in bytes", 2,
           "--- next.config.js\n+++ next.config.js\n@@ -2 +2 @@\n-  cacheMaxMemorySize: 50,\n"
           "+  cacheMaxMemorySize: 50 * 1024 * 1024,");
    add(&w, "package.json", package);
    add(&w, "next.config.js",
        "module.exports = {\n  cacheHandler: require.resolve('./c.js'),\n"
        "  cacheMaxMemorySize: 0,\n  images: { unoptimized: true },\n  output: 'standalone',\n}\n");
    expect_nothing(&w);
    add(&w, "package.json", package);
    add(&w, "next.config.js",
        "module.exports = {\n  images: {\n"
        "    maximumResponseBody: 1000000,\n  },\n}\n");
    expect(&w, SEVERITY_WARN, "an unknown key below images ends Next.js", 3,
           "--- next.config.js\n+++ next.config.js\n@@ -3 +2,0 @@\n"
           "-    maximumResponseBody: 1000000,");
}

static void assert_clean(const char *text)
{
    if (strstr(text, "hunter") || strstr(text, "aHVu"))
        fail_msg("told: %s", text);
}

/* Nothing that may be a secret gets into the model: of commands the flag, of lines the setting. */
static void test_secrets(void **state)
{
    (void)state;
    struct world w = {0};
    add(&w, "ecosystem.config.js",
        "module.exports = { apps: [{ script: 'x.js', env: { TOKEN: 'hunter2' }, instances: 2, "
        "node_args: '--max-old-space-size=512 --require=hunter2', max_memory_restart: '1G' }] }\n");
    add(&w, "web.service",
        "[Service]\nEnvironment=\"TOKEN=hunter2\" AWS=aHVudGVyMg== "
        "NODE_OPTIONS=--max-old-space-size=4096\nMemoryMax=1G # hunter2\n"
        "MemoryMax=1G\nExecStart=/x --key hunter2\n");
    add(&w, ".env", "TOKEN=hunter2\nNODE_OPTIONS='--max-old-space-size=99 -r hunter2'\n");
    add(&w, "package.json",
        "{\"scripts\": {\"start\": \"PW=hunter2 node "
        "--max-old-space-size=9999 s.js postgres://u:hunter2@h/d\"}}");
    look(&w);
    assert_true(w.a.finding_count >= 2);
    for (size_t i = 0; i < w.a.setting_count; i++)
        assert_clean(w.a.settings[i].is.text);
    for (size_t i = 0; i < w.a.finding_count; i++) {
        const struct finding *f = &w.a.findings[i];
        assert_clean(f->title);
        for (size_t k = 0; k < f->advice_count; k++)
            assert_clean(f->advice[k].paste ? f->advice[k].paste : "");
    }
    forget(&w);
}

static void test_what_is_not_understood(void **state)
{
    (void)state;
    struct world w = {0};
    add(&w, "ecosystem.config.js",
        PM2("      script: 'x.js',\n      max_memory_restart: process.env.M || '1G',\n"
            "      node_args: `--max-old-space-size=${mb}`,\n"));
    look(&w);
    assert_string_equal(w.a.inputs[0].remark,
                        "not understood: line 5 (apps[0].max_memory_restart), line 6 "
                        "(apps[0].node_args)");
    forget(&w);
}

/* Aliases and spreads stand for what they name; a circle ends. */
static void test_aliases(void **state)
{
    (void)state;
    struct world w = {0};
    add(&w, "compose.yml",
        "x-c: &c\n  mem_limit: 300m\nservices:\n  a:\n    <<: *c\n"
        "    environment: {NODE_ENV: production}\n");
    look(&w);
    const struct memory_setting *m = settings_find(&w.a, SAYS_MEMORY_LIMIT, "a");
    assert_non_null(m);
    assert_int_equal(m->is.bytes, 300 << 20);
    assert_int_equal(m->is.line, 2);
    assert_null(settings_find(&w.a, SAYS_MEMORY_LIMIT, "b"));
    forget(&w);
    add(&w, "ecosystem.config.js",
        "const base = { ...base, ...other, instances: 3 }\nconst other = { ...base, x: other }\n"
        "module.exports = { apps: [{ script: 'x', max_memory_restart: '1G', ...base }] }\n");
    look(&w);
    m = settings_find(&w.a, SAYS_INSTANCES, NULL);
    assert_non_null(m);
    assert_int_equal(m->is.line, 1);
    forget(&w);
}

static void test_advice_is_placed(void **state)
{
    (void)state;
    struct world w = {0};
    struct advice list[] = {
        {.title = "x",
         .why = "Because.",
         .where = "ecosystem.config.js",
         .paste = "max_memory_restart: '1M',"},
        {.title = "y", .paste = "echo"},
    };
    struct death d = {.advice = list, .advice_count = 2};
    add(&w, "ecosystem.config.js", PM2("      script: 'x',\n      max_memory_restart: '900M',\n"));
    look(&w);
    w.a.deaths = &d;
    w.a.death_count = 1;
    settings_place_advice(&w.a);
    assert_string_equal(list[0].where, "ecosystem.config.js:5");
    assert_string_equal(list[0].why, "Because. Now it is 900M at ecosystem.config.js:5.");
    assert_null(list[1].where);
    assert_null(list[1].why);
    forget(&w);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        enum size_grammar grammar;
        const char *text;
        bool known;
        uint64_t bytes;
    } cases[] = {
        {SIZE_PM2, "250", true, 250},
        {SIZE_PM2, "250M", true, 250 << 20},
        {SIZE_PM2, "250MB", false, 0},
        {SIZE_PM2, "250m", false, 0},
        {SIZE_PM2, "1.5G", false, 0},
        {SIZE_DOCKER, "512m", true, 512 << 20},
        {SIZE_DOCKER, "1.5GB", true, 1536 << 20},
        {SIZE_DOCKER, "${L:-64kb}", true, 65536},
        {SIZE_DOCKER, "${L}", false, 0},
        {SIZE_DOCKER, "lots", false, 0},
        {SIZE_KUBERNETES, "512Mi", true, 512 << 20},
        {SIZE_KUBERNETES, "512M", true, 512000000},
        {SIZE_KUBERNETES, "1e9", true, 1000000000},
        {SIZE_KUBERNETES, "2000m", true, 2},
        {SIZE_KUBERNETES, "512MiB", false, 0},
        {SIZE_SYSTEMD, "1G", true, 1 << 30},
        {SIZE_SYSTEMD, "infinity", false, 0},
        {SIZE_SYSTEMD, "80%", false, 0},
        {SIZE_SYSTEMD, "0x10", false, 0},
        {SIZE_SYSTEMD, "99999999999999T", false, 0},
        {SIZE_SYSTEMD, "", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t bytes = 0;
        const char *unit;
        bool known = config_size(cases[i].grammar, cases[i].text, &bytes, &unit);
        if (known != cases[i].known || bytes != cases[i].bytes)
            fail_msg("%s: %d, %llu", cases[i].text, known, (unsigned long long)bytes);
    }
}

static void test_flags(void **state)
{
    (void)state;
    static const struct {
        const char *command, *written;
        uint64_t value;
    } cases[] = {
        {"node --max-old-space-size=512 x.js", "--max-old-space-size=512", 512},
        {"--max_old_space_size 512", "--max_old_space_size 512", 512},
        {"'--max-old-space-size=1' --max-old-space-size=2", "--max-old-space-size=2", 2},
        {"--max-old-space-size=4096MB", "--max-old-space-size=4096MB", 4096},
        {"--max-old-space-size=$X", NULL, 0},
        {"--max-old-space-size-percentage=50", NULL, 0},
        {"x--max-old-space-size=1", NULL, 0},
        {"--", NULL, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct v8_flag f;
        struct span s = {cases[i].command, strlen(cases[i].command)};
        bool found = v8_flag_find(s, "max-old-space-size", &f);
        assert_int_equal(found, cases[i].written != NULL);
        if (found) {
            assert_int_equal(f.value, cases[i].value);
            assert_int_equal(f.written.len, strlen(cases[i].written));
            assert_memory_equal(f.written.p, cases[i].written, f.written.len);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restart_and_heap),
        cmocka_unit_test(test_restart_units),
        cmocka_unit_test(test_cluster_and_node_options),
        cmocka_unit_test(test_heap_and_container),
        cmocka_unit_test(test_instances_in_a_container),
        cmocka_unit_test(test_old_node),
        cmocka_unit_test(test_kubernetes),
        cmocka_unit_test(test_no_limit),
        cmocka_unit_test(test_arenas),
        cmocka_unit_test(test_next_config),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_what_is_not_understood),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_advice_is_placed),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
