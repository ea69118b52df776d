/* Rule unread-bodies: bodies of responses that nobody began to read and something keeps.
 *
 * A stream of the web that is readable and was never disturbed still has its bytes: in its queue,
 * or in the connection behind it. So has every branch of a clone() that nobody reads while the
 * other one is. A response of node:http that nobody consumes holds its connection besides. Bodies
 * that a bounded cache keeps are not looked at, nor those of the framework's own caches.
 */
#include "analyzer/common_holder.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "unread-bodies";

struct bodies {
    uint32_t *nodes;
    size_t count;
    bool of_http; /* IncomingMessages, not streams of the web */
};

static bool is_false(const struct js *js, uint32_t n)
{
    return n != NO_NODE && heap_type(js->h, n) == NODE_HIDDEN && !js_is_true(js, n);
}

static bool text_is(const struct js *js, uint32_t n, enum js_name word)
{
    return n != NO_NODE && heap_type(js->h, n) == NODE_STRING && js_is(js, n, word);
}

static bool is_unread_stream(const struct js *js, uint32_t stream)
{
    uint32_t state = js_property(js, stream, JS_K_STATE);
    return state != NO_NODE && text_is(js, js_property(js, state, JS_STATE), JS_READABLE) &&
           is_false(js, js_property(js, state, JS_DISTURBED));
}

/* Of a client's request: those that a server got are dumped with their response. */
static bool is_unread_message(const struct js *js, uint32_t message)
{
    return js_is_object(js, js_property(js, message, JS_REQ)) &&
           is_false(js, js_property(js, message, JS_CONSUMING)) &&
           is_false(js, js_property(js, message, JS_DUMPED));
}

/* Of the package undici: its request() gives a stream of Node with marks of its own. */
static bool is_unread_undici(const struct js *js, uint32_t body)
{
    return js_property(js, body, JS_K_CONSUME) != NO_NODE &&
           !js_is_object(js, js_property(js, body, JS_K_CONSUME)) &&
           is_false(js, js_property(js, body, JS_K_READING));
}

static bool collect(const struct js *js, const struct node_list *all,
                    bool (*is_unread)(const struct js *js, uint32_t n), struct bodies *ret,
                    struct err *err)
{
    ret->nodes = malloc((all->count + 1) * sizeof *ret->nodes);
    if (!ret->nodes)
        return err_nomem(err, all->count * sizeof *ret->nodes, "bodies");
    for (size_t i = 0; i < all->count; i++) {
        if (is_unread(js, all->nodes[i]))
            ret->nodes[ret->count++] = all->nodes[i];
    }
    return true;
}

static const char *accessor_text(struct rule_input *in, const struct owner *o)
{
    struct buf b = {0};
    owner_put_accessor(in->js, o, &b);
    const char *text = arena_strdup(&in->analysis->arena, buf_str(&b));
    buf_release(&b);
    return text;
}

static void advise_web(struct rule_input *in, struct finding *f, const char *holder)
{
    struct arena *arena = &in->analysis->arena;
    const char *where = f->script ? f->script : "the code that calls fetch()";
    if (holder)
        advice_add(in, f,
                   arena_printf(arena, "Keep what was read, not the Response, in %s", holder),
                   where,
                   "const res = await fetch(url)\n"
                   "const data = await res.json()\n"
                   "keep({ status: res.status, data }) // plain data, in something with a bound",
                   "A Response keeps its body, headers and the machinery of its stream, several "
                   "times the size of the data.");
    advice_add(in, f, "Cancel bodies that are not read", where,
               "const res = await fetch(url)\n"
               "if (!res.ok) {\n"
               "  await res.body?.cancel()\n"
               "  throw new Error(`status ${res.status}`)\n"
               "}",
               "A body that is neither read nor cancelled keeps its bytes, and its connection when "
               "it is large.");
    advice_add(in, f, "Read both branches of a clone, or do not clone", where,
               "const text = await res.text() // once\n"
               "log(text.length)\n"
               "return JSON.parse(text)",
               "clone() splits the body: what one branch reads is copied into the queue of the "
               "other until that is read or cancelled too.");
}

static void advise_http(struct rule_input *in, struct finding *f)
{
    const char *where = f->script ? f->script : "the code that makes the request";
    advice_add(in, f, "Consume every response, or throw it away", where,
               "http.get(url, res => {\n"
               "  if (res.statusCode !== 200) return res.resume() // throws the body away\n"
               "  res.pipe(target)\n"
               "})",
               "A response that nobody reads pauses its connection for ever: the socket, its "
               "parser and buffers stay.");
    advice_add(in, f, "Give requests a time limit", where,
               "http.get(url, { signal: AbortSignal.timeout(10_000) }, onResponse)",
               "The signal destroys the connection, whatever became of the response.");
}

static const char *keeper_text(struct rule_input *in, const struct finding *f, const char *holder)
{
    if (holder)
        return arena_printf(&in->analysis->arena, "kept by %s", holder);
    return f->variable ? "kept by the framework" : "kept by their connections";
}

static void add_evidence(struct rule_input *in, struct finding *f, const struct bodies *b,
                         const struct common_holder *c)
{
    evidence_add(in, f, b->nodes[0], "%s %s", count_text(in, b->count),
                 b->of_http ? "responses of node:http have never been consumed"
                            : "streams are readable and nobody began to read them");
    if (c->entries) {
        const char *keys = collection_keys(in, c->node), *values = collection_values(in, c->node);
        evidence_add(in, f, c->node, "%s of %s entries%s%s",
                     collection_word(js_collection(in->js, c->node)), count_text(in, c->entries),
                     *values ? ", mostly " : "", values);
        if (*keys)
            evidence_add(in, f, NO_NODE, "its keys look like %s", keys);
    }
    evidence_add(in, f, NO_NODE, "%s live connections; %s of buffers outside of V8's heap",
                 count_text(in, in->census->sockets), bytes_text(in, in->census->buffer_bytes));
    for (size_t i = 1; i < b->count && i < 3; i++)
        evidence_add(in, f, b->nodes[i * b->count / 3], "another one");
}

/* Claimed one by one where no collection dominates them: their buffers are explained too. */
static uint64_t claim_all(struct rule_input *in, struct finding *f, const struct bodies *b)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < b->count; i++) {
        finding_claim(in, f, b->nodes[i]);
        sum += heap_retained_bytes(in->js->h, b->nodes[i]);
    }
    return sum;
}

static void report(struct rule_input *in, const struct bodies *b, const struct common_holder *c,
                   bool is_users)
{
    struct arena *arena = &in->analysis->arena;
    bool kept = is_users;
    struct finding *f = finding_add(in, id, is_users || b->of_http ? SEVERITY_LEAK : SEVERITY_WARN,
                                    kept ? c->node : c->sample);
    if (!f)
        return;
    const char *holder = kept ? accessor_text(in, &c->owner) : NULL;
    if (kept)
        finding_set_owner(in, f, &c->owner);
    uint64_t bytes = claim_all(in, f, b);
    f->retained_bytes = max_u64(kept ? f->retained_bytes : 0, bytes);
    f->entries = kept && c->entries ? c->entries : b->count;
    f->kind = kept && c->entries ? collection_word(js_collection(in->js, c->node)) : "Response";
    f->confidence = kept ? 90 : 75;
    f->title = arena_printf(arena, "%s bodies of responses were never read, %s",
                            count_text(in, f->entries), keeper_text(in, f, holder));
    add_evidence(in, f, b, c);
    if (b->of_http)
        advise_http(in, f);
    else
        advise_web(in, f, holder);
    advise_readable_names(in, f);
}

/* The list of an agent: that its connections are open is the effect. */
static bool is_list_of_sockets(struct rule_input *in, const struct common_holder *c)
{
    return c->entries && strstr(collection_values(in, c->node), "Socket");
}

static bool judge(struct rule_input *in, const struct bodies *b, struct err *err)
{
    struct common_holder c;
    if (b->count < UNREAD_LEAST)
        return true;
    if (!common_holder_find(in->js, b->nodes, b->count, &c, err))
        return false;
    enum script_kind k = owner_script_kind(in->js, &c.owner);
    bool is_users = c.node != NO_NODE && c.owner.kind != OWNER_NONE && !c.held_by_system &&
                    (k == SCRIPT_USER || k == SCRIPT_PACKAGE) && !is_list_of_sockets(in, &c);
    if (c.in_lru || (c.node != NO_NODE && finding_explaining(in, c.node)))
        return true;
    /* Caches of the framework hold streams on purpose. In flight they are as many as connections.
     */
    bool in_flight = b->count <= ORPHANS_PER_SOCKET * in->census->sockets && !b->of_http;
    if (!is_users && (in_flight || (k == SCRIPT_FRAMEWORK && c.entries)))
        return true;
    report(in, b, &c, is_users);
    return true;
}

bool rule_unread_bodies(struct rule_input *in, struct err *err)
{
    static const struct {
        enum census_list list;
        bool (*is_unread)(const struct js *js, uint32_t n);
        bool of_http;
    } kinds[] = {
        {CENSUS_STREAMS, is_unread_stream, false},
        {CENSUS_UNDICI_BODIES, is_unread_undici, false},
        {CENSUS_MESSAGES, is_unread_message, true},
    };
    bool ok = true;
    for (size_t i = 0; ok && i < ARRAY_LEN(kinds); i++) {
        struct bodies b = {.of_http = kinds[i].of_http};
        ok = collect(in->js, &in->census->named[kinds[i].list], kinds[i].is_unread, &b, err) &&
             judge(in, &b, err);
        free(b.nodes);
    }
    return ok;
}
