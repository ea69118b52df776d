/* The view Verdict: what killed it, what held the memory, what to change. Every line that Enter can
 * follow is underlined.
 */
#include "tui/view.h"

#include <string.h>

#include "analyzer/setup_words.h"
#include "analyzer/verdict.h"
#include "base/text.h"
#include "tui/text_page.h"

#define DEATHS_SHOWN 5
#define FINDINGS_SHOWN 8

static void put_limits(const struct analysis *a, struct text_page *p)
{
    struct paragraph warning = {.hang = 12, .label_ink = INK_WARN, .label = "Incomplete"};
    for (size_t i = 0; i < a->input_count; i++) {
        const struct input_info *in = &a->inputs[i];
        if (in->complete && in->problem == ERR_NONE)
            continue;
        struct buf *b = text_page_scratch(p);
        if (in->remark)
            buf_puts(b, in->remark);
        else
            buf_printf(b, "%s could not be read to its end", in->file);
        text_page_put(p, warning, buf_str(b));
    }
}

static void put_deaths(const struct analysis *a, struct text_page *p)
{
    size_t from = a->death_count > DEATHS_SHOWN ? a->death_count - DEATHS_SHOWN : 0;
    text_page_heading(p, "What killed it");
    if (a->death_count == 0)
        text_page_put(p, (struct paragraph){.indent = 2},
                      verdict_has_input(a, INPUT_LOG) || verdict_has_input(a, INPUT_NODE_REPORT)
                          ? "Not known: the logs given show no process killed for memory."
                          : "Not known: no log was given.");
    for (size_t i = from; i < a->death_count; i++) {
        const struct death *d = &a->deaths[i];
        struct place to = {VIEW_DEATH, i};
        struct buf *b = text_page_scratch(p);
        buf_puts(b, d->title);
        if (d->time)
            buf_printf(b, " (%s)", d->time);
        text_page_put(p, (struct paragraph){.indent = 2, .target = &to}, buf_str(b));
    }
}

static void put_no_finding(const struct analysis *a, struct text_page *p)
{
    struct buf *b = text_page_scratch(p);
    if (a->heap.present) {
        buf_puts(b, "No rule found a leak in the heap of ");
        text_put_bytes(b, a->heap.total_bytes);
        buf_puts(b, ". Look at its classes (3) and follow its dominators (4).");
    } else {
        buf_puts(b, "Not known: there is no heap snapshot that could be used.");
    }
    text_page_put(p, (struct paragraph){.indent = 2}, buf_str(b));
}

static void put_findings(const struct analysis *a, struct text_page *p)
{
    static const enum ink inks[] = {
        [SEVERITY_INFO] = INK_DIM,
        [SEVERITY_WARN] = INK_WARN,
        [SEVERITY_LEAK] = INK_LEAK,
    };
    text_page_heading(p, "What held the memory");
    if (a->finding_count == 0)
        put_no_finding(a, p);
    for (size_t i = 0; i < a->finding_count && i < FINDINGS_SHOWN; i++) {
        const struct finding *f = &a->findings[i];
        struct place to = {VIEW_FINDING, i};
        struct buf *b = text_page_scratch(p);
        buf_printf(b, "%s (", f->title);
        text_put_bytes(b, f->retained_bytes);
        buf_putc(b, ')');
        struct paragraph style = {.indent = 2,
                                  .hang = 6,
                                  .label_ink = inks[f->severity],
                                  .label = severity_word(f->severity),
                                  .target = &to};
        text_page_put(p, style, buf_str(b));
    }
}

/* -- what to change -- */

static void put_change(struct text_page *p, const struct advice *ad, struct place to)
{
    struct buf *b = text_page_scratch(p);
    buf_puts(b, ad->title);
    if (ad->where)
        buf_printf(b, " [%s]", ad->where);
    text_page_put(p, (struct paragraph){.indent = 2, .target = &to}, buf_str(b));
}

static void put_changes(const struct analysis *a, struct text_page *p)
{
    struct verdict_advice v;
    verdict_advice(a, &v);
    text_page_heading(p, "What to change");
    for (size_t i = 0; i < v.count; i++) {
        const struct verdict_item *item = &v.list[i];
        put_change(p, item->advice,
                   item->finding != VERDICT_NONE ? (struct place){VIEW_FINDING, item->finding}
                                                 : (struct place){VIEW_DEATH, item->death});
    }
    if (!v.count)
        text_page_put(p, (struct paragraph){.indent = 2}, "Nothing that these inputs speak for.");
}

static void put_inputs(const struct analysis *a, struct text_page *p)
{
    text_page_heading(p, "Inputs");
    for (size_t i = 0; i < a->input_count; i++) {
        const struct input_info *in = &a->inputs[i];
        struct buf *b = text_page_scratch(p);
        buf_printf(b, "%s: %s, ", in->file, input_kind_word(in->kind));
        text_put_bytes(b, in->bytes);
        text_page_put(p, (struct paragraph){.indent = 2}, buf_str(b));
    }
    struct buf *b = text_page_scratch(p);
    if (!a->next.found)
        return;
    buf_printf(b, "Next.js %s", a->next.version ? a->next.version : "of unknown version");
    if (a->next.node_version)
        buf_printf(b, ", Node.js %s", a->next.node_version);
    text_page_put(p, (struct paragraph){.indent = 2}, buf_str(b));
    b = text_page_scratch(p);
    setup_put_words(a, b);
    if (b->len)
        text_page_put(p, (struct paragraph){.indent = 2}, buf_str(b));
}

static void put_all(const struct view *v, struct text_page *p)
{
    const struct analysis *a = v->m->a;
    put_limits(a, p);
    put_deaths(a, p);
    put_findings(a, p);
    put_changes(a, p);
    put_inputs(a, p);
}

static bool open_verdict(struct view *v, struct err *err)
{
    return text_page_open(v, put_all, err);
}

const struct view_kind view_verdict = {
    .name = "Verdict",
    .help = "what killed it, what held the memory, what to change",
    .if_empty = "",
    .open = open_verdict,
    .close = text_page_close,
    .layout = text_page_layout,
    .draw_line = text_page_draw_line,
    .put_text = text_page_put_text,
    .target = text_page_target,
    .node = text_page_node,
};
