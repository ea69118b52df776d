/* The command line: one table of commands' options, from which parsing, --help and the man page
 * come.
 *
 * Long options take "--name value" and "--name=value", letters "-o value", "-ovalue" and clusters
 * ("-qo FILE"); "--" ends options; options and operands may be mixed. Long names are not
 * abbreviated.
 */
#ifndef MORTEM_CLI_OPTIONS_H
#define MORTEM_CLI_OPTIONS_H

#include "base/err.h"
#include "cli/commands.h"
#include "cli/event_filter.h"
#include "report/report.h"

enum option_id {
    OPT_FORMAT,
    OPT_OUTPUT,
    OPT_SHOW_STRINGS,
    OPT_SORT,
    OPT_TOP,
    OPT_FILTER,
    OPT_ONLY,
    OPT_REQUESTS,
    OPT_LIST,
    OPT_KIND,
    OPT_SINCE,
    OPT_UNTIL,
    OPT_PID,
    OPT_BOOT,
    OPT_TZ,
    OPT_COLOR,
    OPT_ASCII,
    OPT_QUIET,
    OPT_PARSER,
    OPT_INDEX_DIR,
    OPT_NO_INDEX,
    OPT_THREADS,
    OPT_MEMORY_LIMIT,
    OPT_HELP,
    OPT_VERSION,
    OPT_HELP_MAN,
    OPTION_COUNT,
};

struct cli_option {
    enum option_id id;
    char letter; /* 0 for none */
    const char *name;
    const char *arg;                 /* "FILE"; NULL for a switch */
    const char *(*choice)(size_t i); /* the words it takes, NULL behind the last; NULL: any text */
    const char *help;                /* NULL: not shown */
    unsigned commands;               /* bits 1 << enum command_id */
};

extern const struct cli_option cli_options[OPTION_COUNT];

enum color_when {
    COLOR_AUTO,
    COLOR_ALWAYS,
    COLOR_NEVER,
};

#define TOP_DEFAULT 50

enum action {
    ACTION_RUN,
    ACTION_HELP,
    ACTION_VERSION,
    ACTION_HELP_MAN,
};

/* What was asked for. Texts point into argv. */
struct settings {
    enum action action;
    const struct command *command;
    char *const *files;
    size_t file_count;
    const struct report_format *format;
    const char *output; /* NULL: standard output */
    const char *index_dir;
    unsigned threads;      /* --threads N, 0: as many as there are processors */
    uint64_t memory_limit; /* --memory-limit SIZE, 0: none */
    const char *sort;      /* --sort COLUMN, NULL: the table's own order */
    const char *filter;    /* --filter REGEX, NULL: all rows */
    uint64_t top;          /* --top N, 0: all; TOP_DEFAULT unless given */
    uint64_t requests;     /* --requests N, 0: not known */
    struct event_filter events;
    struct time_zone zone; /* --tz ZONE */
    unsigned only;         /* --only: enum heap_filter + 1, 0: all objects */
    enum color_when color;
    bool yajl;
    bool ascii;
    bool list;
    bool quiet;
    bool no_index;
    bool show_strings;
};

/* Reorders argv. Errors are ERR_USAGE and say what was probably meant. */
bool options_parse(int argc, char **argv, struct settings *ret, struct err *err) WARN_UNUSED;

#endif
