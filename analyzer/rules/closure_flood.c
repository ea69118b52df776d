/* Rule closure-flood: a function of the application's that exists in very many copies.
 *
 * A closure is made anew whenever the code around it runs. Copies that stay have someone who holds
 * them: mostly a collection, a timer or an emitter, which other rules report. What is left are
 * chains: a function that wraps the one before it again and again, and closures in each other's
 * contexts. Bundled libraries make many small ones for good; they keep nothing.
 */
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

static bool report(struct flood *flood, const struct function_group *g, uint64_t bytes,
                   struct err *err)
{
    struct rule_input *in = flood->in;
    const struct function_member *m = function_group_last(&flood->closures, g);
    struct finding *f = finding_add(
        in, id, bytes >= 2 * FLOOD_LEAST_BYTES ? SEVERITY_LEAK : SEVERITY_WARN, m->node);
    if (!f)
        return true;
    const char *captures = callbacks_captures(in, g->function);
    callbacks_set_place(in, f, g->function);
    f->kind = "closure";
    f->entries = g->count;
    f->retained_bytes = bytes;
    f->confidence = 60;
    f->title = arena_printf(&in->analysis->arena, "%s copies of one function are held: %s, with %s",
                            count_text(in, f->entries), callbacks_place(in, g->function),
                            bytes_text(in, bytes));
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
    if (g->count < FLOOD_LEAST || kept_unexplained(f->in, &f->closures, g) * 2 <= g->count)
        return true;
    if (!kept_bytes(f->in, &f->closures, g, &bytes, err))
        return false;
    return (bytes < FLOOD_LEAST_BYTES && g->count < FLOOD_COUNT) || report(f, g, bytes, err);
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
