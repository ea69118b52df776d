/* Findings of request-retention: see retention_report.h. */
#include "analyzer/rules/retention_report.h"

#include "analyzer/classes.h"
#include "analyzer/functions.h"
#include "analyzer/key_pattern.h"
#include "analyzer/listeners.h"
#include "analyzer/rules/callbacks.h"
#include "analyzer/rules/emitter_owner.h"
#include "analyzer/rules/kept.h"
#include "analyzer/rules/thresholds.h"
#include "analyzer/timers.h"

#include <string.h>

static const char id[] = "request-retention";

#define SAMPLE 48

struct cause {
    struct rule_input *in;
    const struct retained_group *g;
    const char *by;     /* "intervals of 30 s that call poll (orders.js:20:5)" */
    const char *advice; /* what not to keep them in */
    struct owner owner;
    uint32_t function; /* NO_NODE: none is known */
    struct function_groups callbacks;
    const struct function_group *callback; /* NULL: none */
    uint64_t bytes;
};

/* What the URLs of the requests have in common. */
static const char *route_pattern(struct rule_input *in, const uint32_t *orphans, size_t count)
{
    struct str urls[SAMPLE];
    struct buf b = {0};
    size_t used = 0, step = count / SAMPLE + 1;
    for (size_t i = 0; i < count && used < SAMPLE; i += step) {
        uint32_t req = js_property(in->js, orphans[i], JS_REQ); /* of a response */
        struct str url =
            js_text(in->js, js_property(in->js, req == NO_NODE ? orphans[i] : req, JS_URL));
        if (url.len)
            urls[used++] = url;
    }
    key_pattern_put(urls, used, &b);
    const char *text = arena_strndup(&in->analysis->arena, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static const char *accessor(struct rule_input *in, const struct owner *o, const char *otherwise)
{
    struct buf b = {0};
    owner_put_accessor(in->js, o, &b);
    const char *text = b.len ? arena_strndup(&in->analysis->arena, b.data, b.len) : otherwise;
    buf_release(&b);
    return text;
}

static bool find_callback(struct cause *c, uint32_t function, struct err *err)
{
    c->function = function;
    c->callback = function_group_of(&c->callbacks, function_shared(c->in->js, function));
    return !c->callback || kept_bytes(c->in, &c->callbacks, c->callback, &c->bytes, err);
}

static bool look_at_timer(struct cause *c, struct err *err)
{
    struct rule_input *in = c->in;
    struct timers_seen seen;
    if (!timers_collect(in->js, in->census, &c->callbacks, err) ||
        !find_callback(c, timer_function(in->js, c->g->holder.node), err))
        return false;
    const char *place = callbacks_place(in, c->function);
    c->advice = "what timers hold";
    c->by = arena_printf(&in->analysis->arena, "timers that call %s", place);
    if (!c->callback)
        return true;
    timers_look(in, &c->callbacks, c->callback, &seen);
    c->by = arena_printf(&in->analysis->arena, "%s %s of %s that call %s",
                         count_text(in, c->callback->count),
                         seen.once * 2 > c->callback->count ? "timeouts" : "intervals",
                         callbacks_duration(in, &seen), place);
    return true;
}

/* The list that the holder is, or is in. */
static void look_at_list(struct cause *c, const struct listeners *all)
{
    struct rule_input *in = c->in;
    const struct function_member *m =
        c->callback ? function_group_last(&c->callbacks, c->callback) : NULL;
    if (!m)
        return;
    const struct listener_list *list = listener_list_at(all, m->value);
    emitter_owner(in, list->emitter, &c->owner);
    c->by =
        arena_printf(&in->analysis->arena, "%s listeners of %s%s, which are all %s",
                     count_text(in, c->callback->count), emitter_name(in, list->emitter, &c->owner),
                     emitter_event(in, list), callbacks_place(in, c->function));
}

static uint32_t first_listener(const struct js *js, uint32_t holder)
{
    struct js_entry entry;
    if (js_collection(js, holder) == COLLECTION_NONE)
        return js_property(js, holder, JS_CALLBACK);
    return js_sample(js, holder, &entry, 1) ? entry.value : NO_NODE;
}

static bool look_at_listeners(struct cause *c, struct err *err)
{
    struct rule_input *in = c->in;
    struct listeners all;
    uint32_t function = function_behind(in->js, first_listener(in->js, c->g->holder.node));
    c->by = "listeners";
    c->advice = "listeners";
    owner_find(in->js, c->g->holder.node, &c->owner);
    if (!listeners_collect(in->js, in->census, LISTENERS_LEAST, &all, err))
        return false;
    c->callbacks = all.by_function;
    bool ok = find_callback(c, function, err);
    if (ok)
        look_at_list(c, &all);
    column_release(&all.lists);
    return ok;
}

static bool look_at(struct cause *c, struct err *err)
{
    struct rule_input *in = c->in;
    const struct holder *h = &c->g->holder;
    switch (h->kind) {
    case HOLDER_TIMER:
        return look_at_timer(c, err);
    case HOLDER_LISTENERS:
        return look_at_listeners(c, err);
    case HOLDER_COLLECTION:
        owner_find(in->js, h->node, &c->owner);
        c->by = c->advice = accessor(in, &c->owner, "a collection");
        c->bytes = heap_retained_bytes(in->js->h, h->node);
        return true;
    case HOLDER_STORE:
        c->by = c->advice = "stores of AsyncLocalStorage";
        return true;
    case HOLDER_UNKNOWN:
        break;
    }
    c->by = "closures, promises or stores";
    c->advice = "closures or stores";
    return true;
}

/* Only what stands behind the cause in its kind: other advice would be read for nothing. */
static void advise(struct cause *c, struct finding *f)
{
    struct rule_input *in = c->in;
    struct arena *arena = &in->analysis->arena;
    const char *where = f->script ? f->script : "the code that handles requests";
    if (c->g->holder.kind == HOLDER_TIMER)
        advice_add(in, f, "Clear the timer when its request ends", where,
                   "const timer = setInterval(poll, 30_000)\n"
                   "res.once('close', () => clearInterval(timer))",
                   "A timer holds its callback with all that this captured, and the store of "
                   "AsyncLocalStorage that it was made in.");
    if (c->g->holder.kind == HOLDER_LISTENERS)
        advice_add(in, f, "Stop listening when the request ends", where,
                   "emitter.on('event', listener)\n"
                   "res.once('close', () => emitter.off('event', listener))",
                   "The emitter lives on, and holds each listener with all that it captured.");
    advice_add(
        in, f, arena_printf(arena, "Do not keep req, res or props in %s", c->advice), where,
        "recent.push({ url: req.url, at: Date.now() })  // copy the few fields that are needed\n"
        "if (recent.length > 100) recent.shift()        // and bound the list",
        "A kept request or response keeps the other one, headers, socket buffers and everything "
        "rendered for it.");
    if (c->g->holder.carrier != NO_NODE)
        advice_add(in, f, "Put values into the store, not the request", where,
                   "requestScope.run({ requestId: req.headers['x-request-id'] }, handler)",
                   "Timers, promises and connections made inside of run() hold the store for as "
                   "long as they live.");
    if (c->g->holder.kind == HOLDER_UNKNOWN || c->g->holder.kind == HOLDER_STORE)
        advice_add(in, f, "End timers and listeners with the request", where,
                   "const timer = setInterval(poll, 30_000)\n"
                   "res.once('close', () => clearInterval(timer))",
                   "A timer or listener made inside of a request holds its AsyncLocalStorage "
                   "store, and with it the request.");
}

static void set_place(struct cause *c, struct finding *f, const struct owner *storage)
{
    struct rule_input *in = c->in;
    struct str class = heap_class_name(in->js->h, f->node);
    if (c->function != NO_NODE)
        callbacks_set_place(in, f, c->function);
    if (c->owner.kind != OWNER_NONE) {
        const char *script = f->script;
        finding_set_owner(in, f, &c->owner);
        if (script && f->script != script && strcmp(script, f->script) != 0)
            f->line = 0;
    }
    if (!f->variable && storage->kind != OWNER_NONE) {
        struct buf b = {0};
        owner_put_variable(in->js, storage, &b);
        f->variable = arena_strdup(&in->analysis->arena, buf_str(&b));
        buf_release(&b);
    }
    if (c->g->holder.kind != HOLDER_UNKNOWN)
        f->kind = arena_strndup(&in->analysis->arena, class.p, class.len);
}

static void add_evidence(struct cause *c, struct finding *f)
{
    struct rule_input *in = c->in;
    const struct retained_group *g = c->g;
    evidence_add(in, f, g->members[0], "%s %s; %s live sockets", count_text(in, g->count),
                 g->of_requests ? "IncomingMessage objects were read to their end"
                                : "ServerResponse objects are finished and have no socket",
                 count_text(in, in->census->sockets));
    for (size_t i = 1; i <= 2; i++)
        evidence_add(in, f, g->members[i * (g->count - 1) / 2], "another one of them");
    if (*f->route)
        evidence_add(in, f, NO_NODE, "their requests were for %s", f->route);
    if (c->function != NO_NODE) {
        const char *captures = callbacks_captures(in, c->function);
        if (*captures)
            evidence_add(in, f, c->function, "each callback keeps what it captured: %s", captures);
    }
}

static bool claim(struct cause *c, struct finding *f, struct err *err)
{
    for (size_t i = 0; i < c->g->count; i++)
        finding_claim(c->in, f, c->g->members[i]);
    return !c->callback || kept_claim(c->in, f, &c->callbacks, c->callback, err);
}

static uint64_t retained_by_all(struct rule_input *in, const struct retained_group *g)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < g->count; i++)
        sum += heap_retained_bytes(in->js->h, g->members[i]);
    return sum;
}

static bool report(struct cause *c, struct err *err)
{
    struct rule_input *in = c->in;
    struct arena *arena = &in->analysis->arena;
    const struct retained_group *g = c->g;
    struct owner storage = {.kind = OWNER_NONE};
    bool known = g->holder.node != NO_NODE, frameworks;
    uint64_t bytes = max_u64(c->bytes, retained_by_all(in, g));
    const char *store = callbacks_storage(in, g->holder.carrier, &storage, &frameworks);
    struct finding *f = finding_add(in, id, SEVERITY_LEAK, known ? g->holder.node : g->sample);
    if (!f)
        return true;
    f->entries = g->count;
    f->retained_bytes = bytes;
    f->confidence = known ? 95 : 85;
    f->route = route_pattern(in, g->members, g->count);
    f->title =
        arena_printf(arena, "%s finished %s are still held, by %s%s%s", count_text(in, g->count),
                     g->of_requests ? "requests" : "responses", c->by,
                     store ? ", in stores of AsyncLocalStorage " : "", store ? store : "");
    set_place(c, f, &storage);
    add_evidence(c, f);
    if (!*f->route)
        f->route = NULL;
    advise(c, f);
    advise_readable_names(in, f);
    return claim(c, f, err);
}

bool retention_report(struct rule_input *in, const struct retained_group *g, struct err *err)
{
    struct cause c = {.in = in, .g = g, .function = NO_NODE, .owner = {.kind = OWNER_NONE}};
    bool ok = look_at(&c, err) && report(&c, err);
    function_groups_release(&c.callbacks);
    return ok;
}

void retention_tell(struct rule_input *in, struct finding *f, const uint32_t *members, size_t count)
{
    const char *route = route_pattern(in, members, count);
    const char *number = count_text(in, count);
    f->title =
        arena_printf(&in->analysis->arena, "%s, with %s finished responses", f->title, number);
    evidence_add(in, f, members[0],
                 "%s ServerResponse objects that are finished and have no socket are among it%s%s",
                 number, *route ? ", of requests for " : "", route);
    if (*route && !f->route)
        f->route = route;
}
