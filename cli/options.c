/* The command line's table and its parser: see options.h. */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/heap_filters.h"
#include "base/tasks.h"
#include "cli/suggest.h"

#define ON(command) (1u << (command))
#define ON_ALL (ON(COMMAND_COUNT) - 1)
#define ON_FILES (ON_ALL & ~ON(CMD_EXPLAIN))
#define ON_HEAPS (ON_FILES & ~ON(CMD_EVENTS))

static const char *word_at(const char *const *words, size_t count, size_t i)
{
    return i < count ? words[i] : NULL;
}

static const char *format_choice(size_t i)
{
    return i < REPORT_FORMAT_COUNT ? report_formats[i].name : NULL;
}

static const char *color_choice(size_t i)
{
    static const char *const words[] = {"auto", "always", "never"}; /* enum color_when */
    return word_at(words, ARRAY_LEN(words), i);
}

static const char *only_choice(size_t i)
{
    return heap_filter_word(i);
}

static const char *parser_choice(size_t i)
{
    static const char *const words[] = {"kernel", "yajl"};
    return word_at(words, ARRAY_LEN(words), i);
}

/* clang-format off */
const struct cli_option cli_options[OPTION_COUNT] = {
    {OPT_FORMAT, 0, "format", "FORMAT", format_choice,
     "how the report is written", ON(CMD_REPORT) | ON(CMD_SHOW) | ON(CMD_DIFF) | ON(CMD_EVENTS)},
    {OPT_OUTPUT, 'o', "output", "FILE", NULL,
     "write the report to FILE, whole or not at all",
     ON(CMD_REPORT) | ON(CMD_SHOW) | ON(CMD_DUMP) | ON(CMD_DIFF) | ON(CMD_EXPLAIN) | ON(CMD_EVENTS)},
    {OPT_SHOW_STRINGS, 0, "show-strings", NULL, NULL,
     "show contents of strings: they may be secrets", ON(CMD_REPORT) | ON(CMD_SHOW) | ON(CMD_DIFF)},
    {OPT_SORT, 0, "sort", "COLUMN", NULL,
     "order a table by a column: numbers largest first, texts A to Z", ON(CMD_SHOW) | ON(CMD_DIFF)},
    {OPT_TOP, 0, "top", "N", NULL,
     "at most N rows of a table, 0: all (default: 50)", ON(CMD_SHOW) | ON(CMD_DIFF)},
    {OPT_FILTER, 0, "filter", "REGEX", NULL,
     "only rows whose name matches; (?i) ignores case", ON(CMD_SHOW) | ON(CMD_DIFF)},
    {OPT_ONLY, 0, "only", "WHICH", only_choice,
     "count only these objects", ON(CMD_SHOW) | ON(CMD_DUMP)},
    {OPT_REQUESTS, 0, "requests", "N", NULL,
     "requests served between the first and the last snapshot: growth is told for each",
     ON(CMD_REPORT) | ON(CMD_BROWSE) | ON(CMD_DIFF)},
    {OPT_LIST, 0, "list", NULL, NULL,
     "list all rules; all kinds of events and what is told of them", ON(CMD_EXPLAIN) | ON(CMD_EVENTS)},
    {OPT_KIND, 0, "kind", "KINDS", NULL,
     "only events of these kinds, joined by commas: kernel-oom,pm2-exit; --list has them", ON(CMD_EVENTS)},
    {OPT_SINCE, 0, "since", "TIME", NULL,
     "only from TIME on: 2026-11-23T13:22:48Z, 13:22, @SECONDS, -2h (before the last event)", ON(CMD_EVENTS)},
    {OPT_UNTIL, 0, "until", "TIME", NULL,
     "only up to TIME", ON(CMD_EVENTS)},
    {OPT_PID, 0, "pid", "N", NULL,
     "only events about process N", ON(CMD_EVENTS)},
    {OPT_BOOT, 0, "boot", "N|ID", NULL,
     "only events of a boot: 1 the first, 0 the last, -1 the one before; or its id in the journal", ON(CMD_EVENTS)},
    {OPT_TZ, 0, "tz", "ZONE", NULL,
     "the zone of clocks that do not tell theirs: Europe/Berlin, +02:00, local",
     ON(CMD_REPORT) | ON(CMD_BROWSE) | ON(CMD_EVENTS)},
    {OPT_COLOR, 0, "color", "WHEN", color_choice,
     "colours; auto: on a terminal", ON_ALL & ~(ON(CMD_DUMP) | ON(CMD_INDEX) | ON(CMD_EVENTS))},
    {OPT_ASCII, 0, "ascii", NULL, NULL,
     "write nothing beyond ASCII", ON_ALL},
    {OPT_QUIET, 'q', "quiet", NULL, NULL,
     "no progress", ON_ALL},
    {OPT_PARSER, 0, "parser", "NAME", parser_choice,
     "what reads snapshots; yajl is slow, to compare", ON_HEAPS},
    {OPT_INDEX_DIR, 0, "index-dir", "DIR", NULL,
     "for indexes (default: beside FILE) and temporary files ($TMPDIR, /var/tmp)", ON_FILES},
    {OPT_NO_INDEX, 0, "no-index", NULL, NULL,
     "neither use nor write an index of a snapshot", ON_HEAPS & ~ON(CMD_INDEX)},
    {OPT_THREADS, 0, "threads", "N", NULL,
     "work on N threads, 0: one a processor (default: 0)", ON_FILES},
    {OPT_MEMORY_LIMIT, 0, "memory-limit", "SIZE", NULL,
     "take no more than SIZE for a heap (500M, 2G), or say what it needs", ON_HEAPS},
    {OPT_HELP, 'h', "help", NULL, NULL,
     "show this help", ON_ALL},
    {OPT_VERSION, 0, "version", NULL, NULL,
     "show the version", ON_ALL},
    {OPT_HELP_MAN, 0, "help-man", NULL, NULL,
     NULL, ON_ALL},
};
/* clang-format on */

/* What is left to read, and where operands are gathered: the front of the same array. */
struct parser {
    char **argv;
    size_t count;
    size_t next;
    struct settings s;
    unsigned seen; /* bits 1 << enum option_id */
};

/* -- values -- */

static bool choose(const struct cli_option *o, const char *value, size_t *ret_index,
                   struct err *err)
{
    const char *word;
    char words[128] = "";
    for (size_t i = 0; (word = o->choice(i)); i++) {
        if (strcmp(word, value) == 0) {
            *ret_index = i;
            return true;
        }
        if (strlen(words) + strlen(word) + 3 < sizeof words) {
            strcat(words, i ? ", " : "");
            strcat(words, word);
        }
    }
    const char *near = suggest(value, o->choice);
    return err_set(err, ERR_USAGE, 0, "--%s: '%s' is none of %s%s%s%s", o->name, value, words,
                   near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool take_count(const struct cli_option *o, const char *value, uint64_t *ret,
                       struct err *err)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end || errno)
        return err_set(err, ERR_USAGE, 0, "--%s: '%s' is no whole number", o->name, value);
    *ret = n;
    return true;
}

/* More than can be used are as good as the most that can. */
static bool take_threads(const struct cli_option *o, const char *value, unsigned *ret,
                         struct err *err)
{
    uint64_t count;
    if (!take_count(o, value, &count, err))
        return false;
    *ret = (unsigned)min_u64(count, TASKS_MAX);
    return true;
}

/* "500M": bytes, or with a letter for a power of 1024. */
static bool take_size(const struct cli_option *o, const char *value, uint64_t *ret, struct err *err)
{
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long n = strtoull(value, &end, 10);
    const char *unit = *end ? strchr(units, *end & ~0x20) : NULL;
    unsigned shift = unit ? 10u * (unsigned)(unit - units + 1) : 0;
    bool is_whole = value[0] >= '0' && value[0] <= '9' && !end[unit != NULL];
    if (!is_whole || errno || n == 0 || n > UINT64_MAX >> shift)
        return err_set(err, ERR_USAGE, 0, "--%s: expected a size such as 500M or 2G, found '%s'",
                       o->name, value);
    *ret = (uint64_t)n << shift;
    return true;
}

static bool apply(struct settings *s, const struct cli_option *o, const char *value,
                  struct err *err)
{
    size_t choice = 0;
    if (o->choice && !choose(o, value, &choice, err))
        return false;
    if (o->arg && value[0] == '\0')
        return err_set(err, ERR_USAGE, 0, "--%s: %s is empty", o->name, o->arg);
    switch (o->id) {
    case OPT_FORMAT:
        s->format = &report_formats[choice];
        break;
    case OPT_OUTPUT:
        s->output = strcmp(value, "-") == 0 ? NULL : value;
        break;
    case OPT_SHOW_STRINGS:
        s->show_strings = true;
        break;
    case OPT_SORT:
        s->sort = value;
        break;
    case OPT_TOP:
        return take_count(o, value, &s->top, err);
    case OPT_FILTER:
        s->filter = value;
        break;
    case OPT_ONLY:
        s->only = (unsigned)choice + 1;
        break;
    case OPT_REQUESTS:
        return take_count(o, value, &s->requests, err);
    case OPT_LIST:
        s->list = true;
        break;
    case OPT_KIND:
        return event_filter_take_kinds(&s->events, value, err);
    case OPT_SINCE:
        s->events.has_since = true;
        return time_word_parse(value, o->name, &s->events.since, err);
    case OPT_UNTIL:
        s->events.has_until = true;
        return time_word_parse(value, o->name, &s->events.until, err);
    case OPT_PID:
        s->events.has_pid = true;
        return take_count(o, value, &s->events.pid, err);
    case OPT_BOOT:
        return event_filter_take_boot(&s->events, value, err);
    case OPT_TZ:
        return time_zone_parse(value, &s->zone, err);
    case OPT_COLOR:
        s->color = (enum color_when)choice;
        break;
    case OPT_ASCII:
        s->ascii = true;
        break;
    case OPT_QUIET:
        s->quiet = true;
        break;
    case OPT_PARSER:
        s->yajl = choice == 1;
        break;
    case OPT_INDEX_DIR:
        s->index_dir = value;
        break;
    case OPT_NO_INDEX:
        s->no_index = true;
        break;
    case OPT_THREADS:
        return take_threads(o, value, &s->threads, err);
    case OPT_MEMORY_LIMIT:
        return take_size(o, value, &s->memory_limit, err);
    case OPT_HELP:
        s->action = ACTION_HELP;
        break;
    case OPT_VERSION:
        s->action = ACTION_VERSION;
        break;
    case OPT_HELP_MAN:
        s->action = ACTION_HELP_MAN;
        break;
    case OPTION_COUNT:
        break;
    }
    return true;
}

static bool take(struct parser *p, const struct cli_option *o, const char *value, struct err *err)
{
    p->seen |= 1u << o->id;
    if (o->arg && !value) {
        if (p->next == p->count)
            return err_set(err, ERR_USAGE, 0, "--%s needs %s behind it", o->name, o->arg);
        value = p->argv[p->next++];
    }
    return apply(&p->s, o, value, err);
}

/* -- names -- */

static const char *option_choice(size_t i)
{
    if (i >= OPTION_COUNT)
        return NULL;
    return cli_options[i].help ? cli_options[i].name : "";
}

static bool take_long(struct parser *p, const char *arg, struct err *err)
{
    char name[64];
    const char *text = arg + 2;
    const char *equals = strchr(text, '=');
    size_t len = equals ? (size_t)(equals - text) : strlen(text);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct cli_option *o = &cli_options[i];
        if (strlen(o->name) != len || memcmp(o->name, text, len) != 0)
            continue;
        if (equals && !o->arg)
            return err_set(err, ERR_USAGE, 0, "--%s takes no value", o->name);
        return take(p, o, equals ? equals + 1 : NULL, err);
    }
    size_t copied = min_u64(len, sizeof name - 1);
    memcpy(name, text, copied);
    name[copied] = '\0';
    const char *near = suggest(name, option_choice);
    if (near)
        return err_set(err, ERR_USAGE, 0, "unknown option '--%s': did you mean '--%s'?", name,
                       near);
    return err_set(err, ERR_USAGE, 0, "unknown option '--%s'", name);
}

static bool take_letters(struct parser *p, const char *arg, struct err *err)
{
    for (const char *c = arg + 1; *c; c++) {
        const struct cli_option *o = NULL;
        for (size_t i = 0; i < OPTION_COUNT && !o; i++) {
            if (cli_options[i].letter == *c)
                o = &cli_options[i];
        }
        if (!o)
            return err_set(err, ERR_USAGE, 0, "unknown option '-%c'", *c);
        if (o->arg)
            return take(p, o, c[1] ? c + 1 : NULL, err);
        if (!take(p, o, NULL, err))
            return false;
    }
    return true;
}

/* -- the whole -- */

static bool find_command(struct parser *p, const char *word)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (commands[i].name && strcmp(commands[i].name, word) == 0) {
            p->s.command = &commands[i];
            return true;
        }
    }
    return false;
}

/* A word that is near a command's name and is no file was meant as a command. */
static bool check_operands(const struct settings *s, struct err *err)
{
    if (s->file_count == 0 && !s->list)
        return err_set(err, ERR_USAGE, 0, "no %s given", s->command->operand);
    if (s->file_count == 0)
        return true;
    const char *word = s->files[0];
    const char *near = s->command->name ? NULL : suggest(word, command_choice);
    if (near && access(word, F_OK) != 0)
        return err_set(err, ERR_USAGE, 0, "no command and no file '%s': did you mean '%s'?", word,
                       near);
    return true;
}

static bool check_options(const struct parser *p, struct err *err)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct cli_option *o = &cli_options[i];
        if ((p->seen >> o->id & 1) && !(o->commands >> p->s.command->id & 1))
            return err_set(err, ERR_USAGE, 0, "--%s is no option of '%s'", o->name,
                           p->s.command->name ? p->s.command->name : "mortem FILE...");
    }
    return true;
}

bool options_parse(int argc, char **argv, struct settings *ret, struct err *err)
{
    struct parser p = {.argv = argv, .count = argc > 0 ? (size_t)argc : 0, .next = 1};
    size_t files = 0;
    bool only_files = false;
    p.s.format = &report_formats[0];
    p.s.top = TOP_DEFAULT;
    p.s.command = &commands[CMD_REPORT];
    while (p.next < p.count) {
        char *arg = argv[p.next++];
        bool ok = true;
        if (only_files || arg[0] != '-' || arg[1] == '\0') {
            if (only_files || files > 0 || p.s.command->name || !find_command(&p, arg))
                argv[files++] = arg;
        } else if (strcmp(arg, "--") == 0) {
            only_files = true;
        } else if (arg[1] == '-') {
            ok = take_long(&p, arg, err);
        } else {
            ok = take_letters(&p, arg, err);
        }
        if (!ok)
            return false;
        if (p.s.action != ACTION_RUN)
            break;
    }
    p.s.files = argv;
    p.s.file_count = files;
    if (p.s.action == ACTION_RUN && !(check_options(&p, err) && check_operands(&p.s, err)))
        return false;
    *ret = p.s;
    return true;
}
