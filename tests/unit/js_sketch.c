/* JavaScript objects by hand: see js_sketch.h. */
#include "tests/unit/js_sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct sketch *js_sketch_new(void)
{
    struct sketch *s = calloc(1, sizeof *s);
    assert_non_null(s);
    sketch_node(s, NODE_SYNTHETIC, "", 0);
    return s;
}

uint32_t js_sketch_object(struct sketch *s, const char *name)
{
    return sketch_node(s, NODE_OBJECT, name, 32);
}

uint32_t js_sketch_text(struct sketch *s, const char *text)
{
    return sketch_node(s, NODE_STRING, text, (unsigned)strlen(text) + 16);
}

void js_sketch_set(struct sketch *s, uint32_t from, const char *name, uint32_t to)
{
    sketch_edge(s, from, EDGE_PROPERTY, name, to);
}

void js_sketch_set_text(struct sketch *s, uint32_t from, const char *name, const char *text)
{
    js_sketch_set(s, from, name, js_sketch_text(s, text));
}

void js_sketch_set_number(struct sketch *s, uint32_t from, const char *name, const char *digits)
{
    uint32_t number = sketch_node(s, NODE_NUMBER, "smi number", 0);
    sketch_edge(s, number, EDGE_INTERNAL, "value", js_sketch_text(s, digits));
    js_sketch_set(s, from, name, number);
}

void js_sketch_set_bool(struct sketch *s, uint32_t from, const char *name, bool value)
{
    uint32_t oddball = sketch_node(s, NODE_HIDDEN, "system / Oddball", 32);
    sketch_index(s, oddball, EDGE_HIDDEN, 0, js_sketch_text(s, value ? "true" : "false"));
    js_sketch_set(s, from, name, oddball);
}

uint32_t js_sketch_map(struct sketch *s)
{
    uint32_t map = js_sketch_object(s, "Map");
    sketch_edge(s, map, EDGE_INTERNAL, "table", sketch_node(s, NODE_ARRAY, "", 64));
    return map;
}

void js_sketch_map_add(struct sketch *s, uint32_t map, unsigned place, uint32_t key, uint32_t value)
{
    char name[16];
    uint32_t table = map + 1;
    const uint32_t cells[] = {key, value};
    for (unsigned i = 0; i < ARRAY_LEN(cells); i++) {
        snprintf(name, sizeof name, "%u", 3 * place + 20 + i);
        if (cells[i] != NO_NODE)
            sketch_edge(s, table, EDGE_INTERNAL, name, cells[i]);
    }
}

uint32_t js_sketch_script(struct sketch *s, const char *path, const char *source)
{
    uint32_t script = sketch_node(s, NODE_CODE, path, 64);
    sketch_edge(s, script, EDGE_INTERNAL, "source", js_sketch_text(s, source));
    return script;
}

void js_sketch_variable(struct sketch *s, uint32_t script, const char *name, uint32_t value)
{
    uint32_t context = js_sketch_object(s, "system / Context");
    uint32_t closure = sketch_node(s, NODE_CLOSURE, "", 64);
    uint32_t shared = sketch_node(s, NODE_CODE, "", 64);
    sketch_edge(s, 0, EDGE_PROPERTY, "main", closure);
    sketch_edge(s, closure, EDGE_INTERNAL, "context", context);
    sketch_edge(s, closure, EDGE_INTERNAL, "shared", shared);
    sketch_edge(s, shared, EDGE_INTERNAL, "script", script);
    sketch_edge(s, context, EDGE_CONTEXT, name, value);
}

void js_sketch_own_key(struct sketch *s, uint32_t object, const char *key)
{
    uint32_t shape = sketch_node(s, NODE_OBJECT_SHAPE, "system / Map", 64);
    uint32_t descriptors = sketch_node(s, NODE_ARRAY, "system / DescriptorArray", 64);
    sketch_edge(s, object, EDGE_INTERNAL, "map", shape);
    sketch_edge(s, shape, EDGE_INTERNAL, "descriptors", descriptors);
    sketch_edge(s, descriptors, EDGE_INTERNAL, "2", js_sketch_text(s, key));
}
