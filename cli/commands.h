/* The commands: `mortem FILE...` is the one without a name.
 *
 * A command is a row: name, operands, help and the function that runs it and returns the exit
 * status.
 */
#ifndef MORTEM_CLI_COMMANDS_H
#define MORTEM_CLI_COMMANDS_H

#include <stddef.h>

struct settings;

enum command_id {
    CMD_REPORT,
    CMD_BROWSE,
    CMD_SHOW,
    CMD_DUMP,
    CMD_DIFF,
    CMD_INDEX,
    CMD_EXPLAIN,
    CMD_EVENTS,
    COMMAND_COUNT,
};

struct command {
    enum command_id id;
    const char *name; /* NULL: what happens without a command */
    const char *operands;
    const char *operand; /* what at least one is needed of: "file" */
    const char *help;
    int (*run)(const struct settings *s);
};

extern const struct command commands[COMMAND_COUNT];

/* The name of commands[i], for suggestions: NULL behind the last. */
const char *command_choice(size_t i);

#endif
