/* Rule module-collection: a Map, Set, array, object or list that a module holds and nothing
 * empties.
 *
 * Candidates are large by bytes or by entries; who holds them and what happened to them decide. The
 * framework's and the runtime's own tables are known not to leak and are left out, and so are
 * bounded caches and tables that were filled once. Inside of a collection that is reported, others
 * are the same cause; several in the same place of one variable are one finding.
 */
#include "analyzer/key_pattern.h"
#include "analyzer/retaining_path.h"
#include "analyzer/rules/collection_candidates.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "module-collection";

/* Collections judged and findings made: more of either would be one cause many times. */
#define CONSIDERED_MAX 100000
#define JUDGED_MAX 2000
#define REPORTED_MAX 64

struct report {
    struct collection_candidate c;
    unsigned more; /* in the same place */
    uint64_t more_entries, more_bytes;
    uint32_t more_nodes[REPORTED_MAX];
};

struct reports {
    struct report *all;
    size_t count;
    uint32_t harmless[REPORTED_MAX]; /* judged to be bounded or constant, the latest */
    size_t harmless_count;
};

static bool is_harmless(const struct reports *r, uint32_t n)
{
    for (size_t i = 0; i < r->harmless_count && i < REPORTED_MAX; i++) {
        if (r->harmless[i] == n)
            return true;
    }
    return false;
}

/* Is it inside of something that was judged already? */
static bool is_part_of_other(const struct rule_input *in, const struct reports *r,
                             const struct collection_candidate *c)
{
    for (size_t i = 0; i < r->count; i++) {
        for (unsigned k = 0; k < c->owner.hop_count; k++) {
            if (c->owner.hops[k].node == r->all[i].c.node)
                return true;
        }
        if (dominates(in->js->h, r->all[i].c.node, c->node))
            return true;
    }
    for (unsigned k = 0; k < c->owner.hop_count; k++) {
        if (is_harmless(r, c->owner.hops[k].node))
            return true;
    }
    return false;
}

static bool join_same_place(const struct rule_input *in, struct reports *r,
                            const struct collection_candidate *c)
{
    for (size_t i = 0; i < r->count; i++) {
        struct report *other = &r->all[i];
        if (other->c.shape != c->shape || !same_place(in->js->h, &other->c.owner, &c->owner))
            continue;
        if (other->more < REPORTED_MAX)
            other->more_nodes[other->more] = c->node;
        other->more++;
        other->more_entries += c->entries;
        other->more_bytes += heap_retained_bytes(in->js->h, c->node);
        return true;
    }
    return false;
}

static bool is_leaking(const struct rule_input *in, const struct collection_candidate *c)
{
    uint64_t retained = heap_retained_bytes(in->js->h, c->node);
    if (c->life.life != LIFE_UNKNOWN && c->life.life != LIFE_GROWS)
        return false;
    uint64_t least = c->kind == SCRIPT_USER       ? 0
                     : c->life.life == LIFE_GROWS ? COLLECTION_LEAST_BYTES
                                                  : PACKAGE_LEAST_BYTES;
    return retained >= least;
}

static void judge(struct rule_input *in, struct reports *r, struct collection_candidate *c)
{
    if (finding_explaining(in, c->node) || is_part_of_other(in, r, c))
        return;
    collection_life(in, c->shape == SHAPE_PARTS ? c->part : c->node, &c->owner, &c->life);
    if (c->shape == SHAPE_LIST && c->life.life == LIFE_CONSTANT)
        c->life = (struct collection_life){.adder = NO_NODE};
    if (!is_leaking(in, c))
        r->harmless[r->harmless_count++ % REPORTED_MAX] = c->node;
    else if (!join_same_place(in, r, c) && r->count < REPORTED_MAX)
        r->all[r->count++] = (struct report){.c = *c};
}

/* -- the finding -- */

static unsigned confidence(struct rule_input *in, const struct collection_candidate *c)
{
    unsigned sure = 55;
    sure += c->life.life == LIFE_GROWS ? 20 : 0;
    sure += c->life.bit_by_bit ? 10 : 0;
    sure += c->life.keys_from_requests ? 10 : 0;
    sure += c->entries >= 200 ? 5 : 0;
    sure += share_of_heap(in, heap_retained_bytes(in->js->h, c->node)) >= 0.1 ? 10 : 0;
    if (c->kind == SCRIPT_PACKAGE)
        sure -= c->life.life == LIFE_GROWS ? 10 : 25;
    return sure > 97 ? 97 : sure;
}

static const char *shape_word(const struct rule_input *in, const struct collection_candidate *c)
{
    return c->shape == SHAPE_LIST ? "linked list" : collection_word(js_collection(in->js, c->node));
}

static void add_samples(struct rule_input *in, struct finding *f,
                        const struct collection_candidate *c)
{
    enum { LOOK_AT = 64, SAMPLES = 3 };
    struct js_entry entries[LOOK_AT];
    struct buf label = {0};
    size_t count = c->shape == SHAPE_LIST ? 0 : js_sample(in->js, c->part, entries, LOOK_AT);
    for (size_t i = 0; i < SAMPLES && i < count; i++) {
        uint32_t n = entries[i * (count - 1) / SAMPLES].value;
        if (n == NO_NODE || heap_type(in->js->h, n) == NODE_HIDDEN)
            continue;
        buf_clear(&label);
        node_put_label(in->js, n, &label);
        evidence_add(in, f, n, "one of its entries: %s, %s", buf_str(&label),
                     bytes_text(in, heap_retained_bytes(in->js->h, n)));
    }
    buf_release(&label);
}

static void add_life(struct rule_input *in, struct finding *f, const struct collection_candidate *c)
{
    if (c->life.reason)
        evidence_add(in, f, c->life.adder, "%s", c->life.reason);
    if (c->life.bit_by_bit)
        evidence_add(in, f, NO_NODE,
                     "its entries lie in %u places among the heap's objects: they were made bit by "
                     "bit, not in one go",
                     c->life.groups);
    if (c->life.keys_from_requests)
        evidence_add(in, f, NO_NODE, "its keys are what requests bring: URLs, numbers, addresses");
}

static void add_evidence(struct rule_input *in, struct finding *f, const struct report *r,
                         const char *keys)
{
    const struct collection_candidate *c = &r->c;
    const char *values = c->shape == SHAPE_LIST ? "" : collection_values(in, c->part);
    const char *kind = shape_word(in, c);
    evidence_add(
        in, f, c->node, "%s of %s entries, %s each%s%s", kind, count_text(in, c->entries),
        bytes_text(in, c->entries ? heap_retained_bytes(in->js->h, c->node) / c->entries : 0),
        *values ? ", mostly " : "", values);
    if (c->shape == SHAPE_PARTS)
        evidence_add(in, f, c->part, "the entries are in %u collections inside of it", c->parts);
    if (r->more)
        evidence_add(in, f, r->more_nodes[0],
                     "%u more like it in the same variable, with %s entries and %s", r->more,
                     count_text(in, r->more_entries), bytes_text(in, r->more_bytes));
    if (*keys)
        evidence_add(in, f, NO_NODE, "its keys look like %s", keys);
    add_life(in, f, c);
    add_samples(in, f, c);
    if (f->script && c->kind == SCRIPT_USER && strstr(f->script, "/.next/server/"))
        evidence_add(
            in, f, NO_NODE,
            "the script is the bundle that loaded the module first; other pages may use it "
            "too");
}

/* Where the function is that adds, if it stands in the finding's script. */
static uint32_t line_of(const struct rule_input *in, const struct collection_candidate *c)
{
    uint32_t adder = c->life.adder;
    if (adder == NO_NODE || js_script_of_closure(in->js, adder) != c->owner.script)
        return 0;
    const struct location *l = heap_location(in->js->h, adder);
    return l ? l->line + 1 : 0;
}

static const char *title(struct rule_input *in, const struct report *r, const char *name,
                         uint64_t entries)
{
    const struct collection_candidate *c = &r->c;
    const char *where = c->owner.kind == OWNER_GLOBAL ? "of the global object" : "of a module";
    if (c->shape == SHAPE_LIST) {
        struct str link = strings_get(&in->js->h->strings, c->link_name);
        return arena_printf(&in->analysis->arena,
                            "%s, a list linked by .%.*s %s, has %s links and has no bound", name,
                            (int)min_u64(link.len, 60), link.p, where, count_text(in, entries));
    }
    return arena_printf(&in->analysis->arena, "%s, %s %s %s, holds %s entries and has no bound",
                        name, collection_article(js_collection(in->js, c->node)), shape_word(in, c),
                        where, count_text(in, entries));
}

/* "tp (export sessions)" */
static const char *with_export(struct rule_input *in, const struct collection_candidate *c,
                               const char *name)
{
    struct buf exports = {0};
    owner_put_exports(in->js, &c->owner, &exports);
    const char *text =
        exports.len ? arena_printf(&in->analysis->arena, "%s (%s)", name, buf_str(&exports)) : name;
    buf_release(&exports);
    return text;
}

static void report(struct rule_input *in, const struct report *r)
{
    const struct collection_candidate *c = &r->c;
    struct arena *arena = &in->analysis->arena;
    struct buf accessor = {0};
    bool sure = c->kind == SCRIPT_USER || c->life.life == LIFE_GROWS || c->life.bit_by_bit;
    struct finding *f = finding_add(in, id, sure ? SEVERITY_LEAK : SEVERITY_WARN, c->node);
    if (!f)
        return;
    for (unsigned i = 0; i < r->more && i < REPORTED_MAX; i++)
        finding_claim(in, f, r->more_nodes[i]);
    if (c->shape == SHAPE_LIST)
        finding_claim(in, f, c->part);
    const char *keys = c->shape == SHAPE_LIST ? "" : collection_keys(in, c->part);
    owner_put_accessor(in->js, &c->owner, &accessor);
    const char *name = arena_strdup(arena, buf_str(&accessor));
    buf_release(&accessor);
    finding_set_owner(in, f, &c->owner);
    f->kind = shape_word(in, c);
    f->line = line_of(in, c);
    f->route = keys[0] == '/' ? keys : NULL;
    f->entries = c->entries + r->more_entries;
    f->retained_bytes += r->more_bytes;
    f->confidence = confidence(in, c);
    f->title = title(in, r, with_export(in, c, name), f->entries);
    add_evidence(in, f, r, keys);
    advise_bound(in, f, name);
    advise_readable_names(in, f);
}

/* -- the run -- */

struct large {
    uint64_t retained;
    uint32_t node;
};

/* What contains comes before what is in it. */
static int larger_first(const void *a, const void *b)
{
    const struct large *x = a, *y = b;
    if (x->retained != y->retained)
        return x->retained > y->retained ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static size_t list_large(const struct rule_input *in, struct large *all)
{
    const struct node_list *lists[] = {&in->census->collections, &in->census->instances};
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        for (size_t k = 0; k < lists[i]->count; k++) {
            uint32_t n = lists[i]->nodes[k];
            all[count++] = (struct large){heap_retained_bytes(in->js->h, n), n};
        }
    }
    qsort(all, count, sizeof *all, larger_first);
    return count;
}

bool rule_module_collection(struct rule_input *in, struct err *err)
{
    enum { COOL_EVERY = 8192 }; /* a heap of lists and trees has many candidates */
    size_t most = in->census->collections.count + in->census->instances.count + 1, judged = 0;
    struct large *all = calloc(most, sizeof *all);
    struct reports r = {.all = calloc(REPORTED_MAX, sizeof *r.all)};
    bool ok = (all && r.all) || err_nomem(err, most * sizeof *all, "collections");
    size_t count = ok ? list_large(in, all) : 0;
    for (size_t i = 0; i < count && i < CONSIDERED_MAX && judged < JUDGED_MAX; i++) {
        struct collection_candidate c;
        if (i % COOL_EVERY == 0)
            heap_cool(in->js->h);
        if (!collection_candidate(in, all[i].node, &c))
            continue;
        judge(in, &r, &c);
        judged++;
    }
    for (size_t i = 0; i < r.count; i++)
        report(in, &r.all[i]);
    free(all);
    free(r.all);
    return ok;
}
