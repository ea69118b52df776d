/* Rule pending-promises: async functions that wait for promises which never settle.
 *
 * Every wait is a reaction of a promise. They are counted by the function that goes on when the
 * promise settles, or by the promise where thousands wait for one. What nothing holds V8 collects,
 * so many waiters mean that something keeps what would settle them: a Map of resolvers, a queue, a
 * lock, an emitter, a promise that lives as long as the process. Requests in flight wait too: for
 * those a connection is open.
 */
#include "analyzer/common_holder.h"
#include "analyzer/promises.h"
#include "analyzer/retainers.h"
#include "analyzer/rules/pending_advice.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "pending-promises";

#define SAMPLE 16

/* Waits of one function, or for one promise. */
struct group {
    uint32_t function; /* its closure, one of them; NO_NODE: V8's own, as in Promise.race() */
    uint32_t promise;  /* that all wait for, NO_NODE */
    uint64_t count;
    struct waiter samples[SAMPLE];
    size_t sample_count;
};

struct groups {
    struct group *all;
    size_t count, cap;
    struct u64_map by_function; /* shared function to its place */
};

static struct group *new_group(struct groups *g, struct err *err)
{
    if (g->count == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 64;
        struct group *all = realloc(g->all, cap * sizeof *all);
        if (!all) {
            (void)!err_nomem(err, cap * sizeof *all, "promises");
            return NULL;
        }
        g->all = all;
        g->cap = cap;
    }
    struct group *new = &g->all[g->count++];
    *new = (struct group){.function = NO_NODE, .promise = NO_NODE};
    return new;
}

/* Keeps a sample of all that came, each with the same chance. */
static void count_waiter(struct group *g, const struct waiter *w)
{
    uint64_t at = g->count < SAMPLE ? g->count : mix_u64(g->count) % (g->count + 1);
    g->count++;
    if (at < SAMPLE)
        g->samples[at] = *w;
    g->sample_count = min_u64(g->count, SAMPLE);
}

static bool count_by_function(const struct js *js, struct groups *g, const struct waiter *w,
                              struct err *err)
{
    uint32_t *place, shared = js_internal(js, w->function, JS_SHARED);
    bool is_new;
    if (w->function == NO_NODE || shared == NO_NODE)
        return true;
    if (!u64_map_put(&g->by_function, shared, (uint32_t)g->count, &place, &is_new, err))
        return false;
    uint32_t at = *place;
    if (is_new) {
        struct group *new = new_group(g, err);
        if (!new)
            return false;
        new->function = w->function;
    }
    count_waiter(&g->all[at], w);
    return true;
}

/* Many reactions of one promise. The list is walked once, from its first. */
static bool count_by_promise(const struct js *js, struct groups *g, uint32_t reaction,
                             struct err *err)
{
    uint32_t promise = promise_of_first_reaction(js, reaction);
    struct group one = {.function = NO_NODE, .promise = promise};
    if (promise == NO_NODE || promise_next_reaction(js, reaction) == NO_NODE)
        return true;
    for (uint32_t r = reaction; r != NO_NODE; r = promise_next_reaction(js, r)) {
        struct waiter w = promise_waiter(js, r);
        count_waiter(&one, &w);
        if (one.function == NO_NODE)
            one.function = w.function;
    }
    if (one.count < WAITERS_LEAST)
        return true;
    struct group *new = new_group(g, err);
    if (new)
        *new = one;
    return new;
}

static bool count_all(struct rule_input *in, struct groups *g, struct err *err)
{
    const struct node_list *reactions = &in->census->named[CENSUS_REACTIONS];
    for (size_t i = 0; i < reactions->count; i++) {
        struct waiter w = promise_waiter(in->js, reactions->nodes[i]);
        if (!count_by_promise(in->js, g, reactions->nodes[i], err) ||
            !count_by_function(in->js, g, &w, err))
            return false;
    }
    return true;
}

/* -- judging -- */

static bool is_more_than_traffic(struct rule_input *in, uint64_t count)
{
    return count >= WAITERS_LEAST && count > WAITERS_PER_SOCKET * in->census->sockets;
}

/* Requests in flight are no leak, however many; those of clients that left are one. */
static bool never_settles(struct rule_input *in, const struct group *g)
{
    size_t live = 0, dead = 0;
    if (g->count < WAITERS_LEAST)
        return false;
    for (size_t i = 0; i < g->sample_count; i++) {
        enum liveness l = promise_liveness(in->js, &g->samples[i]);
        live += l == LIVENESS_LIVE;
        dead += l == LIVENESS_DEAD;
    }
    if (live * 4 >= g->sample_count)
        return false;
    return is_more_than_traffic(in, g->count) || dead * 4 > g->sample_count * 3;
}

static enum script_kind function_kind(struct rule_input *in, uint32_t closure)
{
    uint32_t script = closure == NO_NODE ? NO_NODE : js_script_of_closure(in->js, closure);
    return script == NO_NODE ? SCRIPT_NONE : script_kind(heap_name(in->js->h, script));
}

static bool find_holder(struct rule_input *in, const struct group *g, struct common_holder *ret,
                        struct err *err)
{
    uint32_t nodes[SAMPLE];
    for (size_t i = 0; i < g->sample_count; i++)
        nodes[i] = g->samples[i].node;
    if (!common_holder_find(in->js, nodes, g->sample_count, ret, err))
        return false;
    /* All wait for one promise: it is what they have in common, wherever it is kept. */
    if (g->promise != NO_NODE && ret->entries == 0) {
        ret->node = g->promise;
        owner_find(in->js, g->promise, &ret->owner);
    }
    return true;
}

/* What the application keeps, not timers and connections: they will fire. */
static bool is_kept(struct rule_input *in, const struct group *g, const struct common_holder *c)
{
    enum script_kind k = owner_script_kind(in->js, &c->owner);
    if (c->owner.kind == OWNER_NONE) /* a variable of a block has no name: whose function is it? */
        k = function_kind(in, g->function);
    return c->node != NO_NODE && !c->held_by_system && !c->in_call && !c->in_lru &&
           (k == SCRIPT_USER || k == SCRIPT_PACKAGE);
}

static const char *accessor_text(struct rule_input *in, const struct owner *o)
{
    struct buf b = {0};
    owner_put_accessor(in->js, o, &b);
    const char *text = arena_strdup(&in->analysis->arena, b.len ? buf_str(&b) : "a collection");
    buf_release(&b);
    return text;
}

static const char *function_text(struct rule_input *in, uint32_t closure)
{
    struct str name = closure == NO_NODE ? (struct str){"", 0} : heap_name(in->js->h, closure);
    if (!name.len && closure != NO_NODE) {
        uint32_t shared = js_internal(in->js, closure, JS_SHARED);
        name = shared == NO_NODE ? name : heap_name(in->js->h, shared);
    }
    if (str_starts_with(name, "(")) /* "(shared function info)" */
        return NULL;
    return name.len ? arena_strndup(&in->analysis->arena, name.p, name.len) : NULL;
}

static void add_function(struct rule_input *in, struct finding *f, const struct group *g)
{
    struct arena *arena = &in->analysis->arena;
    const char *name = function_text(in, g->function);
    uint32_t script = g->function == NO_NODE ? NO_NODE : js_script_of_closure(in->js, g->function);
    const struct location *at =
        g->function == NO_NODE ? NULL : heap_location(in->js->h, g->function);
    struct str path = script == NO_NODE ? (struct str){"", 0} : heap_name(in->js->h, script);
    const char *where = path.len ? arena_strndup(arena, path.p, path.len) : NULL;
    const char *what = g->samples[0].is_suspended ? "async function" : "callback of a promise";
    if (where && !f->script)
        f->script = where;
    if (at && where && !strcmp(f->script, where))
        f->line = at->line + 1;
    if (where && at)
        evidence_add(in, f, g->samples[0].node, "%s %s waits %s times, %s:%u", what,
                     name ? name : "without a name", count_text(in, g->count), where, at->line + 1);
    else if (where)
        evidence_add(in, f, g->samples[0].node, "%s %s waits %s times, %s", what,
                     name ? name : "without a name", count_text(in, g->count), where);
    for (size_t i = 1; i < g->sample_count && i < 3; i++)
        evidence_add(in, f, g->samples[i].node, "another one");
}

static void add_evidence(struct rule_input *in, struct finding *f, const struct group *g,
                         const struct common_holder *c)
{
    if (c->entries) {
        const char *keys = collection_keys(in, c->node);
        evidence_add(in, f, c->node, "%s of %s entries keeps what would settle them",
                     collection_word(js_collection(in->js, c->node)), count_text(in, c->entries));
        if (*keys)
            evidence_add(in, f, NO_NODE, "its keys look like %s", keys);
    } else if (g->promise != NO_NODE) {
        evidence_add(in, f, g->promise, "one promise has %s reactions%s", count_text(in, g->count),
                     g->function == NO_NODE ? ", as Promise.race() adds them" : "");
    }
    if (c->user.kind != OWNER_NONE)
        evidence_add(in, f, c->node, "through %s of %s", accessor_text(in, &c->owner),
                     arena_strndup(&in->analysis->arena, owner_script(in->js, &c->owner).p,
                                   owner_script(in->js, &c->owner).len));
    add_function(in, f, g);
    evidence_add(in, f, NO_NODE, "%s live connections: they are not requests in flight",
                 count_text(in, in->census->sockets));
}

static enum pending_shape shape_of(struct rule_input *in, const struct group *g,
                                   const struct common_holder *c)
{
    if (g->promise != NO_NODE)
        return g->function == NO_NODE ? PENDING_RACE : PENDING_ONE_PROMISE;
    for (unsigned i = 0; i < c->owner.hop_count; i++) {
        struct str edge = {"", 0};
        if (!edge_type_is_indexed(heap_edge_type(in->js->h, c->owner.hops[i].edge)))
            edge =
                strings_get(&in->js->h->strings, heap_edge_name(in->js->h, c->owner.hops[i].edge));
        if (str_starts_with(edge, "_events"))
            return PENDING_EVENT;
    }
    return owner_script_kind(in->js, &c->owner) == SCRIPT_PACKAGE || !c->entries
               ? PENDING_QUEUE
               : PENDING_RESOLVERS;
}

static const char *title_text(struct rule_input *in, const struct group *g, const char *holder)
{
    struct arena *arena = &in->analysis->arena;
    const char *count = count_text(in, g->count), *name = function_text(in, g->function);
    if (g->function != NO_NODE)
        return arena_printf(arena, "%s calls of %s wait for promises that never settle, kept by %s",
                            count, name ? name : "a function without a name", holder);
    if (g->promise != NO_NODE)
        return arena_printf(arena, "%s, a promise that never settles, has %s reactions", holder,
                            count);
    return arena_printf(arena, "%s promises never settle, kept by %s", count, holder);
}

static void report(struct rule_input *in, const struct group *g, const struct common_holder *c)
{
    bool package = owner_script_kind(in->js, &c->owner) == SCRIPT_PACKAGE;
    const struct owner *owner = c->user.kind != OWNER_NONE ? &c->user : &c->owner;
    /* Nobody waits for what a queue still has to do: it may be slow and not stuck. */
    bool backlog = package && g->function == NO_NODE && g->promise == NO_NODE;
    struct finding *f = finding_add(in, id, backlog ? SEVERITY_WARN : SEVERITY_LEAK, c->node);
    if (!f)
        return;
    const char *holder = accessor_text(in, owner);
    finding_set_owner(in, f, owner);
    f->entries = c->entries ? c->entries : g->count;
    f->kind = c->entries ? collection_word(js_collection(in->js, c->node)) : "Promise";
    f->confidence = package ? 75 : c->entries ? 90 : 80;
    f->title = title_text(in, g, holder);
    add_evidence(in, f, g, c);
    advise_pending(in, f, shape_of(in, g, c), holder);
    advise_readable_names(in, f);
}

/* The same container is reported once, with the function nearest to it; its callers wait as well.
 */
static bool judge(struct rule_input *in, const struct group *g, struct err *err)
{
    struct common_holder c;
    if (!never_settles(in, g))
        return true;
    if (!find_holder(in, g, &c, err))
        return false;
    if (is_kept(in, g, &c) && !finding_explaining(in, c.node) && !finding_of_node(in, c.sample))
        report(in, g, &c);
    return true;
}

/* The user's functions first: those of packages and of the framework wait for them. */
static bool judge_all(struct rule_input *in, const struct groups *g, struct err *err)
{
    for (unsigned pass = 0; pass < 3; pass++) {
        for (size_t i = 0; i < g->count; i++) {
            enum script_kind k = function_kind(in, g->all[i].function);
            if (k == SCRIPT_CORE) /* a stream's own */
                continue;
            unsigned turn = g->all[i].promise != NO_NODE ? 0 : k == SCRIPT_USER ? 1 : 2;
            if (turn == pass && !judge(in, &g->all[i], err))
                return false;
        }
    }
    return true;
}

/* -- promises that nobody waits for: tasks in a queue that were not awaited -- */

/* Streams, requests and responses have promises for their end: they settle them themselves, long
 * after, or are what is kept. */
static bool is_of_stream(const struct js *js, uint32_t n)
{
    enum { STEPS = 8 };
    static const char *const words[] = {"Stream", "Request", "Response", "IncomingMessage"};
    for (unsigned i = 0; i < STEPS && n != js->h->root; i++) {
        struct str name = heap_name(js->h, n);
        for (size_t k = 0; k < ARRAY_LEN(words); k++) {
            if (heap_type(js->h, n) == NODE_OBJECT &&
                memmem(name.p, name.len, words[k], strlen(words[k])))
                return true;
        }
        n = heap_dominator(js->h, n);
    }
    return false;
}

static bool judge_unawaited(struct rule_input *in, struct err *err)
{
    const struct node_list *all = &in->census->named[CENSUS_PROMISES];
    struct group g = {.function = NO_NODE, .promise = NO_NODE};
    struct common_holder c;
    for (size_t i = 0; i < all->count; i++) {
        struct waiter w = {.node = promise_resolvers(in->js, all->nodes[i]), .function = NO_NODE};
        if (w.node != NO_NODE && !is_of_stream(in->js, w.node))
            count_waiter(&g, &w);
    }
    if (!never_settles(in, &g))
        return true;
    if (!find_holder(in, &g, &c, err))
        return false;
    if (is_kept(in, &g, &c) && !finding_explaining(in, c.node))
        report(in, &g, &c);
    return true;
}

/* -- renders of Next.js -- */

static uint32_t render_queue(const struct js *js, uint32_t n)
{
    static const enum js_name fields[] = {JS_PENDING, JS_PENDING_RESPONSES, JS_LOCKS};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        uint32_t queue = js_property(js, n, fields[i]);
        if (queue != NO_NODE && js_collection(js, queue) == COLLECTION_MAP)
            return queue;
    }
    return NO_NODE;
}

static void judge_renders(struct rule_input *in)
{
    const struct node_list *all = &in->census->named[CENSUS_RENDER_QUEUES];
    for (size_t i = 0; i < all->count; i++) {
        uint32_t queue = render_queue(in->js, all->nodes[i]);
        uint64_t count = queue == NO_NODE ? 0 : js_entries(in->js, queue);
        if (!is_more_than_traffic(in, count) || finding_explaining(in, queue))
            continue;
        struct finding *f = finding_add(in, id, SEVERITY_LEAK, queue);
        if (!f)
            return;
        const char *keys = collection_keys(in, queue);
        f->entries = count;
        f->kind = "Map";
        f->variable = "pending";
        f->route = *keys ? keys : NULL;
        f->confidence = 85;
        f->title =
            arena_printf(&in->analysis->arena,
                         "%s renders of pages never finish: Next.js still waits for their data",
                         count_text(in, count));
        evidence_add(in, f, queue, "the queue of renders has %s entries, %s connections are live",
                     count_text(in, count), count_text(in, in->census->sockets));
        if (*keys)
            evidence_add(in, f, NO_NODE, "the pages are %s", keys);
        advise_pending(in, f, PENDING_RENDER, "getStaticProps");
    }
}

bool rule_pending_promises(struct rule_input *in, struct err *err)
{
    struct groups g = {0};
    if (!u64_map_init(&g.by_function, in->js->h->store, err))
        return false;
    bool ok = count_all(in, &g, err) && judge_all(in, &g, err) && judge_unawaited(in, err);
    if (ok)
        judge_renders(in);
    u64_map_release(&g.by_function);
    free(g.all);
    return ok;
}
