/* `mortem FILE...`: analyses the files, says on standard error what was wrong with them and writes
 * the report. The exit status is the worst that happened.
 */
#include "cli/command_report.h"

#include <stdlib.h>

#include "cli/draw.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/warn.h"

static enum err_code worse(enum err_code a, enum err_code b)
{
    return a > b ? a : b;
}

/* No input gave anything: what there is to say has been said on standard error. */
static bool says_nothing(const struct analysis *a)
{
    for (size_t i = 0; i < a->input_count; i++) {
        if (a->inputs[i].problem == ERR_NONE)
            return false;
    }
    return !a->heap.present && a->finding_count == 0 && a->death_count == 0;
}

struct report {
    const struct settings *settings;
    const struct analysis *analysis;
};

static bool draw_report(const void *ctx, const struct report_options *o,
                        const struct report_sink *sink, struct err *err)
{
    const struct report *r = ctx;
    return r->settings->format->render(r->analysis, o, sink, err);
}

int command_report(const struct settings *s)
{
    struct err err;
    struct analysis a = {0};
    if (!output_check(s->output, s->files, s->file_count, &err) || !inputs_analyze(s, &a, &err)) {
        warn(err.msg);
        analysis_release(&a);
        return err.code;
    }
    enum err_code status = inputs_warn(&a);
    if ((s->format->for_machines || !says_nothing(&a)) &&
        !draw_answer(s, draw_report, &(struct report){s, &a}, &err)) {
        warn(err.msg);
        status = worse(status, err.code);
    }
    analysis_release(&a);
    return status;
}
