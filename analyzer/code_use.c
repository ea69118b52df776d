/* What functions called: see code_use.h. */
#include "analyzer/code_use.h"

#include "analyzer/retainers.h"

/* Functions and contexts looked at for one collection; a module has a few dozen. */
#define BUDGET 600
/* Edges of one node that are searched. */
#define EDGES_MAX 4096

void code_use_init(struct code_use *use)
{
    *use = (struct code_use){.adder = NO_NODE, .remover = NO_NODE, .budget = BUDGET};
}

static const enum js_name map_adds[] = {JS_SET_METHOD, JS_NAME_COUNT};
static const enum js_name set_adds[] = {JS_ADD, JS_NAME_COUNT};
static const enum js_name array_adds[] = {JS_PUSH, JS_UNSHIFT, JS_CONCAT, JS_NAME_COUNT};
static const enum js_name table_removes[] = {JS_DELETE, JS_CLEAR, JS_NAME_COUNT};
static const enum js_name array_removes[] = {JS_SHIFT, JS_POP, JS_SPLICE, JS_NAME_COUNT};
static const enum js_name nothing[] = {JS_NAME_COUNT};

static const struct {
    const enum js_name *adds, *removes;
} methods[] = {
    [COLLECTION_NONE] = {nothing, nothing},       [COLLECTION_MAP] = {map_adds, table_removes},
    [COLLECTION_SET] = {set_adds, table_removes}, [COLLECTION_ARRAY] = {array_adds, array_removes},
    [COLLECTION_OBJECT] = {nothing, nothing}, /* done by operators, which leave no name */
};

static bool is_one_of(const struct js *js, uint32_t name, const enum js_name *list)
{
    for (; *list != JS_NAME_COUNT; list++) {
        if (js->name[*list] == name)
            return true;
    }
    return false;
}

static void note(const struct js *js, uint32_t closure, uint32_t method, enum collection kind,
                 struct code_use *use)
{
    if (is_one_of(js, method, methods[kind].adds)) {
        use->adds = true;
        if (use->adder == NO_NODE)
            use->adder = closure;
    }
    if (is_one_of(js, method, methods[kind].removes)) {
        use->removes = true;
        if (use->remover == NO_NODE)
            use->remover = closure;
    }
}

static uint64_t edges_end(const struct heap *h, uint32_t n)
{
    return min_u64(heap_first_edge(h, n + 1), heap_first_edge(h, n) + EDGES_MAX);
}

/* The first node called `name` that n leads to by an edge of any kind. */
static uint32_t child_named(const struct js *js, uint32_t n, enum js_name name)
{
    if (n == NO_NODE || js->name[name] == NO_STRING)
        return NO_NODE;
    for (uint64_t e = heap_first_edge(js->h, n), end = edges_end(js->h, n); e < end; e++) {
        if (js_is(js, heap_edge_to(js->h, e), name))
            return heap_edge_to(js->h, e);
    }
    return NO_NODE;
}

/* Call sites remember the built-in functions they called weakly. */
static unsigned note_feedback(const struct js *js, uint32_t closure, uint32_t feedback,
                              enum collection kind, struct code_use *use)
{
    const struct heap *h = js->h;
    unsigned sites = 0;
    for (uint64_t e = heap_first_edge(h, feedback), end = edges_end(h, feedback); e < end; e++) {
        uint32_t to = heap_edge_to(h, e);
        if (heap_edge_type(h, e) != EDGE_WEAK)
            continue;
        sites++;
        if (heap_type(h, to) == NODE_CLOSURE && js_script_of_closure(js, to) == NO_NODE)
            note(js, closure, heap_name_index(h, to), kind, use);
    }
    return sites;
}

/* Names of properties are among a function's constants. Without `use` they are only counted. */
static unsigned note_constants(const struct js *js, uint32_t closure, uint32_t bytecodes,
                               enum collection kind, struct code_use *use)
{
    const struct heap *h = js->h;
    uint32_t pool = child_named(js, bytecodes, JS_CONSTANT_POOL);
    unsigned constants = 0;
    if (pool == NO_NODE)
        return 0;
    for (uint64_t e = heap_first_edge(h, pool), end = edges_end(h, pool); e < end; e++) {
        uint32_t to = heap_edge_to(h, e);
        if (heap_type(h, to) == NODE_STRING && use)
            note(js, closure, heap_name_index(h, to), kind, use);
        constants += heap_type(h, to) != NODE_HIDDEN;
    }
    return constants;
}

/* Behind the code that Sparkplug made of them, where it did. */
static uint32_t bytecodes_of(const struct js *js, uint32_t shared)
{
    uint32_t data = js_internal(js, shared, JS_TRUSTED_FUNCTION_DATA);
    if (data == NO_NODE)
        data = js_internal(js, shared, JS_FUNCTION_DATA);
    if (data != NO_NODE && !js_is(js, data, JS_BYTECODES))
        data = js_internal(js, data, JS_INTERPRETER_DATA);
    return data != NO_NODE && js_is(js, data, JS_BYTECODES) ? data : NO_NODE;
}

static bool leads_to(const struct heap *h, uint32_t from, uint32_t to)
{
    for (uint64_t e = heap_first_edge(h, from), end = edges_end(h, from); e < end; e++) {
        if (heap_edge_to(h, e) == to)
            return true;
    }
    return false;
}

/* The feedback of the function inside of another that was made from `shared`: cells for what the
 * outer one makes are in an array of its own feedback. */
static uint32_t feedback_inside(const struct js *js, uint32_t feedback, uint32_t shared)
{
    const struct heap *h = js->h;
    for (uint64_t e = heap_first_edge(h, feedback), end = edges_end(h, feedback); e < end; e++) {
        uint32_t cells = heap_edge_to(h, e);
        if (heap_edge_type(h, e) != EDGE_HIDDEN || heap_type(h, cells) != NODE_CODE)
            continue;
        for (uint64_t c = heap_first_edge(h, cells), last = edges_end(h, cells); c < last; c++) {
            uint32_t cell = heap_edge_to(h, c);
            uint32_t inner =
                js_is(js, cell, JS_FEEDBACK_CELL_NODE) ? js_internal(js, cell, JS_VALUE) : NO_NODE;
            if (inner != NO_NODE && js_is(js, inner, JS_FEEDBACK_VECTOR) &&
                leads_to(h, inner, shared))
                return inner;
        }
    }
    return NO_NODE;
}

/* Functions inside of it, which often live no longer than a call, are told by it alone. */
static void note_function(const struct js *js, uint32_t closure, uint32_t shared, uint32_t feedback,
                          unsigned depth, enum collection kind, struct code_use *use)
{
    enum { DEEP = 4 };
    const struct heap *h = js->h;
    uint32_t bytecodes = bytecodes_of(js, shared);
    if (bytecodes == NO_NODE || !use->budget)
        return;
    use->budget--;
    use->functions++;
    bool remembers = feedback != NO_NODE && js_is(js, feedback, JS_FEEDBACK_VECTOR);
    unsigned sites = remembers ? note_feedback(js, closure, feedback, kind, use) : 0;
    unsigned constants = note_constants(js, closure, bytecodes, kind, remembers ? NULL : use);
    if (!sites && !constants)
        use->hands_out = true;
    uint32_t pool =
        depth < DEEP && constants ? child_named(js, bytecodes, JS_CONSTANT_POOL) : NO_NODE;
    if (pool == NO_NODE)
        return;
    for (uint64_t e = heap_first_edge(h, pool), end = edges_end(h, pool); e < end; e++) {
        uint32_t inner = heap_edge_to(h, e);
        if (heap_type(h, inner) == NODE_CODE && bytecodes_of(js, inner) != NO_NODE)
            note_function(js, closure, inner,
                          remembers ? feedback_inside(js, feedback, inner) : NO_NODE, depth + 1,
                          kind, use);
    }
}

void code_use_of_closure(const struct js *js, uint32_t closure, enum collection kind,
                         struct code_use *use)
{
    if (!use->budget || js_script_of_closure(js, closure) == NO_NODE)
        return;
    use->budget--;
    uint32_t cell = js_internal(js, closure, JS_FEEDBACK_CELL);
    note_function(js, closure, js_internal(js, closure, JS_SHARED), js_internal(js, cell, JS_VALUE),
                  0, kind, use);
}

void code_use_of_context(const struct js *js, uint32_t context, enum collection kind,
                         struct code_use *use)
{
    enum { DEEP = 16 };
    uint32_t todo[DEEP];
    unsigned count = 1;
    todo[0] = context;
    while (count) {
        uint32_t at = todo[--count];
        if (heap_flags(js->h, at) & FLAG_HUB)
            continue;
        struct retainer_walk w = heap_retainers(js->h, at);
        while (use->budget && retainer_next(&w)) {
            uint32_t u = w.source;
            if (heap_type(js->h, u) == NODE_CLOSURE && js_context_of_closure(js, u) == at) {
                code_use_of_closure(js, u, kind, use);
            } else if (count < DEEP && js_is_context(js, u) &&
                       js_internal(js, u, JS_PREVIOUS) == at) {
                use->budget--;
                todo[count++] = u;
            }
        }
    }
}

void code_use_of_methods(const struct js *js, uint32_t n, enum collection kind,
                         struct code_use *use)
{
    const struct heap *h = js->h;
    uint32_t prototype = js_property(js, n, JS_PROTO);
    if (!js_is_object(js, prototype))
        return;
    for (uint64_t e = heap_first_edge(h, prototype), end = edges_end(h, prototype); e < end; e++) {
        uint32_t to = heap_edge_to(h, e);
        if (heap_edge_type(h, e) == EDGE_PROPERTY && heap_type(h, to) == NODE_CLOSURE)
            code_use_of_closure(js, to, kind, use);
    }
}
