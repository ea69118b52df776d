/* A model built by hand, as an analysis of a leaking server would leave it, for the renderers'
 * tests; and a sink that keeps what it is given.
 */
#ifndef MORTEM_TESTS_MODEL_FIXTURE_H
#define MORTEM_TESTS_MODEL_FIXTURE_H

#include "analyzer/analysis.h"
#include "base/buf.h"
#include "report/report.h"

/* The model and the storage of its parts. */
struct fixture {
    struct analysis a;
    struct input_info inputs[3];
    const char *routes[2];
    struct next_option options[1];
    struct class_row classes[2];
    struct finding findings[2];
    struct path_step path[3];
    struct evidence finding_evidence[1];
    struct advice finding_advice[1];
    struct death deaths[2];
    struct evidence death_evidence[1];
    struct advice death_advice[2];
};

static inline void fixture_init_findings(struct fixture *f)
{
    f->path[0] = (struct path_step){NULL, "(Global handles)", 19};
    f->path[1] = (struct path_step){"pageCache (variable)", "Map", 4711};
    f->path[2] = (struct path_step){"[17]", "\"a customer's name\"", 0};
    f->finding_evidence[0] =
        (struct evidence){"1,200 keys look like /product/#####", NULL, 0, 4711};
    f->finding_advice[0] =
        (struct advice){"Bound the cache", "It grows with each new page.", "next.config.js",
                        "module.exports = {\n\tcacheMaxMemorySize: 50000000,\n}\n"};
    f->findings[0] = (struct finding){
        .rule = "isr-cache",
        .severity = SEVERITY_LEAK,
        .confidence = 95,
        .title = "The ISR cache keeps 1,200 rendered pages.",
        .variable = "pageCache",
        .script = ".next/server/pages/product/[id].js",
        .entries = 1200,
        .retained_bytes = 412345678,
        .node = 3,
        .node_id = 4711,
        .file = "app.heapsnapshot",
        .path = f->path,
        .path_count = 3,
        .evidence = f->finding_evidence,
        .evidence_count = 1,
        .advice = f->finding_advice,
        .advice_count = 1,
    };
    f->findings[1] = (struct finding){.rule = "timers",
                                      .severity = SEVERITY_INFO,
                                      .confidence = 40,
                                      .title = "11 timers are pending",
                                      .retained_bytes = 999,
                                      .node = UINT32_MAX,
                                      .file = "other.heapsnapshot"};
}

static inline void fixture_init_deaths(struct fixture *f)
{
    f->death_evidence[0] = (struct evidence){
        "Memory cgroup out of memory: Killed process 523 (next-server (v1)", "dmesg.log", 1234, 0};
    f->death_advice[0] = (struct advice){"Lower the heap limit below the container's", NULL, NULL,
                                         "export NODE_OPTIONS=--max-old-space-size=384"};
    f->death_advice[1] = f->finding_advice[0];
    f->deaths[0] = (struct death){
        .cause = DEATH_CGROUP_OOM,
        .pid = 523,
        .comm = "next-server (v1",
        .is_node = true,
        .time = "2026-11-23 14:54:16",
        .title = "The kernel killed next-server (v1 at the limit of its memory cgroup.",
        .evidence = f->death_evidence,
        .evidence_count = 1,
        .advice = f->death_advice,
        .advice_count = 2,
    };
    f->deaths[1] = (struct death){
        .cause = DEATH_KERNEL_OOM, .comm = "mysqld", .title = "The kernel killed mysqld"};
}

static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){0};
    f->inputs[0] = (struct input_info){
        "app.heapsnapshot", INPUT_HEAP_SNAPSHOT, 793234567, true, ERR_NONE, NULL, {0}};
    f->inputs[1] = (struct input_info){"dmesg.log", INPUT_LOG, 12345, true, ERR_NONE, NULL, {0}};
    f->inputs[2] = (struct input_info){
        "cut.heapsnapshot",
        INPUT_HEAP_SNAPSHOT,
        4096,
        false,
        ERR_INPUT,
        "cut.heapsnapshot: byte 4096: expected ',' or ']' in nodes, found the end",
        {0}};
    f->classes[0] = (struct class_row){"Map", 12, 384, 412345678, 3};
    f->classes[1] = (struct class_row){"(system)", 1200300, 57912345, 57912345, 100000001};
    fixture_init_findings(f);
    fixture_init_deaths(f);
    struct analysis *a = &f->a;
    a->inputs = f->inputs;
    a->input_count = 3;
    a->next = (struct next_info){.found = true,
                                 .version = "14.2.3",
                                 .certainty = CERTAINTY_EXACT,
                                 .source = "package.json of next in the heap",
                                 .version_min = 14002003,
                                 .version_max = 14002003,
                                 .node_version = "20.x"};
    a->next.bundler = BUNDLER_WEBPACK;
    a->next.server = NEXT_SERVER_START;
    a->next.routers = ROUTER_PAGES | ROUTER_APP;
    a->next.cache_handler = "/srv/shop/cache-handler.js";
    f->routes[0] = "/blog/[slug]";
    f->routes[1] = "/";
    a->next.routes = f->routes;
    a->next.route_count = 2;
    a->next.routes_total = 31;
    f->options[0] = (struct next_option){"cacheMaxMemorySize", "0"};
    a->next.options = f->options;
    a->next.option_count = 1;
    a->runtime = (struct runtime_info){.v8_version = "11.3.244.8-node.38",
                                       .framework = "Express",
                                       .pm2 = "cluster",
                                       .images = "sharp"};
    a->heap = (struct heap_summary){
        .present = true,
        .file = "app.heapsnapshot",
        .nodes = 11400000,
        .edges = 27200000,
        .total_bytes = 793234567,
        .code_bytes = 12000000,
        .string_bytes = 300000000,
        .js_array_bytes = 5000000,
        .typed_array_bytes = 1000000,
        .system_bytes = 2000000,
        .native_bytes = 1500000,
        .top_classes = f->classes,
        .top_class_count = 2,
    };
    a->findings = f->findings;
    a->finding_count = 2;
    a->deaths = f->deaths;
    a->death_count = 2;
}

static inline void fixture_set_evidence(struct evidence *e, const char *text)
{
    e->text = e->file = text;
}

static inline void fixture_set_advice(struct advice *ad, const char *text)
{
    ad->title = ad->why = ad->where = ad->paste = text;
}

/* Every text of the model becomes `text`. */
static inline void fixture_set_texts(struct fixture *f, const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(f->inputs); i++)
        f->inputs[i].file = f->inputs[i].remark = text;
    for (size_t i = 0; i < ARRAY_LEN(f->classes); i++)
        f->classes[i].name = text;
    for (size_t i = 0; i < ARRAY_LEN(f->path); i++)
        f->path[i].edge = f->path[i].node = text;
    for (size_t i = 0; i < ARRAY_LEN(f->findings); i++) {
        struct finding *fi = &f->findings[i];
        fi->rule = fi->title = fi->variable = fi->script = fi->file = text;
    }
    for (size_t i = 0; i < ARRAY_LEN(f->deaths); i++)
        f->deaths[i].comm = f->deaths[i].time = f->deaths[i].title = text;
    for (size_t i = 0; i < ARRAY_LEN(f->death_advice); i++)
        fixture_set_advice(&f->death_advice[i], text);
    fixture_set_advice(&f->finding_advice[0], text);
    fixture_set_evidence(&f->finding_evidence[0], text);
    fixture_set_evidence(&f->death_evidence[0], text);
    f->a.heap.file = text;
    f->a.next.version = f->a.next.source = f->a.next.node_version = f->a.next.cache_handler = text;
    f->routes[0] = f->routes[1] = f->options[0].key = f->options[0].value = text;
    f->a.runtime = (struct runtime_info){text, text, text, text, text};
}

/* What a name in a heap or a line in a log may hold. */
static const char *const hostile_texts[] = {
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred", /* escapes */
    "a\nWhat killed it  nobody\r\tb",     /* lines of the report's own */
    "\xC2\x9B"
    "31mC1", /* CSI as one character */
    "\xE2\x80\xAE"
    "gpj.exe\xE2\x81\xA6",                 /* bidi override and isolate */
    "zero\xE2\x80\x8Bwidth\xEF\xBB\xBF",   /* invisible */
    "cut\xE4\xB8",                         /* UTF-8 cut short */
    "\xFF\xFE\x80\xC0\xAF\xF8\x88",        /* no UTF-8 at all, overlong */
    "lone\xED\xA0\x80high\xED\xBF\xBFlow", /* WTF-8 surrogates */
    "\xF4\x90\x80\x80",                    /* above U+10FFFF */
    "\x7F\x01\x02\x08\x0E",                /* controls */
    "quote\"back\\slash</script>$(rm)`",   /* other media */
    "\xE6\xBC\xA2\xE5\xAD\x97\xF0\x9F\x98\x80 wide",
    "",
};

struct kept {
    struct buf text;
    size_t limit; /* refuses when more than this would be kept; 0: never */
};

static inline bool keep(void *ctx, const char *bytes, size_t len)
{
    struct kept *k = ctx;
    if (k->limit && k->text.len + len > k->limit)
        return false;
    buf_append(&k->text, bytes, len);
    return true;
}

static inline struct report_sink keeper(struct kept *k)
{
    return (struct report_sink){keep, k};
}

#endif
