/* `mortem browse FILE...`: analyses the files in the background and opens the browser meanwhile.
 * What was wrong with the files is said on standard error when the browser has been left.
 */
#include "cli/command_browse.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/inputs.h"
#include "cli/terminal.h"
#include "cli/warn.h"
#include "tui/browse.h"

/* An answer from an index takes less, and a person does not notice. */
#define FIRST_WAIT_MS 60

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

static void look(void *ctx, struct background_state *ret)
{
    background_look(ctx, ret);
}

static bool browse(const struct settings *s, FILE *keyboard, struct background *job,
                   struct err *err)
{
    bool color =
        s->color == COLOR_ALWAYS || (s->color == COLOR_AUTO && terminal_wants_color(STDOUT_FILENO));
    struct browse_options o = {.in = keyboard, .out = stdout, .color = color, .ascii = s->ascii};
    /* What is there soon needs no screen that says that it will be. */
    background_wait(job, FIRST_WAIT_MS);
    return browse_run(&(struct browse_source){look, job}, &o, err);
}

/* Of what is known when the user leaves. */
static enum err_code warn_of_problems(struct background *job)
{
    struct background_state now;
    background_look(job, &now);
    enum err_code worst = now.answers ? inputs_warn(now.answers) : ERR_NONE;
    if (now.problem.code == ERR_NONE)
        return worst;
    warn(now.problem.msg);
    return now.problem.code > worst ? now.problem.code : worst;
}

static int run(const struct settings *s, FILE *keyboard)
{
    struct err err;
    struct index_options index;
    struct analyze_options o;
    struct background *job;
    int status = ERR_NONE;
    inputs_options(s, &index, &o);
    if (!background_start((const char *const *)s->files, s->file_count, &o, &job, &err)) {
        warn(err.msg);
        return err.code;
    }
    if (!browse(s, keyboard, job, &err)) {
        warn(err.msg);
        status = (int)err.code;
    }
    enum err_code worst = warn_of_problems(job);
    background_stop(job);
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
