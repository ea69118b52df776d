/* JavaScript objects in a snapshot made by hand, as V8 writes them. */
#ifndef MORTEM_TESTS_JS_SKETCH_H
#define MORTEM_TESTS_JS_SKETCH_H

#include "tests/unit/browse_heap.h"

/* A new snapshot with its root only, node 0. */
struct sketch *js_sketch_new(void);

uint32_t js_sketch_object(struct sketch *s, const char *name);
uint32_t js_sketch_text(struct sketch *s, const char *text);
/* from.name = to */
void js_sketch_set(struct sketch *s, uint32_t from, const char *name, uint32_t to);
/* from.name = "text" */
void js_sketch_set_text(struct sketch *s, uint32_t from, const char *name, const char *text);
/* from.name = 42, as a snapshot with numeric values has it */
void js_sketch_set_number(struct sketch *s, uint32_t from, const char *name, const char *digits);
/* from.name = true or false */
void js_sketch_set_bool(struct sketch *s, uint32_t from, const char *name, bool value);

/* An empty Map; its entries are added in order. NO_NODE is a small integer. */
uint32_t js_sketch_map(struct sketch *s);
void js_sketch_map_add(struct sketch *s, uint32_t map, unsigned place, uint32_t key,
                       uint32_t value);

/* A file of code, and a module's variable in it: returns the script. */
uint32_t js_sketch_script(struct sketch *s, const char *path, const char *source);
void js_sketch_variable(struct sketch *s, uint32_t script, const char *name, uint32_t value);

/* The shape of an object names `key` as its own. */
void js_sketch_own_key(struct sketch *s, uint32_t object, const char *key);

#endif
