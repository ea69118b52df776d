/* Small heaps made by hand: see browse_heap.h. */
#include "tests/unit/browse_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/passes.h"
#include "tests/unit/heap_from_text.h"
#include "tests/unit/model_fixture.h"

#define META                                                                                       \
    "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\","            \
    "\"edge_count\"],\"node_types\":[[\"hidden\",\"array\",\"string\",\"object\",\"code\","        \
    "\"closure\",\"regexp\",\"number\",\"native\",\"synthetic\",\"concatenated string\","          \
    "\"sliced string\",\"symbol\",\"bigint\",\"object shape\"],\"string\",\"number\",\"number\","  \
    "\"number\"],\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"],\"edge_types\":"         \
    "[[\"context\",\"element\",\"property\",\"internal\",\"hidden\",\"shortcut\",\"weak\"],"       \
    "\"string_or_number\",\"node\"]},\"node_count\":%zu,\"edge_count\":%zu},\n\"nodes\":["

static size_t add_string(struct sketch *s, const char *text)
{
    for (size_t i = 0; i < s->string_count; i++) {
        if (strcmp(s->strings[i], text) == 0)
            return i;
    }
    assert_true(s->string_count < SKETCH_EDGES);
    s->strings[s->string_count] = strdup(text);
    assert_non_null(s->strings[s->string_count]);
    return s->string_count++;
}

static void put_strings(const struct sketch *s, struct buf *b)
{
    for (size_t i = 0; i < s->string_count; i++) {
        buf_puts(b, i ? ",\"" : "\"");
        for (const char *text = s->strings[i]; *text; text++) {
            unsigned char c = (unsigned char)*text;
            if (c < 0x20 || c == '"' || c == '\\')
                buf_printf(b, "\\u%04x", c);
            else
                buf_putc(b, (char)c);
        }
        buf_putc(b, '"');
    }
}

uint32_t sketch_node(struct sketch *s, enum node_type type, const char *name, unsigned self_bytes)
{
    assert_true(s->node_count < SKETCH_NODES);
    s->nodes[s->node_count].type = type;
    s->nodes[s->node_count].self_bytes = self_bytes;
    s->nodes[s->node_count].name = add_string(s, name);
    return (uint32_t)s->node_count++;
}

void sketch_index(struct sketch *s, uint32_t from, enum edge_type type, size_t index, uint32_t to)
{
    assert_true(s->edge_count < SKETCH_EDGES);
    s->edges[s->edge_count].from = from;
    s->edges[s->edge_count].to = to;
    s->edges[s->edge_count].type = type;
    s->edges[s->edge_count++].name = index;
}

void sketch_edge(struct sketch *s, uint32_t from, enum edge_type type, const char *name,
                 uint32_t to)
{
    sketch_index(s, from, type, add_string(s, name), to);
}

static size_t count_edges(const struct sketch *s, uint32_t from)
{
    size_t count = 0;
    for (size_t e = 0; e < s->edge_count; e++)
        count += s->edges[e].from == from;
    return count;
}

static void put_edges(const struct sketch *s, struct buf *b)
{
    bool first = true;
    for (uint32_t n = 0; n < s->node_count; n++) {
        for (size_t e = 0; e < s->edge_count; e++) {
            if (s->edges[e].from != n)
                continue;
            buf_printf(b, "%s%d,%zu,%u", first ? "" : ",\n", (int)s->edges[e].type,
                       s->edges[e].name, s->edges[e].to * 5);
            first = false;
        }
    }
}

void sketch_finish(struct sketch *s, struct heap *ret)
{
    struct buf b = {0};
    struct err err = {0};
    buf_printf(&b, META, s->node_count, s->edge_count);
    for (uint32_t n = 0; n < s->node_count; n++)
        buf_printf(&b, "%s%d,%zu,%u,%u,%zu", n ? ",\n" : "", (int)s->nodes[n].type,
                   s->nodes[n].name, 2 * n + 1, s->nodes[n].self_bytes, count_edges(s, n));
    buf_puts(&b, "],\n\"edges\":[");
    put_edges(s, &b);
    buf_puts(&b, "],\n\"strings\":[");
    put_strings(s, &b);
    buf_puts(&b, "]}\n");
    if (b.failed || !heap_from_text(b.data, b.len, false, ret, &err) ||
        !heap_analyze(ret, NULL, &err) || !heap_find_positions(ret, &err))
        fail_msg("%s", err.msg);
    buf_release(&b);
    for (size_t i = 0; i < s->string_count; i++)
        free(s->strings[i]);
    free(s);
}

static struct sketch *new_sketch(void)
{
    struct sketch *s = calloc(1, sizeof *s);
    assert_non_null(s);
    return s;
}

/* A page of the cache: {html, url}. */
static uint32_t add_page(struct sketch *s, unsigned number)
{
    char text[64];
    uint32_t page = sketch_node(s, NODE_OBJECT, "Object", 32);
    snprintf(text, sizeof text, "<html>page %u</html>", number);
    sketch_edge(s, page, EDGE_PROPERTY, "html", sketch_node(s, NODE_STRING, text, 5000 - number));
    snprintf(text, sizeof text, "/product/%u", number);
    sketch_edge(s, page, EDGE_PROPERTY, "url", sketch_node(s, NODE_STRING, text, 40));
    return page;
}

/* One of every kind that has a look of its own. */
static void add_kinds(struct sketch *s, uint32_t module)
{
    uint32_t joined = sketch_node(s, NODE_CONS_STRING, "(concatenated string)", 32);
    sketch_edge(s, joined, EDGE_INTERNAL, "first", sketch_node(s, NODE_STRING, "Grüße, ", 24));
    sketch_edge(s, joined, EDGE_INTERNAL, "second",
                sketch_node(s, NODE_STRING, "\xE6\xBC\xA2\xE5\xAD\x97 \xF0\x9F\x98\x80", 24));
    sketch_edge(s, module, EDGE_PROPERTY, "greeting", joined);
    sketch_edge(s, module, EDGE_PROPERTY, "render", sketch_node(s, NODE_CLOSURE, "render", 64));
    sketch_edge(s, module, EDGE_PROPERTY, "slug-pattern",
                sketch_node(s, NODE_REGEXP, "^/product/\\d+$", 56));
    sketch_edge(s, module, EDGE_PROPERTY, "__proto__", sketch_node(s, NODE_OBJECT, "Object", 28));
    sketch_index(s, module, EDGE_ELEMENT, 7, sketch_node(s, NODE_NUMBER, "heap number", 16));
    sketch_index(s, module, EDGE_HIDDEN, 2, sketch_node(s, NODE_HIDDEN, "system / Map", 80));
    sketch_edge(s, module, EDGE_WEAK, "code", sketch_node(s, NODE_CODE, "(code for render)", 900));
    sketch_edge(s, module, EDGE_SHORTCUT, "native", sketch_node(s, NODE_NATIVE, "Buffer", 70000));
}

void browse_heap_shop(struct heap *ret)
{
    struct sketch *s = new_sketch();
    uint32_t root = sketch_node(s, NODE_SYNTHETIC, "", 0);
    uint32_t roots = sketch_node(s, NODE_SYNTHETIC, "(GC roots)", 0);
    uint32_t global = sketch_node(s, NODE_OBJECT, "global", 100);
    uint32_t module = sketch_node(s, NODE_OBJECT, "Module", 200);
    uint32_t context = sketch_node(s, NODE_OBJECT, "system / Context", 48);
    uint32_t map = sketch_node(s, NODE_OBJECT, "Map", 16);
    uint32_t table = sketch_node(s, NODE_ARRAY, "", 4096);
    sketch_index(s, root, EDGE_ELEMENT, 1, roots);
    sketch_edge(s, root, EDGE_SHORTCUT, "global", global);
    sketch_index(s, roots, EDGE_ELEMENT, 1, global);
    sketch_edge(s, global, EDGE_PROPERTY, "module", module);
    sketch_edge(s, module, EDGE_INTERNAL, "context", context);
    sketch_edge(s, context, EDGE_CONTEXT, "pageCache", map);
    sketch_edge(s, map, EDGE_INTERNAL, "table", table);
    for (unsigned i = 0; i < 300; i++)
        sketch_index(s, table, EDGE_INTERNAL, add_string(s, "entry"), add_page(s, i));
    add_kinds(s, module);
    sketch_finish(s, ret);
}

void browse_heap_hostile(struct heap *ret)
{
    struct sketch *s = new_sketch();
    uint32_t root = sketch_node(s, NODE_SYNTHETIC, "", 0);
    uint32_t holder = sketch_node(s, NODE_OBJECT, "Object", 16);
    sketch_edge(s, root, EDGE_PROPERTY, "x", holder);
    for (size_t i = 0; i < ARRAY_LEN(hostile_texts); i++) {
        const char *text = hostile_texts[i];
        uint32_t object = sketch_node(s, NODE_OBJECT, text, 100);
        sketch_edge(s, holder, EDGE_PROPERTY, text, object);
        sketch_edge(s, object, EDGE_CONTEXT, text, sketch_node(s, NODE_STRING, text, 50));
        sketch_edge(s, object, EDGE_PROPERTY, text, sketch_node(s, NODE_CLOSURE, text, 50));
    }
    sketch_finish(s, ret);
}
