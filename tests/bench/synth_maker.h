/* What the parts of a plan are made with: nodes and edges as V8 writes them for the values of
 * JavaScript. For synth_plan.c alone. Every function that adds a node returns it as edges name it.
 */
#ifndef MORTEM_TESTS_BENCH_SYNTH_MAKER_H
#define MORTEM_TESTS_BENCH_SYNTH_MAKER_H

#include "tests/bench/synth_plan.h"

enum { WORD_COUNT = 32, NO_CLASS = 0 };

/* Nodes of the base that others refer to. */
struct known {
    uint32_t string_map, string_map_2, cons_map, number_map, table_map, meta_map, code_map, oddball;
    uint32_t proto_object, proto_array, proto_map, proto_function, proto_session, proto_buffer;
    uint32_t shape_array, shape_map, shape_closure, shape_context, shape_session, shape_buffer;
    uint32_t shape_array_buffer, shape_response, shape_row, shape_price, shape_stock, shape_seller;
    uint32_t shape_user, shape_request, shape_headers, shape_plain;
    uint32_t native_context, script, scope_info, feedback_cell, builtin, module_context, run;
    uint32_t words[WORD_COUNT];
};

struct maker {
    struct plan *p;
    struct part *part;
    struct known k;
    uint8_t area, container; /* of the nodes that are added */
};

/* A string of the base, JSON without quotes; the same text is the same string. */
uint32_t intern(struct maker *m, const char *json);

/* A string of the group, see struct plan_text. */
uint32_t add_text(struct maker *m, const char *before, const char *after, uint32_t times,
                  uint32_t plus);

/* `class` as DevTools names it; NULL: its number is not among the known answers. */
uint32_t add_node(struct maker *m, unsigned type, uint32_t name, const char *class, uint32_t self);
struct plan_node *node_at(struct maker *m, uint32_t n);

void add_edge(struct maker *m, uint32_t from, unsigned type, unsigned naming, uint32_t name,
              uint32_t to);
void add_property(struct maker *m, uint32_t from, const char *name, uint32_t to);
void add_internal(struct maker *m, uint32_t from, const char *name, uint32_t to);
void add_variable(struct maker *m, uint32_t from, const char *name, uint32_t to);

uint32_t add_string(struct maker *m, uint32_t name);
uint32_t add_number(struct maker *m);
uint32_t add_closure(struct maker *m, const char *name, uint32_t shared, uint32_t context);
uint32_t add_plain(struct maker *m, const char *interface, uint32_t properties);
uint32_t add_array(struct maker *m);

/* An object's edges end with these. */
void close_object(struct maker *m, uint32_t n, uint32_t proto, uint32_t shape);

/* The elements belong to the array alone: DevTools counts their bytes as its own. */
void close_array(struct maker *m, uint32_t array, uint32_t count, const uint32_t *values);

#endif
