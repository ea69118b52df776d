/* What is said of callbacks: see callbacks.h. */
#include "analyzer/rules/callbacks.h"

#include "analyzer/async_store.h"
#include "analyzer/functions.h"
#include "analyzer/timers.h"

static const char *keep(struct rule_input *in, struct buf *b)
{
    const char *text = arena_strndup(&in->analysis->arena, buf_str(b), b->len);
    buf_release(b);
    return text;
}

bool callbacks_are_users(const struct rule_input *in, uint32_t function)
{
    enum script_kind k = function_kind(in->js, function);
    /* Its functions run for whoever iterates over them; there is no other trace of who does. */
    uint32_t script = js_script_of_closure(in->js, function);
    return k == SCRIPT_USER || k == SCRIPT_PACKAGE ||
           (k == SCRIPT_CORE && str_equal(heap_name(in->js->h, script), "node:timers/promises"));
}

const char *callbacks_place(struct rule_input *in, uint32_t function)
{
    struct buf b = {0};
    function_put_place(in->js, function, &b);
    return keep(in, &b);
}

const char *callbacks_captures(struct rule_input *in, uint32_t function)
{
    struct buf b = {0};
    function_put_captures(in->js, function, &b);
    return keep(in, &b);
}

const char *callbacks_storage(struct rule_input *in, uint32_t carrier, struct owner *ret,
                              bool *ret_frameworks)
{
    struct async_storages storages;
    struct async_store s;
    struct buf b = {0};
    if (carrier == NO_NODE)
        return NULL;
    async_storages_find(in->js, in->census, &storages);
    if (!async_store_of(in->js, &storages, carrier, &s) || !s.storage ||
        s.storage->owner.kind == OWNER_NONE)
        return NULL;
    *ret = s.storage->owner;
    *ret_frameworks = s.storage->kind == SCRIPT_FRAMEWORK;
    owner_put_accessor(in->js, ret, &b);
    return keep(in, &b);
}

void callbacks_set_place(struct rule_input *in, struct finding *f, uint32_t function)
{
    struct arena *arena = &in->analysis->arena;
    struct str name = heap_name(in->js->h, function);
    uint32_t script = js_script_of_closure(in->js, function);
    if (name.len)
        f->variable = arena_strndup(arena, name.p, name.len);
    if (script != NO_NODE) {
        struct str path = heap_name(in->js->h, script);
        f->script = arena_strndup(arena, path.p, path.len);
        f->line = function_line(in->js, function);
    }
}

/* Does a variable around the function hold it, the very one that the timer calls? */
static bool sees_itself(const struct js *js, uint32_t function)
{
    const struct heap *h = js->h;
    uint32_t context = function_context(js, function);
    if (context == NO_NODE)
        return false;
    for (uint64_t e = heap_first_edge(h, context), end = heap_first_edge(h, context + 1); e < end;
         e++) {
        if (heap_edge_type(h, e) == EDGE_CONTEXT && heap_edge_to(h, e) == function)
            return true;
    }
    return false;
}

/* One function that a module has once sees itself as well: those of requests are all different. */
static bool start_themselves(const struct js *js, const struct function_groups *g,
                             const struct function_group *group)
{
    const struct function_member *m = function_group_last(g, group);
    uint32_t first = timer_function(js, m->node), different = 0, self = 0, seen = 0;
    for (; m && seen < 64; m = function_group_before(g, m), seen++) {
        uint32_t function = timer_function(js, m->node);
        different += function != first;
        self += sees_itself(js, function);
    }
    return self * 2 > seen && different * 2 > seen;
}

void timers_look(struct rule_input *in, const struct function_groups *g,
                 const struct function_group *group, struct timers_seen *ret)
{
    const struct js *js = in->js;
    const struct function_member *m = function_group_last(g, group);
    *ret = (struct timers_seen){.shortest_ms = m->value, .longest_ms = m->value};
    ret->starts_itself = start_themselves(js, g, group);
    for (; m; m = function_group_before(g, m)) {
        ret->once += timer_is_once(js, m->node);
        ret->unref += timer_is_unref(js, m->node);
        if (m->value < ret->shortest_ms)
            ret->shortest_ms = m->value;
        if (m->value > ret->longest_ms)
            ret->longest_ms = m->value;
    }
}

static void put_duration(uint32_t ms, struct buf *b)
{
    static const struct {
        uint32_t ms;
        const char *unit;
    } units[] = {{3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
    size_t i = 0;
    while (ms < units[i].ms && i + 1 < ARRAY_LEN(units))
        i++;
    uint32_t tenths = (uint32_t)((uint64_t)ms * 10 / units[i].ms);
    if (tenths % 10)
        buf_printf(b, "%u.%u %s", tenths / 10, tenths % 10, units[i].unit);
    else
        buf_printf(b, "%u %s", tenths / 10, units[i].unit);
}

const char *callbacks_duration(struct rule_input *in, const struct timers_seen *seen)
{
    struct buf b = {0};
    if (!seen->shortest_ms) {
        buf_puts(&b, "unknown length");
        return keep(in, &b);
    }
    put_duration(seen->shortest_ms, &b);
    if (seen->longest_ms != seen->shortest_ms) {
        buf_puts(&b, " to ");
        put_duration(seen->longest_ms, &b);
    }
    return keep(in, &b);
}
