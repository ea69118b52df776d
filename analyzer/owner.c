/* Who holds an object: see owner.h. */
#include "analyzer/owner.h"

#include "analyzer/retainers.h"

#include <string.h>

/* Retainers looked at a hop, and edges of one retainer searched: a hub would cost too much and
 * names nothing. */
#define RETAINERS_MAX 64
#define EDGES_MAX 200000

/* How much a retainer tells, best first. */
enum rank {
    RANK_CONTEXT_USER,
    RANK_CONTEXT_PACKAGE,
    RANK_CONTEXT,
    RANK_GLOBAL,
    RANK_STATIC,
    RANK_PROPERTY,
    RANK_ELEMENT,
    RANK_INTERNAL,
    RANK_NONE,
};

bool edge_between(const struct heap *h, uint32_t u, uint32_t n, uint64_t *ret_edge)
{
    uint64_t first = heap_first_edge(h, u), end = heap_first_edge(h, u + 1);
    for (uint64_t e = first; e < end; e++) {
        if (heap_edge_to(h, e) == n && heap_edge_type(h, e) != EDGE_WEAK) {
            *ret_edge = e;
            return true;
        }
    }
    return false;
}

static bool is_process(const struct js *js, uint32_t u)
{
    return heap_type(js->h, u) == NODE_OBJECT && str_equal(heap_name(js->h, u), "process");
}

static bool is_global_object(const struct js *js, uint32_t u)
{
    struct str name = heap_name(js->h, u);
    return heap_type(js->h, u) == NODE_OBJECT &&
           (str_starts_with(name, "global") || str_starts_with(name, "Object [global]") ||
            is_process(js, u));
}

/* V8's own bookkeeping: it retains, and tells nothing. */
static bool is_bookkeeping(const struct js *js, uint32_t u)
{
    static const char *const names[] = {
        "system / Feedback", "system / PropertyCell", "system / PropertyArray", "system / Weak",
        "Feedback",          "Node / CleanupQueue"};
    enum node_type t = heap_type(js->h, u);
    struct str name = heap_name(js->h, u);
    if (t == NODE_CODE || t == NODE_SYNTHETIC || t == NODE_OBJECT_SHAPE)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_starts_with(name, names[i]))
            return true;
    }
    return false;
}

static enum rank context_rank(const struct js *js, uint32_t context)
{
    uint32_t script = js_script_of_context(js, context);
    if (script == NO_NODE)
        return RANK_CONTEXT;
    enum script_kind k = script_kind(heap_name(js->h, script));
    return k == SCRIPT_USER      ? RANK_CONTEXT_USER
           : k == SCRIPT_PACKAGE ? RANK_CONTEXT_PACKAGE
                                 : RANK_CONTEXT;
}

/* V8's own functions keep things in such slots too: those have no script. */
static enum rank variable_of_block(const struct js *js, uint32_t u)
{
    enum rank r = js_is_context(js, u) ? context_rank(js, u) : RANK_NONE;
    return r == RANK_CONTEXT_USER || r == RANK_CONTEXT_PACKAGE ? r : RANK_NONE;
}

static enum rank rank_edge(const struct js *js, uint32_t u, uint64_t e)
{
    const struct heap *h = js->h;
    switch (heap_edge_type(h, e)) {
    case EDGE_CONTEXT:
        return context_rank(js, u);
    case EDGE_PROPERTY:
    case EDGE_OTHER:
        if (heap_edge_name(h, e) == js->name[JS_PROTO])
            return RANK_NONE;
        if (is_global_object(js, u))
            return RANK_GLOBAL;
        return heap_type(h, u) == NODE_CLOSURE ? RANK_STATIC : RANK_PROPERTY;
    case EDGE_ELEMENT:
        return RANK_ELEMENT;
    case EDGE_INTERNAL:
        return heap_edge_name(h, e) == js->name[JS_PREVIOUS] ||
                       heap_edge_name(h, e) == js->name[JS_MAP_EDGE]
                   ? RANK_NONE
                   : RANK_INTERNAL;
    case EDGE_HIDDEN:
        return variable_of_block(js, u);
    case EDGE_SHORTCUT:
    case EDGE_WEAK:
        break;
    }
    return RANK_NONE;
}

static bool was_visited(const struct owner *o, uint32_t n, uint32_t u)
{
    for (unsigned i = 0; i < o->hop_count; i++) {
        if (o->hops[i].node == u)
            return true;
    }
    return u == n;
}

/* The best retainer of `at`: by rank, then the nearest to the roots, then the first. */
static enum rank best_retainer(const struct js *js, const struct owner *o, uint32_t n, uint32_t at,
                               struct owner_hop *ret)
{
    const struct heap *h = js->h;
    enum rank best = RANK_NONE;
    struct retainer_walk w = heap_retainers(h, at);
    for (unsigned seen = 0; seen < RETAINERS_MAX && retainer_next(&w); seen++) {
        uint32_t u = w.source;
        uint64_t e;
        if (is_bookkeeping(js, u) || was_visited(o, n, u) ||
            heap_first_edge(h, u + 1) - heap_first_edge(h, u) > EDGES_MAX ||
            !edge_between(h, u, at, &e))
            continue;
        enum rank r = rank_edge(js, u, e);
        if (r < best ||
            (r == best && r != RANK_NONE && heap_distance(h, u) < heap_distance(h, ret->node))) {
            best = r;
            *ret = (struct owner_hop){.node = u, .edge = e};
        }
    }
    return best;
}

static void finish(const struct js *js, struct owner *o, enum rank r)
{
    uint32_t holder = o->hops[o->hop_count - 1].node;
    o->holder = holder;
    if (r <= RANK_CONTEXT) {
        o->kind = OWNER_VARIABLE;
        o->script = js_script_of_context(js, holder);
    } else if (r == RANK_GLOBAL) {
        o->kind = OWNER_GLOBAL;
    } else {
        o->kind = OWNER_STATIC;
        o->script = js_script_of_closure(js, holder);
    }
}

/* A function that a package made, with a table as its property (`memoize(f).cache`), tells less
 * than the user's variable that holds it. */
static enum rank past_made_function(const struct js *js, struct owner *o, uint32_t n, enum rank r)
{
    struct owner_hop hop = {0};
    uint32_t closure = o->hops[o->hop_count - 1].node;
    uint32_t script = js_script_of_closure(js, closure);
    if (o->hop_count == OWNER_HOPS_MAX || script == NO_NODE ||
        script_kind(heap_name(js->h, script)) == SCRIPT_USER ||
        best_retainer(js, o, n, closure, &hop) != RANK_CONTEXT_USER)
        return r;
    o->hops[o->hop_count++] = hop;
    return RANK_CONTEXT_USER;
}

void owner_find(const struct js *js, uint32_t n, struct owner *ret)
{
    *ret = (struct owner){.holder = NO_NODE, .script = NO_NODE};
    uint32_t at = n;
    while (ret->hop_count < OWNER_HOPS_MAX) {
        struct owner_hop hop = {0};
        enum rank r = best_retainer(js, ret, n, at, &hop);
        if (r == RANK_NONE)
            return;
        ret->hops[ret->hop_count++] = hop;
        if (r <= RANK_STATIC) {
            finish(js, ret, r == RANK_STATIC ? past_made_function(js, ret, n, r) : r);
            return;
        }
        at = hop.node;
    }
}

static bool is_identifier(struct str s)
{
    if (!s.len || (s.p[0] >= '0' && s.p[0] <= '9'))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '$' && c != '#' && c < 0x80)
            return false;
    }
    return true;
}

/* "<symbol kCache>" is how V8 names a property whose key is a symbol. */
static bool is_symbol(struct str s, struct str *ret_inside)
{
    static const char opening[] = "<symbol ";
    size_t before = sizeof opening - 1;
    if (!str_starts_with(s, opening) || s.len < before + 1 || s.p[s.len - 1] != '>')
        return false;
    *ret_inside = (struct str){s.p + before, s.len - before - 1};
    return true;
}

static void put_symbol(struct str inside, struct buf *out)
{
    buf_puts(out, "[Symbol(");
    buf_append(out, inside.p, inside.len);
    buf_puts(out, ")]");
}

void edge_put_accessor(const struct heap *h, uint64_t e, struct buf *out)
{
    enum { SHOWN = 60 };
    uint32_t name = heap_edge_name(h, e);
    enum edge_type t = heap_edge_type(h, e);
    struct str s = strings_get(&h->strings, name), symbol;
    if (edge_type_is_indexed(t)) {
        buf_printf(out, "[%u]", name);
    } else if (is_symbol(s, &symbol)) {
        put_symbol(symbol, out);
    } else if (is_identifier(s)) {
        buf_putc(out, '.');
        buf_append(out, s.p, s.len);
    } else {
        buf_printf(out, "[\"%.*s%s\"]", (int)min_u64(s.len, SHOWN), s.p, s.len > SHOWN ? ".." : "");
    }
}

/* A short name is the bundler's. */
static bool is_minified(struct str name)
{
    return name.len <= 2;
}

/* "get sessions" is how V8 names an accessor: bundlers make one for each export. "" for others, and
 * for names that every page's module exports. */
static struct str exported_by(const struct heap *h, uint64_t e)
{
    static const char opening[] = "get ";
    static const char *const of_pages[] = {"default",
                                           "__esModule",
                                           "config",
                                           "getServerSideProps",
                                           "getStaticProps",
                                           "routeModule",
                                           "getStaticPaths",
                                           "getInitialProps",
                                           "generateMetadata",
                                           "handler",
                                           "metadata",
                                           "dynamic",
                                           "revalidate",
                                           "runtime",
                                           "generateStaticParams"};
    struct str name = strings_get(&h->strings, heap_edge_name(h, e));
    if (heap_edge_type(h, e) != EDGE_PROPERTY || !str_starts_with(name, opening))
        return (struct str){"", 0};
    name.p += sizeof opening - 1;
    name.len -= sizeof opening - 1;
    for (size_t i = 0; i < ARRAY_LEN(of_pages); i++) {
        if (str_equal(name, of_pages[i]))
            return (struct str){"", 0};
    }
    return is_minified(name) ? (struct str){"", 0} : name;
}

static bool same_text(struct str a, struct str b)
{
    return a.len == b.len && !memcmp(a.p, b.p, a.len);
}

#define EXPORTS_MAX 4

struct exports {
    struct str names[EXPORTS_MAX + 1];
    size_t count;
};

static void add_export(struct exports *x, struct str name)
{
    for (size_t i = 0; i < x->count; i++) {
        if (same_text(x->names[i], name))
            return;
    }
    if (name.len && x->count <= EXPORTS_MAX)
        x->names[x->count++] = name;
}

/* What accessors among a module's functions export. */
static void find_exports(const struct js *js, uint32_t context, struct exports *ret)
{
    const struct heap *h = js->h;
    struct retainer_walk w = heap_retainers(h, context);
    for (unsigned seen = 0; seen < RETAINERS_MAX && retainer_next(&w); seen++) {
        if (heap_type(h, w.source) != NODE_CLOSURE ||
            js_context_of_closure(js, w.source) != context || heap_flags(h, w.source) & FLAG_HUB)
            continue;
        struct retainer_walk outer = heap_retainers(h, w.source);
        for (unsigned k = 0; k < RETAINERS_MAX && retainer_next(&outer); k++) {
            uint64_t e;
            if (js_is_object(js, outer.source) && edge_between(h, outer.source, w.source, &e))
                add_export(ret, exported_by(h, e));
        }
    }
}

void owner_put_exports(const struct js *js, const struct owner *o, struct buf *out)
{
    const struct heap *h = js->h;
    struct exports x = {.count = 0};
    if (o->kind != OWNER_VARIABLE || heap_flags(h, o->holder) & FLAG_HUB ||
        !is_minified(js_variable_name(js, o->holder, o->hops[o->hop_count - 1].edge)))
        return;
    find_exports(js, o->holder, &x);
    for (size_t i = 0; i < x.count && x.count <= EXPORTS_MAX; i++) {
        buf_puts(out, i ? ", " : x.count > 1 ? "exports " : "export ");
        buf_append(out, x.names[i].p, min_u64(x.names[i].len, 60));
    }
}

void owner_put_variable(const struct js *js, const struct owner *o, struct buf *out)
{
    const struct heap *h = js->h;
    struct str symbol;
    uint64_t e = o->hops[o->hop_count ? o->hop_count - 1 : 0].edge;
    if (o->kind == OWNER_NONE)
        return;
    struct str name = o->kind == OWNER_VARIABLE ? js_variable_name(js, o->holder, e)
                                                : strings_get(&h->strings, heap_edge_name(h, e));
    if (o->kind == OWNER_GLOBAL)
        buf_puts(out, is_process(js, o->holder) ? "process" : "globalThis");
    if (o->kind == OWNER_STATIC) {
        struct str f = heap_name(h, o->holder);
        buf_append(out, f.p, f.len);
    }
    if (o->kind == OWNER_VARIABLE && !name.len) {
        buf_puts(out, "(a variable of a block)");
    } else if (o->kind == OWNER_VARIABLE) {
        buf_append(out, name.p, name.len);
    } else if (is_symbol(name, &symbol)) {
        put_symbol(symbol, out);
    } else {
        buf_putc(out, '.');
        buf_append(out, name.p, name.len);
    }
}

/* Internal hops (a table, its slots) are left out: nobody writes them. */
void owner_put_accessor(const struct js *js, const struct owner *o, struct buf *out)
{
    owner_put_variable(js, o, out);
    for (unsigned i = o->hop_count - (o->kind != OWNER_NONE); i-- > 0;) {
        if (heap_edge_type(js->h, o->hops[i].edge) != EDGE_INTERNAL)
            edge_put_accessor(js->h, o->hops[i].edge, out);
    }
}

struct str owner_script(const struct js *js, const struct owner *o)
{
    return o->script == NO_NODE ? (struct str){"", 0} : heap_name(js->h, o->script);
}

enum script_kind owner_script_kind(const struct js *js, const struct owner *o)
{
    static const char *const framework[] = {
        "__next",        "__NEXT",      "__incrementalCache", "<symbol next",
        "<symbol @next", "__turbopack", "webpackChunk",       "AsyncLocalStorage"};
    static const char *const process[] = {"_",       "env",      "config",   "moduleLoadList",
                                          "release", "versions", "features", "allowed"};
    if (o->kind != OWNER_GLOBAL)
        return script_kind(owner_script(js, o));
    struct str name =
        strings_get(&js->h->strings, heap_edge_name(js->h, o->hops[o->hop_count - 1].edge));
    for (size_t i = 0; i < ARRAY_LEN(framework); i++) {
        if (str_starts_with(name, framework[i]))
            return SCRIPT_FRAMEWORK;
    }
    for (size_t i = 0; i < ARRAY_LEN(process) && is_process(js, o->holder); i++) {
        if (str_starts_with(name, process[i]))
            return SCRIPT_CORE;
    }
    return SCRIPT_USER;
}
