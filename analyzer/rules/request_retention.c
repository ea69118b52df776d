/* Rule request-retention: responses that ended long ago and are still held.
 *
 * A ServerResponse that is finished and has lost its socket belongs to nobody. A handful of them is
 * normal; many, against few live sockets, means that something keeps what came with each request: the
 * props of server-side rendering, closures, stores of AsyncLocalStorage.
 */
#include "analyzer/key_pattern.h"
#include "analyzer/retaining_path.h"
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

/* The collection on the way from an orphan to its owner. */
static uint32_t container_of(struct rule_input *in, uint32_t orphan, struct owner *o)
{
    owner_find(in->js, orphan, o);
    for (unsigned i = 0; i < o->hop_count; i++) {
        uint32_t n = o->hops[i].node;
        if (js_collection(in->js, n) != COLLECTION_NONE &&
            js_entries(in->js, n) >= COLLECTION_LEAST_ENTRIES)
            return n;
    }
    return NO_NODE;
}

struct mechanism {
    uint32_t container; /* NO_NODE: none that is a collection */
    uint32_t orphan;
    struct owner owner;
};

/* The container that most of a sample is in. */
static void find_mechanism(struct rule_input *in, const uint32_t *orphans, size_t count,
                           struct mechanism *ret)
{
    enum { TRIED = 9 };
    uint32_t container[TRIED];
    size_t tried = 0, best_votes = 0;
    *ret = (struct mechanism){.container = NO_NODE, .orphan = orphans[count / 2]};
    for (size_t i = 0; i < TRIED && i < count; i++) {
        struct owner o;
        uint32_t orphan = orphans[i * count / TRIED];
        container[tried] = container_of(in, orphan, &o);
        size_t votes = 1;
        for (size_t k = 0; k < tried; k++)
            votes += container[k] == container[tried];
        if (votes > best_votes) {
            best_votes = votes;
            *ret = (struct mechanism){container[tried], orphan, o};
        }
        tried++;
    }
    if (ret->container != NO_NODE)
        owner_find(in->js, ret->container, &ret->owner);
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
    advice_add(in, f, arena_printf(arena, "Do not keep req, res or props in %s", holder), f->script,
               "recent.push({ url: req.url, at: Date.now() })  // copy the few fields that are needed\n"
               "if (recent.length > 100) recent.shift()        // and bound the list",
               "A kept response keeps its request, headers, socket buffers and everything rendered "
               "for it.");
    advice_add(in, f, "End timers and listeners with the request", f->script,
               "const timer = setInterval(poll, 30_000)\n"
               "res.once('close', () => clearInterval(timer))",
               "A timer or listener made inside of a request holds its AsyncLocalStorage store, and "
               "with it the request.");
}

static void report(struct rule_input *in, const uint32_t *orphans, size_t count)
{
    struct arena *arena = &in->analysis->arena;
    struct mechanism m;
    struct buf b = {0};
    find_mechanism(in, orphans, count, &m);
    struct finding *f = finding_add(in, id, SEVERITY_LEAK,
                                    m.container != NO_NODE ? m.container : m.orphan);
    if (!f)
        return;
    finding_set_owner(in, f, &m.owner);
    owner_put_accessor(in->js, &m.owner, &b);
    const char *holder = b.len && m.container != NO_NODE ? arena_strdup(arena, buf_str(&b))
                                                         : "timers, closures or stores";
    buf_release(&b);
    f->entries = count;
    f->retained_bytes = max_u64(m.container != NO_NODE ? f->retained_bytes : 0,
                                retained_by_all(in->js->h, orphans, count));
    f->confidence = m.container != NO_NODE ? 95 : 85;
    f->title = arena_printf(arena, "%s finished responses are still held, by %s (%s)",
                            count_text(in, count), holder, bytes_text(in, f->retained_bytes));
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
