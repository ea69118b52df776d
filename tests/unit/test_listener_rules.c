/* The rules listener-leak, als-retention and closure-flood: one cause is one finding, and what a
 * healthy server has is none. */
#include "tests/unit/callback_world.h"

/* -- listeners -- */

static uint32_t emitter(struct world *w, const char *event, uint32_t array)
{
    uint32_t bus = object(w, "PriceFeed"), events = object(w, "Object");
    set(w, bus, "_events", events);
    set(w, events, event, array);
    variable(w, w->module, "feed", bus);
    return bus;
}

static void test_listeners_of_requests(void **state)
{
    struct world w = start();
    uint32_t array = object(&w, "Array"), bus = emitter(&w, "price", array);
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        /* once() wraps, and its wrapper holds the emitter */
        uint32_t in = context(&w, w.core),
                 wrapper = closure(&w, "wrapper", shared_of(&w, CORE), in);
        variable(&w, in, "target", bus);
        set(&w, wrapper, "listener", callback(&w));
        sketch_index(w.s, array, EDGE_ELEMENT, i, wrapper);
    }
    const struct finding *f = expect_one(&w, "listener-leak", SEVERITY_LEAK);
    assert_string_equal(f->variable, "feed");
    assert_string_equal(f->script, APP);
    assert_string_equal(f->kind, "PriceFeed");
    assert_int_equal(f->entries, MANY);
    assert_non_null(strstr(f->title, "feed has 60 listeners for \"price\""));
    assert_true(f->retained_bytes >= MANY * CALLBACK_BYTES);
    analysis_release(&w.a);
}

static void test_listeners_of_connections_are_fine(void **state)
{
    struct world w = start();
    uint32_t array = object(&w, "Array");
    (void)state;
    emitter(&w, "price", array);
    for (unsigned i = 0; i < MANY; i++)
        sketch_index(w.s, array, EDGE_ELEMENT, i, callback(&w));
    sockets(&w, MANY / 2);
    expect_none(&w);
}

static void test_listeners_of_many_modules_are_fine(void **state)
{
    struct world w = start();
    uint32_t array = object(&w, "Array");
    (void)state;
    emitter(&w, "exit", array);
    for (unsigned i = 0; i < MANY; i++)
        sketch_index(w.s, array, EDGE_ELEMENT, i, closure(&w, "", shared_of(&w, APP), w.module));
    expect_none(&w);
}

static void test_listeners_of_a_signal(void **state)
{
    struct world w = start();
    uint32_t signal = object(&w, "AbortSignal"), map = object(&w, "Map"),
             head = object(&w, "Object");
    uint32_t table = sketch_node(w.s, NODE_ARRAY, "", 64), last = head;
    (void)state;
    variable(&w, w.module, "shutdown", signal);
    set(&w, signal, "<symbol kEvents>", map);
    sketch_edge(w.s, map, EDGE_INTERNAL, "table", table);
    sketch_edge(w.s, table, EDGE_INTERNAL, "5", sketch_node(w.s, NODE_STRING, "abort", 16));
    sketch_edge(w.s, table, EDGE_INTERNAL, "6", head);
    for (unsigned i = 0; i < MANY; i++) {
        uint32_t listener = object(&w, "Listener"), called = callback(&w);
        set(&w, last, "next", listener);
        set(&w, listener, "previous", last);
        set(&w, listener, "callback", called);
        set(&w, listener, "listener", called);
        last = listener;
    }
    const struct finding *f = expect_one(&w, "listener-leak", SEVERITY_LEAK);
    assert_string_equal(f->variable, "shutdown");
    assert_non_null(strstr(f->title, "for \"abort\""));
    assert_int_equal(f->retained_bytes, MANY * (32 + CALLBACK_BYTES));
    analysis_release(&w.a);
}

/* -- AsyncLocalStorage -- */

static uint32_t storage(struct world *w, uint32_t module, const char *name)
{
    uint32_t als = object(w, "AsyncLocalStorage");
    variable(w, module, name, als);
    return als;
}

/* Node 24: a frame with the framework's store and the application's, kept by promises that a list
 * of nobody's holds. */
static void test_frames_outlive_requests(void **state)
{
    struct world w = start();
    uint32_t next = module(&w, "/srv/node_modules/next/dist/server/async-storage.js");
    uint32_t theirs = storage(&w, next, "workAsyncStorage"), ours = storage(&w, w.module, "scope");
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        uint32_t promise = object(&w, "Promise"), frame = object(&w, "AsyncContextFrame");
        uint32_t table = sketch_node(w.s, NODE_ARRAY, "", 64);
        sketch_edge(w.s, w.root, EDGE_ELEMENT, "", promise);
        sketch_edge(w.s, promise, EDGE_INTERNAL, "frame", frame);
        sketch_edge(w.s, frame, EDGE_INTERNAL, "table", table);
        sketch_edge(w.s, table, EDGE_INTERNAL, "2", theirs);
        sketch_edge(w.s, table, EDGE_INTERNAL, "3", object(&w, "Object"));
        sketch_edge(w.s, table, EDGE_INTERNAL, "5", ours);
        sketch_edge(w.s, table, EDGE_INTERNAL, "6",
                    sketch_node(w.s, NODE_OBJECT, "Store", DATA_BYTES));
    }
    const struct finding *f = expect_one(&w, "als-retention", SEVERITY_LEAK);
    assert_string_equal(f->variable, "scope");
    assert_int_equal(f->entries, MANY);
    assert_int_equal(f->retained_bytes, MANY * DATA_BYTES);
    analysis_release(&w.a);
}

/* Node 22: properties under symbols that only the shape tells apart. */
static uint32_t symbol_storage(struct world *w, uint32_t module, const char *name, uint32_t symbol)
{
    uint32_t als = storage(w, module, name);
    set(w, als, "kResourceStore", symbol);
    return als;
}

static void test_stores_under_symbols(void **state)
{
    struct world w = start();
    uint32_t first = sketch_node(w.s, NODE_SYMBOL, "symbol", 16);
    uint32_t second = sketch_node(w.s, NODE_SYMBOL, "symbol", 16);
    uint32_t shape = sketch_node(w.s, NODE_OBJECT_SHAPE, "system / Map", 80);
    uint32_t list = sketch_node(w.s, NODE_OBJECT_SHAPE, "system / DescriptorArray", 80);
    uint32_t timers[MANY];
    (void)state;
    symbol_storage(&w, w.module, "unused", first);
    symbol_storage(&w, w.module, "scope", second);
    sketch_edge(w.s, shape, EDGE_INTERNAL, "descriptors", list);
    sketch_edge(w.s, list, EDGE_INTERNAL, "0", first);
    sketch_edge(w.s, list, EDGE_INTERNAL, "3", second);
    for (unsigned i = 0; i < MANY; i++) {
        timers[i] = timer(&w, closure(&w, "", w.shared, w.module), false);
        sketch_edge(w.s, timers[i], EDGE_INTERNAL, "map", shape);
        set(&w, timers[i], "<symbol kResourceStore>", w.null);
        set(&w, timers[i], "<symbol kResourceStore>",
            sketch_node(w.s, NODE_OBJECT, "Store", DATA_BYTES));
    }
    timers_list(&w, 45000, timers, MANY);
    const struct finding *f = expect_one(&w, "timer-leak", SEVERITY_LEAK);
    assert_non_null(strstr(f->title, "in stores of AsyncLocalStorage scope"));
    assert_int_equal(f->retained_bytes, MANY * (32 + 64 + DATA_BYTES));
    analysis_release(&w.a);
}

static void test_stores_of_connections_are_fine(void **state)
{
    struct world w = start();
    uint32_t ours = storage(&w, w.module, "scope");
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        uint32_t frame = object(&w, "AsyncContextFrame");
        uint32_t table = sketch_node(w.s, NODE_ARRAY, "", 64);
        sketch_edge(w.s, w.root, EDGE_ELEMENT, "", frame);
        sketch_edge(w.s, frame, EDGE_INTERNAL, "table", table);
        sketch_edge(w.s, table, EDGE_INTERNAL, "2", ours);
        sketch_edge(w.s, table, EDGE_INTERNAL, "3",
                    sketch_node(w.s, NODE_OBJECT, "Store", DATA_BYTES));
    }
    sockets(&w, MANY / 3);
    expect_none(&w);
}

/* -- closures -- */

static void chain(struct world *w, unsigned count, unsigned data_bytes)
{
    uint32_t last = w->null;
    for (unsigned i = 0; i < count; i++) {
        uint32_t in = context(w, w->module);
        variable(w, in, "before", last);
        if (data_bytes)
            variable(w, in, "row", sketch_node(w->s, NODE_OBJECT, "Row", data_bytes));
        last = closure(w, "", w->shared, in);
    }
    variable(w, w->module, "debug", last);
}

static void test_a_chain_of_wrappers(void **state)
{
    struct world w = start();
    (void)state;
    chain(&w, 310, 20000);
    const struct finding *f = expect_one(&w, "closure-flood", SEVERITY_LEAK);
    assert_int_equal(f->entries, 310);
    assert_int_equal(f->retained_bytes, 310 * (64 + 32 + 20000));
    analysis_release(&w.a);
}

/* A list of functions is named, and said once. */
static void test_a_list_of_functions(void **state)
{
    struct world w = start();
    uint32_t hooks = object(&w, "Array"),
             store = sketch_node(w.s, NODE_ARRAY, "(object elements)", 16 + 8 * 400);
    (void)state;
    sketch_edge(w.s, hooks, EDGE_INTERNAL, "elements", store);
    variable(&w, w.module, "hooks", hooks);
    for (unsigned i = 0; i < 310; i++)
        sketch_index(w.s, hooks, EDGE_ELEMENT, i, callback(&w));
    const struct finding *f = expect_one(&w, "closure-flood", SEVERITY_LEAK);
    assert_string_equal(f->variable, "hooks");
    assert_string_equal(f->script, APP);
    assert_int_equal(f->entries, 310);
    assert_true(f->retained_bytes >= 310 * CALLBACK_BYTES);
    analysis_release(&w.a);
}

static void test_small_closures_are_fine(void **state)
{
    struct world w = start();
    (void)state;
    chain(&w, 400, 0);
    expect_none(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listeners_of_requests),
        cmocka_unit_test(test_listeners_of_connections_are_fine),
        cmocka_unit_test(test_listeners_of_many_modules_are_fine),
        cmocka_unit_test(test_listeners_of_a_signal),
        cmocka_unit_test(test_frames_outlive_requests),
        cmocka_unit_test(test_stores_under_symbols),
        cmocka_unit_test(test_stores_of_connections_are_fine),
        cmocka_unit_test(test_a_chain_of_wrappers),
        cmocka_unit_test(test_a_list_of_functions),
        cmocka_unit_test(test_small_closures_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
