/* Nodes and edges of JavaScript's values: see synth_maker.h. Sizes, edges and their order were
 * taken from snapshots that Node 20 wrote of such values.
 */
#include "tests/bench/synth_maker.h"

#include <assert.h>
#include <string.h>

uint32_t text_units(const char *json)
{
    uint32_t n = 0;
    for (; *json; n++)
        json += json[0] != '\\' ? 1 : json[1] == 'u' ? 6 : 2;
    return n;
}

uint32_t intern(struct maker *m, const char *json)
{
    struct plan *p = m->p;
    for (uint32_t i = 0; i < p->string_count; i++) {
        if (!strcmp(p->strings[i], json))
            return BASE + i;
    }
    assert(p->string_count < TEXTS_MAX);
    p->strings[p->string_count] = json;
    return BASE + p->string_count++;
}

uint32_t add_text(struct maker *m, const char *before, const char *after, uint32_t times,
                  uint32_t plus)
{
    struct plan *p = m->p;
    assert(p->text_count < TEXTS_MAX);
    p->texts[p->text_count] = (struct plan_text){before, after, times, plus};
    return p->text_count++;
}

static uint16_t class_of(struct maker *m, const char *name)
{
    struct plan *p = m->p;
    uint16_t i = 0;
    if (!name)
        return NO_CLASS;
    for (i = 1; i < p->class_count; i++) {
        if (!strcmp(p->classes[i], name))
            return i;
    }
    assert(p->class_count < CLASSES_MAX);
    p->classes[p->class_count] = name;
    return (uint16_t)p->class_count++;
}

uint32_t add_node(struct maker *m, unsigned type, uint32_t name, const char *class, uint32_t self)
{
    struct part *part = m->part;
    assert(part->node_count < NODES_MAX);
    part->nodes[part->node_count] = (struct plan_node){.type = (uint8_t)type,
                                                       .area = m->area,
                                                       .container = m->container,
                                                       .class = class_of(m, class),
                                                       .name = name,
                                                       .self = self};
    return part->node_count++ + (part == &m->p->base ? BASE : 0);
}

struct plan_node *node_at(struct maker *m, uint32_t n)
{
    return &m->part->nodes[n & (BASE - 1)];
}

void add_edge(struct maker *m, uint32_t from, unsigned type, unsigned naming, uint32_t name,
              uint32_t to)
{
    struct part *part = m->part;
    assert(part->edge_count < EDGES_MAX);
    part->edges[part->edge_count++] =
        (struct plan_edge){(uint8_t)type, (uint8_t)naming, name, from & (BASE - 1), to};
}

void add_property(struct maker *m, uint32_t from, const char *name, uint32_t to)
{
    add_edge(m, from, E_PROPERTY, NAMED, intern(m, name), to);
}

void add_internal(struct maker *m, uint32_t from, const char *name, uint32_t to)
{
    add_edge(m, from, E_INTERNAL, NAMED, intern(m, name), to);
}

void add_variable(struct maker *m, uint32_t from, const char *name, uint32_t to)
{
    add_edge(m, from, E_CONTEXT, NAMED, intern(m, name), to);
}

/* -- JavaScript values -- */

/* Header of 16 bytes, whole words; two bytes a unit when one is beyond Latin-1. */
uint32_t add_string(struct maker *m, uint32_t name)
{
    const struct plan_text *t = &m->p->texts[name & (TEXTS_MAX - 1)];
    const char *texts[2] = {name & BASE ? m->p->strings[name - BASE] : t->before,
                            name & BASE ? "" : t->after};
    uint32_t units = name & BASE ? 0 : 9, width = 1;
    for (int i = 0; i < 2; i++) {
        const char *wide = strstr(texts[i], "\\u");
        units += text_units(texts[i]);
        if (wide && strncmp(wide, "\\u00", 4))
            width = 2;
    }
    uint32_t n = add_node(m, STRING, name, "(string)", (16 + units * width + 7) / 8 * 8);
    add_internal(m, n, "map", width == 1 ? m->k.string_map : m->k.string_map_2);
    return n;
}

uint32_t add_number(struct maker *m)
{
    uint32_t n = add_node(m, NUMBER, intern(m, "heap number"), "(number)", 16);
    add_internal(m, n, "map", m->k.number_map);
    return n;
}

void close_object(struct maker *m, uint32_t n, uint32_t proto, uint32_t shape)
{
    add_property(m, n, "__proto__", proto);
    add_internal(m, n, "map", shape);
}

uint32_t add_plain(struct maker *m, const char *interface, uint32_t properties)
{
    return add_node(m, OBJECT, intern(m, "Object"), interface, 24 + 8 * properties);
}

uint32_t add_array(struct maker *m)
{
    return add_node(m, OBJECT, intern(m, "Array"), "Array", 32);
}

void close_array(struct maker *m, uint32_t array, uint32_t count, const uint32_t *values)
{
    for (uint32_t i = 0; i < count; i++)
        add_edge(m, array, E_ELEMENT, INDEXED, i, values[i]);
    add_property(m, array, "__proto__", m->k.proto_array);
    uint32_t elements = add_node(m, ARRAY, intern(m, "(object elements)"), NULL, 16 + 8 * count);
    add_internal(m, array, "elements", elements);
    add_internal(m, array, "map", m->k.shape_array);
    for (uint32_t i = 0; i < count; i++)
        add_edge(m, elements, E_INTERNAL, NUMBERED, i, values[i]);
}

uint32_t add_closure(struct maker *m, const char *name, uint32_t shared, uint32_t context)
{
    uint32_t n = add_node(m, CLOSURE, intern(m, name), "Function", 64);
    add_property(m, n, "__proto__", m->k.proto_function);
    add_internal(m, n, "feedback_cell", m->k.feedback_cell);
    add_internal(m, n, "shared", shared);
    if (context)
        add_internal(m, n, "context", context);
    add_internal(m, n, "code", m->k.builtin);
    add_internal(m, n, "map", m->k.shape_closure);
    return n;
}
