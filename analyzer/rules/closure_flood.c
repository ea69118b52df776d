/* Rule closure-flood: a function of the application's that exists in very many copies.
 *
 * A closure is made anew whenever the code around it runs. Copies that stay have someone who holds
 * them: a timer or an emitter, which other rules report; a collection of functions; or a chain, of
 * a function that wraps the one before it again and again, or of closures in each other's contexts.
 * Bundled libraries make many small ones for good; they keep nothing.
 */
#include "analyzer/common_holder.h"
#include "analyzer/functions.h"
#include "analyzer/rules/callbacks.h"
#include "analyzer/rules/kept.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

static const char id[] = "closure-flood";

struct flood {
    struct rule_input *in;
    struct u64_map count_of;         /* by SharedFunctionInfo */
    struct function_groups closures; /* of those that are many */
};

static bool count_closures(struct flood *f, struct err *err)
{
    const struct js *js = f->in->js;
    const struct heap *h = js->h;
    for (uint32_t n = 0; n < h->node_count; n++) {
        uint32_t *count;
        bool is_new;
        heap_sweep(h, n);
        if (heap_type(h, n) != NODE_CLOSURE)
            continue;
        uint32_t shared = function_shared(js, n);
        if (shared == NO_NODE)
            continue;
        if (!u64_map_put(&f->count_of, shared, 0, &count, &is_new, err))
            return false;
        ++*count;
    }
    return true;
}

static bool is_user_script(const struct js *js, uint32_t n)
{
    return function_kind(js, n) == SCRIPT_USER;
}

/* The first closure of a function tells its script; those of others are not looked at again. */
static bool collect_many(struct flood *f, struct err *err)
{
    const struct js *js = f->in->js;
    const struct heap *h = js->h;
    for (uint32_t n = 0; n < h->node_count; n++) {
        heap_sweep(h, n);
        if (heap_type(h, n) != NODE_CLOSURE)
            continue;
        uint32_t shared = function_shared(js, n);
        uint32_t *count = (uint32_t *)(uintptr_t)u64_map_get(&f->count_of, shared);
        if (!count || *count < FLOOD_LEAST)
            continue;
        if (!function_group_of(&f->closures, shared) && !is_user_script(js, n)) {
            *count = 0;
            continue;
        }
        if (!function_groups_add(&f->closures, shared, n, n, 0, err))
            return false;
    }
    return true;
}

static void advise(struct rule_input *in, struct finding *f)
{
    const char *where = f->script ? f->script : "the code that makes the function";
    advice_add(in, f, "Make the function once, outside of the handler", where,
               "// at module level\n"
               "const onResult = (row) => results.add(row.id)\n"
               "// in the handler: pass values as arguments, do not capture them",
               "A function made in a handler keeps the variables around it; if it is stored "
               "anywhere, so are they, for every request.");
    advice_add(in, f, "Wrap a function only once", where,
               "if (!console.debug.wrapped) {\n"
               "  const before = console.debug\n"
               "  console.debug = Object.assign((...a) => before(...a), { wrapped: true })\n"
               "}",
               "Wrapping what is already wrapped makes a chain in which every link stays.");
}

static bool is_closure(const struct js *js, uint32_t n)
{
    return n != NO_NODE && heap_type(js->h, n) == NODE_CLOSURE;
}

/* A collection of functions, or of short lists of them: nothing else is to be said of it. */
static bool holds_functions(const struct js *js, uint32_t collection)
{
    enum { SAMPLE = 32 };
    struct js_entry entries[SAMPLE], inside;
    size_t count = js_sample(js, collection, entries, SAMPLE), functions = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t n = entries[i].value;
        if (n != NO_NODE && js_collection(js, n) == COLLECTION_ARRAY &&
            js_sample(js, n, &inside, 1) == 1)
            n = inside.value;
        functions += is_closure(js, n);
    }
    return functions * 2 > count;
}

/* The user's collection that most of the copies are in; NO_NODE in ->node if there is none. */
static bool find_collection(struct flood *f, const struct function_group *g,
                            struct common_holder *ret, struct err *err)
{
    enum { SAMPLE = 16 };
    uint32_t nodes[SAMPLE];
    size_t count = 0;
    const struct function_member *m = function_group_last(&f->closures, g);
    uint32_t step = g->count / SAMPLE + 1;
    for (uint32_t i = 0; m && count < SAMPLE; i++, m = function_group_before(&f->closures, m)) {
        if (i % step == 0)
            nodes[count++] = m->node;
    }
    if (!common_holder_find(f->in->js, nodes, count, ret, err))
        return false;
    if (!ret->entries || ret->held_by_system || ret->in_lru ||
        owner_script_kind(f->in->js, &ret->owner) != SCRIPT_USER ||
        !holds_functions(f->in->js, ret->node))
        ret->node = NO_NODE;
    return true;
}

static void set_holder(struct rule_input *in, struct finding *f, const struct function_group *g,
                       const struct owner *o)
{
    struct arena *arena = &in->analysis->arena;
    struct buf b = {0};
    owner_put_accessor(in->js, o, &b);
    finding_set_owner(in, f, o);
    f->confidence = 85;
    f->title = arena_printf(arena, "%s copies of one function are held by %s: %s, with %s",
                            count_text(in, g->count), buf_str(&b), callbacks_place(in, g->function),
                            bytes_text(in, f->retained_bytes));
    buf_release(&b);
}

static bool report(struct flood *flood, const struct function_group *g,
                   const struct common_holder *holder, uint64_t bytes, struct err *err)
{
    struct rule_input *in = flood->in;
    const struct function_member *m = function_group_last(&flood->closures, g);
    bool is_held = holder->node != NO_NODE;
    struct finding *f =
        finding_add(in, id, bytes >= 2 * FLOOD_LEAST_BYTES ? SEVERITY_LEAK : SEVERITY_WARN,
                    is_held ? holder->node : m->node);
    if (!f)
        return true;
    const char *captures = callbacks_captures(in, g->function);
    f->kind = "closure";
    f->entries = g->count;
    f->retained_bytes = is_held ? max_u64(f->retained_bytes, bytes) : bytes;
    if (is_held) {
        set_holder(in, f, g, &holder->owner);
    } else {
        callbacks_set_place(in, f, g->function);
        f->confidence = 60;
        f->title = arena_printf(
            &in->analysis->arena, "%s copies of one function are held: %s, with %s",
            count_text(in, f->entries), callbacks_place(in, g->function), bytes_text(in, bytes));
    }
    if (*captures)
        evidence_add(in, f, g->function, "each keeps what it captured: %s", captures);
    for (unsigned i = 0; i < 3 && m; i++, m = function_group_before(&flood->closures, m))
        evidence_add(in, f, m->node, "one of the copies");
    advise(in, f);
    advise_readable_names(in, f);
    return kept_claim(in, f, &flood->closures, g, err);
}

static bool judge(struct flood *f, const struct function_group *g, struct err *err)
{
    uint64_t bytes = 0;
    struct common_holder holder = {.node = NO_NODE};
    if (g->count < FLOOD_LEAST || kept_unexplained(f->in, &f->closures, g) * 2 <= g->count)
        return true;
    if (!kept_bytes(f->in, &f->closures, g, &bytes, err))
        return false;
    if (bytes < FLOOD_LEAST_BYTES && g->count < FLOOD_COUNT)
        return true;
    return find_collection(f, g, &holder, err) && report(f, g, &holder, bytes, err);
}

bool rule_closure_flood(struct rule_input *in, struct err *err)
{
    struct flood f = {.in = in};
    struct store *s = in->js->h->store;
    bool ok = u64_map_init(&f.count_of, s, err) && function_groups_init(&f.closures, s, err) &&
              count_closures(&f, err) && collect_many(&f, err);
    for (uint64_t i = 0; ok && i < f.closures.groups.count; i++)
        ok = judge(&f, function_group_at(&f.closures, i), err);
    u64_map_release(&f.count_of);
    function_groups_release(&f.closures);
    return ok;
}
