/* The one-page post-mortem: see report_text.h.
 *
 * The verdict's three lines come first, then what limits them, the inputs, and one section for each
 * answer. Which death, finding and advice speak for all is decided in verdict.c.
 */
#include "report/report_text.h"

#include <string.h>

#include "analyzer/class_columns.h"
#include "analyzer/setup_words.h"
#include "analyzer/verdict.h"
#include "base/text.h"
#include "report/finding_text.h"
#include "report/page.h"
#include "report/settings_text.h"

#define CLASS_ROWS 10
#define DEATH_ROWS 10
/* In full, and then by their titles. */
#define FINDINGS_IN_FULL 6
#define FINDING_LINES 30

/* Columns of the labels that stand in front of texts. */
#define HANG_VERDICT 16
#define HANG_NUMBER 3

struct text_report {
    const struct analysis *a;
    const struct report_options *o;
    struct verdict_advice advice;
    struct page page;
};

static struct page_label label(unsigned indent, unsigned hang, enum page_role role,
                               const char *text)
{
    return (struct page_label){indent, hang, role, text};
}

static struct page_label no_label(unsigned indent)
{
    return label(indent, 0, ROLE_PLAIN, "");
}

static void put_numbered(struct page *p, struct page_label l, size_t number, const char *text)
{
    struct buf mark = {0};
    buf_printf(&mark, "%zu.", number);
    l.text = buf_str(&mark);
    page_paragraph(p, l, text);
    p->failed |= mark.failed;
    buf_release(&mark);
}

static uint64_t rest_of(uint64_t whole, uint64_t part)
{
    return whole > part ? whole - part : 0;
}

static void put_plural(struct buf *b, uint64_t count, const char *one, const char *many)
{
    text_put_count(b, count);
    buf_printf(b, " %s", count == 1 ? one : many);
}

/* A title is a sentence; here something follows it. */
static void put_title(struct buf *b, const char *title)
{
    size_t len = strlen(title);
    buf_append(b, title, len > 0 && title[len - 1] == '.' ? len - 1 : len);
}

static bool has_logs(const struct analysis *a)
{
    return verdict_has_input(a, INPUT_LOG) || verdict_has_input(a, INPUT_NODE_REPORT);
}

/* -- the verdict -- */

static void put_killer(struct text_report *r)
{
    struct buf *t = page_scratch(&r->page);
    if (r->a->death_count > 0) {
        const struct death *d = &r->a->deaths[verdict_death(r->a)];
        put_title(t, d->title);
        if (d->time)
            buf_printf(t, ", %s", d->time);
        if (r->a->death_count > 1) {
            buf_puts(t, " (and ");
            put_plural(t, r->a->death_count - 1, "more death", "more deaths");
            buf_puts(t, " below)");
        }
    } else if (has_logs(r->a)) {
        buf_puts(t, "not known: the logs given show no process killed for memory");
    } else {
        buf_puts(t, "not known: no log was given");
    }
    page_paragraph(&r->page, label(0, HANG_VERDICT, ROLE_HEADING, "What killed it"), buf_str(t));
}

/* Of the heap that the report sums up; 0: the finding is of another one. */
static uint64_t heap_bytes_of(const struct analysis *a, const struct finding *f)
{
    return verdict_is_main_heap(a, f) ? a->heap.total_bytes : 0;
}

static bool is_damaged(const struct input_info *in)
{
    return !in->complete || in->problem != ERR_NONE;
}

static bool is_partly_read(const struct analysis *a, const char *file)
{
    for (size_t i = 0; i < a->input_count; i++) {
        if (is_damaged(&a->inputs[i]) && strcmp(a->inputs[i].file, file) == 0)
            return true;
    }
    return false;
}

/* The worst finding that is about what holds memory. */
static const struct finding *first_holder(const struct analysis *a)
{
    for (size_t i = 0; i < a->finding_count; i++) {
        if (!finding_is_of_settings(&a->findings[i]))
            return &a->findings[i];
    }
    return NULL;
}

static void put_holder(struct text_report *r)
{
    struct buf *t = page_scratch(&r->page);
    const struct analysis *a = r->a;
    const struct finding *f = first_holder(a);
    if (f) {
        if (f->severity == SEVERITY_INFO)
            buf_puts(t, "no sign of a leak; ");
        put_title(t, f->title);
        if (f->retained_bytes) {
            buf_puts(t, " (");
            retained_text(t, f, heap_bytes_of(a, f));
            buf_puts(t, ")");
        }
    } else if (a->heap.present) {
        buf_puts(t, "no rule found a leak in ");
        buf_puts(t, is_partly_read(a, a->heap.file) ? "what could be read of the heap, "
                                                    : "the heap of ");
        text_put_bytes(t, a->heap.total_bytes);
        buf_puts(t, ": see its largest classes below");
    } else if (verdict_has_input(a, INPUT_HEAP_SNAPSHOT)) {
        buf_puts(t, "not known: no heap snapshot given could be used");
    } else {
        buf_puts(t, "not known: no heap snapshot was given");
    }
    page_paragraph(&r->page, label(0, HANG_VERDICT, ROLE_HEADING, "What held it"), buf_str(t));
}

static void put_first_change(struct text_report *r)
{
    struct buf *t = page_scratch(&r->page);
    const struct analysis *a = r->a;
    const struct advice *first = r->advice.count ? r->advice.list[0].advice : NULL;
    bool calm = !a->death_count && (!a->finding_count || a->findings[0].severity == SEVERITY_INFO);
    if (first && calm) {
        buf_puts(t, "nothing has to; what could be saved is at the end");
    } else if (first) {
        put_title(t, first->title);
        if (first->where)
            buf_printf(t, ", in %s", first->where);
        buf_puts(t, first->paste ? ": the lines are at the end" : "");
    } else {
        buf_puts(t, "nothing that these inputs speak for");
    }
    page_paragraph(&r->page, label(0, HANG_VERDICT, ROLE_HEADING, "What to change"), buf_str(t));
}

/* -- the inputs -- */

static void put_limits(struct text_report *r)
{
    for (size_t i = 0; i < r->a->input_count; i++) {
        const struct input_info *in = &r->a->inputs[i];
        if (!is_damaged(in))
            continue;
        struct buf *t = page_scratch(&r->page);
        if (in->remark)
            buf_puts(t, in->remark);
        else
            buf_printf(t, "%s could not be read to its end", in->file);
        page_paragraph(&r->page, label(0, HANG_VERDICT, ROLE_WARN, "Incomplete"), buf_str(t));
    }
}

static void put_input(struct text_report *r, const struct input_info *in)
{
    static const char *const names[] = {
        [INPUT_UNKNOWN] = "of no kind known here",
        [INPUT_HEAP_SNAPSHOT] = "heap snapshot",
        [INPUT_LOG] = "log",
        [INPUT_NODE_REPORT] = "Node report",
        [INPUT_CONFIG] = "configuration file",
    };
    _Static_assert(ARRAY_LEN(names) == INPUT_KIND_COUNT, "a name for each kind of input");
    struct buf *t = page_scratch(&r->page);
    buf_printf(t, "%s: %s, ", in->file, names[in->kind]);
    text_put_bytes(t, in->bytes);
    if (is_damaged(in))
        buf_puts(t, in->bytes ? ", incomplete (see the top)" : ", not read (see the top)");
    else if (in->remark)
        buf_printf(t, "; %s", in->remark);
    page_paragraph(&r->page, label(2, 2, ROLE_PLAIN, is_damaged(in) ? "!" : "-"), buf_str(t));
}

static void put_next(struct text_report *r)
{
    const struct next_info *next = &r->a->next;
    struct buf *t = page_scratch(&r->page);
    if (next->found) {
        buf_printf(t, "Next.js %s", next->version ? next->version : "of unknown version");
        if (next->version && next->certainty != CERTAINTY_EXACT)
            buf_printf(t, " (%s)", certainty_word(next->certainty));
        if (next->source)
            buf_printf(t, ", known from %s", next->source);
    } else {
        buf_puts(t, "No sign of Next.js");
    }
    if (next->node_version)
        buf_printf(t, "; Node.js %s", next->node_version);
    else if (r->a->runtime.node_range)
        buf_printf(t, "; Node.js %s", r->a->runtime.node_range);
    page_paragraph(&r->page, no_label(2), buf_str(t));
    t = page_scratch(&r->page);
    setup_put_words(r->a, t);
    if (t->len)
        page_paragraph(&r->page, no_label(2), buf_str(t));
}

static void put_inputs(struct text_report *r)
{
    page_heading(&r->page, "Inputs");
    for (size_t i = 0; i < r->a->input_count; i++)
        put_input(r, &r->a->inputs[i]);
    put_next(r);
}

/* -- what killed it -- */

static void put_death(struct text_report *r, size_t number)
{
    static const char *const causes[] = {
        [DEATH_UNKNOWN] = "unknown cause",
        [DEATH_KERNEL_OOM] = "kernel, machine out of memory",
        [DEATH_CGROUP_OOM] = "kernel, memory cgroup at its limit",
        [DEATH_V8_HEAP] = "V8, heap limit",
        [DEATH_PM2_MEMORY] = "PM2, max_memory_restart",
        [DEATH_USER_KILL] = "a program that watches memory",
    };
    _Static_assert(ARRAY_LEN(causes) == DEATH_CAUSE_COUNT, "a name for each cause of death");
    const struct death *d = &r->a->deaths[number];
    put_numbered(&r->page, label(2, HANG_NUMBER, ROLE_LEAK, ""), number + 1, d->title);
    struct buf *t = page_scratch(&r->page);
    buf_puts(t, causes[d->cause]);
    if (d->comm)
        buf_printf(t, "; %s", d->comm);
    if (d->pid)
        buf_printf(t, ", pid %u", d->pid);
    if (d->time)
        buf_printf(t, "; %s", d->time);
    page_paragraph(&r->page, no_label(2 + HANG_NUMBER), buf_str(t));
    evidence_text(&r->page, d->evidence, d->evidence_count);
}

/* The last ones, but always the one that the page opens with. */
static void put_death_list(struct text_report *r)
{
    size_t count = r->a->death_count;
    size_t from = min_u64(verdict_death(r->a), rest_of(count, DEATH_ROWS));
    size_t to = min_u64(count, from + DEATH_ROWS);
    left_out_text(&r->page, 2, from, "earlier");
    for (size_t i = from; i < to; i++)
        put_death(r, i);
    left_out_text(&r->page, 2, count - to, "later");
}

static void put_deaths(struct text_report *r)
{
    struct page *p = &r->page;
    page_heading(p, "What killed the process");
    if (r->a->death_count > 0) {
        put_death_list(r);
        return;
    }
    if (has_logs(r->a))
        page_paragraph(p, no_label(2),
                       "No log given has a kill for memory. Either the process died of something "
                       "else, or the logs do not cover that moment.");
    page_paragraph(
        p, no_label(2),
        "What would tell: the kernel's log of that boot (journalctl -k -b -1, or dmesg), "
        "the standard error of the process, PM2's log (~/.pm2/pm2.log).");
}

/* Only where logs have something to say beside deaths. */
static void put_observations(struct text_report *r)
{
    if (!r->a->observation_count)
        return;
    page_heading(&r->page, "What else the logs say");
    evidence_text(&r->page, r->a->observations, r->a->observation_count);
}

/* -- what held it -- */

/* DevTools' split of the heap, in its order. */
static void put_statistics(struct text_report *r)
{
    const struct heap_summary *h = &r->a->heap;
    uint64_t js = h->code_bytes + h->string_bytes + h->js_array_bytes + h->system_bytes;
    const struct {
        const char *name;
        uint64_t bytes;
    } parts[] = {
        {"code", h->code_bytes},
        {"strings", h->string_bytes},
        {"JS arrays", h->js_array_bytes},
        {"typed arrays", h->typed_array_bytes},
        {"system objects", h->system_bytes},
        {"other JS objects", rest_of(rest_of(h->total_bytes, h->native_bytes), js)},
        {"other native", rest_of(h->native_bytes, h->typed_array_bytes)},
    };
    struct buf *t = page_scratch(&r->page);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        buf_printf(t, "%s%s ", i ? ", " : "", parts[i].name);
        text_put_bytes(t, parts[i].bytes);
        buf_puts(t, " (");
        text_put_percent(t, parts[i].bytes, h->total_bytes);
        buf_puts(t, ")");
    }
    page_paragraph(&r->page, no_label(2), buf_str(t));
}

static void put_heap(struct text_report *r)
{
    const struct heap_summary *h = &r->a->heap;
    struct buf *t = page_scratch(&r->page);
    buf_printf(t, "The heap in %s%s: ", h->file,
               is_partly_read(r->a, h->file) ? ", as far as it could be read" : "");
    text_put_bytes(t, h->total_bytes);
    buf_puts(t, " in ");
    put_plural(t, h->nodes, "node", "nodes");
    buf_puts(t, " and ");
    put_plural(t, h->edges, "edge", "edges");
    if (h->explained_bytes) {
        buf_puts(t, "; the findings explain ");
        text_put_bytes(t, h->explained_bytes);
        buf_puts(t, " of it, each byte counted once");
    }
    page_paragraph(&r->page, no_label(2), buf_str(t));
    put_statistics(r);
}

static void put_class_cell(struct text_report *r, const struct class_column *c, const char *text)
{
    unsigned others = 2;
    for (size_t i = 0; i < CLASS_COLUMN_COUNT; i++)
        others += class_columns[i].width + (i > 0);
    unsigned rest = r->page.width > others + 8 ? r->page.width - others : 8;
    page_cell(&r->page, c->width ? c->width : rest, c->right, text);
}

static void put_class_row(struct text_report *r, const struct class_row *row)
{
    struct page *p = &r->page;
    page_cell(p, 2, false, "");
    for (size_t i = 0; i < CLASS_COLUMN_COUNT; i++) {
        const struct class_column *c = &class_columns[i];
        if (i > 0)
            page_cell(p, 1, false, "");
        struct buf *t = page_scratch(p);
        if (row)
            c->put(t, row, r->a->heap.total_bytes);
        else
            buf_puts(t, c->title);
        put_class_cell(r, c, buf_str(t));
    }
    page_end_line(p);
}

static void put_classes(struct text_report *r)
{
    const struct heap_summary *h = &r->a->heap;
    if (h->top_class_count == 0)
        return;
    page_heading(&r->page, "Largest classes, by retained size");
    page_role(&r->page, ROLE_LABEL);
    put_class_row(r, NULL);
    page_role(&r->page, ROLE_PLAIN);
    for (size_t i = 0; i < h->top_class_count && i < CLASS_ROWS; i++)
        put_class_row(r, &h->top_classes[i]);
}

/* Those about what holds memory, the worst in full; returns how many there are. */
static size_t put_findings(struct text_report *r)
{
    const struct analysis *a = r->a;
    size_t count = 0;
    for (size_t i = 0; i < a->finding_count; i++) {
        const struct finding *f = &a->findings[i];
        if (finding_is_of_settings(f))
            continue;
        if (count == FINDINGS_IN_FULL)
            page_blank_line(&r->page);
        if (count < FINDINGS_IN_FULL)
            finding_text(&r->page, f, heap_bytes_of(a, f), r->o->show_strings);
        else if (count < FINDING_LINES)
            finding_line_text(&r->page, f);
        count++;
    }
    left_out_text(&r->page, 0, rest_of(count, FINDING_LINES), "more findings, less severe");
    return count;
}

static void put_holders(struct text_report *r)
{
    struct page *p = &r->page;
    const struct analysis *a = r->a;
    page_heading(p, "What held the memory");
    if (a->heap.present)
        put_heap(r);
    if (put_findings(r) == 0 && a->heap.present)
        page_paragraph(p, no_label(2),
                       "No rule found a leak in it. One snapshot shows what is there, not what "
                       "grows: a second one, taken later under the same load, would.");
    if (!a->heap.present)
        page_paragraph(p, no_label(2),
                       "What would tell: a heap snapshot. Start the server with NODE_OPTIONS="
                       "--heapsnapshot-near-heap-limit=1 and Node.js writes one before the heap "
                       "limit is reached; with --heapsnapshot-signal=SIGUSR2, on kill -USR2.");
    put_classes(r);
}

/* -- what to change -- */

static void put_advice(struct text_report *r, size_t number, const struct advice *ad)
{
    struct page *p = &r->page;
    if (number > 1)
        page_blank_line(p);
    put_numbered(p, label(2, HANG_NUMBER, ROLE_HEADING, ""), number, ad->title);
    if (ad->why)
        page_paragraph(p, no_label(2 + HANG_NUMBER), ad->why);
    if (!ad->paste)
        return;
    struct buf *t = page_scratch(p);
    if (ad->where)
        buf_printf(t, "In %s:", ad->where);
    else
        buf_puts(t, "In a shell:");
    page_paragraph(p, no_label(2 + HANG_NUMBER), buf_str(t));
    page_blank_line(p);
    page_verbatim(p, 10, ad->paste);
}

static void put_changes(struct text_report *r)
{
    const struct verdict_advice *v = &r->advice;
    page_heading(&r->page, "What to change");
    for (size_t i = 0; i < v->count; i++)
        put_advice(r, i + 1, v->list[i].advice);
    left_out_text(&r->page, 2, v->dropped, "more");
    if (v->count == 0)
        page_paragraph(&r->page, no_label(2), "Nothing that these inputs speak for.");
}

bool report_text(const struct analysis *a, const struct report_options *o,
                 const struct report_sink *sink, struct err *err)
{
    struct text_report r = {.a = a, .o = o};
    r.page.width = o->width ? o->width : REPORT_WIDTH;
    if (r.page.width < REPORT_WIDTH_MIN)
        r.page.width = REPORT_WIDTH_MIN;
    r.page.color = o->color;
    r.page.ascii = o->ascii;
    verdict_advice(a, &r.advice);
    put_killer(&r);
    put_holder(&r);
    put_first_change(&r);
    put_limits(&r);
    put_inputs(&r);
    settings_text(&r.page, a);
    put_deaths(&r);
    put_observations(&r);
    put_holders(&r);
    put_changes(&r);
    bool ok = true;
    if (page_failed(&r.page))
        ok = err_nomem(err, r.page.out.len, "the report");
    else if (!sink->write(sink->ctx, buf_str(&r.page.out), r.page.out.len))
        ok = report_sink_failed(err);
    page_release(&r.page);
    return ok;
}
