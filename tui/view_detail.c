/* All about one finding or one death: its facts, the path that holds it, the evidence, and what to
 * change with the lines to paste. Enter on an object of the heap leads to what it holds.
 */
#include "tui/view.h"

#include <inttypes.h>
#include <string.h>

#include "analyzer/verdict.h"
#include "base/text.h"
#include "tui/text_page.h"

#define HANG_FACT 11

static void put_fact(struct text_page *p, const char *label, const char *text)
{
    if (text && text[0])
        text_page_put(p, (struct paragraph){.hang = HANG_FACT, .label = label}, text);
}

static void put_count_fact(struct text_page *p, const char *label, uint64_t count)
{
    struct buf *b = text_page_scratch(p);
    if (count == 0)
        return;
    text_put_count(b, count);
    put_fact(p, label, buf_str(b));
}

/* A line that Enter follows to the object, if it is in the snapshot that is open. */
static void put_about_node(const struct view *v, struct text_page *p, const char *file, uint32_t id,
                           const char *text)
{
    const struct browse_model *m = v->m;
    bool here = m->h && id && file && m->a->heap.file && strcmp(file, m->a->heap.file) == 0;
    text_page_put(p, (struct paragraph){.indent = 2, .node_id = here ? id : 0}, text);
}

static void put_path(const struct view *v, struct text_page *p, const struct finding *f)
{
    if (f->path_count == 0)
        return;
    text_page_heading(p, "Held by, from the root");
    for (size_t i = 0; i < f->path_count; i++) {
        const struct path_step *step = &f->path[i];
        struct buf *b = text_page_scratch(p);
        if (step->edge)
            buf_printf(b, "%s %s ", step->edge, p->ascii ? "->" : "\xE2\x86\x92");
        buf_puts(b, step->node);
        if (step->node_id)
            buf_printf(b, " @%u", step->node_id);
        put_about_node(v, p, f->file, step->node_id, buf_str(b));
    }
}

static void put_evidence(const struct view *v, struct text_page *p, const char *snapshot,
                         const struct evidence *list, size_t count)
{
    if (count == 0)
        return;
    text_page_heading(p, "Evidence");
    for (size_t i = 0; i < count; i++) {
        const struct evidence *e = &list[i];
        struct buf *b = text_page_scratch(p);
        buf_puts(b, e->text);
        if (e->file && e->line)
            buf_printf(b, " [%s:%llu]", e->file, (unsigned long long)e->line);
        else if (e->file)
            buf_printf(b, " [%s]", e->file);
        if (e->node_id)
            buf_printf(b, " @%u", e->node_id);
        put_about_node(v, p, snapshot, e->node_id, buf_str(b));
    }
}

static void put_advice(struct text_page *p, const struct advice *list, size_t count)
{
    if (count == 0)
        return;
    text_page_heading(p, "What to change");
    for (size_t i = 0; i < count; i++) {
        const struct advice *ad = &list[i];
        struct buf *number = text_page_scratch(p);
        buf_printf(number, "%zu. %s", i + 1, ad->title);
        if (i > 0)
            text_page_blank(p);
        text_page_put(p, (struct paragraph){.indent = 2, .ink = INK_TITLE}, buf_str(number));
        if (ad->why)
            text_page_put(p, (struct paragraph){.indent = 2}, ad->why);
        if (!ad->paste)
            continue;
        struct buf *where = text_page_scratch(p);
        buf_printf(where, "In %s:", ad->where ? ad->where : "a shell");
        text_page_put(p, (struct paragraph){.indent = 2, .ink = INK_LABEL}, buf_str(where));
        text_page_verbatim(p, 2, ad->paste);
    }
}

static void put_script(struct text_page *p, const struct finding *f)
{
    struct buf *b = text_page_scratch(p);
    if (f->script)
        buf_puts(b, f->script);
    if (f->script && f->line)
        buf_printf(b, ":%u", f->line);
    put_fact(p, "script", buf_str(b));
}

static void put_growth(struct text_page *p, const struct growth_figures *g)
{
    struct buf *b = text_page_scratch(p);
    growth_put(b, g);
    put_fact(p, "grew by", buf_str(b));
}

static void put_finding(const struct view *v, struct text_page *p)
{
    const struct finding *f = &v->m->a->findings[v->place.subject];
    text_page_put(p, (struct paragraph){.ink = INK_TITLE}, f->title);
    struct buf *b = text_page_scratch(p);
    buf_printf(b, "%s, %s, %u %% sure", f->rule, severity_word(f->severity), f->confidence);
    put_fact(p, "rule", buf_str(b));
    put_fact(p, "variable", f->variable);
    put_script(p, f);
    put_fact(p, "route", f->route);
    put_fact(p, "issue", f->issue);
    put_count_fact(p, "entries", f->entries);
    b = text_page_scratch(p);
    text_put_bytes(b, f->retained_bytes);
    if (finding_is_sum(f)) {
        buf_puts(b, " together; ");
        text_put_bytes(b, f->node_retained_bytes);
        buf_printf(b, " of @%" PRIu32, f->node_id);
    }
    put_fact(p, "retained", buf_str(b));
    put_growth(p, &f->growth);
    put_fact(p, "snapshot", f->file);
    put_path(v, p, f);
    put_evidence(v, p, f->file, f->evidence, f->evidence_count);
    put_advice(p, f->advice, f->advice_count);
}

static void put_death(const struct view *v, struct text_page *p)
{
    const struct death *d = &v->m->a->deaths[v->place.subject];
    text_page_put(p, (struct paragraph){.ink = INK_TITLE}, d->title);
    put_fact(p, "cause", death_cause_word(d->cause));
    put_fact(p, "process", d->comm);
    struct buf *b = text_page_scratch(p);
    if (d->pid)
        buf_printf(b, "%u", d->pid);
    put_fact(p, "pid", buf_str(b));
    put_fact(p, "time", d->time);
    put_evidence(v, p, NULL, d->evidence, d->evidence_count);
    put_advice(p, d->advice, d->advice_count);
}

static bool open_finding(struct view *v, struct err *err)
{
    return text_page_open(v, put_finding, err);
}

static bool open_death(struct view *v, struct err *err)
{
    return text_page_open(v, put_death, err);
}

#define DETAIL_VIEW                                                                                \
    .if_empty = "", .close = text_page_close, .renew = text_page_renew,                            \
    .layout = text_page_layout, .draw_line = text_page_draw_line, .put_text = text_page_put_text,  \
    .target = text_page_target, .node = text_page_node

const struct view_kind view_finding = {
    .name = "Finding",
    .help = "all about one finding",
    .subject = SUBJECT_FINDING,
    .open = open_finding,
    DETAIL_VIEW,
};

const struct view_kind view_death = {
    .name = "Death",
    .help = "all about one death",
    .subject = SUBJECT_DEATH,
    .open = open_death,
    DETAIL_VIEW,
};
