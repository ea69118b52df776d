/* --help and the man page: see help.h. */
#include "cli/help.h"

#include <string.h>

#include "analyzer/heap_views.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/options.h"
#include "report/dump.h"

#define HELP_COLUMN 24

static const struct {
    int status;
    const char *meaning;
} exit_statuses[] = {
    {0, "all inputs were read"},
    {2, "wrong usage"},
    {3, "an input was unreadable or damaged; what could be salvaged is in the report"},
    {4, "a resource ran out: memory, disk, address space"},
};

static const struct {
    const char *name;
    const char *meaning;
} variables[] = {
    {"NO_COLOR", "If set and not empty, no colour unless \"--color always\" is given."},
    {"TERM", "\"dumb\" or unset: neither colour nor progress."},
    {"TMPDIR", "Where temporary files go. They are nearly as large as the snapshot."},
    {"XDG_CACHE_HOME", "Indexes go to \"mortem\" in it (default: ~/.cache) where they cannot be "
                       "beside their snapshot."},
    {"MORTEM_NO_INDEX", "If set and not empty, the same as \"--no-index\"."},
};

static const struct {
    const char *command;
    const char *meaning;
} examples[] = {
    {"mortem app.heapsnapshot", "What held the memory."},
    {"journalctl -k -b -1 | mortem - app.heapsnapshot.zst",
     "What killed the process too, from the kernel's log of the boot before."},
    {"mortem show app.heapsnapshot classes --top 20", "The largest classes, as DevTools has them."},
    {"mortem show app.heapsnapshot path @83653", "What holds the object with that number."},
    {"mortem diff monday.heapsnapshot tuesday.heapsnapshot wednesday.heapsnapshot",
     "What grows from one to the next, and which variable holds it."},
    {"mortem events --since -2h /var/log/syslog ~/.pm2/pm2.log",
     "What happened in the last two hours of both logs."},
    {"mortem --format json -o report.json *.heapsnapshot *.log", "For programs."},
};

/* -- --help -- */

void help_usage(struct buf *b)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &commands[i];
        buf_printf(b, "%s mortem%s%s [OPTION]... %s\n", i ? "      " : "Usage:", c->name ? " " : "",
                   c->name ? c->name : "", c->operands);
    }
}

static void put_choices(struct buf *b, const struct cli_option *o)
{
    const char *word;
    for (size_t i = 0; o->choice && (word = o->choice(i)); i++)
        buf_printf(b, "%s%s", i ? ", " : " (", word);
    if (o->choice)
        buf_putc(b, ')');
}

static void put_option(struct buf *b, const struct cli_option *o)
{
    struct buf left = {0};
    if (o->letter)
        buf_printf(&left, "  -%c, --%s", o->letter, o->name);
    else
        buf_printf(&left, "      --%s", o->name);
    if (o->arg)
        buf_printf(&left, " %s", o->arg);
    buf_puts(b, buf_str(&left));
    text_put_spaces(b, left.len < HELP_COLUMN ? HELP_COLUMN - left.len : 2);
    buf_puts(b, o->help);
    put_choices(b, o);
    buf_putc(b, '\n');
    b->failed |= left.failed;
    buf_release(&left);
}

void help_text(struct buf *b)
{
    help_usage(b);
    buf_puts(b, "\nTells why a Next.js or Node.js server ran out of memory, from what it left: "
                "heap\nsnapshots (plain, gzip, zstd) and logs, in any order. \"-\" is standard "
                "input.\n\nCommands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &commands[i];
        buf_printf(b, "  %s%s%s\n      %s\n", c->name ? c->name : "", c->name ? " " : "",
                   c->operands, c->help);
    }
    buf_puts(b, "\nOptions:\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (cli_options[i].help)
            put_option(b, &cli_options[i]);
    }
    buf_puts(b, "\nExit status:\n");
    for (size_t i = 0; i < ARRAY_LEN(exit_statuses); i++)
        buf_printf(b, "  %d  %s\n", exit_statuses[i].status, exit_statuses[i].meaning);
}

/* -- the man page -- */

/* Text as roff: no line may start a request, hyphens and quotes are meant as they are. */
static void put_roff(struct buf *b, const char *text)
{
    if (*text == '.' || *text == '\'')
        buf_puts(b, "\\&");
    for (; *text; text++) {
        switch (*text) {
        case '\\':
            buf_puts(b, "\\e");
            break;
        case '-':
            buf_puts(b, "\\-");
            break;
        case '~':
            buf_puts(b, "\\(ti");
            break;
        case '"':
            buf_puts(b, "\\(dq");
            break;
        default:
            buf_putc(b, *text);
        }
    }
}

static void put_macro(struct buf *b, const char *macro, const char *text)
{
    buf_printf(b, "%s ", macro);
    put_roff(b, text);
    buf_putc(b, '\n');
}

/* What stands for something is in capitals, and in italics. */
static void put_operands(struct buf *b, const char *text)
{
    while (*text) {
        size_t stands = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (stands)
            buf_printf(b, "\\fI%.*s\\fR", (int)stands, text);
        else
            buf_putc(b, *text);
        text += stands ? stands : 1;
    }
}

static void put_synopsis(struct buf *b)
{
    buf_puts(b, ".SH SYNOPSIS\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &commands[i];
        buf_printf(b, "%s.B mortem", i ? ".br\n" : "");
        if (c->name)
            buf_printf(b, " %s", c->name);
        buf_puts(b, "\n[\\fIOPTION\\fR]... ");
        put_operands(b, c->operands);
        buf_putc(b, '\n');
    }
}

static void put_description(struct buf *b)
{
    buf_puts(b, ".SH DESCRIPTION\n"
                ".B mortem\n"
                "reads what a dead Next.js or Node.js server left behind and says what killed it,\n"
                "what held the memory and what to change.\n"
                "It works offline and needs less memory than the snapshot is large.\n"
                ".PP\n"
                "The kind of each\n.I FILE\nis told by its content: V8 heap snapshots and logs\n"
                "(kernel, journal, V8, in any mix), each plain or compressed with gzip or zstd.\n"
                "\\(lq\\-\\(rq is standard input.\n"
                "A file that cannot be read, or only in part, does not stop the others:\n"
                "the report says at its top what is missing.\n"
                ".PP\n"
                "Contents of strings are not shown unless asked for: they may be secrets.\n");
}

static void put_man_options(struct buf *b)
{
    buf_puts(b, ".SH OPTIONS\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct cli_option *o = &cli_options[i];
        if (!o->help)
            continue;
        buf_puts(b, ".TP\n");
        if (o->letter)
            buf_printf(b, "\\fB\\-%c\\fR, ", o->letter);
        buf_puts(b, "\\fB\\-\\-");
        put_roff(b, o->name);
        buf_puts(b, "\\fR");
        if (o->arg)
            buf_printf(b, " \\fI%s\\fR", o->arg);
        buf_putc(b, '\n');
        put_roff(b, o->help);
        put_choices(b, o);
        buf_puts(b, ".\n");
    }
}

static void put_commands(struct buf *b)
{
    buf_puts(b, ".SH COMMANDS\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &commands[i];
        buf_printf(b, ".TP\n\\fBmortem%s%s\\fR ", c->name ? " " : "", c->name ? c->name : "");
        put_roff(b, c->operands);
        buf_putc(b, '\n');
        put_roff(b, c->help);
        buf_puts(b, ".\n");
    }
}

static void put_views(struct buf *b)
{
    buf_puts(b, ".SH VIEWS\nWhat \\fBmortem show\\fR shows of a snapshot. Numbers and default "
                "orders are those of Chrome DevTools.\n");
    for (size_t i = 0; i < HEAP_VIEW_COUNT; i++) {
        buf_printf(b, ".TP\n\\fB%s\\fR ", heap_views[i].name);
        put_operands(b, view_subject_word(heap_views[i].subject));
        buf_putc(b, '\n');
        put_roff(b, heap_views[i].help);
        buf_puts(b, ".\n");
    }
    buf_puts(b, ".PP\nWhat \\fBmortem dump\\fR writes:\n");
    for (size_t i = 0; dump_choice(i); i++) {
        buf_printf(b, ".TP\n\\fB%s\\fR%s\n", dumps[i].name,
                   dumps[i].needs_base ? " \\fIOLD\\fR" : "");
        put_roff(b, dumps[i].help);
        buf_puts(b, ".\n");
    }
}

static void put_tables(struct buf *b)
{
    buf_puts(b, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < ARRAY_LEN(exit_statuses); i++) {
        buf_printf(b, ".TP\n.B %d\n", exit_statuses[i].status);
        put_roff(b, exit_statuses[i].meaning);
        buf_puts(b, ".\n");
    }
    buf_puts(b, ".SH ENVIRONMENT\n");
    for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
        buf_puts(b, ".TP\n");
        put_macro(b, ".B", variables[i].name);
        put_roff(b, variables[i].meaning);
        buf_putc(b, '\n');
    }
    buf_puts(b, ".SH EXAMPLES\n");
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        buf_puts(b, ".TP\n");
        put_macro(b, ".B", examples[i].command);
        put_roff(b, examples[i].meaning);
        buf_putc(b, '\n');
    }
}

void help_man(struct buf *b)
{
    buf_puts(b,
             ".\\\" Generated by \"mortem --help-man\" from the program's tables: do not edit.\n");
    buf_printf(b, ".TH MORTEM 1 \"\" \"mortem %s\" \"User Commands\"\n", MORTEM_VERSION);
    buf_puts(b, ".SH NAME\nmortem \\- the post\\-mortem of a Node.js server that ran out of "
                "memory\n");
    put_synopsis(b);
    put_description(b);
    put_commands(b);
    put_man_options(b);
    put_views(b);
    put_tables(b);
}
