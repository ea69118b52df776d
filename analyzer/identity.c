/* Versions out of a heap: see identity.h. */
#include "analyzer/identity.h"

#include "analyzer/fingerprint.h"
#include "analyzer/js_values.h"
#include "analyzer/retainers.h"
#include "analyzer/setup_facts.h"

#include <string.h>

/* -- the ladder to Next.js' version -- */

/* An object {name: "next", version: "14.2.3", ...}: its package.json, which the server reads. */
static struct str version_of_package(const struct js *js, const struct census *census)
{
    enum { LOOK_AT = 1000000 };
    const struct heap *h = js->h;
    for (size_t i = 0; i < census->named[CENSUS_NEXT_WORDS].count; i++) {
        uint32_t name = census->named[CENSUS_NEXT_WORDS].nodes[i];
        struct retainer_walk w = heap_retainers(h, name);
        for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
            uint32_t u = w.source;
            uint32_t version;
            if (!js_is_object(js, u) || js_property(js, u, JS_NAME) != name)
                continue;
            struct str text = js_text(js, js_property(js, u, JS_VERSION));
            if (next_version_parse(text, &version))
                return text;
        }
    }
    return (struct str){"", 0};
}

/* A symbol that is told apart from another copy's by the version. */
static struct str version_of_mark(const struct js *js, const struct census *census)
{
    struct str mark = strings_get(&js->h->strings, census->next_mark);
    const char *at = mark.len ? memrchr(mark.p, '@', mark.len) : NULL;
    return at ? (struct str){at + 1, (size_t)(mark.p + mark.len - at - 1)} : (struct str){"", 0};
}

/* "14.2.3", or the title of the process: "next-server (v14.2.3)". */
static struct str version_of_constant(struct str s)
{
    static const char title[] = "next-server (v";
    uint32_t version;
    if (str_starts_with(s, title) && s.p[s.len - 1] == ')')
        s = (struct str){s.p + sizeof title - 1, s.len - sizeof title};
    return next_version_parse(s, &version) ? s : (struct str){"", 0};
}

/* What `n` has an edge to that is called `name`. */
static uint32_t next_called(const struct js *js, uint32_t n, const char *name, uint64_t *e)
{
    const struct heap *h = js->h;
    for (uint64_t end = heap_first_edge(h, n + 1); *e < end; (*e)++) {
        uint32_t to = heap_edge_to(h, *e);
        if (heap_type(h, to) == NODE_CODE && str_equal(heap_name(h, to), name)) {
            (*e)++;
            return to;
        }
    }
    return NO_NODE;
}

/* The version among the constants of a function's compiled code, which V8 drops when the function
 * was not called for long. */
static struct str version_of_function(const struct js *js, uint32_t shared)
{
    const struct heap *h = js->h;
    uint64_t e = heap_first_edge(h, shared);
    uint32_t code = next_called(js, shared, "system / BytecodeArray", &e);
    if (code == NO_NODE)
        return (struct str){"", 0};
    uint64_t p = heap_first_edge(h, code);
    for (uint32_t pool; (pool = next_called(js, code, "(constant pool)", &p)) != NO_NODE;) {
        for (uint64_t c = heap_first_edge(h, pool), end = heap_first_edge(h, pool + 1); c < end;
             c++) {
            struct str version = version_of_constant(js_text(js, heap_edge_to(h, c)));
            if (version.len)
                return version;
        }
    }
    return (struct str){"", 0};
}

static bool is_of_next(const struct js *js, uint32_t shared)
{
    uint32_t script = js_script_of_shared(js, shared);
    struct str path = script == NO_NODE ? (struct str){"", 0} : heap_name(js->h, script);
    return memmem(path.p, path.len, "/next/dist/", strlen("/next/dist/"));
}

static struct str version_of_code(const struct js *js, const struct census *census)
{
    const struct node_list *code = &census->named[CENSUS_VERSION_CODE];
    for (size_t i = 0; i < code->count; i++) {
        struct str version = {"", 0};
        if (is_of_next(js, code->nodes[i]))
            version = version_of_function(js, code->nodes[i]);
        if (version.len)
            return version;
    }
    return (struct str){"", 0};
}

static const struct {
    struct str (*find)(const struct js *js, const struct census *census);
    enum certainty certainty;
    const char *source;
} rungs[] = {
    {version_of_package, CERTAINTY_EXACT, "the package.json of next in the heap"},
    {version_of_mark, CERTAINTY_EXACT, "a symbol of next with its version"},
    {version_of_code, CERTAINTY_LIKELY, "a constant in the code of next"},
};

/* -- what was found -- */

static void set_version(struct analysis *a, enum certainty certainty, const char *source,
                        const char *version, uint32_t from, uint32_t to)
{
    struct next_info *next = &a->next;
    next->found = true;
    next->certainty = certainty;
    next->source = source;
    next->version = version;
    next->version_min = from;
    next->version_max = to;
}

static bool identify_exactly(const struct js *js, const struct census *census, struct analysis *a)
{
    for (size_t i = 0; i < ARRAY_LEN(rungs) && a->next.certainty < rungs[i].certainty; i++) {
        struct str version = rungs[i].find(js, census);
        uint32_t number;
        if (!version.len || !next_version_parse(version, &number))
            continue;
        set_version(a, rungs[i].certainty, rungs[i].source,
                    arena_strndup(&a->arena, version.p, version.len), number, number);
        return true;
    }
    return a->next.certainty >= CERTAINTY_LIKELY;
}

static void identify_roughly(const struct js *js, const struct census *census, struct analysis *a)
{
    struct fingerprint f;
    fingerprint_take(js, census, &f);
    if (!f.found) {
        a->next.found |= census->named[CENSUS_NEXT_SERVERS].count > 0;
        return;
    }
    const char *text =
        f.from ? next_versions_text(f.from, f.to, &a->arena)
               : arena_printf(&a->arena, "up to %s", next_version_text(f.to, &a->arena));
    set_version(a, CERTAINTY_RANGE, f.source, text, f.from, f.to);
}

/* -- Node and V8 -- */

/* Names of V8's own that left or came with a version, where no process object tells it. */
static const char *node_by_shape(const struct js *js)
{
    if (js->name[JS_SHARED] == NO_STRING || js->name[JS_SCRIPT] == NO_STRING)
        return NULL;
    if (js->name[JS_SCRIPT_OR_DEBUG_INFO] != NO_STRING)
        return "21 or older";
    return js->name[JS_ODDBALL] != NO_STRING ? "22 or 23" : "24 or newer";
}

static void identify_node(const struct js *js, const struct census *census, struct analysis *a)
{
    struct str node = js_text(js, js_property(js, census->process, JS_VERSION));
    struct str v8 = js_text(
        js, js_property_named(js, js_property_named(js, census->process, "versions"), "v8"));
    if (node.len > 1 && node.p[0] == 'v')
        a->next.node_version = arena_strndup(&a->arena, node.p + 1, node.len - 1);
    else
        a->runtime.node_range = node_by_shape(js);
    if (v8.len)
        a->runtime.v8_version = arena_strndup(&a->arena, v8.p, v8.len);
}

bool heap_identify(const struct js *js, const struct census *census, struct analysis *a,
                   struct err *err)
{
    if (a->next.certainty < CERTAINTY_EXACT && !identify_exactly(js, census, a))
        identify_roughly(js, census, a);
    identify_node(js, census, a);
    setup_facts_take(js, census, a);
    return !a->arena.failed || err_nomem(err, 0, "the versions");
}
