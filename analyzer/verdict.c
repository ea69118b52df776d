/* Which of the answers speak for all: see verdict.h. */
#include "analyzer/verdict.h"

#include "base/text.h"

#include <string.h>

size_t verdict_death(const struct analysis *a)
{
    for (size_t i = a->death_count; i-- > 0;) {
        if (a->deaths[i].is_node)
            return i;
    }
    return a->death_count - 1;
}

static void add(struct verdict_advice *v, struct verdict_item item)
{
    for (size_t i = 0; i < v->count; i++) {
        if (!strcmp(v->list[i].advice->title, item.advice->title))
            return;
    }
    if (v->count < VERDICT_ADVICE_MAX)
        v->list[v->count++] = item;
    else
        v->dropped++;
}

static void add_findings(struct verdict_advice *v, const struct analysis *a, bool leaks)
{
    for (size_t i = 0; i < a->finding_count; i++) {
        const struct finding *f = &a->findings[i];
        for (size_t k = 0; k < f->advice_count && (f->severity != SEVERITY_INFO) == leaks; k++)
            add(v, (struct verdict_item){&f->advice[k], i, VERDICT_NONE});
    }
}

static void add_death(struct verdict_advice *v, const struct analysis *a, size_t i)
{
    for (size_t k = 0; k < a->deaths[i].advice_count; k++)
        add(v, (struct verdict_item){&a->deaths[i].advice[k], VERDICT_NONE, i});
}

void verdict_advice(const struct analysis *a, struct verdict_advice *ret)
{
    *ret = (struct verdict_advice){0};
    add_findings(ret, a, true);
    if (a->death_count > 0)
        add_death(ret, a, verdict_death(a));
    for (size_t i = a->death_count; i-- > 0;)
        add_death(ret, a, i);
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

void growth_put(struct buf *b, const struct growth_figures *g)
{
    if (!g->snapshots)
        return;
    if (g->entries) {
        text_put_count(b, g->entries);
        buf_puts(b, " entries, ");
    }
    text_put_bytes(b, g->bytes);
    if (g->requests) {
        buf_puts(b, ", ");
        text_put_bytes(b, g->bytes / g->requests);
        buf_puts(b, " a request");
    }
    buf_printf(b, ", in %zu snapshots", g->snapshots);
}
