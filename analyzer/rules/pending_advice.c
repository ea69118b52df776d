/* Advice for rule pending-promises: see pending_advice.h. */
#include "analyzer/rules/pending_advice.h"

#include <string.h>

static const char timeout_why[] =
    "A suspended function keeps its locals and everything that awaits it; without a time limit one "
    "lost answer keeps them for as long as the process lives.";

static void advise_resolvers(struct rule_input *in, struct finding *f, const char *holder,
                             const char *where)
{
    struct arena *arena = &in->analysis->arena;
    bool list = js_collection(in->js, f->node) == COLLECTION_ARRAY;
    const char *put = list ? "push(settle)" : "set(key, settle)";
    const char *drop = list
                           ? arena_printf(arena, "%s.splice(%s.indexOf(settle), 1)", holder, holder)
                           : arena_printf(arena, "%s.delete(key)", holder);
    advice_add(in, f, arena_printf(arena, "Settle and remove every entry of %s", holder), where,
               arena_printf(arena,
                            "await new Promise((resolve, reject) => {\n"
                            "  const timer = setTimeout(() => settle(reject, new Error('timed "
                            "out')), 30_000)\n"
                            "  const settle = (how, value) => {\n"
                            "    clearTimeout(timer)\n"
                            "    %s\n"
                            "    how(value)\n"
                            "  }\n"
                            "  %s.%s // call settle(resolve, answer) when it comes\n"
                            "})",
                            drop, holder, put),
               timeout_why);
}

static void advise_event(struct rule_input *in, struct finding *f, const char *where)
{
    advice_add(in, f, "Give every wait for an event a time limit", where,
               "import { once } from 'node:events'\n"
               "await once(emitter, 'ready', { signal: AbortSignal.timeout(30_000) })",
               "once() adds listeners that stay until the event or an error comes; the signal "
               "removes them.");
}

static void advise_queue(struct rule_input *in, struct finding *f, const char *holder,
                         const char *where)
{
    struct arena *arena = &in->analysis->arena;
    advice_add(
        in, f,
        arena_printf(arena, "Let no task hang that %s runs, and release locks in finally", holder),
        where,
        "await limit(() => task({ signal: AbortSignal.timeout(30_000) })) // fetch, pg, ... "
        "take a signal\n"
        "\n"
        "const release = await lock.acquire()\n"
        "try { await work() } finally { release() }",
        "One task that never ends, or one lock that is not released, stops all that queue "
        "behind it.");
    advice_add(in, f, "Refuse work when too much is waiting", where,
               "if (queue.size > 1000) return res.writeHead(503).end()",
               "A queue without a bound keeps every request that the server cannot do in time.");
}

static void advise_race(struct rule_input *in, struct finding *f, const char *where)
{
    advice_add(
        in, f, "Do not race against a promise that outlives the request", where,
        "const signal = AbortSignal.any([shutdown.signal, AbortSignal.timeout(30_000)])\n"
        "const answer = await fetch(url, { signal })",
        "Promise.race() and Promise.any() add a reaction to each promise they are given, and "
        "only settling takes it away: each keeps the other results of its race.");
}

void advise_pending(struct rule_input *in, struct finding *f, enum pending_shape shape,
                    const char *holder)
{
    const char *where = f->script ? f->script : "the code that waits";
    switch (shape) {
    case PENDING_RESOLVERS:
        advise_resolvers(in, f, holder, where);
        break;
    case PENDING_EVENT:
        advise_event(in, f, where);
        break;
    case PENDING_QUEUE:
        advise_queue(in, f, holder, where);
        return;
    case PENDING_RACE:
        advise_race(in, f, where);
        return;
    case PENDING_ONE_PROMISE:
        advice_add(in, f, "Settle the promise on failure too, and limit the wait", where,
                   "const limit = new Promise((_, no) => setTimeout(no, 30_000, new Error('timed "
                   "out')))\n"
                   "const ready = Promise.race([start(), limit]) // once, not for each request",
                   timeout_why);
        break;
    case PENDING_RENDER:
        advice_add(in, f, "Give the data of pages a time limit", "the pages named above",
                   "const res = await fetch(url, { signal: AbortSignal.timeout(10_000) })",
                   "Next.js renders a page once for all who ask and lets the others wait; a render "
                   "that never ends keeps all of them.");
        return;
    }
    advice_add(in, f, "End the wait with the request", where,
               "const gone = new AbortController()\n"
               "res.once('close', () => gone.abort())\n"
               "await waitFor(id, { signal: gone.signal })",
               "A client that hung up does not need the answer any more.");
}
