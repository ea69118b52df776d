/* The explanations of the rules as text: see explain_text.h. */
#include "report/explain_text.h"

#include <assert.h>
#include <string.h>

#include "analyzer/rules/explanations.h"
#include "report/page.h"

#define ID_COLUMNS 22

static void begin(struct page *p, const struct report_options *o)
{
    *p = (struct page){.color = o->color, .ascii = o->ascii};
    p->width = o->width ? (unsigned)max_u64(o->width, REPORT_WIDTH_MIN) : REPORT_WIDTH;
}

static bool finish(struct page *p, const struct report_sink *sink, struct err *err)
{
    bool ok = true;
    if (page_failed(p))
        ok = err_nomem(err, p->out.len, "the explanation");
    else if (!sink->write(sink->ctx, buf_str(&p->out), p->out.len))
        ok = report_sink_failed(err);
    page_release(p);
    return ok;
}

bool explain_list_text(const struct report_options *o, const struct report_sink *sink,
                       struct err *err)
{
    struct page p;
    begin(&p, o);
    for (size_t i = 0; i < rule_count; i++)
        page_paragraph(&p, (struct page_label){0, ID_COLUMNS, ROLE_HEADING, rules[i].id},
                       rules[i].summary);
    return finish(&p, sink, err);
}

/* A text of one item is a paragraph, of several a list. */
static void put_part(struct page *p, const char *title, const char *text)
{
    bool is_list = strchr(text, '\n');
    const struct page_label label = {2, is_list ? 2 : 0, ROLE_LABEL, is_list ? "-" : ""};
    page_heading(p, title);
    while (*text) {
        size_t len = strcspn(text, "\n");
        struct buf item = {0}, *shown = page_scratch(p);
        buf_append(&item, text, len);
        bool known = explanation_put(shown, buf_str(&item));
        assert(known); /* a unit test asks for all */
        (void)known;
        page_paragraph(p, label, buf_str(shown));
        p->failed |= item.failed;
        buf_release(&item);
        text += len + (text[len] == '\n');
    }
}

bool explain_rule_text(const struct rule *r, const struct report_options *o,
                       const struct report_sink *sink, struct err *err)
{
    const struct explanation *e = explanation_find(r->id);
    struct page p;
    begin(&p, o);
    page_paragraph(&p, (struct page_label){0, (unsigned)strlen(r->id) + 2, ROLE_HEADING, r->id},
                   r->summary);
    if (e) {
        put_part(&p, "What it means", e->means);
        put_part(&p, "How it decides", e->decides);
        put_part(&p, "What fools it", e->fooled);
        put_part(&p, "What to change", e->fix);
        put_part(&p, "What a finding carries", e->carries);
    }
    return finish(&p, sink, err);
}
