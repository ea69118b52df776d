/* The table of rules, and their run: see rule.h. */
#include "analyzer/rules/rule.h"

#include "analyzer/identity.h"
#include "analyzer/rules/rule_list.h"

#include <stdlib.h>
#include <string.h>

#define X(name, id, summary) {id, summary, rule_##name},
#define Y(id, summary) {id, summary, NULL},
const struct rule rules[] = {RULE_LIST(X) CONFIG_RULE_LIST(Y)};
#undef X
#undef Y
const size_t rule_count = ARRAY_LEN(rules);

static int compare_findings(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->retained_bytes != y->retained_bytes)
        return x->retained_bytes > y->retained_bytes ? -1 : 1;
    return strcmp(x->rule, y->rule);
}

void findings_order(struct analysis *a)
{
    if (a->finding_count)
        qsort(a->findings, a->finding_count, sizeof *a->findings, compare_findings);
}

static bool run_all(struct rule_input *in, struct err *err)
{
    struct analysis *a = in->analysis;
    bool ok = heap_identify(in->js, in->census, a, err);
    for (size_t i = 0; ok && i < rule_count; i++) {
        if (!rules[i].run)
            continue;
        heap_cool(in->js->h);
        ok = rules[i].run(in, err);
    }
    if (ok && in->claim_failed.code) {
        *err = in->claim_failed;
        ok = false;
    }
    if (ok)
        a->heap.explained_bytes = claims_bytes(&in->claims);
    if (ok && a->arena.failed)
        ok = err_nomem(err, 0, "the findings");
    return ok;
}

static bool run(const struct heap *h, const char *file, const struct trend *trend,
                struct analysis *a, struct err *err)
{
    struct js js;
    struct census census;
    struct rule_input in = {
        .js = &js, .census = &census, .analysis = a, .file = file, .trend = trend};
    js_init(&js, h);
    if (!census_take(&js, &census, err))
        return false;
    bool ok = claims_init(&in.claims, h, err) && run_all(&in, err);
    claims_release(&in.claims);
    census_release(&census);
    findings_order(a);
    return ok;
}

bool rules_run(const struct heap *h, const char *file, struct analysis *a, struct err *err)
{
    return run(h, file, NULL, a, err);
}

bool rules_run_on_trend(const struct trend *t, struct analysis *a, struct err *err)
{
    return run(&t->newest, t->snapshots[t->count - 1].file, t->one_process ? t : NULL, a, err);
}
