/* Small random heaps: see random_heap.h. */
#include "tests/unit/random_heap.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* xorshift64*, S. Vigna. */
uint32_t random_below(uint64_t *state, uint32_t bound)
{
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return (uint32_t)((x * UINT64_C(0x2545F4914F6CDD1D) >> 32) * bound >> 32);
}

static bool chance(uint64_t *x, unsigned percent)
{
    return random_below(x, 100) < percent;
}

#define PICK(x, array) (array)[random_below(x, ARRAY_LEN(array))]

static const char *const node_names[] = {
    "Object",
    "Object",
    "Object",
    "Object",
    "Array",
    "(map descriptors)",
    "system / NativeContext",
    "system / NativeContext / u",
    "system / Context",
    "<div id=\"x\">",
    "<div>",
    "<div class=\"a b\">",
    "Detached <span a>",
    "Detached <p>",
    "<p",
    "(Document DOM trees)",
    "system / ExternalStringData",
    "system / JSArrayBufferData",
    "Function",
    "(string)",
    "Foo",
    "Bar",
    "{a, b}",
    "Detached Foo",
    "42",
    "h\xC3\xA9llo",
    "\xF0\x9F\x98\x80x",
    "\xED\xA0\xBDlone",
    "line\nbreak",
    "RegExp",
    "(system)",
    "(GC roots)",
    "(quark)",
};

static const char *const edge_names[] = {
    "__proto__",
    "a",
    "b",
    "c",
    "a",
    "b",
    "a,b",
    "q\"uo",
    "tab\t{",
    "nul\x01'",
    "map",
    "elements",
    "sloppy_function_map",
    "first",
    "1",
    "4",
    "12abc",
    " 7",
    "-7",
    "+4",
    "abc",
    "value",
    "\xD0\xB6",
    "\xF0\x9F\x98\x80",
    "\xED\xA0\xBD,",
    "toString",
    "",
    "",
    "",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0"
    "\xB6"
    "\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0"
    "\xB6"
    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
    "yy",
};

/* Properties of plain objects: few, so that interfaces share them ... */
static const char *const common_names[] = {"a", "b", "c"};
/* ... and of such lengths that two or three just fit an interface's name, or just do not. */
static const char *const tight_names[] = {
    "c",
    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\xF0\x9F\x98\x80",
    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\xD0\xB6,",
};

static uint32_t intern(struct model *m, const char *text)
{
    for (uint32_t i = 0; i < m->string_count; i++) {
        if (!strcmp(m->strings[i], text))
            return i;
    }
    assert(m->string_count < MODEL_STRINGS);
    m->strings[m->string_count] = strdup(text);
    return m->string_count++;
}

static uint64_t random_size(uint64_t *x)
{
    static const uint64_t some[] = {0, 0, 8, 16, 24, 40, 4294967294u, 4294967295u, 5368709120u};
    unsigned k = random_below(x, 40);
    return k < ARRAY_LEN(some) ? some[k] : random_below(x, 1000);
}

static void make_nodes(struct model *m, uint64_t *x)
{
    static const unsigned types[] = {
        NODE_HIDDEN,    NODE_HIDDEN,      NODE_HIDDEN,        NODE_ARRAY,        NODE_ARRAY,
        NODE_ARRAY,     NODE_STRING,      NODE_OBJECT,        NODE_OBJECT,       NODE_OBJECT,
        NODE_OBJECT,    NODE_CODE,        NODE_OBJECT,        NODE_OBJECT,       NODE_CLOSURE,
        NODE_REGEXP,    NODE_NUMBER,      NODE_NATIVE,        NODE_NATIVE,       NODE_NATIVE,
        NODE_SYNTHETIC, NODE_CONS_STRING, NODE_SLICED_STRING, NODE_SYMBOL,       NODE_BIGINT,
        NODE_NATIVE,    NODE_SYNTHETIC,   NODE_WASM_OBJECT,   NODE_OBJECT_SHAPE, NODE_TYPE_KNOWN,
    };
    static const char *const roots[] = {"(GC roots)", "(Stack roots)", "(Document DOM trees)"};
    bool floods = chance(x, 60);
    uint32_t id = 1 + random_below(x, 5);
    for (uint32_t n = 0; n < m->node_count; n++, id += 1 + random_below(x, 4)) {
        struct model_node *v = &m->nodes[n];
        v->type = n != m->root ? PICK(x, types) : chance(x, 95) ? NODE_SYNTHETIC : NODE_OBJECT;
        bool root = v->type == NODE_SYNTHETIC && chance(x, 80);
        bool plain = v->type == NODE_OBJECT && chance(x, 60);
        v->name = intern(m, n == m->root ? ""
                            : root       ? PICK(x, roots)
                            : plain      ? "Object"
                                         : PICK(x, node_names));
        v->id = id;
        v->self_bytes = v->type == NODE_SYNTHETIC && chance(x, 70) ? 0 : random_size(x);
        if (m->has_detachedness && floods)
            v->detachedness = chance(x, 70) ? 0 : random_below(x, 4);
        v->located = chance(x, 30);
        v->script_id = random_below(x, 3);
        v->line = random_below(x, 2);
        v->column = random_below(x, 2);
    }
}

/* Behind all others: `from` must not be below that of the last one. */
static void add_edge(struct model *m, uint32_t from, uint32_t to, enum edge_type t, uint32_t name)
{
    assert(m->edge_count < MODEL_EDGES);
    m->edges[m->edge_count++] =
        (struct model_edge){.from = from, .to = to, .type = t, .name = name, .pair = NO_PAIR};
}

/* At a random place among the others of `from`. */
static struct model_edge *insert_edge(struct model *m, uint32_t from, uint32_t to, enum edge_type t,
                                      uint32_t name, uint64_t *x)
{
    uint32_t at = 0, own = 0;
    while (at < m->edge_count && m->edges[at].from < from)
        at++;
    while (at + own < m->edge_count && m->edges[at + own].from == from)
        own++;
    at += random_below(x, own + 1);
    add_edge(m, from, to, t, name);
    struct model_edge made = m->edges[m->edge_count - 1], *e = &m->edges[at];
    memmove(e + 1, e, (m->edge_count - 1 - at) * sizeof *e);
    *e = made;
    return e;
}

static bool is_plain(const struct model *m, uint32_t n)
{
    return m->nodes[n].type == NODE_OBJECT && !strcmp(m->strings[m->nodes[n].name], "Object");
}

/* The properties of the plain object before n, so that there are objects of one interface. */
static void copy_properties(struct model *m, uint32_t n, uint64_t *x)
{
    uint32_t other = n, end = m->edge_count;
    while (other-- > 0 && !is_plain(m, other))
        ;
    for (uint32_t e = 0; other < n && e < end; e++) {
        if (m->edges[e].from == other && m->edges[e].type == EDGE_PROPERTY)
            add_edge(m, n, random_below(x, m->node_count), EDGE_PROPERTY, m->edges[e].name);
    }
}

static void make_edges(struct model *m, uint64_t *x)
{
    static const enum edge_type types[] = {
        EDGE_CONTEXT,  EDGE_ELEMENT,  EDGE_ELEMENT,  EDGE_PROPERTY, EDGE_PROPERTY, EDGE_PROPERTY,
        EDGE_PROPERTY, EDGE_PROPERTY, EDGE_INTERNAL, EDGE_INTERNAL, EDGE_HIDDEN,   EDGE_HIDDEN,
        EDGE_SHORTCUT, EDGE_WEAK,     EDGE_WEAK,     EDGE_OTHER,
    };
    static const enum edge_type root_types[] = {EDGE_ELEMENT,  EDGE_ELEMENT,  EDGE_SHORTCUT,
                                                EDGE_SHORTCUT, EDGE_PROPERTY, EDGE_WEAK};
    static const uint32_t densities[] = {1, 2, 3, 6};
    uint32_t density = PICK(x, densities);
    bool users = chance(x, 80);
    for (uint32_t n = 0; n < m->node_count; n++) {
        uint32_t count = random_below(x, 2 * density + 1) + (n == m->root);
        bool plain = is_plain(m, n);
        uint32_t kind = random_below(x, 100);
        if (plain && chance(x, 40)) {
            copy_properties(m, n, x);
            count = random_below(x, 2);
        }
        for (uint32_t i = 0; i < count; i++) {
            enum edge_type t = n == m->root ? PICK(x, root_types) : PICK(x, types);
            uint32_t to = chance(x, 5) ? n : random_below(x, m->node_count);
            if (n == m->root && !users && m->nodes[to].type != NODE_SYNTHETIC)
                continue;
            const char *text = plain && kind < 40   ? PICK(x, common_names)
                               : plain && kind < 60 ? PICK(x, tight_names)
                                                    : PICK(x, edge_names);
            uint32_t name = edge_type_is_indexed(t) ? random_below(x, 40) : intern(m, text);
            add_edge(m, n, to, t, name);
            if (chance(x, 5))
                add_edge(m, n, to, t, name);
        }
    }
}

/* Each entry twice, from the key and from the table; sometimes more often, or weak, which is none.
 */
static void make_weak_entries(struct model *m, uint64_t *x)
{
    static const char *const classes[] = {"Key", "line\nbreak", "u\xE2\x80\xA8", "a (b @3) c", "x"};
    uint32_t count = random_below(x, 6);
    for (uint32_t pair = 0; pair < count; pair++) {
        uint32_t ends[3]; /* key, table, value */
        for (int i = 0; i < 3; i++)
            ends[i] = random_below(x, m->node_count);
        const struct model_node *v = m->nodes;
        const char *class = PICK(x, classes), *value = m->strings[v[ends[2]].name];
        bool is_entry =
            strcmp(class, classes[1]) && strcmp(class, classes[2]) && !strchr(value, '\n');
        for (uint32_t i = 0; i < 2 + random_below(x, 3); i++) {
            char text[512];
            snprintf(text, sizeof text,
                     "%u / part of key (%s @%u) -> value (%s @%u) pair in WeakMap (table @%u)",
                     random_below(x, 20), class, v[ends[0]].id, value, v[ends[2]].id,
                     v[ends[1]].id);
            enum edge_type t = i > 2 ? EDGE_WEAK : EDGE_INTERNAL;
            struct model_edge *e = insert_edge(m, ends[i & 1], ends[2], t, intern(m, text), x);
            if (is_entry && t == EDGE_INTERNAL) {
                e->pair = pair;
                e->table_id = v[ends[1]].id;
            }
        }
    }
}

/* Two entries may be of the same three nodes and so the same. */
static void finish_edges(struct model *m)
{
    for (uint32_t n = 0, e = 0; n <= m->node_count; n++) {
        m->first_edge[n] = e;
        while (e < m->edge_count && m->edges[e].from == n)
            e++;
    }
    for (uint32_t a = 0; a < m->edge_count; a++) {
        for (uint32_t b = 0; m->edges[a].pair != NO_PAIR && b < a; b++) {
            if (m->edges[b].pair != NO_PAIR && !strcmp(strchr(m->strings[m->edges[a].name], '/'),
                                                       strchr(m->strings[m->edges[b].name], '/')))
                m->edges[a].pair = m->edges[b].pair;
        }
    }
}

void model_make(struct model *m, uint64_t seed)
{
    static const uint32_t sizes[] = {1, 2, 4, 8, 12, 30, 60, MODEL_NODES};
    uint64_t x = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15);
    *m = (struct model){.node_count = PICK(&x, sizes)};
    m->has_detachedness = chance(&x, 85);
    m->extra_native_bytes = chance(&x, 30) ? random_below(&x, 100000) : 0;
    m->root = chance(&x, 10) ? random_below(&x, m->node_count) : 0;
    make_nodes(m, &x);
    make_edges(m, &x);
    make_weak_entries(m, &x);
    finish_edges(m);
}

void model_release(struct model *m)
{
    for (uint32_t i = 0; i < m->string_count; i++)
        free(m->strings[i]);
    m->string_count = 0;
}

/* -- the text -- */

static const char *const node_type_names[] = {
    "hidden",
    "array",
    "string",
    "object",
    "code",
    "closure",
    "regexp",
    "number",
    "native",
    "synthetic",
    "concatenated string",
    "sliced string",
    "symbol",
    "bigint",
    "object shape",
    "wasm object",
    "quark",
};
static const char *const edge_type_names[] = {"context", "element",  "property", "internal",
                                              "hidden",  "shortcut", "weak",     "gluon"};
static const char *const node_fields[] = {"type",       "name",         "id",           "self_size",
                                          "edge_count", "detachedness", "trace_node_id"};
static const char *const edge_fields[] = {"type", "name_or_index", "to_node", "weight"};
static const char *const location_fields[] = {"object_index", "script_id", "line", "column",
                                              "script_object_index"};

/* The order in which names are written: order[k] is the k-th one. */
struct order {
    unsigned count;
    unsigned at[32];
};

static unsigned position(const struct order *o, unsigned what)
{
    for (unsigned k = 0; k < o->count; k++) {
        if (o->at[k] == what)
            return k;
    }
    return 0;
}

static struct order choose_order(unsigned count, bool shuffle, uint64_t *x)
{
    struct order o = {.count = count};
    for (unsigned k = 0; k < count; k++)
        o.at[k] = k;
    for (unsigned k = count; shuffle && k > 1; k--) {
        unsigned other = random_below(x, k), swap = o.at[other];
        o.at[other] = o.at[k - 1];
        o.at[k - 1] = swap;
    }
    return o;
}

struct dress {
    struct order node_types, edge_types, node_fields, edge_fields, location_fields;
    const char *comma;
    bool escape;
};

static struct dress choose_dress(const struct model *m, uint64_t *x)
{
    static const char *const commas[] = {",", ",\n", " , "};
    bool shuffle = chance(x, 30);
    return (struct dress){
        .node_types = choose_order(ARRAY_LEN(node_type_names), shuffle, x),
        .edge_types = choose_order(ARRAY_LEN(edge_type_names), shuffle, x),
        .node_fields = choose_order(m->has_detachedness ? 6 + random_below(x, 2) : 5, shuffle, x),
        .edge_fields = choose_order(shuffle ? 4 : 3, shuffle, x),
        .location_fields = choose_order(4 + random_below(x, 2), shuffle, x),
        .comma = PICK(x, commas),
        .escape = chance(x, 50),
    };
}

static void put_names(struct buf *b, const char *const *names, const struct order *o)
{
    for (unsigned k = 0; k < o->count; k++)
        buf_printf(b, "%s\"%s\"", k ? "," : "", names[o->at[k]]);
}

static void put_row(struct buf *b, const struct dress *d, const struct order *fields,
                    const uint64_t *values, bool first)
{
    for (unsigned k = 0; k < fields->count; k++)
        buf_printf(b, "%s%llu", first && !k ? "" : d->comma,
                   (unsigned long long)values[fields->at[k]]);
}

/* Code units of WTF-8 as \uXXXX; lone surrogates can be written in no other way. */
static void put_string(struct buf *b, const char *text, bool escape)
{
    const unsigned char *s = (const unsigned char *)text;
    buf_putc(b, '"');
    while (*s) {
        unsigned length = *s < 0x80 ? 1 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : 4;
        uint32_t code = length == 1 ? *s : *s & (0x7Fu >> length);
        for (unsigned i = 1; i < length; i++)
            code = code << 6 | (s[i] & 0x3F);
        if (*s == '"' || *s == '\\')
            buf_printf(b, "\\%c", *s);
        else if (*s < 0x20 || (code >= 0xD800 && code < 0xE000) ||
                 (escape && length < 4 && length > 1))
            buf_printf(b, "\\u%04x", code);
        else if (escape && length == 4)
            buf_printf(b, "\\u%04X\\u%04X", 0xD800 + ((code - 0x10000) >> 10),
                       0xDC00 + ((code - 0x10000) & 0x3FF));
        else
            buf_append(b, s, length);
        s += length;
    }
    buf_putc(b, '"');
}

static void put_header(const struct model *m, const struct dress *d, struct buf *b)
{
    buf_puts(b, "{\"snapshot\":{\"meta\":{\"node_fields\":[");
    put_names(b, node_fields, &d->node_fields);
    buf_puts(b, "],\"node_types\":[[");
    put_names(b, node_type_names, &d->node_types);
    buf_puts(b, "],\"string\"],\"edge_fields\":[");
    put_names(b, edge_fields, &d->edge_fields);
    buf_puts(b, "],\"edge_types\":[[");
    put_names(b, edge_type_names, &d->edge_types);
    buf_puts(b, "],\"string_or_number\"],\"location_fields\":[");
    put_names(b, location_fields, &d->location_fields);
    buf_printf(b, "]},\"node_count\":%u,\"edge_count\":%u,\"root_index\":%u", m->node_count,
               m->edge_count, m->root * d->node_fields.count);
    if (m->extra_native_bytes)
        buf_printf(b, ",\"extra_native_bytes\":%llu", (unsigned long long)m->extra_native_bytes);
    buf_putc(b, '}');
}

static void put_nodes(const struct model *m, const struct dress *d, struct buf *b)
{
    buf_puts(b, ",\n\"nodes\":[");
    for (uint32_t n = 0; n < m->node_count; n++) {
        const struct model_node *v = &m->nodes[n];
        const uint64_t values[] = {
            position(&d->node_types, v->type),       v->name,         v->id, v->self_bytes,
            m->first_edge[n + 1] - m->first_edge[n], v->detachedness, 9};
        put_row(b, d, &d->node_fields, values, n == 0);
    }
    buf_puts(b, "],\n\"edges\":[");
    for (uint32_t e = 0; e < m->edge_count; e++) {
        const struct model_edge *v = &m->edges[e];
        const uint64_t values[] = {position(&d->edge_types, v->type), v->name,
                                   v->to * d->node_fields.count, 9};
        put_row(b, d, &d->edge_fields, values, e == 0);
    }
    buf_puts(b, "],\n\"locations\":[");
    bool first = true;
    for (uint32_t n = m->node_count; n-- > 0;) {
        const struct model_node *v = &m->nodes[n];
        const uint64_t values[] = {n * d->node_fields.count, v->script_id, v->line, v->column, 9};
        if (v->located)
            put_row(b, d, &d->location_fields, values, first);
        first &= !v->located;
    }
}

static void write_dressed(const struct model *m, const struct dress *d, struct buf *text)
{
    put_header(m, d, text);
    put_nodes(m, d, text);
    buf_puts(text, "],\n\"strings\":[");
    for (uint32_t i = 0; i < m->string_count; i++) {
        if (i)
            buf_puts(text, d->comma);
        put_string(text, m->strings[i], d->escape);
    }
    buf_puts(text, "]}\n");
}

void model_write(const struct model *m, uint64_t seed, struct buf *text)
{
    uint64_t x = (seed + 1) * UINT64_C(0xD1B54A32D192ED03);
    struct dress d = choose_dress(m, &x);
    write_dressed(m, &d, text);
}

void model_write_as_v8(const struct model *m, struct buf *text)
{
    struct dress d = {
        .node_types = choose_order(ARRAY_LEN(node_type_names), false, NULL),
        .edge_types = choose_order(ARRAY_LEN(edge_type_names), false, NULL),
        .node_fields = choose_order(m->has_detachedness ? 6 : 5, false, NULL),
        .edge_fields = choose_order(3, false, NULL),
        .location_fields = choose_order(4, false, NULL),
        .comma = ",",
        .escape = true,
    };
    write_dressed(m, &d, text);
}
