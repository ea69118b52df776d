/* Rule module-collection: a Map, Set, array or object that a module holds and nothing empties.
 *
 * Candidates are large by bytes or by entries; who holds them decides. The framework's and the
 * runtime's own tables are known not to leak and are left out. A large collection inside another
 * one of the same variable is the same cause: the outermost is reported.
 */
#include "analyzer/rules/holders.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "module-collection";

struct candidate {
    uint32_t node;
    uint64_t entries;
    struct owner owner;
    enum script_kind kind;
    uint32_t swallowed_by; /* 1-based place of the candidate that explains it, 0: none */
};

static bool is_suspect(struct rule_input *in, struct candidate *c)
{
    const struct heap *h = in->js->h;
    uint64_t retained = heap_retained_bytes(h, c->node);
    uint32_t event;
    c->entries = js_entries(in->js, c->node);
    if (c->entries < COLLECTION_LEAST_ENTRIES ||
        (retained < COLLECTION_LEAST_BYTES && c->entries < COLLECTION_MANY_ENTRIES))
        return false;
    /* Listeners of live connections: they go with these. */
    if (c->entries <= CALLBACKS_PER_SOCKET * in->census->sockets &&
        holder_emitter(in->js, c->node, &event) != NO_NODE)
        return false;
    owner_find(in->js, c->node, &c->owner);
    c->kind = owner_script_kind(in->js, &c->owner);
    return c->owner.kind != OWNER_NONE &&
           (c->kind == SCRIPT_USER ||
            (c->kind == SCRIPT_PACKAGE && retained >= PACKAGE_LEAST_BYTES));
}

static bool same_variable(const struct heap *h, const struct owner *a, const struct owner *b)
{
    return a->holder == b->holder && heap_edge_name(h, a->hops[a->hop_count - 1].edge) ==
                                         heap_edge_name(h, b->hops[b->hop_count - 1].edge);
}

/* Does `outer` dominate `inner`? Looks a few hundred steps up: lists make deep trees. */
static bool contains(const struct heap *h, uint32_t outer, uint32_t inner)
{
    enum { STEPS = 500 };
    for (unsigned i = 0; i < STEPS && inner != h->root; i++) {
        inner = heap_dominator(h, inner);
        if (inner == outer)
            return true;
    }
    return false;
}

static void swallow(const struct heap *h, struct candidate *c, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count && !c[i].swallowed_by; k++) {
            bool outer =
                contains(h, c[k].node, c[i].node) || (same_variable(h, &c[k].owner, &c[i].owner) &&
                                                      c[k].owner.hop_count < c[i].owner.hop_count);
            if (k != i && outer)
                c[i].swallowed_by = (uint32_t)k + 1;
        }
    }
}

static unsigned confidence(struct rule_input *in, const struct candidate *c, const char *keys)
{
    unsigned sure = 60;
    sure += c->entries >= 200 ? 10 : 0;
    sure += strchr(keys, '/') ? 10 : 0;
    sure += share_of_heap(in, heap_retained_bytes(in->js->h, c->node)) >= 0.1 ? 15 : 0;
    return c->kind == SCRIPT_PACKAGE ? sure / 2 : sure;
}

static void add_evidence(struct rule_input *in, struct finding *f, const struct candidate *c,
                         const char *keys)
{
    const char *values = collection_values(in, c->node);
    const char *kind = collection_word(js_collection(in->js, c->node));
    evidence_add(in, f, c->node, "%s of %s entries, %s each%s%s", kind, count_text(in, c->entries),
                 bytes_text(in, c->entries ? f->retained_bytes / c->entries : 0),
                 *values ? ", mostly " : "", values);
    if (*keys)
        evidence_add(in, f, NO_NODE, "its keys look like %s", keys);
    if (f->script && c->kind == SCRIPT_USER && strstr(f->script, "/.next/server/"))
        evidence_add(
            in, f, NO_NODE,
            "the script is the bundle that loaded the module first; other pages may use it "
            "too");
}

static void report(struct rule_input *in, const struct candidate *c)
{
    struct arena *arena = &in->analysis->arena;
    struct buf accessor = {0};
    enum severity severity = c->kind == SCRIPT_PACKAGE ? SEVERITY_WARN : SEVERITY_LEAK;
    struct finding *f = finding_add(in, id, severity, c->node);
    if (!f)
        return;
    const char *keys = collection_keys(in, c->node);
    owner_put_accessor(in->js, &c->owner, &accessor);
    const char *name = arena_strdup(arena, buf_str(&accessor));
    buf_release(&accessor);
    finding_set_owner(in, f, &c->owner);
    f->entries = c->entries;
    f->confidence = confidence(in, c, keys);
    enum collection kind = js_collection(in->js, c->node);
    f->title = arena_printf(arena, "%s, %s %s %s, holds %s entries and has no bound", name,
                            collection_article(kind), collection_word(kind),
                            c->owner.kind == OWNER_GLOBAL ? "of the global object" : "of a module",
                            count_text(in, c->entries));
    add_evidence(in, f, c, keys);
    advise_bound(in, f, name);
    advise_readable_names(in, f);
}

bool rule_module_collection(struct rule_input *in, struct err *err)
{
    enum { COOL_EVERY = 8192 }; /* a heap of lists and trees has many candidates */
    const struct node_list *all = &in->census->collections;
    struct candidate *c = calloc(all->count + 1, sizeof *c);
    size_t count = 0;
    if (!c)
        return err_nomem(err, all->count * sizeof *c, "collections");
    for (size_t i = 0; i < all->count; i++) {
        if (i % COOL_EVERY == 0)
            heap_cool(in->js->h);
        c[count].node = all->nodes[i];
        count += is_suspect(in, &c[count]);
    }
    swallow(in->js->h, c, count);
    for (size_t i = 0; i < count; i++) {
        if (!c[i].swallowed_by && !finding_explaining(in, c[i].node))
            report(in, &c[i]);
    }
    free(c);
    return true;
}
