/* A finding on a page: see finding_text.h. */
#include "report/finding_text.h"

#include "analyzer/verdict.h"
#include "base/text.h"
#include "report/redact.h"

#include <inttypes.h>

#define PATH_STEPS 12
#define EVIDENCE_ROWS 8

/* Columns: of all that stands below a title, and of the labels in front of facts. */
#define INDENT 5
#define HANG_FACT 11

static enum page_role severity_role(enum severity s)
{
    static const enum page_role roles[] = {
        [SEVERITY_INFO] = ROLE_INFO,
        [SEVERITY_WARN] = ROLE_WARN,
        [SEVERITY_LEAK] = ROLE_LEAK,
    };
    return roles[s];
}

void left_out_text(struct page *p, unsigned indent, size_t count, const char *what)
{
    struct buf *t = page_scratch(p);
    if (count == 0)
        return;
    text_put_count(t, count);
    buf_printf(t, " %s: --format json has them all", what);
    page_paragraph(p, (struct page_label){indent, 2, ROLE_INFO, "-"}, buf_str(t));
}

void retained_text(struct buf *b, const struct finding *f, uint64_t heap_bytes)
{
    text_put_bytes(b, f->retained_bytes);
    if (heap_bytes) {
        buf_puts(b, ", ");
        text_put_percent(b, f->retained_bytes, heap_bytes);
        buf_puts(b, " of the heap");
    }
}

void evidence_text(struct page *p, const struct evidence *list, size_t count)
{
    for (size_t i = 0; i < count && i < EVIDENCE_ROWS; i++) {
        const struct evidence *e = &list[i];
        struct buf *t = page_scratch(p);
        buf_puts(t, e->text);
        if (e->file && e->line)
            buf_printf(t, " [%s:%llu]", e->file, (unsigned long long)e->line);
        else if (e->file)
            buf_printf(t, " [%s]", e->file);
        if (e->node_id)
            buf_printf(t, " @%u", e->node_id);
        page_paragraph(p, (struct page_label){INDENT, 2, ROLE_PLAIN, "-"}, buf_str(t));
    }
    left_out_text(p, INDENT, count > EVIDENCE_ROWS ? count - EVIDENCE_ROWS : 0, "more");
}

static void put_fact(struct page *p, const char *name, const char *value)
{
    if (value)
        page_paragraph(p, (struct page_label){INDENT, HANG_FACT, ROLE_LABEL, name}, value);
}

/* A long path keeps its two ends: who holds it, and what is held. */
static void put_path(struct page *p, const struct finding *f, bool show_strings)
{
    size_t skip_from = f->path_count, skip_to = f->path_count;
    if (f->path_count > PATH_STEPS) {
        skip_from = PATH_STEPS / 2;
        skip_to = f->path_count - PATH_STEPS / 2;
    }
    for (size_t i = 0; i < f->path_count; i++) {
        struct buf *t = page_scratch(p);
        if (i == skip_from) {
            buf_printf(t, "(%zu more steps)", skip_to - skip_from);
            i = skip_to - 1;
        } else {
            const struct path_step *step = &f->path[i];
            if (step->edge) {
                redact_edge(t, step->edge, show_strings);
                buf_puts(t, p->ascii ? " -> " : " \xE2\x86\x92 ");
            }
            redact_node(t, step->node, show_strings);
            if (step->node_id)
                buf_printf(t, " @%u", step->node_id);
        }
        put_fact(p, i == 0 ? "held by" : "", buf_str(t));
    }
}

static void put_title(struct page *p, const struct finding *f)
{
    struct buf *t = page_scratch(p);
    buf_printf(t, "%s (%s, confidence %u %%)", f->title, f->rule, f->confidence);
    page_paragraph(
        p, (struct page_label){0, INDENT, severity_role(f->severity), severity_word(f->severity)},
        buf_str(t));
}

static void put_script(struct page *p, const struct finding *f)
{
    struct buf *t = page_scratch(p);
    if (!f->script)
        return;
    buf_puts(t, f->script);
    if (f->line)
        buf_printf(t, ":%u", f->line);
    put_fact(p, "script", buf_str(t));
}

static void put_growth(struct page *p, const struct growth_figures *g)
{
    struct buf *t = page_scratch(p);
    growth_put(t, g);
    put_fact(p, "grew by", t->len ? buf_str(t) : NULL);
}

static void put_figures(struct page *p, const struct finding *f, uint64_t heap_bytes)
{
    if (f->entries) {
        struct buf *t = page_scratch(p);
        text_put_count(t, f->entries);
        put_fact(p, "entries", buf_str(t));
    }
    if (f->retained_bytes) {
        struct buf *t = page_scratch(p);
        retained_text(t, f, heap_bytes);
        if (finding_is_sum(f)) {
            buf_puts(t, " together; DevTools shows ");
            text_put_bytes(t, f->node_retained_bytes);
            buf_printf(t, " for @%" PRIu32, f->node_id);
        }
        put_fact(p, "retained", buf_str(t));
    }
    put_growth(p, &f->growth);
}

void finding_text(struct page *p, const struct finding *f, uint64_t heap_bytes, bool show_strings)
{
    page_blank_line(p);
    put_title(p, f);
    put_fact(p, "variable", f->variable);
    put_script(p, f);
    put_fact(p, "route", f->route);
    put_fact(p, "issue", f->issue);
    put_figures(p, f, heap_bytes);
    if (!heap_bytes)
        put_fact(p, "snapshot", f->file);
    put_path(p, f, show_strings);
    evidence_text(p, f->evidence, f->evidence_count);
}

void finding_line_text(struct page *p, const struct finding *f)
{
    put_title(p, f);
}
