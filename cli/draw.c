/* Writing an answer: see draw.h. */
#include "cli/draw.h"

#include <unistd.h>

#include "cli/output.h"
#include "cli/terminal.h"

bool draw_answer(const struct settings *s, draw_fn *draw, const void *ctx, struct err *err)
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
    bool drawn = draw(ctx, &o, &sink, err);
    bool sink_failed = out.errnum != 0;
    /* If the sink failed, closing says why, or that it does not matter. */
    return output_close(&out, drawn, err) && (drawn || sink_failed);
}
