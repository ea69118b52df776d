/* `mortem diff OLD NEW [NEWER...]`: compares the snapshots, says on standard error which of them
 * are damaged, and draws what grew.
 */
#include "cli/command_diff.h"
#include "cli/draw.h"

#include <unistd.h>

#include "analyzer/rules/rule.h"
#include "cli/inputs.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/warn.h"
#include "report/report_diff.h"

static bool check(const struct settings *s, struct err *err)
{
    if (s->file_count < 2 || s->file_count > GROWTH_SNAPSHOTS_MAX)
        return err_set(err, ERR_USAGE, 0,
                       "diff takes 2 to %d snapshots, the oldest first: %zu given",
                       GROWTH_SNAPSHOTS_MAX, s->file_count);
    if (!s->format->draw_diff)
        return err_set(err, ERR_USAGE, 0, "diff has no --format %s", s->format->name);
    return trend_tables_check_sort(s->sort, err) &&
           output_check(s->output, s->files, s->file_count, err);
}

static bool read_all(const struct settings *s, struct trend *ret, struct err *err)
{
    const struct heap_load_options o = inputs_load_options(s);
    struct progress_bar bar;
    progress_bar_init(&bar, STDERR_FILENO, s->quiet, s->ascii);
    bool ok = trend_of_files(s->files, s->file_count, &o, ret, &bar.progress, err);
    progress_bar_finish(&bar);
    return ok;
}

static enum err_code warn_of_damage(const struct trend *t)
{
    enum err_code worst = ERR_NONE;
    for (size_t i = 0; i < t->count; i++) {
        if (t->snapshots[i].remark)
            warn(t->snapshots[i].remark);
        if (!t->snapshots[i].damage)
            continue;
        warn(t->snapshots[i].damage);
        worst = ERR_INPUT;
    }
    return worst;
}

struct drawing {
    const struct settings *settings;
    const struct diff_answer *answer;
};

static bool draw(const void *ctx, const struct report_options *o, const struct report_sink *sink,
                 struct err *err)
{
    const struct drawing *d = ctx;
    return d->settings->format->draw_diff(d->answer, o, sink, err);
}

static bool answer(const struct settings *s, const struct trend *t, struct err *err)
{
    const struct table_options o = {.sort = s->sort, .filter = s->filter, .top = s->top};
    struct analysis newest = {0};
    struct diff_answer a = {.trend = t, .newest = &newest};
    bool ok = (!t->one_process || rules_run_on_trend(t, &newest, err)) &&
              trend_table_classes(&a.classes, t, &o, err) &&
              trend_table_places(&a.places, t, &o, err) &&
              draw_answer(s, draw, &(struct drawing){s, &a}, err);
    if (a.classes.source)
        table_release(&a.classes);
    if (a.places.source)
        table_release(&a.places);
    analysis_release(&newest);
    return ok;
}

int command_diff(const struct settings *s)
{
    struct trend t;
    struct err err;
    if (!check(s, &err) || !read_all(s, &t, &err)) {
        warn(err.msg);
        return err.code;
    }
    t.requests = s->requests;
    enum err_code status = warn_of_damage(&t);
    if (!answer(s, &t, &err)) {
        warn(err.msg);
        status = err.code;
    }
    trend_release(&t);
    return status;
}
