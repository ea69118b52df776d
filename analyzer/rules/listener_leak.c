/* Rule listener-leak: listeners of one function that were added again and again.
 *
 * A module listens once; what handles requests and listens for each of them must stop. Lists are
 * compared with the live connections, each of which may have a listener of its own (server-sent
 * events). Listeners of one function on many emitters of a kind (sockets that are kept alive)
 * count together.
 */
#include "analyzer/classes.h"
#include "analyzer/functions.h"
#include "analyzer/listeners.h"
#include "analyzer/rules/callbacks.h"
#include "analyzer/rules/emitter_owner.h"
#include "analyzer/rules/kept.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <string.h>

static const char id[] = "listener-leak";

struct leak {
    const struct listeners *all;
    const struct function_group *group;
    const struct listener_list *list; /* with most of them */
    uint32_t lists;                   /* that have some */
    uint32_t count;                   /* in `list`; in all if they are of several emitters */
    uint64_t bytes;
};

/* Members stand in the order of their lists. One function may listen to several events of one
 * emitter: those are not more causes, nor more requests. */
static void find_lists(struct leak *l)
{
    const struct function_groups *g = &l->all->by_function;
    uint32_t run = 0, last = UINT32_MAX;
    bool several = false;
    for (const struct function_member *m = function_group_last(g, l->group); m;
         m = function_group_before(g, m)) {
        const struct listener_list *list = listener_list_at(l->all, m->value);
        l->lists += m->value != last;
        run = m->value == last ? run + 1 : 1;
        last = m->value;
        several = several || (l->list && list->emitter != l->list->emitter);
        if (run > l->count) {
            l->count = run;
            l->list = list;
        }
    }
    if (several)
        l->count = l->group->count;
}

/* Node's own listeners (pipes, once() of events) leak only on what the application made. */
static bool is_ours(struct rule_input *in, const struct leak *l, const struct owner *o)
{
    enum script_kind k = owner_script_kind(in->js, o);
    return callbacks_are_users(in, l->group->function) ||
           (o->kind != OWNER_NONE && (k == SCRIPT_USER || k == SCRIPT_PACKAGE));
}

static bool is_enough(struct rule_input *in, const struct leak *l)
{
    uint32_t count = l->count;
    return count > CALLBACKS_PER_SOCKET * in->census->sockets &&
           (count >= CALLBACKS_LEAST ||
            (count >= CALLBACKS_FEW && l->bytes >= CALLBACKS_FEW_BYTES));
}

static void add_evidence(struct rule_input *in, struct finding *f, const struct leak *l)
{
    const struct function_groups *g = &l->all->by_function;
    const struct function_member *m = function_group_last(g, l->group);
    const char *captures = callbacks_captures(in, l->group->function);
    evidence_add(in, f, l->list->list, "%s listeners are %s, %s live sockets",
                 count_text(in, f->entries), callbacks_place(in, l->group->function),
                 count_text(in, in->census->sockets));
    if (*captures)
        evidence_add(in, f, l->group->function, "each keeps what it captured: %s", captures);
    for (unsigned i = 0; i < 3 && m; i++, m = function_group_before(g, m))
        evidence_add(in, f, m->node, "one of these listeners");
    evidence_add(in, f, NO_NODE,
                 "from 11 on Node prints MaxListenersExceededWarning, unless setMaxListeners() "
                 "silenced it: the log tells since when");
}

static void advise(struct rule_input *in, struct finding *f, const char *name)
{
    struct arena *arena = &in->analysis->arena;
    const char *where = f->script ? f->script : "the code that listens";
    const char *emitter = f->variable ? name : "emitter";
    advice_add(in, f, "Stop listening when the request ends", where,
               arena_printf(arena,
                            "%s.on('event', listener)\n"
                            "res.once('close', () => %s.off('event', listener))",
                            emitter, emitter),
               "The emitter lives as long as the process, and holds each listener with all that it "
               "captured.");
    advice_add(in, f, "Or listen once for the whole module", where,
               arena_printf(arena,
                            "// at module level, not inside of the handler\n"
                            "%s.on('event', (value) => { latest = value })",
                            emitter),
               "Requests then read what the one listener keeps.");
    advice_add(in, f, "For an EventTarget, end listeners with a signal", where,
               "const done = new AbortController()\n"
               "target.addEventListener('event', listener, { signal: done.signal })\n"
               "res.once('close', () => done.abort())",
               "One signal takes off all that a request added; for one event `once` is enough.");
}

static const char *title(struct rule_input *in, const struct finding *f, const struct leak *l,
                         const char *name)
{
    struct arena *arena = &in->analysis->arena;
    const char *place = callbacks_place(in, l->group->function);
    if (l->list->count * 2 < l->count)
        return arena_printf(arena, "%s listeners%s on %s objects like %s are all %s and keep %s",
                            count_text(in, f->entries), emitter_event(in, l->list),
                            count_text(in, l->lists), name, place,
                            bytes_text(in, f->retained_bytes));
    return arena_printf(arena, "%s has %s listeners%s that are all %s and keep %s", name,
                        count_text(in, f->entries), emitter_event(in, l->list), place,
                        bytes_text(in, f->retained_bytes));
}

static void claim_lists(struct rule_input *in, const struct finding *f, const struct leak *l)
{
    const struct function_groups *g = &l->all->by_function;
    uint32_t last = UINT32_MAX;
    for (const struct function_member *m = function_group_last(g, l->group); m;
         m = function_group_before(g, m)) {
        const struct listener_list *list = listener_list_at(l->all, m->value);
        if (m->value != last && list->count <= l->group->count * 2)
            finding_claim(in, f, list->list);
        last = m->value;
    }
}

/* The emitter's variable; the line is the listener's, if it is of the same script. */
static void set_place(struct rule_input *in, struct finding *f, const struct leak *l,
                      const struct owner *o)
{
    callbacks_set_place(in, f, l->group->function);
    const char *script = f->script;
    f->variable = NULL;
    if (l->list->emitter == in->census->process)
        f->variable = "process";
    else
        finding_set_owner(in, f, o);
    if (f->script != script && (!script || strcmp(f->script, script) != 0))
        f->line = 0;
}

static bool report(struct rule_input *in, const struct leak *l, const struct owner *o,
                   struct err *err)
{
    enum severity severity = l->bytes >= CALLBACKS_LEAK_BYTES || l->count >= CALLBACKS_LEAK_COUNT
                                 ? SEVERITY_LEAK
                                 : SEVERITY_WARN;
    struct finding *f = finding_add(in, id, severity, l->list->list);
    struct str class = heap_class_name(in->js->h, l->list->emitter);
    if (!f)
        return true;
    const char *name = emitter_name(in, l->list->emitter, o);
    set_place(in, f, l, o);
    f->kind = arena_strndup(&in->analysis->arena, class.p, class.len);
    f->entries = l->count;
    f->retained_bytes = l->bytes;
    f->confidence = severity == SEVERITY_LEAK ? 90 : 60;
    f->title = title(in, f, l, name);
    add_evidence(in, f, l);
    advise(in, f, name);
    advise_readable_names(in, f);
    claim_lists(in, f, l);
    return kept_claim(in, f, &l->all->by_function, l->group, err);
}

static bool look_at(struct rule_input *in, struct leak *l, struct err *err)
{
    const struct function_groups *g = &l->all->by_function;
    struct owner o;
    if (l->group->count < CALLBACKS_FEW || kept_unexplained(in, g, l->group) * 2 <= l->group->count)
        return true;
    find_lists(l);
    emitter_owner(in, l->list->emitter, &o);
    if (!is_ours(in, l, &o))
        return true;
    return kept_bytes(in, g, l->group, &l->bytes, err) &&
           (!is_enough(in, l) || report(in, l, &o, err));
}

bool rule_listener_leak(struct rule_input *in, struct err *err)
{
    struct listeners all;
    if (!listeners_collect(in->js, in->census, LISTENERS_LEAST, &all, err))
        return false;
    bool ok = true;
    for (uint64_t i = 0; ok && i < all.by_function.groups.count; i++) {
        struct leak l = {.all = &all, .group = function_group_at(&all.by_function, i)};
        ok = look_at(in, &l, err);
    }
    listeners_release(&all);
    return ok;
}
