/* Whose an emitter is: see emitter_owner.h. */
#include "analyzer/rules/emitter_owner.h"

#include "analyzer/classes.h"
#include "analyzer/retainers.h"
#include "base/text.h"

static bool is_named(const struct rule_input *in, const struct owner *o)
{
    enum script_kind k = owner_script_kind(in->js, o);
    return o->kind != OWNER_NONE && (k == SCRIPT_USER || k == SCRIPT_PACKAGE);
}

static bool is_variable_of_module(const struct js *js, uint32_t context)
{
    uint32_t script = js_script_of_context(js, context);
    enum script_kind k = script == NO_NODE ? SCRIPT_NONE : script_kind(heap_name(js->h, script));
    return k == SCRIPT_USER || k == SCRIPT_PACKAGE;
}

/* A script is only looked for where the retainer is nearer than the best so far. */
static bool nearest_variable(const struct js *js, uint32_t emitter, struct owner_hop *ret)
{
    enum { LOOK_AT = 20000 };
    const struct heap *h = js->h;
    int32_t best = INT32_MAX;
    struct retainer_walk w = heap_retainers(h, emitter);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        int32_t distance = heap_distance(h, w.source);
        uint64_t e;
        if (distance < 0 || distance >= best || !js_is_context(js, w.source) ||
            !edge_between(h, w.source, emitter, &e) || heap_edge_type(h, e) != EDGE_CONTEXT ||
            !is_variable_of_module(js, w.source))
            continue;
        best = distance;
        *ret = (struct owner_hop){.node = w.source, .edge = e};
    }
    return best != INT32_MAX;
}

void emitter_owner(const struct rule_input *in, uint32_t emitter, struct owner *ret)
{
    struct owner_hop hop;
    owner_find(in->js, emitter, ret);
    bool direct = ret->hop_count == 1;
    if ((is_named(in, ret) && (!direct || ret->kind != OWNER_VARIABLE)) ||
        !nearest_variable(in->js, emitter, &hop))
        return;
    *ret = (struct owner){.kind = OWNER_VARIABLE,
                          .holder = hop.node,
                          .script = js_script_of_context(in->js, hop.node),
                          .hops = {hop},
                          .hop_count = 1};
}

static const char *keep(struct rule_input *in, struct buf *b)
{
    const char *text = arena_strndup(&in->analysis->arena, buf_str(b), b->len);
    buf_release(b);
    return text;
}

const char *emitter_name(struct rule_input *in, uint32_t emitter, const struct owner *o)
{
    struct str class = heap_class_name(in->js->h, emitter);
    struct buf b = {0};
    if (emitter == in->census->process)
        return "process";
    if (is_named(in, o))
        owner_put_accessor(in->js, o, &b);
    if (!b.len)
        buf_printf(&b, "a %.*s", (int)min_u64(class.len, 60), class.p);
    return keep(in, &b);
}

const char *emitter_event(struct rule_input *in, const struct listener_list *list)
{
    enum { SHOWN = 40 };
    struct str s = strings_get(&in->js->h->strings, list->event);
    struct buf b = {0};
    if (list->event == NO_STRING || !s.len || s.len > SHOWN)
        return "";
    buf_printf(&b, " for \"%.*s\"", (int)s.len, s.p);
    return keep(in, &b);
}
