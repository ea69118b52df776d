/* `mortem FILE...`: analyses the files, says on standard error what was wrong with them and writes
 * the report. The exit status is the worst that happened.
 */
#include "cli/command_report.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/terminal.h"
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

static bool write_report(const struct settings *s, const struct analysis *a, struct err *err)
{
    struct output out;
    struct report_options o = {.ascii = s->ascii, .show_strings = s->show_strings};
    bool to_stdout = s->output == NULL;
    o.color = s->color == COLOR_ALWAYS ||
              (s->color == COLOR_AUTO && to_stdout && terminal_wants_color(STDOUT_FILENO));
    o.width = to_stdout ? terminal_width(STDOUT_FILENO) : 0;
    if (!output_open(&out, s->output, err))
        return false;
    struct report_sink sink = output_sink(&out);
    bool rendered = s->format->render(a, &o, &sink, err);
    bool sink_failed = out.errnum != 0;
    /* If the sink failed, closing says why, or that it does not matter. */
    return output_close(&out, rendered, err) && (rendered || sink_failed);
}

int command_report(const struct settings *s)
{
    struct err err;
    struct analysis a = {0};
    if (!output_check(s->output, s->files, s->file_count, &err) ||
        !inputs_analyze(s, false, &a, &err)) {
        warn(err.msg);
        analysis_release(&a);
        return err.code;
    }
    enum err_code status = inputs_warn(&a);
    if ((s->format->for_machines || !says_nothing(&a)) && !write_report(s, &a, &err)) {
        warn(err.msg);
        status = worse(status, err.code);
    }
    analysis_release(&a);
    return status;
}
