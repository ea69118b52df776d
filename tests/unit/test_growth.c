/* analyzer/rules/growth: snapshots of one small process, in which one thing grows and others do
 * not, and analyzer/analyze_growth: they are found among the inputs in any order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/analyze.h"
#include "analyzer/rules/rule.h"
#include "analyzer/rules/thresholds.h"
#include "analyzer/same_process.h"
#include "temp_file.h"

#define NODES_MAX 8192
#define EDGES_MAX 16384
#define ENTRY_BYTES 2048 /* all that an entry adds but its key */

enum thing {
    THING_FIXED, /* one a node of the frame */
    THING_KEY,
    THING_VALUE,
    THING_TEXT,
    THING_COUNT,
};

/* Gives everything its id for ever. */
struct process {
    uint32_t next;
    uint32_t ids[THING_COUNT][4096];
};

/* What one snapshot has. */
struct amounts {
    unsigned sessions; /* entries of a Map that a module holds */
    unsigned pages;    /* of a Map in a PageLRU */
    unsigned links;    /* of a list */
    unsigned shared;   /* in two Maps */
    unsigned cart;     /* elements of an array that is a new one every time */
    unsigned code;     /* bytes of compiled code */
    const char *script;
    bool without_sessions; /* the variable is not there yet */
    bool has_source;       /* which bounds the sessions */
};

struct snap {
    struct process *process;
    unsigned node_count, edge_count, fixed, entry;
    struct {
        const char *type;
        char name[64];
        uint32_t id, bytes;
    } nodes[NODES_MAX];
    struct {
        uint32_t from, to;
        const char *type;
        char name[48];
    } edges[EDGES_MAX];
};

static uint32_t id_of(struct snap *s, enum thing t, unsigned i)
{
    uint32_t *id = &s->process->ids[t][i];
    if (!*id) {
        *id = s->process->next;
        s->process->next += 2;
    }
    return *id;
}

static uint32_t add(struct snap *s, const char *type, const char *name, uint32_t id, uint32_t bytes)
{
    uint32_t n = s->node_count++;
    assert_true(n < NODES_MAX);
    s->nodes[n].type = type;
    snprintf(s->nodes[n].name, sizeof s->nodes[n].name, "%s", name);
    s->nodes[n].id = id;
    s->nodes[n].bytes = bytes;
    return n;
}

static uint32_t fixed(struct snap *s, const char *type, const char *name, uint32_t bytes)
{
    return add(s, type, name, id_of(s, THING_FIXED, s->fixed++), bytes);
}

static void edge(struct snap *s, uint32_t from, const char *type, const char *name, uint32_t to)
{
    uint32_t e = s->edge_count++;
    assert_true(e < EDGES_MAX);
    s->edges[e].from = from;
    s->edges[e].to = to;
    s->edges[e].type = type;
    snprintf(s->edges[e].name, sizeof s->edges[e].name, "%s", name);
}

static void place(struct snap *s, uint32_t table, unsigned at, uint32_t to)
{
    char name[16];
    snprintf(name, sizeof name, "%u", at);
    edge(s, table, "internal", name, to);
}

static uint32_t add_value(struct snap *s)
{
    uint32_t value = add(s, "object", "Visit", id_of(s, THING_VALUE, s->entry), 48);
    uint32_t text = add(s, "string", "body", id_of(s, THING_TEXT, s->entry), ENTRY_BYTES - 48);
    edge(s, value, "property", "text", text);
    return value;
}

/* A Map; `values` are shared with it, or its own if NULL. */
static uint32_t add_map(struct snap *s, unsigned entries, const char *path, const uint32_t *values)
{
    uint32_t map = fixed(s, "object", "Map", 32), table = fixed(s, "array", "", 16 * entries + 16);
    edge(s, map, "internal", "table", table);
    for (unsigned i = 0; i < entries; i++, s->entry++) {
        char text[48];
        snprintf(text, sizeof text, "%s%u", path, i);
        uint32_t key = add(s, "string", text, id_of(s, THING_KEY, s->entry), 40);
        place(s, table, 3 * i, key);
        place(s, table, 3 * i + 1, values ? values[i] : add_value(s));
    }
    return map;
}

/* Every new link holds the one before. */
static uint32_t add_list(struct snap *s, unsigned links)
{
    uint32_t last = fixed(s, "object", "Link", 32);
    for (unsigned i = 0; i < links; i++, s->entry++) {
        uint32_t link = add_value(s);
        edge(s, link, "property", "previous", last);
        last = link;
    }
    return last;
}

static void add_shared(struct snap *s, uint32_t context, unsigned entries)
{
    uint32_t *values = calloc(entries + 1, sizeof *values);
    for (unsigned i = 0; i < entries; i++, s->entry++)
        values[i] = add_value(s);
    edge(s, context, "context", "byId", add_map(s, entries, "", values));
    edge(s, context, "context", "byName", add_map(s, entries, "", values));
    free(values);
}

static void add_cart(struct snap *s, uint32_t context, unsigned count)
{
    uint32_t array = add(s, "object", "Array", s->process->next, 16);
    s->process->next += 2;
    for (unsigned i = 0; i < count; i++, s->entry++) {
        char name[16];
        snprintf(name, sizeof name, "%u", i);
        edge(s, array, "element", name, add_value(s));
    }
    edge(s, context, "context", "cart", array);
}

static void add_lru(struct snap *s, uint32_t context, unsigned pages)
{
    uint32_t lru = fixed(s, "object", "PageLRU", 32);
    edge(s, lru, "property", "entries", add_map(s, pages, "/page/", NULL));
    edge(s, context, "context", "rendered", lru);
}

static void make(struct snap *s, const struct amounts *a)
{
    static const char source[] = "sessions.set(k, v); if (sessions.size > 9999) sessions.delete(k)";
    uint32_t root = add(s, "synthetic", "", 1, 0), gc = add(s, "synthetic", "(GC roots)", 3, 0);
    uint32_t global = fixed(s, "object", "global", 64), closure = fixed(s, "closure", "load", 64);
    uint32_t shared = fixed(s, "code", "load", 56);
    uint32_t script = fixed(s, "code", a->script ? a->script : "/srv/app/lib/store.js", 80);
    uint32_t context = fixed(s, "object", "system / Context", 96);
    edge(s, root, "element", "1", gc);
    edge(s, gc, "element", "1", global);
    edge(s, root, "shortcut", "1", global);
    edge(s, global, "property", "load", closure);
    edge(s, closure, "internal", "shared", shared);
    edge(s, shared, "internal", "script", script);
    edge(s, closure, "internal", "context", context);
    edge(s, shared, "internal", "code", fixed(s, "code", "system / BytecodeArray", a->code + 8));
    edge(s, script, "internal", "source", fixed(s, "string", a->has_source ? source : "", 80));
    if (!a->without_sessions)
        edge(s, context, "context", "sessions", add_map(s, a->sessions, "/cart/", NULL));
    s->fixed = 40;
    s->entry = 1000;
    add_lru(s, context, a->pages);
    s->entry = 2000;
    edge(s, context, "context", "lastVisit", add_list(s, a->links));
    s->entry = 2500;
    add_shared(s, context, a->shared);
    s->entry = 3500;
    add_cart(s, context, a->cart);
}

/* -- writing it -- */

static unsigned index_of(const char *const *words, const char *word)
{
    unsigned i = 0;
    while (strcmp(words[i], word))
        i++;
    return i;
}

static void put_meta(struct buf *b, const struct snap *s)
{
    buf_printf(b,
               "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\","
               "\"edge_count\"],\"node_types\":[[\"hidden\",\"array\",\"string\",\"object\","
               "\"code\",\"closure\",\"regexp\",\"number\",\"native\",\"synthetic\"],\"string\","
               "\"number\",\"number\",\"number\"],\"edge_fields\":[\"type\",\"name_or_index\","
               "\"to_node\"],\"edge_types\":[[\"context\",\"element\",\"property\",\"internal\","
               "\"hidden\",\"shortcut\",\"weak\"],\"string_or_number\",\"node\"]},\"node_count\":"
               "%u,\"edge_count\":%u,\"trace_function_count\":0},\n\"nodes\":[",
               s->node_count, s->edge_count);
}

/* Every string once. */
struct strings_written {
    const char *all[NODES_MAX];
    unsigned count;
};

static unsigned string_index(struct strings_written *w, const char *text)
{
    unsigned i = 0;
    while (i < w->count && strcmp(w->all[i], text))
        i++;
    assert_true(i < NODES_MAX);
    if (i == w->count)
        w->all[w->count++] = text;
    return i;
}

static void put_rows(struct buf *b, const struct snap *s, struct strings_written *w)
{
    static const char *const node_types[] = {"hidden",  "array",  "string", "object", "code",
                                             "closure", "regexp", "number", "native", "synthetic"};
    static const char *const edge_types[] = {"context", "element",  "property", "internal",
                                             "hidden",  "shortcut", "weak"};
    struct buf edges = {0};
    for (uint32_t n = 0; n < s->node_count; n++) {
        unsigned count = 0;
        for (uint32_t e = 0; e < s->edge_count; e++) {
            const char *name = s->edges[e].name;
            if (s->edges[e].from != n)
                continue;
            unsigned type = index_of(edge_types, s->edges[e].type);
            buf_printf(&edges, "%s%u,%u,%u\n", edges.len ? "," : "", type,
                       type == 1 ? (unsigned)atoi(name) : string_index(w, name),
                       5 * s->edges[e].to);
            count++;
        }
        buf_printf(b, "%s%u,%u,%u,%u,%u\n", n ? "," : "", index_of(node_types, s->nodes[n].type),
                   string_index(w, s->nodes[n].name), s->nodes[n].id, s->nodes[n].bytes, count);
    }
    buf_printf(b, "],\n\"edges\":[%s],\n\"strings\":[", buf_str(&edges));
    buf_release(&edges);
}

static void write_snap(struct temp_file *file, const struct snap *s)
{
    struct strings_written *w = calloc(1, sizeof *w);
    struct buf b = {0};
    put_meta(&b, s);
    put_rows(&b, s, w);
    for (unsigned i = 0; i < w->count; i++)
        buf_printf(&b, "%s\"%s\"\n", i ? "," : "", w->all[i]);
    free(w);
    buf_puts(&b, "]}\n");
    temp_file_make(file, buf_str(&b), b.len);
    buf_release(&b);
}

/* -- asking -- */

struct series {
    struct temp_file files[4];
    size_t count;
};

static void make_series(struct series *ret, const struct amounts *all, size_t count, uint32_t first)
{
    struct process *p = calloc(1, sizeof *p);
    p->next = first;
    ret->count = count;
    for (size_t i = 0; i < count; i++) {
        struct snap *s = calloc(1, sizeof *s);
        s->process = p;
        make(s, &all[i]);
        write_snap(&ret->files[i], s);
        free(s);
    }
    free(p);
}

static void release_series(struct series *s)
{
    for (size_t i = 0; i < s->count; i++)
        temp_file_remove(&s->files[i]);
}

static void run(const struct amounts *all, size_t count, uint64_t requests, struct analysis *ret)
{
    const struct heap_load_options o = {0};
    struct series s;
    struct trend t;
    struct err err = {0};
    char *files[4];
    make_series(&s, all, count, 5);
    for (size_t i = 0; i < count; i++)
        files[i] = s.files[i].path;
    if (!trend_of_files(files, count, &o, &t, NULL, &err))
        fail_msg("%s", err.msg);
    assert_true(t.one_process);
    t.requests = requests;
    *ret = (struct analysis){0};
    if (!rules_run_on_trend(&t, ret, &err))
        fail_msg("%s", err.msg);
    trend_release(&t);
    release_series(&s);
}

static void expect_nothing(const struct amounts *all, size_t count)
{
    struct analysis a;
    run(all, count, 0, &a);
    for (size_t i = 0; i < a.finding_count; i++)
        assert_int_equal(a.findings[i].severity, SEVERITY_INFO);
    analysis_release(&a);
}

/* The only finding. */
static const struct finding *expect_one(const struct amounts *all, size_t count, uint64_t requests,
                                        const char *variable, struct analysis *a)
{
    run(all, count, requests, a);
    assert_int_equal(a->finding_count, 1);
    const struct finding *f = &a->findings[0];
    assert_string_equal(f->variable, variable);
    assert_int_equal(f->severity, SEVERITY_LEAK);
    assert_int_equal(f->growth.snapshots, count);
    return f;
}

static bool says(const struct finding *f, const char *text)
{
    for (size_t i = 0; i < f->evidence_count; i++) {
        if (strstr(f->evidence[i].text, text))
            return true;
    }
    return false;
}

/* -- tests -- */

static void test_map(void **state)
{
    (void)state;
    const struct amounts all[] = {{.sessions = 50}, {.sessions = 250}};
    struct analysis a;
    const struct finding *f = expect_one(all, 2, 200, "sessions", &a);
    assert_string_equal(f->rule, "growth");
    assert_string_equal(f->script, "/srv/app/lib/store.js");
    assert_string_equal(f->kind, "Map");
    assert_int_equal(f->entries, 250);
    assert_int_equal(f->growth.entries, 200);
    assert_int_equal(f->growth.requests, 200);
    /* each entry: the value, its key, and the table's part */
    assert_int_equal(f->retained_bytes, 200 * (ENTRY_BYTES + 40 + 16));
    assert_int_equal(f->growth.bytes, f->retained_bytes);
    assert_true(says(f, "50, then 250"));
    assert_true(says(f, "200 entries were gained by 200 requests"));
    assert_true(says(f, "/cart/"));
    assert_true(says(f, "new since the first snapshot"));
    assert_true(f->advice_count > 0);
    unsigned sure = f->confidence;
    analysis_release(&a);
    f = expect_one(all, 2, 0, "sessions", &a);
    assert_true(f->confidence < sure);
    analysis_release(&a);
}

static void test_nothing_grows(void **state)
{
    (void)state;
    const struct amounts same[] = {{.sessions = 250, .pages = 90, .links = 400},
                                   {.sessions = 250, .pages = 90, .links = 400}};
    const struct amounts back[] = {{.sessions = 300}, {.sessions = 450}, {.sessions = 440}};
    const struct amounts little[] = {{.sessions = 50}, {.sessions = 85}};
    const struct amounts jump[] = {{.sessions = 50}, {.sessions = 440}, {.sessions = 445}};
    expect_nothing(same, 2);
    expect_nothing(back, 3);
    expect_nothing(little, 2);
    expect_nothing(jump, 3);
}

/* Bytecode and what only it holds. */
static void test_code(void **state)
{
    (void)state;
    const struct amounts all[] = {{.sessions = 50}, {.sessions = 50, .code = 5000000}};
    expect_nothing(all, 2);
}

static void test_bound(void **state)
{
    (void)state;
    const struct amounts lru[] = {{.pages = 50}, {.pages = 300}, {.pages = 440}};
    const struct amounts script[] = {{.sessions = 50, .has_source = true},
                                     {.sessions = 300, .has_source = true}};
    expect_nothing(lru, 3);
    expect_nothing(script, 2);
}

static void test_framework(void **state)
{
    (void)state;
    static const char *const scripts[] = {"/srv/app/node_modules/next/dist/server/lib/x.js",
                                          "node:internal/timers", "/srv/node_modules/pg/pool.js"};
    for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
        const struct amounts all[] = {{.sessions = 50, .script = scripts[i]},
                                      {.sessions = 250, .script = scripts[i]}};
        expect_nothing(all, 2);
    }
}

/* A package that gains an entry a request leaks. */
static void test_package(void **state)
{
    (void)state;
    static const char script[] = "/srv/app/node_modules/leaky-sdk/index.js";
    const struct amounts all[] = {{.sessions = 50, .script = script},
                                  {.sessions = 250, .script = script}};
    struct analysis a;
    expect_one(all, 2, 200, "sessions", &a);
    analysis_release(&a);
}

static void test_list(void **state)
{
    (void)state;
    const struct amounts all[] = {{.links = 10}, {.links = 440}};
    struct analysis a;
    const struct finding *f = expect_one(all, 2, 430, "lastVisit", &a);
    assert_string_equal(f->rule, "growth");
    assert_true(f->retained_bytes > 425 * ENTRY_BYTES && f->retained_bytes <= 430 * ENTRY_BYTES);
    assert_true(says(f, "hold each other in a row"));
    analysis_release(&a);
}

/* Neither Map has the values alone. */
static void test_shared_values(void **state)
{
    (void)state;
    const struct amounts all[] = {{.shared = 50}, {.shared = 300}};
    struct analysis a;
    const struct finding *f = expect_one(all, 2, 250, "byId", &a);
    assert_int_equal(f->growth.entries, 250);
    assert_true(f->retained_bytes >= 250 * ENTRY_BYTES);
    analysis_release(&a);
}

/* cart = [...cart, item] */
static void test_new_array_each_time(void **state)
{
    (void)state;
    const struct amounts all[] = {{.cart = 50}, {.cart = 250}, {.cart = 450}};
    struct analysis a;
    const struct finding *f = expect_one(all, 3, 400, "cart", &a);
    assert_int_equal(f->growth.entries, 400);
    assert_int_equal(f->growth.bytes, 400 * ENTRY_BYTES);
    analysis_release(&a);
}

/* What is there from the last snapshot on may be a table that was loaded. */
static void test_appeared(void **state)
{
    (void)state;
    const struct amounts all[] = {{.cart = 0}, {.cart = 450}};
    expect_nothing(all, 2);
}

/* Another rule's finding gets the growth. */
static void test_told_once(void **state)
{
    (void)state;
    const struct amounts all[] = {{.sessions = 400}, {.sessions = 900}};
    struct analysis a, alone;
    run(&all[1], 1, 0, &alone);
    assert_int_equal(alone.finding_count, 1);
    const struct finding *f = expect_one(all, 2, 0, "sessions", &a);
    assert_string_equal(f->rule, "module-collection");
    assert_int_equal(f->growth.entries, 500);
    assert_true(f->confidence > alone.findings[0].confidence);
    assert_true(says(f, "400, then 900"));
    analysis_release(&alone);
    analysis_release(&a);
}

static void analyze(const char *const *files, size_t count, struct analysis *ret)
{
    const struct analyze_options o = {.compare = true, .requests = 200};
    struct err err = {0};
    if (!analyze_files(files, count, &o, ret, NULL, &err))
        fail_msg("%s", err.msg);
}

static void test_among_inputs(void **state)
{
    (void)state;
    const struct amounts all[] = {{.sessions = 50}, {.sessions = 250}};
    struct series s, other;
    struct analysis a;
    make_series(&s, all, 2, 5);
    make_series(&other, all, 1, 205);
    const char *const files[] = {s.files[1].path, other.files[0].path, s.files[0].path,
                                 s.files[1].path};
    analyze(files, 4, &a);
    assert_int_equal(a.finding_count, 1);
    assert_string_equal(a.findings[0].rule, "growth");
    assert_string_equal(a.findings[0].file, s.files[1].path);
    assert_int_equal(a.findings[0].growth.entries, 200);
    assert_true(a.heap.explained_bytes > 200 * ENTRY_BYTES);
    analysis_release(&a);
    analyze(files, 2, &a); /* of two processes */
    assert_int_equal(a.finding_count, 0);
    assert_int_equal(a.input_count, 2);
    analysis_release(&a);
    release_series(&s);
    release_series(&other);
}

static void test_sketches(void **state)
{
    (void)state;
    struct process_sketch a = {.max_js_id = 9, .count = 10}, b = {.max_js_id = 99, .count = 10};
    for (uint32_t i = 0; i < 10; i++) {
        a.objects[i].id = b.objects[i].id = 1 + 1024 * i;
        a.objects[i].hash = b.objects[i].hash = 7 * i;
    }
    assert_true(sketches_may_agree(&a, &b));
    for (uint32_t i = 0; i < 5; i++)
        b.objects[i].hash++;
    assert_false(sketches_may_agree(&a, &b));
    a.count = 5; /* too few to say no */
    assert_true(sketches_may_agree(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_nothing_grows),
        cmocka_unit_test(test_code),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_framework),
        cmocka_unit_test(test_package),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_shared_values),
        cmocka_unit_test(test_new_array_each_time),
        cmocka_unit_test(test_appeared),
        cmocka_unit_test(test_told_once),
        cmocka_unit_test(test_among_inputs),
        cmocka_unit_test(test_sketches),
    };
    return cmocka_run_group_tests_name("growth", tests, NULL, NULL);
}
