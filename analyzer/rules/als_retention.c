/* Rule als-retention: stores of AsyncLocalStorage that outlive their requests.
 *
 * What is made inside of run() carries the store for as long as it lives: a promise that never
 * settles, a connection, a bound callback. Where finished responses, timers or listeners tell the
 * cause, other rules have reported it, and what they explain is left out here.
 */
#include "analyzer/async_store.h"
#include "analyzer/classes.h"
#include "analyzer/function_groups.h"
#include "analyzer/rules/holders.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>

static const char id[] = "als-retention";

/* Stores by their AsyncLocalStorage: members are stores, values what carries them. */
struct stores {
    struct rule_input *in;
    struct async_storages storages;
    struct function_groups by_storage;
    struct u64_map seen; /* stores */
};

static bool add_store(struct stores *s, uint32_t carrier, struct err *err)
{
    struct async_store found;
    uint32_t *ignored;
    bool is_new;
    if (!async_store_of(s->in->js, &s->storages, carrier, &found) || !found.storage)
        return true;
    if (!u64_map_put(&s->seen, found.store, 0, &ignored, &is_new, err))
        return false;
    return !is_new || function_groups_add(&s->by_storage, found.storage->node, NO_NODE, found.store,
                                          carrier, err);
}

static bool has_store(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    uint32_t name = js->name[JS_RESOURCE_STORE];
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_name(h, e) == name && async_store_edge(js, e))
            return true;
    }
    return false;
}

/* Up to Node 22 any object may carry one; later each run() makes a frame. */
static bool collect(struct stores *s, struct err *err)
{
    const struct js *js = s->in->js;
    const struct node_list *frames = &s->in->census->named[CENSUS_ASYNC_FRAMES];
    bool ok = true;
    for (size_t i = 0; ok && i < frames->count; i++)
        ok = add_store(s, frames->nodes[i], err);
    if (js->name[JS_RESOURCE_STORE] == NO_STRING)
        return ok;
    for (uint32_t n = 0; ok && n < js->h->node_count; n++) {
        heap_sweep(js->h, n);
        if (heap_type(js->h, n) == NODE_OBJECT && has_store(js, n))
            ok = add_store(s, n, err);
    }
    return ok;
}

static const struct async_storage *storage_of(const struct stores *s,
                                              const struct function_group *group)
{
    size_t i = 0;
    while (s->storages.all[i].node != group->key)
        i++;
    return &s->storages.all[i];
}

struct lasting {
    const struct function_group *group;
    uint32_t count; /* that nothing explains */
    uint64_t bytes; /* of these */
    uint32_t sample, carrier;
    struct holder holder; /* of most of a sample */
};

static void weigh(struct stores *s, struct lasting *l)
{
    const struct function_member *m = function_group_last(&s->by_storage, l->group);
    for (; m; m = function_group_before(&s->by_storage, m)) {
        if (finding_explaining(s->in, m->node))
            continue;
        l->count++;
        l->bytes += heap_retained_bytes(s->in->js->h, m->node);
        l->sample = m->node;
        l->carrier = m->value;
    }
}

static void find_holder(struct stores *s, struct lasting *l)
{
    enum { TRIED = 15 };
    struct known_holders known = {.count = 0};
    struct holder found[TRIED];
    size_t count = 0, best_votes = 0;
    uint32_t step = l->group->count / TRIED + 1, seen = 0;
    const struct function_member *m = function_group_last(&s->by_storage, l->group);
    for (; m && count < TRIED; m = function_group_before(&s->by_storage, m)) {
        if (seen++ % step || finding_explaining(s->in, m->node))
            continue;
        holder_find(s->in, &known, m->node, &found[count]);
        if (found[count].kind == HOLDER_UNKNOWN || found[count].kind == HOLDER_STORE)
            holder_find_by_path(s->in, &known, m->node, &found[count]);
        size_t votes = 1;
        for (size_t i = 0; i < count; i++)
            votes += found[i].kind == found[count].kind && found[i].key == found[count].key;
        if (votes > best_votes) {
            best_votes = votes;
            l->holder = found[count];
        }
        count++;
    }
}

/* A collection with stores in its values is another rule's, unless the stores are what weighs. The
 * framework's stores come with whatever leaks. */
static bool is_the_stores(struct stores *s, const struct lasting *l)
{
    if (l->holder.kind != HOLDER_COLLECTION)
        return true;
    return storage_of(s, l->group)->kind != SCRIPT_FRAMEWORK &&
           l->bytes * 2 >= heap_retained_bytes(s->in->js->h, l->holder.node);
}

static const char *name_of(struct rule_input *in, const struct owner *o, const char *otherwise)
{
    struct buf b = {0};
    owner_put_accessor(in->js, o, &b);
    const char *text = b.len ? arena_strndup(&in->analysis->arena, buf_str(&b), b.len) : otherwise;
    buf_release(&b);
    return text;
}

static const char *class_of(struct rule_input *in, uint32_t n)
{
    struct str s = heap_class_name(in->js->h, n);
    return arena_strndup(&in->analysis->arena, s.p, min_u64(s.len, 60));
}

static void advise(struct rule_input *in, struct finding *f)
{
    const char *where = f->script ? f->script : "the code that calls run()";
    advice_add(in, f, "Leave the store where long-lived things are made", where,
               "import { AsyncLocalStorage } from 'node:async_hooks'\n"
               "// at module level, outside of every request\n"
               "const outside = AsyncLocalStorage.snapshot()\n"
               "outside(() => pool.connect()) // connections, pollers, caches of promises",
               "Whatever is made inside of run() carries the store until it is gone itself.");
    advice_add(in, f, "Put little into the store", where,
               "requestScope.run({ requestId: req.headers['x-request-id'] }, handler)",
               "A store with the request or its data keeps these as long as the store.");
    advice_add(in, f, "Use run(), not enterWith()", where, "storage.run(store, handler)",
               "enterWith() changes the store for all that follows, and nothing ends it.");
}

static void report(struct stores *s, const struct lasting *l)
{
    struct rule_input *in = s->in;
    const struct async_storage *storage = storage_of(s, l->group);
    bool held = l->holder.kind == HOLDER_COLLECTION;
    struct owner holder = {.kind = OWNER_NONE};
    struct finding *f = finding_add(
        in, id,
        l->bytes >= CALLBACKS_LEAK_BYTES || l->count >= CALLBACKS_LEAK_COUNT ? SEVERITY_LEAK
                                                                             : SEVERITY_WARN,
        held ? l->holder.node : l->sample);
    if (!f)
        return;
    const char *name = name_of(in, &storage->owner, "an AsyncLocalStorage");
    const char *carrier = class_of(in, l->carrier);
    const char *by = carrier;
    finding_set_owner(in, f, &storage->owner);
    if (held) {
        owner_find(in->js, l->holder.node, &holder);
        by = name_of(in, &holder, "a collection");
    }
    f->kind = carrier;
    f->entries = l->count;
    f->retained_bytes = max_u64(l->bytes, held ? f->retained_bytes : 0);
    f->confidence = 75;
    f->title =
        arena_printf(&in->analysis->arena,
                     "%s stores of AsyncLocalStorage %s outlive their requests, held by %s%s",
                     count_text(in, l->count), name, held ? "" : "objects of class ", by);
    evidence_add(in, f, l->sample, "one of the stores; %s live sockets",
                 count_text(in, in->census->sockets));
    evidence_add(in, f, l->carrier, "what carries it: %s", carrier);
    evidence_add(in, f, storage->node, "the AsyncLocalStorage");
    advise(in, f);
    advise_readable_names(in, f);
    for (const struct function_member *m = function_group_last(&s->by_storage, l->group); m;
         m = function_group_before(&s->by_storage, m))
        finding_claim(in, f, m->node);
}

static void judge(struct stores *s, const struct function_group *group)
{
    struct lasting l = {.group = group};
    uint64_t per_socket = ORPHANS_PER_SOCKET * s->in->census->sockets;
    if (group->count < CALLBACKS_LEAST || group->count <= per_socket)
        return;
    weigh(s, &l);
    if (l.count < CALLBACKS_LEAST || l.count <= per_socket || l.bytes < STORES_LEAST_BYTES)
        return;
    find_holder(s, &l);
    if (is_the_stores(s, &l))
        report(s, &l);
}

bool rule_als_retention(struct rule_input *in, struct err *err)
{
    struct stores *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(err, sizeof *s, "stores");
    s->in = in;
    async_storages_find(in->js, in->census, &s->storages);
    bool ok =
        !s->storages.count || (function_groups_init(&s->by_storage, in->js->h->store, err) &&
                               u64_map_init(&s->seen, in->js->h->store, err) && collect(s, err));
    for (uint64_t i = 0; ok && i < s->by_storage.groups.count; i++)
        judge(s, function_group_at(&s->by_storage, i));
    function_groups_release(&s->by_storage);
    u64_map_release(&s->seen);
    free(s);
    return ok;
}
