/* A process to try the rules about callbacks on: one module of an application, one of Node, its
 * timers, connections and responses.
 */
#ifndef MORTEM_TESTS_UNIT_CALLBACK_WORLD_H
#define MORTEM_TESTS_UNIT_CALLBACK_WORLD_H

#include "analyzer/rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/browse_heap.h"

#define APP "/srv/shop/orders.js"
#define CORE "node:internal/timers"
#define DATA_BYTES 20000u
#define MANY 60u

/* A process with one module of the application and one of Node. */
struct world {
    struct sketch *s;
    uint32_t root, module, core;
    uint32_t shared; /* of the callbacks of the application */
    uint32_t null;
    uint32_t durations; /* Node's object with the lists of timers */
    struct analysis a;
};

static inline uint32_t object(struct world *w, const char *name)
{
    return sketch_node(w->s, NODE_OBJECT, name, 32);
}

static inline void set(struct world *w, uint32_t from, const char *name, uint32_t to)
{
    sketch_edge(w->s, from, EDGE_PROPERTY, name, to);
}

static inline uint32_t context(struct world *w, uint32_t outer)
{
    uint32_t c = object(w, "system / Context");
    if (outer)
        sketch_edge(w->s, c, EDGE_INTERNAL, "previous", outer);
    return c;
}

static inline void variable(struct world *w, uint32_t in, const char *name, uint32_t value)
{
    sketch_edge(w->s, in, EDGE_CONTEXT, name, value);
}

static inline uint32_t shared_of(struct world *w, const char *path)
{
    uint32_t shared = sketch_node(w->s, NODE_CODE, "(shared function info)", 56);
    if (path)
        sketch_edge(w->s, shared, EDGE_INTERNAL, "script", sketch_node(w->s, NODE_CODE, path, 0));
    return shared;
}

static inline uint32_t closure(struct world *w, const char *name, uint32_t shared, uint32_t in)
{
    uint32_t c = sketch_node(w->s, NODE_CLOSURE, name, 64);
    sketch_edge(w->s, c, EDGE_INTERNAL, "shared", shared);
    if (in)
        sketch_edge(w->s, c, EDGE_INTERNAL, "context", in);
    return c;
}

static inline uint32_t module(struct world *w, const char *path)
{
    uint32_t c = context(w, 0);
    sketch_edge(w->s, w->root, EDGE_ELEMENT, "", closure(w, "main", shared_of(w, path), c));
    return c;
}

static inline uint32_t boolean(struct world *w, const char *word)
{
    uint32_t oddball = sketch_node(w->s, NODE_HIDDEN, "system / Oddball", 0);
    sketch_index(w->s, oddball, EDGE_HIDDEN, 0, sketch_node(w->s, NODE_STRING, word, 16));
    return oddball;
}

static inline struct world start(void)
{
    struct world w = {.s = calloc(1, sizeof *w.s)};
    assert_non_null(w.s);
    sketch_node(w.s, NODE_SYNTHETIC, "", 0);
    w.root = sketch_node(w.s, NODE_SYNTHETIC, "(Roots)", 0);
    sketch_edge(w.s, 0, EDGE_ELEMENT, "", w.root);
    w.module = module(&w, APP);
    w.core = module(&w, CORE);
    w.shared = shared_of(&w, APP);
    w.null = boolean(&w, "null");
    sketch_edge(w.s, w.root, EDGE_ELEMENT, "", w.shared);
    sketch_edge(w.s, w.root, EDGE_ELEMENT, "", w.null);
    w.durations = object(&w, "Object");
    variable(&w, w.core, "timerListMap", w.durations);
    return w;
}

/* A callback made by a request: its context keeps the request's data. */
static inline uint32_t callback(struct world *w)
{
    uint32_t in = context(w, w->module);
    variable(w, in, "data", sketch_node(w->s, NODE_OBJECT, "Rows", DATA_BYTES));
    return closure(w, "poll", w->shared, in);
}

#define CALLBACK_BYTES (64 + 32 + DATA_BYTES)

static inline void sockets(struct world *w, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sketch_edge(w->s, w->root, EDGE_ELEMENT, "",
                    sketch_node(w->s, NODE_NATIVE, "Node / TCPSocketWrap", 100));
}

static inline uint32_t timer(struct world *w, uint32_t called, bool once)
{
    uint32_t t = object(w, "Timeout");
    set(w, t, "_onTimeout", called);
    if (once)
        set(w, t, "_repeat", w->null);
    return t;
}

/* A ring, as Node has it. */
static inline void timers_list(struct world *w, unsigned ms, const uint32_t *timers, unsigned count)
{
    uint32_t list = object(w, "TimersList"), last = list;
    sketch_index(w->s, w->durations, EDGE_ELEMENT, ms, list);
    for (unsigned i = 0; i < count; i++) {
        set(w, last, "_idleNext", timers[i]);
        set(w, timers[i], "_idlePrev", last);
        last = timers[i];
    }
    set(w, last, "_idleNext", list);
    set(w, list, "_idlePrev", last);
}

static inline void finish(struct world *w)
{
    struct heap h;
    struct err err = {0};
    sketch_finish(w->s, &h);
    if (!rules_run(&h, "a.heapsnapshot", &w->a, &err))
        fail_msg("%s", err.msg);
    heap_release(&h);
}

static inline void expect_none(struct world *w)
{
    finish(w);
    assert_int_equal(w->a.finding_count, 0);
    analysis_release(&w->a);
}

/* One cause, one finding. */
static inline const struct finding *expect_one(struct world *w, const char *rule,
                                               enum severity severity)
{
    finish(w);
    assert_int_equal(w->a.finding_count, 1);
    assert_string_equal(w->a.findings[0].rule, rule);
    assert_int_equal(w->a.findings[0].severity, severity);
    return &w->a.findings[0];
}

static inline bool has_evidence(const struct finding *f, const char *word)
{
    for (size_t i = 0; i < f->evidence_count; i++) {
        if (strstr(f->evidence[i].text, word))
            return true;
    }
    return false;
}

#endif
