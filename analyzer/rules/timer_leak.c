/* Rule timer-leak: intervals and long waits of one function that were started again and again.
 *
 * An application has a timer for each thing that it does at times, and perhaps one for each live
 * connection. Many more of one function were started by requests and never cleared, and keep what
 * they captured. Timers that fire once end by themselves: only long ones, or those that start
 * themselves anew, are kept.
 */
#include "analyzer/async_store.h"
#include "analyzer/functions.h"
#include "analyzer/rules/callbacks.h"
#include "analyzer/rules/kept.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"
#include "analyzer/timers.h"

#include <stdlib.h>

static const char id[] = "timer-leak";

struct timers {
    const struct function_groups *groups;
    const struct function_group *group;
    struct timers_seen seen;
    uint64_t bytes;
};

static bool is_enough(struct rule_input *in, const struct timers *t)
{
    uint32_t count = t->group->count;
    return count > CALLBACKS_PER_SOCKET * in->census->sockets &&
           (count >= CALLBACKS_LEAST ||
            (count >= CALLBACKS_FEW && t->bytes >= CALLBACKS_FEW_BYTES));
}

static enum severity judge_kept(const struct timers *t)
{
    return t->bytes >= CALLBACKS_LEAK_BYTES || t->group->count >= CALLBACKS_LEAK_COUNT
               ? SEVERITY_LEAK
               : SEVERITY_WARN;
}

/* false: nothing to say. */
static bool judge(const struct timers *t, enum severity *ret)
{
    uint32_t count = t->group->count, ms = t->seen.shortest_ms;
    bool ends = t->seen.once * 2 > count && !t->seen.starts_itself;
    if (!ends || ms >= TIMER_LONG_MS) {
        *ret = judge_kept(t);
        return true;
    }
    if (ms >= TIMER_SHORT_MS) {
        *ret = SEVERITY_WARN;
        return count >= TIMER_WAITS_COUNT || t->bytes >= TIMER_WAITS_BYTES;
    }
    *ret = t->bytes >= TIMER_BUSY_BYTES ? SEVERITY_WARN : SEVERITY_INFO;
    return count >= TIMER_BUSY_COUNT && t->bytes >= TIMER_WAITS_BYTES;
}

static void add_evidence(struct rule_input *in, struct finding *f, const struct timers *t,
                         const char *store)
{
    const struct function_member *m = function_group_last(t->groups, t->group);
    const char *place = callbacks_place(in, t->group->function);
    const char *captures = callbacks_captures(in, t->group->function);
    evidence_add(in, f, m->node, "%s Timeout objects call %s, %s live sockets",
                 count_text(in, t->group->count), place, count_text(in, in->census->sockets));
    if (*captures)
        evidence_add(in, f, t->group->function, "each keeps what its callback captured: %s",
                     captures);
    if (store)
        evidence_add(in, f, NO_NODE,
                     "each carries the store of AsyncLocalStorage %s that it was started in",
                     store);
    for (unsigned i = 0; i < 2 && (m = function_group_before(t->groups, m)); i++)
        evidence_add(in, f, m->node, "another one of them");
    if (t->seen.unref * 2 > t->group->count)
        evidence_add(in, f, NO_NODE,
                     "they are unref()'d: the process may end, but what they hold stays");
}

static void advise(struct rule_input *in, struct finding *f, bool interval)
{
    const char *where = f->script ? f->script : "the code that starts the timer";
    if (interval)
        advice_add(in, f, "Clear the interval when its request ends", where,
                   "const timer = setInterval(poll, 30_000)\n"
                   "res.once('close', () => clearInterval(timer)) // or in a finally block",
                   "Nothing ends an interval but clearInterval(), and Node holds its callback and "
                   "all that it captured until then; unref() changes nothing in that.");
    else
        advice_add(in, f, "Clear the timeout as soon as it is not needed", where,
                   "const timer = setTimeout(expire, ms)\n"
                   "try { return await work() } finally { clearTimeout(timer) }",
                   "Until it fires, a timeout holds its callback and all that it captured.");
    advice_add(in, f, "Or use one timer for all", where,
               "// at module level, once\n"
               "setInterval(() => { for (const job of jobs.values()) job.poll() }, 30_000).unref()",
               "A request then only adds an entry to `jobs`, and takes it out when it ends.");
    if (!interval)
        advice_add(in, f, "For deadlines of fetch, let the signal do it", where,
                   "await fetch(url, { signal: AbortSignal.timeout(5_000) })",
                   "Its timer holds nothing of the request.");
}

static bool report(struct rule_input *in, const struct timers *t, enum severity severity,
                   struct err *err)
{
    struct arena *arena = &in->analysis->arena;
    const struct function_member *m = function_group_last(t->groups, t->group);
    uint32_t function = t->group->function;
    struct finding *f = finding_add(in, id, severity, m->node);
    if (!f)
        return true;
    struct owner storage;
    bool ends = t->seen.once * 2 > t->group->count, frameworks;
    const char *store = callbacks_storage(in, m->node, &storage, &frameworks);
    callbacks_set_place(in, f, function);
    f->kind = "Timeout";
    f->entries = t->group->count;
    f->retained_bytes = t->bytes;
    f->confidence = severity == SEVERITY_LEAK ? 90 : 60;
    f->title = arena_printf(arena, "%s %s of %s that call %s %s and keep %s",
                            count_text(in, f->entries), ends ? "timeouts" : "intervals",
                            callbacks_duration(in, &t->seen), callbacks_place(in, function),
                            !ends                   ? "were never cleared"
                            : t->seen.starts_itself ? "start themselves anew"
                                                    : "are still waiting",
                            bytes_text(in, f->retained_bytes));
    if (store && !frameworks)
        f->title = arena_printf(arena, "%s in stores of AsyncLocalStorage %s", f->title, store);
    add_evidence(in, f, t, store);
    advise(in, f, !ends);
    advise_readable_names(in, f);
    return kept_claim(in, f, t->groups, t->group, err);
}

static bool look_at(struct rule_input *in, struct timers *t, struct err *err)
{
    enum severity severity;
    if (t->group->count < CALLBACKS_FEW || !callbacks_are_users(in, t->group->function) ||
        kept_unexplained(in, t->groups, t->group) * 2 <= t->group->count)
        return true;
    if (!kept_bytes(in, t->groups, t->group, &t->bytes, err))
        return false;
    timers_look(in, t->groups, t->group, &t->seen);
    return !is_enough(in, t) || !judge(t, &severity) || report(in, t, severity, err);
}

bool rule_timer_leak(struct rule_input *in, struct err *err)
{
    struct function_groups g;
    if (!timers_collect(in->js, in->census, &g, err))
        return false;
    bool ok = true;
    for (uint64_t i = 0; ok && i < g.groups.count; i++) {
        struct timers t = {.groups = &g, .group = function_group_at(&g, i)};
        ok = look_at(in, &t, err);
    }
    function_groups_release(&g);
    return ok;
}
