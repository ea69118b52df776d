/* `mortem show FILE WHAT`: asks the heap of one file for a view and draws it. `mortem show FILE`
 * alone lists the views.
 */
#include "cli/command_show.h"
#include "cli/draw.h"

#include <string.h>

#include "analyzer/heap_filters.h"
#include "analyzer/heap_views.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/suggest.h"
#include "cli/warn.h"
#include "report/view_report.h"

static bool find_view(const char *name, const struct heap_view **ret, struct err *err)
{
    for (size_t i = 0; i < HEAP_VIEW_COUNT; i++) {
        if (strcmp(heap_views[i].name, name) == 0) {
            *ret = &heap_views[i];
            return true;
        }
    }
    const char *near = suggest(name, heap_view_choice);
    return err_set(err, ERR_USAGE, 0, "show: no view '%s'%s%s%s: 'mortem show FILE' lists them",
                   name, near ? ", did you mean '" : "", near ? near : "", near ? "'" : "");
}

static bool check(const struct settings *s, const struct heap_view **ret, struct err *err)
{
    if (s->file_count > 3)
        return err_set(err, ERR_USAGE, 0, "show takes one file, a view and its subject");
    if (!find_view(s->files[1], ret, err) || !output_check(s->output, s->files, 1, err))
        return false;
    if (!s->format->draw_view)
        return err_set(err, ERR_USAGE, 0, "show has no --format %s", s->format->name);
    if (s->only && !(*ret)->takes_filter)
        return err_set(err, ERR_USAGE, 0, "--only is for classes, not for '%s'", (*ret)->name);
    return true;
}

struct drawing {
    const struct settings *settings;
    const struct view_answer *answer;
};

static bool draw(const void *ctx, const struct report_options *o, const struct report_sink *sink,
                 struct err *err)
{
    const struct drawing *d = ctx;
    const struct settings *s = d->settings;
    const struct view_caption c = {.file = s->files[0],
                                   .subject = s->file_count > 2 ? s->files[2] : NULL};
    return s->format->draw_view(d->answer, &c, o, sink, err);
}

static bool show(const struct settings *s, const struct heap_view *v, const struct heap *h,
                 struct err *err)
{
    struct column passes = {0};
    struct view_answer a = {0};
    struct view_question q = {.heap = h};
    const struct table_options o = {.sort = s->sort, .filter = s->filter, .top = s->top};
    bool ok = view_question_parse(&q, v, s->file_count > 2 ? s->files[2] : NULL, err);
    if (ok && s->only)
        ok = heap_filter(h, (enum heap_filter)(s->only - 1), &passes, err);
    q.passes = passes.data;
    ok = ok && heap_view_ask(v, &q, &o, &a, err) &&
         draw_answer(s, draw, &(struct drawing){s, &a}, err);
    view_answer_release(&a);
    column_release(&passes);
    return ok;
}

static int list_views(void)
{
    for (size_t i = 0; i < HEAP_VIEW_COUNT; i++) {
        const struct heap_view *v = &heap_views[i];
        char name[64];
        snprintf(name, sizeof name, "%s %s", v->name, view_subject_word(v->subject));
        fprintf(stderr, "  %-20s %s\n", name, v->help);
    }
    return ERR_USAGE;
}

int command_show(const struct settings *s)
{
    const struct heap_view *v = NULL;
    struct heap h;
    struct err err;
    if (s->file_count < 2) {
        warn("show needs what to show:");
        return list_views();
    }
    if (!check(s, &v, &err) || !inputs_heap(s, s->files[0], &h, &err)) {
        warn(err.msg);
        return err.code;
    }
    int status = h.complete ? ERR_NONE : ERR_INPUT;
    if (!show(s, v, &h, &err)) {
        warn(err.msg);
        status = err.code;
    }
    heap_release(&h);
    return status;
}
