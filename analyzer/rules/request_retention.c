/* Rule request-retention: responses that ended long ago and are still held.
 *
 * A ServerResponse that is finished and has lost its socket belongs to nobody. A handful of them is
 * normal; many, against few live sockets, means that something keeps what came with each request:
 * the props of server-side rendering, closures, stores of AsyncLocalStorage.
 */
#include "analyzer/key_pattern.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "request-retention";

#define SAMPLE 48

static bool is_orphan(const struct js *js, uint32_t response)
{
    return js_is_true(js, js_property(js, response, JS_FINISHED)) &&
           !js_is_object(js, js_property(js, response, JS_SOCKET));
}

/* What the URLs of the requests have in common. */
static const char *route_pattern(struct rule_input *in, const uint32_t *orphans, size_t count)
{
    struct str urls[SAMPLE];
    struct buf b = {0};
    size_t used = 0, step = count / SAMPLE + 1;
    for (size_t i = 0; i < count && used < SAMPLE; i += step) {
        uint32_t req = js_property(in->js, orphans[i], JS_REQ);
        struct str url = js_text(in->js, js_property(in->js, req, JS_URL));
        if (url.len)
            urls[used++] = url;
    }
    key_pattern_put(urls, used, &b);
    const char *text = arena_strndup(&in->analysis->arena, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

struct mechanism {
    uint32_t container; /* NO_NODE: no collection holds most of them */
    uint32_t orphan;    /* one of them */
    struct owner owner; /* of the container, or of the orphan */
};

/* The collection that dominates most of a sample. */
static void find_mechanism(struct rule_input *in, const uint32_t *orphans, size_t count,
                           struct mechanism *ret)
{
    enum { TRIED = 15 };
    uint32_t containers[TRIED];
    size_t best_votes = 0;
    for (size_t i = 0; i < TRIED; i++) {
        uint32_t orphan = orphans[i * count / TRIED];
        size_t votes = 1;
        containers[i] = js_dominating_collection(in->js, orphan, COLLECTION_LEAST_ENTRIES);
        for (size_t k = 0; k < i; k++)
            votes += containers[k] == containers[i];
        if (votes > best_votes) {
            best_votes = votes;
            ret->container = containers[i];
            ret->orphan = orphan;
        }
    }
    owner_find(in->js, ret->container != NO_NODE ? ret->container : ret->orphan, &ret->owner);
}

/* Without a collection the retaining path tells what kind of thing holds on. */
static const char *holder_by_path(const struct finding *f)
{
    static const struct {
        const char *node, *holder;
    } holders[] = {
        {"Timeout", "timers that were never cleared"},
        {"AsyncContextFrame", "an AsyncLocalStorage store that outlives its request"},
        {"EventEmitter", "listeners that were never removed"},
        {"Promise", "promises that never settle"},
    };
    for (size_t i = 0; i < ARRAY_LEN(holders); i++) {
        for (size_t k = 0; k < f->path_count; k++) {
            if (!strcmp(f->path[k].node, holders[i].node))
                return holders[i].holder;
        }
    }
    return "timers, closures or stores";
}

static uint64_t retained_by_all(const struct heap *h, const uint32_t *orphans, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += heap_retained_bytes(h, orphans[i]);
    return sum;
}

static void advise(struct rule_input *in, struct finding *f, const char *holder)
{
    struct arena *arena = &in->analysis->arena;
    const char *where = f->script ? f->script : "the code that handles requests";
    advice_add(
        in, f, arena_printf(arena, "Do not keep req, res or props in %s", holder), where,
        "recent.push({ url: req.url, at: Date.now() })  // copy the few fields that are needed\n"
        "if (recent.length > 100) recent.shift()        // and bound the list",
        "A kept response keeps its request, headers, socket buffers and everything rendered "
        "for it.");
    advice_add(
        in, f, "End timers and listeners with the request", where,
        "const timer = setInterval(poll, 30_000)\n"
        "res.once('close', () => clearInterval(timer))",
        "A timer or listener made inside of a request holds its AsyncLocalStorage store, and "
        "with it the request.");
}

static const char *holder_text(struct rule_input *in, const struct finding *f,
                               const struct mechanism *m)
{
    struct buf b = {0};
    if (m->container == NO_NODE)
        return holder_by_path(f);
    owner_put_accessor(in->js, &m->owner, &b);
    const char *text = b.len ? arena_strndup(&in->analysis->arena, b.data, b.len) : "a collection";
    buf_release(&b);
    return text;
}

static void report(struct rule_input *in, const uint32_t *orphans, size_t count)
{
    struct arena *arena = &in->analysis->arena;
    struct mechanism m = {0};
    find_mechanism(in, orphans, count, &m);
    bool kept = m.container != NO_NODE;
    struct finding *f = finding_add(in, id, SEVERITY_LEAK, kept ? m.container : m.orphan);
    if (!f)
        return;
    const char *holder = holder_text(in, f, &m);
    if (kept)
        finding_set_owner(in, f, &m.owner);
    f->entries = count;
    f->retained_bytes =
        max_u64(kept ? f->retained_bytes : 0, retained_by_all(in->js->h, orphans, count));
    f->confidence = kept ? 95 : 85;
    f->title = arena_printf(arena, "%s finished responses are still held, by %s",
                            count_text(in, count), holder);
    evidence_add(in, f, m.orphan,
                 "%s ServerResponse objects are finished and have no socket; %s live sockets",
                 count_text(in, count), count_text(in, in->census->sockets));
    const char *route = route_pattern(in, orphans, count);
    if (*route)
        evidence_add(in, f, NO_NODE, "their requests were for %s", route);
    advise(in, f, holder);
    advise_readable_names(in, f);
}

bool rule_request_retention(struct rule_input *in, struct err *err)
{
    const struct node_list *all = &in->census->responses;
    uint32_t *orphans = malloc((all->count + 1) * sizeof *orphans);
    size_t count = 0;
    if (!orphans)
        return err_nomem(err, all->count * sizeof *orphans, "responses");
    for (size_t i = 0; i < all->count; i++) {
        if (is_orphan(in->js, all->nodes[i]))
            orphans[count++] = all->nodes[i];
    }
    if (count >= ORPHANS_LEAST && count > ORPHANS_PER_SOCKET * in->census->sockets)
        report(in, orphans, count);
    free(orphans);
    return true;
}
