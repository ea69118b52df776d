/* What grew between snapshots of one process: see analyze_growth.h. */
#include "analyzer/analyze_growth.h"

#include "analyzer/rules/rule.h"
#include "analyzer/same_process.h"
#include "analyzer/trend.h"

#include <stdlib.h>
#include <string.h>

/* Places in a->inputs of what may be snapshots of one process, oldest first. */
struct group {
    size_t inputs[GROWTH_SNAPSHOTS_MAX];
    size_t count;
};

/* Only what was read to its end from a file of its own can be read again. */
static bool is_comparable(const struct input_info *in)
{
    return in->kind == INPUT_HEAP_SNAPSHOT && in->complete && in->problem == ERR_NONE &&
           in->sketch.max_js_id && strcmp(in->file, "<stdin>") != 0;
}

/* The newest are kept when there are too many. A file that was given twice counts once. */
static void add_by_age(const struct analysis *a, struct group *g, size_t input)
{
    const struct input_info *in = &a->inputs[input];
    size_t at = 0;
    for (size_t i = 0; i < g->count; i++) {
        const struct input_info *other = &a->inputs[g->inputs[i]];
        if (!strcmp(other->file, in->file))
            return;
        at += other->sketch.max_js_id <= in->sketch.max_js_id;
    }
    if (g->count == GROWTH_SNAPSHOTS_MAX) {
        if (at == 0)
            return;
        g->count--;
        at--;
        memmove(g->inputs, g->inputs + 1, g->count * sizeof *g->inputs);
    }
    memmove(g->inputs + at + 1, g->inputs + at, (g->count - at) * sizeof *g->inputs);
    g->inputs[at] = input;
    g->count++;
}

static void gather(const struct analysis *a, size_t first, bool *grouped, struct group *ret)
{
    *ret = (struct group){0};
    for (size_t i = first; i < a->input_count; i++) {
        if (grouped[i] || !is_comparable(&a->inputs[i]) ||
            !sketches_may_agree(&a->inputs[first].sketch, &a->inputs[i].sketch))
            continue;
        grouped[i] = true;
        add_by_age(a, ret, i);
    }
}

/* The findings about `file` give way to those of `part`. */
static bool replace(struct analysis *a, const char *file, struct analysis *part, struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->finding_count; i++) {
        if (!a->findings[i].file || strcmp(a->findings[i].file, file))
            a->findings[kept++] = a->findings[i];
    }
    a->finding_count = kept;
    for (size_t i = 0; i < part->finding_count; i++) {
        struct finding *f =
            arena_push(&a->arena, (void **)&a->findings, &a->finding_count, sizeof *a->findings);
        if (f)
            *f = part->findings[i];
    }
    if (a->heap.present && !strcmp(a->heap.file, file))
        a->heap.explained_bytes = part->heap.explained_bytes;
    arena_adopt(&a->arena, &part->arena);
    findings_order(a);
    return !a->arena.failed || err_nomem(err, 0, "the findings");
}

/* Those of the last one's process. */
static struct group without_strangers(const struct group *g, const struct trend *t)
{
    struct group ret = {0};
    for (size_t i = 0; i < g->count; i++) {
        if (t->snapshots[i].same_process)
            ret.inputs[ret.count++] = g->inputs[i];
    }
    return ret;
}

/* Strangers that the sketches let pass are left out, and the rest is compared again. */
static bool compare(struct analysis *a, const struct group *g, const struct analyze_options *o,
                    const struct progress *p, struct err *err)
{
    char *files[GROWTH_SNAPSHOTS_MAX];
    struct analysis part = {0};
    struct trend t;
    struct err e = {0};
    for (size_t i = 0; i < g->count; i++)
        files[i] = (char *)(uintptr_t)a->inputs[g->inputs[i]].file;
    struct input_info *newest = &a->inputs[g->inputs[g->count - 1]];
    bool compared = trend_of_files(files, g->count, &o->load, &t, p, &e);
    if (!progress_goes_on(p, err)) {
        if (compared)
            trend_release(&t);
        return false;
    }
    if (!compared) {
        if (!newest->remark)
            newest->remark = arena_printf(&a->arena, "%s: not compared with older snapshots: %s",
                                          newest->file, e.msg);
        return true;
    }
    struct group rest = without_strangers(g, &t);
    t.requests = o->requests;
    bool ok = !t.one_process ||
              (rules_run_on_trend(&t, &part, err) && replace(a, newest->file, &part, err));
    trend_release(&t);
    analysis_release(&part);
    return ok && (rest.count < 2 || rest.count == g->count || compare(a, &rest, o, p, err));
}

bool analyze_growth(struct analysis *a, const struct analyze_options *o, const struct progress *p,
                    struct err *err)
{
    bool *grouped = calloc(a->input_count + 1, sizeof *grouped);
    bool ok = grouped || err_nomem(err, a->input_count, "the snapshots");
    for (size_t i = 0; ok && i < a->input_count; i++) {
        struct group g = {0};
        if (!grouped[i] && is_comparable(&a->inputs[i]))
            gather(a, i, grouped, &g);
        ok = g.count < 2 || compare(a, &g, o, p, err);
    }
    free(grouped);
    return ok;
}
