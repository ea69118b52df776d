/* Rule detached-contexts: worlds of JavaScript that stay: vm contexts, windows of jsdom, threads.
 *
 * A context has all builtins of its own, some hundred kilobytes, and lives as long as any function
 * or object made in it. A Worker is a thread with a heap of its own, which is not in the snapshot
 * but in the process; it runs until it ends or is terminated, whoever forgot it.
 */
#include "analyzer/common_holder.h"
#include "analyzer/retainers.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <string.h>

static const char id[] = "detached-contexts";

struct kind {
    const char *what, *kind;
    enum census_list list;
    uint64_t least, many; /* from the first on it is told, from the second it is a leak */
};

static const struct kind kinds[] = {
    {"contexts of node:vm", "vm context", CENSUS_VM_CONTEXTS, CONTEXTS_LEAST, CONTEXTS_MANY},
    {"worker threads", "Worker", CENSUS_WORKERS, WORKERS_LEAST, WORKERS_LEAST},
    {"message ports", "MessagePort", CENSUS_PORTS, PORTS_LEAST, PORTS_LEAST},
};

static const char *accessor_text(struct rule_input *in, const struct owner *o)
{
    struct buf b = {0};
    owner_put_accessor(in->js, o, &b);
    const char *text = arena_strdup(&in->analysis->arena, buf_str(&b));
    buf_release(&b);
    return text;
}

static bool is_window(const struct js *js, uint32_t context)
{
    struct str name = {"", 0};
    uint32_t global = js_internal(js, context, JS_GLOBAL_PROXY);
    if (global != NO_NODE)
        name = heap_name(js->h, global);
    return str_starts_with(name, "Window");
}

static void advise_contexts(struct rule_input *in, struct finding *f, bool windows)
{
    const char *where = f->script ? f->script : "the code that makes contexts";
    if (windows)
        advice_add(in, f, "Close windows when their work is done", where,
                   "const dom = new JSDOM(html)\n"
                   "try { return render(dom.window.document) } finally { dom.window.close() }",
                   "close() ends the window's timers, which hold it; keep the result and not the "
                   "document.");
    advice_add(in, f, "Make one context and one script, and run it many times", where,
               "const script = new vm.Script(source)    // once, compiled once\n"
               "const context = vm.createContext({})    // once\n"
               "context.input = input\n"
               "const output = structuredClone(script.runInContext(context))",
               "Each context has builtins of its own. A function or object that came out of one "
               "keeps all of it.");
    advice_add(in, f, "Keep plain data that came out of a context, never its functions", where,
               "results.set(key, JSON.stringify(output))", NULL);
}

static void advise_threads(struct rule_input *in, struct finding *f, bool ports)
{
    const char *where = f->script ? f->script : "the code that starts them";
    if (ports) {
        advice_add(in, f, "Close ports after their last message", where,
                   "const { port1, port2 } = new MessageChannel()\n"
                   "port1.once('message', answer => { resolve(answer); port1.close() })",
                   "A port with a listener stays open, with both ends, until one is closed.");
        return;
    }
    advice_add(in, f, "Use a pool of a few threads", where,
               "import { Piscina } from 'piscina' // npm install piscina\n"
               "const pool = new Piscina({ filename, maxThreads: 4 }) // once\n"
               "const result = await pool.run(input)",
               "A thread has an isolate of its own: some 5 to 10 MB that are in RSS and in no "
               "snapshot of this heap.");
    advice_add(in, f, "Terminate a worker that did its work", where,
               "worker.once('message', async result => { resolve(result); await "
               "worker.terminate() })",
               "A worker that listens to its port never ends by itself.");
}

/* The Worker or MessagePort of the application belongs to the native one through its handle. */
static uint32_t public_object(const struct js *js, uint32_t native)
{
    uint32_t handle = js_internal(js, native, JS_NATIVE_TO_JAVASCRIPT);
    if (handle == NO_NODE)
        return native;
    struct retainer_walk w = heap_retainers(js->h, handle);
    for (unsigned seen = 0; seen < 16 && retainer_next(&w); seen++) {
        if (heap_type(js->h, w.source) == NODE_OBJECT &&
            js_property(js, w.source, JS_K_HANDLE) == handle)
            return w.source;
    }
    return handle;
}

static bool find_holder(struct rule_input *in, const struct node_list *l, struct common_holder *ret,
                        struct err *err)
{
    enum { TRIED = 48 };
    uint32_t nodes[TRIED];
    size_t count = min_u64(l->count, TRIED);
    for (size_t i = 0; i < count; i++)
        nodes[i] = public_object(in->js, l->nodes[i * l->count / count]);
    if (!common_holder_find(in->js, nodes, count, ret, err))
        return false;
    enum script_kind k = owner_script_kind(in->js, &ret->owner);
    if (k == SCRIPT_CORE || k == SCRIPT_NONE) /* Node's own bookkeeping names nothing */
        ret->owner = (struct owner){.holder = NO_NODE, .script = NO_NODE};
    return true;
}

/* Next.js keeps a context for each edge function, in `next dev` above all. */
static bool is_frameworks(struct rule_input *in, const struct common_holder *c)
{
    return owner_script_kind(in->js, &c->owner) == SCRIPT_FRAMEWORK;
}

static uint64_t claim_all(struct rule_input *in, struct finding *f, const struct node_list *l)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < l->count; i++) {
        finding_claim(in, f, l->nodes[i]);
        sum += heap_retained_bytes(in->js->h, l->nodes[i]);
    }
    return sum;
}

static void add_evidence(struct rule_input *in, struct finding *f, const struct kind *k,
                         const struct node_list *l, const struct common_holder *c)
{
    evidence_add(in, f, c->sample, "%s %s; %s live connections", count_text(in, l->count), k->what,
                 count_text(in, in->census->sockets));
    if (c->entries) {
        const char *keys = collection_keys(in, c->node);
        evidence_add(in, f, c->node, "%s of %s entries",
                     collection_word(js_collection(in->js, c->node)), count_text(in, c->entries));
        if (*keys)
            evidence_add(in, f, NO_NODE, "its keys look like %s", keys);
    }
    for (size_t i = 1; i < l->count && i < 3; i++)
        evidence_add(in, f, l->nodes[i * l->count / 3], "another one");
    if (is_frameworks(in, c))
        evidence_add(in, f, NO_NODE,
                     "Next.js keeps them itself: the sandbox of edge functions and middleware");
}

static void report(struct rule_input *in, const struct kind *k, const struct node_list *l,
                   const struct common_holder *c)
{
    struct arena *arena = &in->analysis->arena;
    bool kept = c->node != NO_NODE && c->owner.kind != OWNER_NONE;
    bool ours = is_frameworks(in, c);
    enum severity severity = ours                  ? SEVERITY_INFO
                             : l->count >= k->many ? SEVERITY_LEAK
                                                   : SEVERITY_WARN;
    bool windows = k->list == CENSUS_VM_CONTEXTS && is_window(in->js, c->sample);
    struct finding *f = finding_add(in, id, severity, kept ? c->node : c->sample);
    if (!f)
        return;
    if (c->owner.kind != OWNER_NONE)
        finding_set_owner(in, f, &c->owner);
    uint64_t bytes = claim_all(in, f, l);
    f->retained_bytes = max_u64(kept ? f->retained_bytes : 0, bytes);
    f->entries = kept && c->entries ? c->entries : l->count;
    f->kind = windows ? "Window" : k->kind;
    f->confidence = kept ? 85 : 75;
    const char *what = windows ? "windows of jsdom" : k->what;
    f->title = kept ? arena_printf(arena, "%s %s are still there, kept by %s",
                                   count_text(in, l->count), what, accessor_text(in, &c->owner))
                    : arena_printf(arena, "%s %s are still there", count_text(in, l->count), what);
    add_evidence(in, f, k, l, c);
    if (k->list == CENSUS_VM_CONTEXTS)
        advise_contexts(in, f, windows);
    else
        advise_threads(in, f, k->list == CENSUS_PORTS);
    advise_readable_names(in, f);
}

/* A worker has three ports: they are told with it. */
static bool are_of_workers(const struct rule_input *in, const struct kind *k, size_t count)
{
    enum { PORTS_A_WORKER = 3 };
    return k->list == CENSUS_PORTS &&
           count <= 2 * PORTS_A_WORKER * in->census->named[CENSUS_WORKERS].count;
}

bool rule_detached_contexts(struct rule_input *in, struct err *err)
{
    if (in->census->process == NO_NODE) /* a browser's frames are contexts too */
        return true;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const struct node_list *l = &in->census->named[kinds[i].list];
        struct common_holder c;
        if (l->count < kinds[i].least || l->count <= WAITERS_PER_SOCKET * in->census->sockets ||
            are_of_workers(in, &kinds[i], l->count))
            continue;
        if (!find_holder(in, l, &c, err))
            return false;
        if (c.node == NO_NODE || !finding_explaining(in, c.node))
            report(in, &kinds[i], l, &c);
    }
    return true;
}
