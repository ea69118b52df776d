/* `mortem browse FILE...`: analyses the files, keeps the heap and opens the browser. What was wrong
 * with the files is said again on standard error when the browser has been left.
 */
#include "cli/command_browse.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/inputs.h"
#include "cli/terminal.h"
#include "cli/warn.h"
#include "tui/browse.h"

/* Keys come from the terminal even when standard input is a snapshot. */
static FILE *open_keyboard(struct err *err)
{
    FILE *tty = fopen("/dev/tty", "r");
    if (!tty) {
        err_errno(err, errno, "/dev/tty");
        err_prefix(err, "no keyboard to browse with");
        err->code = ERR_USAGE;
    }
    return tty;
}

static bool has_something_to_show(const struct analysis *a)
{
    return a->graph || a->heap.present || a->finding_count > 0 || a->death_count > 0;
}

static bool browse(const struct settings *s, FILE *keyboard, const struct analysis *a,
                   struct err *err)
{
    bool color =
        s->color == COLOR_ALWAYS || (s->color == COLOR_AUTO && terminal_wants_color(STDOUT_FILENO));
    struct browse_options o = {.in = keyboard, .out = stdout, .color = color, .ascii = s->ascii};
    return browse_run(a, &o, err);
}

static int run(const struct settings *s, FILE *keyboard)
{
    struct err err;
    struct analysis a = {0};
    int status = ERR_NONE;
    bool ok = inputs_analyze(s, true, &a, &err);
    if (ok && has_something_to_show(&a))
        ok = browse(s, keyboard, &a, &err);
    if (!ok) {
        warn(err.msg);
        status = (int)err.code;
    }
    enum err_code worst = inputs_warn(&a);
    analysis_release(&a);
    return status > (int)worst ? status : (int)worst;
}

int command_browse(const struct settings *s)
{
    struct err err;
    if (!terminal_is_capable(STDOUT_FILENO)) {
        warn("browse needs a terminal that can move its cursor: standard output is none");
        return ERR_USAGE;
    }
    bool from_stdin = isatty(STDIN_FILENO);
    FILE *keyboard = from_stdin ? stdin : open_keyboard(&err);
    if (!keyboard) {
        warn(err.msg);
        return err.code;
    }
    int status = run(s, keyboard);
    if (!from_stdin)
        fclose(keyboard);
    return status;
}
