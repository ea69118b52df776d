/* The program: parses the command line and runs what it asks for. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/tasks.h"
#include "base/version.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/warn.h"

/* A descriptor that was closed by the caller would be taken by the next file that is opened, and a
 * report written into it. Writing to these fails and is said. */
static void hold_standard_descriptors(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDONLY);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

static void put_version(struct buf *b)
{
    buf_puts(b, "mortem " MORTEM_VERSION "\n");
}

static int print(void (*put)(struct buf *))
{
    struct buf text = {0};
    struct output out;
    struct err err;
    put(&text);
    bool ok = !text.failed || err_nomem(&err, text.len, "the text");
    ok = ok && output_open(&out, NULL, &err);
    if (ok) {
        struct report_sink sink = output_sink(&out);
        sink.write(sink.ctx, buf_str(&text), text.len);
        ok = output_close(&out, true, &err);
    }
    if (!ok)
        warn(err.msg);
    buf_release(&text);
    return ok ? 0 : (int)err.code;
}

static int refuse(const struct err *err, bool with_usage)
{
    struct buf usage = {0};
    if (with_usage) {
        help_usage(&usage);
        fputs(buf_str(&usage), stderr);
        buf_release(&usage);
    } else {
        warn(err->msg);
    }
    fputs("Try 'mortem --help'.\n", stderr);
    return ERR_USAGE;
}

int main(int argc, char **argv)
{
    struct settings s;
    struct err err;
    hold_standard_descriptors();
    signal(SIGPIPE, SIG_IGN);
    if (!options_parse(argc, argv, &s, &err))
        return refuse(&err, argc < 2);
    if (!cpu_check_choice(&err))
        return refuse(&err, false);
    switch (s.action) {
    case ACTION_HELP:
        return print(help_text);
    case ACTION_VERSION:
        return print(put_version);
    case ACTION_HELP_MAN:
        return print(help_man);
    case ACTION_RUN:
        break;
    }
    tasks_set_threads(s.threads);
    return s.command->run(&s);
}
