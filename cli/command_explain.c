/* `mortem explain RULE`: finds the rule by its id and draws what there is to say about it. */
#include "cli/command_explain.h"
#include "cli/draw.h"

#include <string.h>

#include "cli/output.h"
#include "cli/suggest.h"
#include "cli/warn.h"
#include "report/explain_text.h"

static const char *rule_choice(size_t i)
{
    return i < rule_count ? rules[i].id : NULL;
}

static bool find_rule(const char *id, const struct rule **ret, struct err *err)
{
    for (size_t i = 0; i < rule_count; i++) {
        if (strcmp(rules[i].id, id) == 0) {
            *ret = &rules[i];
            return true;
        }
    }
    const char *near = suggest(id, rule_choice);
    return err_set(err, ERR_USAGE, 0,
                   "explain: no rule '%s'%s%s%s: 'mortem explain --list' lists them", id,
                   near ? ", did you mean '" : "", near ? near : "", near ? "'" : "");
}

/* *ret is NULL for the list. */
static bool check(const struct settings *s, const struct rule **ret, struct err *err)
{
    if (s->file_count > 1 || (s->list && s->file_count))
        return err_set(err, ERR_USAGE, 0, "explain takes one rule, or --list");
    return (s->list || find_rule(s->files[0], ret, err)) && output_check(s->output, NULL, 0, err);
}

static bool draw(const void *ctx, const struct report_options *o, const struct report_sink *sink,
                 struct err *err)
{
    return ctx ? explain_rule_text(ctx, o, sink, err) : explain_list_text(o, sink, err);
}

int command_explain(const struct settings *s)
{
    const struct rule *rule = NULL;
    struct err err;
    if (check(s, &rule, &err) && draw_answer(s, draw, rule, &err))
        return ERR_NONE;
    warn(err.msg);
    return err.code;
}
