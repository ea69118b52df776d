/* The rules timer-leak and request-retention, which names what timers hold: one cause is one
 * finding, and what a healthy server has is none. */
#include "tests/unit/callback_world.h"

/* -- timers -- */

static struct world with_timers(unsigned count, unsigned ms, bool once)
{
    struct world w = start();
    uint32_t timers[256];
    for (unsigned i = 0; i < count; i++)
        timers[i] = timer(&w, callback(&w), once);
    timers_list(&w, ms, timers, count);
    return w;
}

static void test_intervals_of_requests(void **state)
{
    struct world w = with_timers(MANY, 30000, false);
    const struct finding *f = expect_one(&w, "timer-leak", SEVERITY_LEAK);
    (void)state;
    assert_int_equal(f->entries, MANY);
    assert_string_equal(f->script, APP);
    assert_string_equal(f->variable, "poll");
    assert_string_equal(f->kind, "Timeout");
    assert_non_null(strstr(f->title, "60 intervals of 30 s that call poll"));
    assert_int_equal(f->retained_bytes, MANY * (32 + CALLBACK_BYTES));
    assert_int_equal(w.a.heap.explained_bytes, f->retained_bytes);
    assert_true(has_evidence(f, "data (Rows)"));
    analysis_release(&w.a);
}

static void test_timers_of_connections_are_fine(void **state)
{
    struct world w = with_timers(MANY, 30000, false);
    (void)state;
    sockets(&w, MANY / 2);
    expect_none(&w);
}

static void test_few_timers_are_fine(void **state)
{
    struct world w = with_timers(19, 30000, false);
    (void)state;
    expect_none(&w);
}

static void test_waits_end(void **state)
{
    (void)state;
    struct world w = with_timers(40, 5000, true);
    expect_none(&w);
    w = with_timers(MANY, 3600000, true);
    const struct finding *f = expect_one(&w, "timer-leak", SEVERITY_LEAK);
    assert_non_null(strstr(f->title, "60 timeouts of 1 h"));
    analysis_release(&w.a);
    w = with_timers(MANY, 120000, true);
    expect_one(&w, "timer-leak", SEVERITY_WARN);
    analysis_release(&w.a);
}

static void test_a_function_that_starts_itself(void **state)
{
    struct world w = start();
    uint32_t timers[MANY];
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        uint32_t in = context(&w, w.module), tick = closure(&w, "tick", w.shared, in);
        variable(&w, in, "data", sketch_node(w.s, NODE_OBJECT, "Rows", DATA_BYTES));
        variable(&w, in, "tick", tick);
        timers[i] = timer(&w, tick, true);
    }
    timers_list(&w, 1000, timers, MANY);
    const struct finding *f = expect_one(&w, "timer-leak", SEVERITY_LEAK);
    assert_non_null(strstr(f->title, "start themselves anew"));
    analysis_release(&w.a);
}

static void test_timers_of_node_are_fine(void **state)
{
    struct world w = start();
    uint32_t timers[MANY];
    (void)state;
    w.shared = shared_of(&w, "node:internal/deps/undici/undici");
    for (unsigned i = 0; i < MANY; i++)
        timers[i] = timer(&w, callback(&w), false);
    timers_list(&w, 1000, timers, MANY);
    expect_none(&w);
}

static void test_bound_functions(void **state)
{
    struct world w = start();
    uint32_t timers[MANY], poll = closure(&w, "poll", w.shared, w.module);
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        uint32_t bound = sketch_node(w.s, NODE_CLOSURE, "native_bind", 48);
        uint32_t self = sketch_node(w.s, NODE_OBJECT, "Poller", DATA_BYTES);
        sketch_edge(w.s, bound, EDGE_INTERNAL, "bound_function", poll);
        sketch_edge(w.s, bound, EDGE_INTERNAL, "bound_this", self);
        timers[i] = timer(&w, bound, false);
        set(&w, self, "timer", timers[i]);
    }
    timers_list(&w, 15000, timers, MANY);
    const struct finding *f = expect_one(&w, "timer-leak", SEVERITY_LEAK);
    assert_string_equal(f->variable, "poll");
    assert_int_equal(f->retained_bytes, MANY * (32 + 48 + DATA_BYTES));
    analysis_release(&w.a);
}

/* await new Promise((resolve) => setTimeout(resolve, ms)) */
static void test_async_functions_that_sleep(void **state)
{
    struct world w = start();
    uint32_t timers[MANY], native = shared_of(&w, NULL), await = shared_of(&w, NULL);
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        uint32_t resolve_context = context(&w, 0), promise = object(&w, "Promise");
        uint32_t reaction = sketch_node(w.s, NODE_HIDDEN, "system / PromiseReaction", 48);
        uint32_t resume_context = context(&w, 0), generator = object(&w, "Generator");
        sketch_index(w.s, resolve_context, EDGE_HIDDEN, 1, promise);
        sketch_edge(w.s, promise, EDGE_INTERNAL, "reactions_or_result", reaction);
        sketch_index(w.s, reaction, EDGE_HIDDEN, 1, closure(&w, "", await, resume_context));
        sketch_edge(w.s, resume_context, EDGE_INTERNAL, "extension", generator);
        sketch_edge(w.s, generator, EDGE_INTERNAL, "function", callback(&w));
        timers[i] = timer(&w, closure(&w, "", native, resolve_context), true);
    }
    timers_list(&w, 3600000, timers, MANY);
    const struct finding *f = expect_one(&w, "timer-leak", SEVERITY_LEAK);
    assert_string_equal(f->script, APP);
    assert_true(f->retained_bytes > MANY * DATA_BYTES);
    analysis_release(&w.a);
}

/* -- finished responses -- */

static uint32_t response(struct world *w, unsigned number)
{
    static const char *const others[] = {"a", "b", "c", "d", "e", "f", "g"};
    uint32_t r = object(w, "ServerResponse"), req = object(w, "IncomingMessage");
    char url[32];
    snprintf(url, sizeof url, "/orders/%u", 100 + number);
    set(w, req, "url", sketch_node(w->s, NODE_STRING, url, 32));
    set(w, r, "req", req);
    set(w, r, "finished", boolean(w, "true"));
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        set(w, r, others[i], w->null);
    return r;
}

static void test_timers_with_responses_are_one_cause(void **state)
{
    struct world w = start();
    uint32_t timers[MANY];
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        uint32_t in = context(&w, w.module);
        variable(&w, in, "res", response(&w, i));
        variable(&w, in, "data", sketch_node(w.s, NODE_OBJECT, "Rows", DATA_BYTES));
        timers[i] = timer(&w, closure(&w, "", w.shared, in), false);
    }
    timers_list(&w, 30000, timers, MANY);
    const struct finding *f = expect_one(&w, "timer-leak", SEVERITY_LEAK);
    assert_string_equal(f->route, "/orders/###");
    assert_non_null(strstr(f->title, "60 finished responses"));
    analysis_release(&w.a);
}

static uint32_t array_variable(struct world *w, const char *name)
{
    uint32_t array = object(w, "Array");
    variable(w, w->module, name, array);
    return array;
}

static void test_two_causes(void **state)
{
    struct world w = start();
    uint32_t recent = array_variable(&w, "recent"), hooks = array_variable(&w, "hooks");
    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        sketch_index(w.s, recent, EDGE_ELEMENT, i, response(&w, i));
    for (unsigned i = 0; i < 40; i++) {
        uint32_t in = context(&w, w.module);
        variable(&w, in, "res", response(&w, 200 + i));
        sketch_index(w.s, hooks, EDGE_ELEMENT, i, closure(&w, "", w.shared, in));
    }
    finish(&w);
    assert_int_equal(w.a.finding_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct finding *f = &w.a.findings[i];
        bool is_recent = !strcmp(f->variable, "recent");
        assert_string_equal(f->rule, "request-retention");
        assert_string_equal(f->variable, is_recent ? "recent" : "hooks");
        assert_int_equal(f->entries, is_recent ? MANY : 40);
        assert_string_equal(f->kind, "Array");
    }
    analysis_release(&w.a);
}

static void test_responses_of_live_connections(void **state)
{
    struct world w = start();
    uint32_t recent = array_variable(&w, "recent");
    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        sketch_index(w.s, recent, EDGE_ELEMENT, i, response(&w, i));
    sockets(&w, MANY / 3);
    expect_none(&w);
}

/* Of those the responses are gone. What a client received has no URL. */
static void test_requests_alone(void **state)
{
    (void)state;
    for (unsigned of_clients = 0; of_clients < 2; of_clients++) {
        struct world w = start();
        uint32_t pending = array_variable(&w, "pending");
        for (unsigned i = 0; i < MANY; i++) {
            uint32_t req = object(&w, "IncomingMessage");
            set(&w, req, "url", sketch_node(w.s, NODE_STRING, of_clients ? "" : "/orders/7", 32));
            set(&w, req, "complete", boolean(&w, "true"));
            set(&w, req, "headers", sketch_node(w.s, NODE_OBJECT, "Object", 900));
            sketch_index(w.s, pending, EDGE_ELEMENT, i, req);
        }
        if (of_clients) {
            expect_none(&w);
            continue;
        }
        const struct finding *f = expect_one(&w, "request-retention", SEVERITY_LEAK);
        assert_string_equal(f->variable, "pending");
        assert_string_equal(f->route, "/orders/#");
        assert_non_null(strstr(f->title, "60 finished requests are still held, by pending"));
        analysis_release(&w.a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_of_requests),
        cmocka_unit_test(test_timers_of_connections_are_fine),
        cmocka_unit_test(test_few_timers_are_fine),
        cmocka_unit_test(test_waits_end),
        cmocka_unit_test(test_a_function_that_starts_itself),
        cmocka_unit_test(test_timers_of_node_are_fine),
        cmocka_unit_test(test_bound_functions),
        cmocka_unit_test(test_async_functions_that_sleep),
        cmocka_unit_test(test_timers_with_responses_are_one_cause),
        cmocka_unit_test(test_two_causes),
        cmocka_unit_test(test_responses_of_live_connections),
        cmocka_unit_test(test_requests_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
