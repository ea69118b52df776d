/* Which of the answers speak for all: see verdict.h. */
#include "report/verdict.h"

#include <string.h>

static bool is_server(const struct death *d)
{
    /* Node 24 names its main thread MainThread, 26 node-MainThread; Next.js sets "next-server (v1".
     */
    static const char *const names[] = {"node", "next", "MainThread", "npm", "PM2"};
    if (d->cause == DEATH_V8_HEAP || d->cause == DEATH_PM2_MEMORY)
        return true;
    for (size_t i = 0; d->comm && i < ARRAY_LEN(names); i++) {
        if (strncmp(d->comm, names[i], strlen(names[i])) == 0)
            return true;
    }
    return false;
}

size_t verdict_death(const struct analysis *a)
{
    for (size_t i = a->death_count; i-- > 0;) {
        if (is_server(&a->deaths[i]))
            return i;
    }
    return a->death_count - 1;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void add(struct verdict_advice *v, const struct advice *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < v->count && !(same_text(v->list[at]->title, list[i].title) &&
                                  same_text(v->list[at]->where, list[i].where) &&
                                  same_text(v->list[at]->paste, list[i].paste)))
            at++;
        if (at < v->count)
            continue;
        if (v->count < VERDICT_ADVICE_MAX)
            v->list[v->count++] = &list[i];
        else
            v->dropped++;
    }
}

static void add_findings(struct verdict_advice *v, const struct analysis *a, bool leaks)
{
    for (size_t i = 0; i < a->finding_count; i++) {
        const struct finding *f = &a->findings[i];
        if ((f->severity != SEVERITY_INFO) == leaks)
            add(v, f->advice, f->advice_count);
    }
}

void verdict_advice(const struct analysis *a, struct verdict_advice *ret)
{
    *ret = (struct verdict_advice){0};
    add_findings(ret, a, true);
    if (a->death_count > 0) {
        const struct death *d = &a->deaths[verdict_death(a)];
        add(ret, d->advice, d->advice_count);
    }
    for (size_t i = a->death_count; i-- > 0;)
        add(ret, a->deaths[i].advice, a->deaths[i].advice_count);
    add_findings(ret, a, false);
}

bool verdict_has_input(const struct analysis *a, enum input_kind kind)
{
    for (size_t i = 0; i < a->input_count; i++) {
        if (a->inputs[i].kind == kind)
            return true;
    }
    return false;
}

bool verdict_is_main_heap(const struct analysis *a, const struct finding *f)
{
    return a->heap.present && f->file && a->heap.file && strcmp(f->file, a->heap.file) == 0;
}
