/* The base and the group of a synthetic snapshot: see synth_plan.h.
 */
#include "tests/bench/synth_maker.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *const container_names[CONTAINERS] = {"responsesByUrl", "sessionsById", "pendingJobs"};

/* -- the group -- */

static void add_entry(struct maker *m, enum container c, uint32_t head)
{
    uint32_t i = m->p->entries[c]++;
    assert(i < sizeof m->p->head[c] / sizeof *m->p->head[c]);
    m->p->head[c][i] = head;
}

static uint32_t add_price(struct maker *m)
{
    uint32_t n = add_plain(m, "{currency, tiers}", 3), tiers, values[2];
    add_property(m, n, "currency", m->k.words[0]);
    m->area = AREA_VALUES;
    tiers = add_array(m);
    add_property(m, n, "tiers", tiers);
    close_object(m, n, m->k.proto_object, m->k.shape_price);
    add_edge(m, n, E_HIDDEN, INDEXED, 2, add_number(m)); /* amount, unboxed: V8 hides it */
    values[0] = add_number(m);
    values[1] = add_number(m);
    close_array(m, tiers, 2, values);
    return n;
}

static uint32_t add_stock(struct maker *m, uint32_t i)
{
    uint32_t n = add_plain(m, "{warehouse, reserved}", 3);
    add_property(m, n, "warehouse", m->k.words[1 + i % 7]);
    add_property(m, n, "reserved", m->k.oddball);
    close_object(m, n, m->k.proto_object, m->k.shape_stock);
    return n;
}

static uint32_t add_tags(struct maker *m, uint32_t i)
{
    uint32_t n = add_array(m);
    m->area = AREA_VALUES;
    close_array(m, n, 2, (uint32_t[]){m->k.words[8 + i % 8], m->k.words[16 + i % 8]});
    return n;
}

static uint32_t add_seller(struct maker *m, uint32_t i)
{
    uint32_t n = add_plain(m, "{id, rating}", 2);
    m->area = AREA_VALUES;
    add_property(m, n, "id", m->k.words[24 + i % 8]);
    add_property(m, n, "rating", add_number(m));
    close_object(m, n, m->k.proto_object, m->k.shape_seller);
    return n;
}

/* Strings lie with the row; what it refers to lies elsewhere, and what that refers to elsewhere
 * again. */
static uint32_t add_row(struct maker *m, uint32_t i)
{
    m->area = AREA_ROWS;
    uint32_t n = add_plain(m, "{sku, title, price, stock, tags, seller}", 6);
    const char *title = i % 5 ? "Offer " : "Offer \\u20AC ";
    add_property(m, n, "sku", add_string(m, add_text(m, "SKU-", "-lfzylr", 1, i * 7)));
    add_property(m, n, "title",
                 add_string(m, add_text(m, title, " of the \\\"catalogue\\\"", 64, i)));
    m->area = AREA_LEAVES;
    add_property(m, n, "price", add_price(m));
    m->area = AREA_LEAVES;
    add_property(m, n, "stock", add_stock(m, i));
    add_property(m, n, "tags", add_tags(m, i));
    m->area = AREA_LEAVES;
    add_property(m, n, "seller", add_seller(m, i));
    close_object(m, n, m->k.proto_object, m->k.shape_row);
    return n;
}

/* An entry of the Map responsesByUrl. Some refer to another, wherever it is. */
static void add_response(struct maker *m, uint32_t i, uint32_t row_count)
{
    static const char class[] = "{url, fetchedAt, rows, related}";
    uint32_t rows, row[32];
    m->area = AREA_RESPONSES;
    add_string(m, add_text(m, "https://api.example.test/catalogue/", "?page=1&sort=price", 4, i));
    uint32_t n = add_plain(m, class, 4);
    add_entry(m, RESPONSES, n);
    m->area = AREA_BODIES;
    add_property(m, n, "url",
                 add_string(m, add_text(m, "/catalogue/", "?page=1&sort=price", 4, i)));
    add_property(m, n, "fetchedAt", add_string(m, intern(m, "2026-11-24T21:14:42.157Z")));
    rows = add_array(m);
    add_property(m, n, "rows", rows);
    add_property(m, n, "related", ELSEWHERE + m->p->head[RESPONSES][0]);
    close_object(m, n, m->k.proto_object, m->k.shape_response);
    assert(row_count <= sizeof row / sizeof *row);
    for (uint32_t k = 0; k < row_count; k++)
        row[k] = add_row(m, i * 16 + k);
    m->area = AREA_BODIES;
    close_array(m, rows, row_count, row);
}

static uint32_t add_buffer(struct maker *m, uint32_t bytes)
{
    uint32_t n = add_node(m, OBJECT, intern(m, "Buffer"), "Buffer", 96);
    node_at(m, n)->line = 267;
    add_property(m, n, "__proto__", m->k.proto_buffer);
    uint32_t buffer = add_node(m, OBJECT, intern(m, "ArrayBuffer"), "ArrayBuffer", 88);
    add_internal(m, n, "buffer", buffer);
    add_internal(m, n, "map", m->k.shape_buffer);
    uint32_t name = intern(m, "system / JSArrayBufferData");
    add_internal(m, buffer, "backing_store",
                 add_node(m, NATIVE, name, "system / JSArrayBufferData", bytes));
    add_internal(m, buffer, "map", m->k.shape_array_buffer);
    return n;
}

static uint32_t add_seen(struct maker *m, uint32_t i)
{
    uint32_t n = add_node(m, OBJECT, intern(m, "Map"), "Map", 32);
    uint32_t table = add_node(m, ARRAY, intern(m, ""), NULL, 152);
    add_internal(m, n, "table", table);
    close_object(m, n, m->k.proto_map, m->k.shape_map);
    add_edge(m, table, E_INTERNAL, NUMBERED, 5, add_string(m, add_text(m, "seen-", "", 8, i)));
    add_edge(m, table, E_INTERNAL, NUMBERED, 6, add_number(m));
    add_internal(m, table, "map", m->k.table_map);
    return n;
}

static uint32_t add_user(struct maker *m, uint32_t i)
{
    uint32_t n = add_plain(m, "{name, roles}", 2), roles;
    add_property(m, n, "name", add_string(m, add_text(m, "user \\u00E9 ", "", 8, i)));
    roles = add_array(m);
    add_property(m, n, "roles", roles);
    close_object(m, n, m->k.proto_object, m->k.shape_user);
    close_array(m, roles, 1, &m->k.words[9]);
    return n;
}

/* An entry of the Map sessionsById, of a class of the user's. */
static void add_session(struct maker *m, uint32_t i)
{
    m->area = AREA_SESSIONS;
    add_string(m, add_text(m, "sid-", "", 8, i));
    uint32_t n = add_node(m, OBJECT, intern(m, "Session"), "Session", 64);
    node_at(m, n)->line = 12;
    add_entry(m, SESSIONS, n);
    m->area = AREA_BODIES;
    add_property(m, n, "id", add_string(m, add_text(m, "session-", "", 8, i)));
    add_property(m, n, "agent", add_string(m, intern(m, "Mozilla/5.0 (X11; Linux x86_64) Gecko")));
    add_property(m, n, "body", add_buffer(m, 512 << i % 3));
    add_property(m, n, "seen", add_seen(m, i));
    add_property(m, n, "user", add_user(m, i));
    add_property(m, n, "previous", ELSEWHERE + m->p->head[SESSIONS][0]);
    close_object(m, n, m->k.proto_session, m->k.shape_session);
}

/* An element of the array pendingJobs: a closure that keeps its request. */
static void add_job(struct maker *m, uint32_t i)
{
    uint32_t n, context, request, headers, body;
    m->area = AREA_JOBS;
    n = add_closure(m, "run", m->k.run, 0);
    node_at(m, n)->line = 65;
    add_entry(m, JOBS, n);
    m->area = AREA_BODIES;
    context = add_node(m, OBJECT, intern(m, "system / Context"), "system / Context", 40);
    add_internal(m, n, "context", context);
    request = add_plain(m, "{path, headers, body}", 4);
    add_variable(m, context, "request", request);
    add_internal(m, context, "scope_info", m->k.scope_info);
    add_internal(m, context, "previous", m->k.module_context);
    add_internal(m, context, "map", m->k.shape_context);
    m->area = AREA_LEAVES;
    add_property(m, request, "path", add_string(m, add_text(m, "/queue/", "/run", 8, i)));
    headers = add_plain(m, "{host, cookie}", 2);
    add_property(m, request, "headers", headers);
    add_property(m, headers, "host", m->k.words[10]);
    add_property(m, headers, "cookie", add_string(m, add_text(m, "sid=", "; Path=/", 8, i)));
    close_object(m, headers, m->k.proto_object, m->k.shape_headers);
    body = add_node(m, CONS, intern(m, "(concatenated string)"), "(concatenated string)", 32);
    add_property(m, request, "body", body);
    add_internal(m, body, "first", add_string(m, add_text(m, "{\\\"job\\\":", "", 8, i)));
    add_internal(m, body, "second", m->k.words[11]);
    add_internal(m, body, "map", m->k.cons_map);
    close_object(m, request, m->k.proto_object, m->k.shape_request);
}

static void make_group(struct maker *m)
{
    static const uint32_t rows[] = {6, 9, 10, 15};
    m->part = &m->p->group;
    m->container = RESPONSES;
    for (uint32_t i = 0; i < 4; i++)
        add_response(m, i, rows[i]);
    m->container = SESSIONS;
    for (uint32_t i = 0; i < 6; i++)
        add_session(m, i);
    m->container = JOBS;
    for (uint32_t i = 0; i < 8; i++)
        add_job(m, i);
}

/* -- the base -- */

static uint32_t add_synthetic(struct maker *m, const char *name)
{
    return add_node(m, SYNTHETIC, intern(m, name), NULL, 0);
}

static uint32_t add_hidden_map(struct maker *m, const char *name, uint32_t roots, uint32_t index)
{
    uint32_t n = add_node(m, HIDDEN, intern(m, name), NULL, 72);
    add_internal(m, n, "map", m->k.meta_map ? m->k.meta_map : n);
    add_edge(m, roots, E_INTERNAL, NUMBERED, index, n);
    return n;
}

static uint32_t add_shape(struct maker *m, uint32_t prototype)
{
    uint32_t n = add_node(m, SHAPE, intern(m, "system / Map"), "(object shape)", 72);
    add_internal(m, n, "prototype", prototype);
    add_internal(m, n, "map", m->k.meta_map);
    return n;
}

static uint32_t add_code(struct maker *m, const char *name, uint32_t self)
{
    uint32_t n = add_node(m, CODE, intern(m, name), "(compiled code)", self);
    add_internal(m, n, "map", m->k.code_map);
    return n;
}

static uint32_t add_shared(struct maker *m, const char *name)
{
    uint32_t n = add_code(m, name, 56);
    add_internal(m, n, "name_or_scope_info", m->k.scope_info);
    add_internal(m, n, "script_or_debug_info", m->k.script);
    return n;
}

static void make_hidden_maps(struct maker *m, uint32_t roots)
{
    struct known *k = &m->k;
    k->meta_map = add_hidden_map(m, "system / Map", roots, 0);
    k->string_map = add_hidden_map(m, "system / Map (OneByteString)", roots, 1);
    k->string_map_2 = add_hidden_map(m, "system / Map (TwoByteString)", roots, 2);
    k->cons_map = add_hidden_map(m, "system / Map (ConsOneByteString)", roots, 3);
    k->number_map = add_hidden_map(m, "system / Map", roots, 4);
    k->table_map = add_hidden_map(m, "system / Map", roots, 5);
    k->code_map = add_hidden_map(m, "system / Map", roots, 6);
    k->oddball = add_node(m, HIDDEN, intern(m, "system / Oddball"), NULL, 48);
    add_internal(m, k->oddball, "map", k->meta_map);
    add_edge(m, roots, E_INTERNAL, NUMBERED, 7, k->oddball);
}

static void make_words(struct maker *m)
{
    static const char *const words[WORD_COUNT] = {
        "EUR",
        "w0-0",
        "w1-1",
        "w2-2",
        "w3-3",
        "w4-4",
        "w5-5",
        "w6-6",
        "t0",
        "admin",
        "shop.example.test",
        ",\\\"n\\\":1}",
        "t4",
        "t5",
        "t6",
        "t7",
        "c0x0",
        "c1x1",
        "c2x2",
        "c3x3",
        "c4x4",
        "c5x5",
        "c6x6",
        "c7x7",
        "s-0-log",
        "s-1-log",
        "s-2-log",
        "s-3-log",
        "s-4-log",
        "s-5-log",
        "s-6-log",
        "s-7-log",
    };
    for (uint32_t i = 0; i < WORD_COUNT; i++)
        m->k.words[i] = add_string(m, intern(m, words[i]));
}

static uint32_t add_proto(struct maker *m, const char *name)
{
    return add_node(m, OBJECT, intern(m, name), name, 56);
}

static void make_shapes(struct maker *m)
{
    struct known *k = &m->k;
    k->proto_object = add_proto(m, "Object");
    k->proto_array = add_proto(m, "Array");
    k->proto_map = add_proto(m, "Map");
    k->proto_session = add_proto(m, "Object");
    k->proto_buffer = add_proto(m, "Uint8Array");
    k->proto_function = add_node(m, CLOSURE, intern(m, ""), "Function", 56);
    k->shape_array = add_shape(m, k->proto_array);
    k->shape_map = add_shape(m, k->proto_map);
    k->shape_closure = add_shape(m, k->proto_function);
    k->shape_context = add_shape(m, k->oddball);
    k->shape_session = add_shape(m, k->proto_session);
    k->shape_buffer = add_shape(m, k->proto_buffer);
    k->shape_array_buffer = add_shape(m, k->proto_object);
    uint32_t *plain[] = {&k->shape_response, &k->shape_row,     &k->shape_price,
                         &k->shape_stock,    &k->shape_seller,  &k->shape_user,
                         &k->shape_request,  &k->shape_headers, &k->shape_plain};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        *plain[i] = add_shape(m, k->proto_object);
    uint32_t protos[] = {k->proto_object, k->proto_array, k->proto_map, k->proto_session,
                         k->proto_buffer};
    for (size_t i = 0; i < sizeof protos / sizeof *protos; i++)
        close_object(m, protos[i], i ? k->proto_object : k->oddball, k->shape_plain);
    close_object(m, k->proto_function, k->proto_object, k->shape_closure);
}

static void make_code(struct maker *m)
{
    struct known *k = &m->k;
    k->script = add_code(m, "/srv/shop/lib/catalogue.js", 144);
    k->scope_info = add_code(m, "system / ScopeInfo", 104);
    k->feedback_cell = add_code(m, "system / FeedbackCell", 24);
    k->builtin = add_code(m, "(CompileLazy builtin handle)", 88);
    k->run = add_shared(m, "run");
}

/* The containers as a module has them: variables of its context. */
static void make_containers(struct maker *m)
{
    struct known *k = &m->k;
    k->module_context = add_node(m, OBJECT, intern(m, "system / Context"), "system / Context", 56);
    for (unsigned c = 0; c < CONTAINERS; c++) {
        int is_map = c != JOBS;
        uint32_t n = is_map ? add_node(m, OBJECT, intern(m, "Map"), "Map", 32) : add_array(m);
        uint32_t inner = add_node(m, ARRAY, intern(m, is_map ? "" : "(object elements)"), NULL, 0);
        add_variable(m, k->module_context, container_names[c], n);
        add_internal(m, n, is_map ? "table" : "elements", inner);
        close_object(m, n, is_map ? k->proto_map : k->proto_array,
                     is_map ? k->shape_map : k->shape_array);
        if (is_map)
            add_internal(m, inner, "map", k->table_map);
        node_at(m, n)->span = is_map ? SPAN_NONE : SPAN_ARRAY;
        node_at(m, inner)->span = is_map ? SPAN_TABLE : SPAN_ELEMENTS;
        node_at(m, n)->container = node_at(m, inner)->container = (uint8_t)c;
        m->p->container[c] = n - BASE;
    }
    add_internal(m, k->module_context, "scope_info", k->scope_info);
    add_internal(m, k->module_context, "previous", k->native_context);
    add_internal(m, k->module_context, "map", k->shape_context);
}

/* global -> process -> mainModule -> exports -> a function of the module */
static void make_module(struct maker *m, uint32_t global)
{
    struct known *k = &m->k;
    uint32_t process = add_node(m, OBJECT, intern(m, "process"), "process", 24);
    uint32_t module = add_node(m, OBJECT, intern(m, "Module"), "Module", 144);
    uint32_t exports = add_plain(m, "Object", 1);
    add_property(m, global, "process", process);
    add_property(m, process, "mainModule", module);
    close_object(m, process, k->proto_object, k->shape_plain);
    add_property(m, module, "filename", add_string(m, intern(m, "/srv/shop/lib/catalogue.js")));
    add_property(m, module, "exports", exports);
    close_object(m, module, k->proto_object, k->shape_plain);
    uint32_t shared = add_shared(m, "lookup");
    add_property(m, exports, "lookup", add_closure(m, "lookup", shared, k->module_context));
    close_object(m, exports, k->proto_object, k->shape_plain);
    close_object(m, global, k->proto_object, k->shape_plain);
}

/* What only one container's entries refer to would be retained by it: the native context refers to
 * all. */
static void share_all(struct maker *m)
{
    uint32_t context = m->k.native_context, index = 1;
    for (uint32_t n = 0; n < m->part->node_count; n++) {
        unsigned type = m->part->nodes[n].type;
        if (type != SYNTHETIC && BASE + n != context)
            add_edge(m, context, E_HIDDEN, INDEXED, index++, BASE + n);
    }
}

static void make_base(struct maker *m)
{
    struct known *k = &m->k;
    m->part = &m->p->base;
    uint32_t root = add_synthetic(m, ""), gc = add_synthetic(m, "(GC roots)");
    uint32_t strong = add_synthetic(m, "(Strong roots)"),
             handles = add_synthetic(m, "(Handle scope)");
    uint32_t global = add_node(m, OBJECT, intern(m, "global"), "global", 40);
    add_edge(m, root, E_ELEMENT, INDEXED, 1, gc);
    add_edge(m, root, E_SHORTCUT, NAMED, intern(m, "2"), global);
    add_edge(m, gc, E_ELEMENT, INDEXED, 1, strong);
    add_edge(m, gc, E_ELEMENT, INDEXED, 2, handles);
    make_hidden_maps(m, strong);
    make_shapes(m);
    k->native_context = add_node(m, HIDDEN, intern(m, "system / NativeContext"), NULL, 2264);
    add_edge(m, handles, E_INTERNAL, NUMBERED, 0, k->native_context);
    add_internal(m, k->native_context, "extension", global);
    add_internal(m, k->native_context, "map", k->meta_map);
    make_code(m);
    make_words(m);
    share_all(m);
    make_containers(m);
    make_module(m, global);
}

/* -- order -- */

/* Edges by their node, each node's in the order they were added. */
static void sort_edges(struct part *part)
{
    struct plan_edge *sorted = malloc(sizeof part->edges);
    uint32_t count = 0;
    if (!sorted)
        abort();
    for (uint32_t n = 0; n < part->node_count; n++) {
        part->nodes[n].edge_first = count;
        for (uint32_t e = 0; e < part->edge_count; e++) {
            if (part->edges[e].from == n)
                sorted[count++] = part->edges[e];
        }
        part->nodes[n].edge_count = count - part->nodes[n].edge_first;
    }
    memcpy(part->edges, sorted, sizeof part->edges);
    free(sorted);
}

struct plan *plan_new(void)
{
    struct plan *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    struct maker m = {.p = p, .container = CONTAINERS};
    p->class_count = 1;
    intern(&m, "<dummy>");
    intern(&m, "");
    make_base(&m);
    make_group(&m);
    sort_edges(&p->base);
    sort_edges(&p->group);
    for (uint32_t i = 0; i < p->group.node_count; i++) {
        struct plan_node *n = &p->group.nodes[i];
        n->place = p->area_size[n->area]++;
        p->by_place[n->area][n->place] = i;
    }
    return p;
}
