/* The table of commands: see commands.h. */
#include "cli/commands.h"

#include "cli/command_browse.h"
#include "cli/command_report.h"

const struct command commands[COMMAND_COUNT] = {
    {CMD_REPORT, NULL, "FILE...",
     "the post-mortem: what killed the process, what held the memory, what to change",
     command_report},
    {CMD_BROWSE, "browse", "FILE...", "look through the same and the heap itself in the terminal",
     command_browse},
};

const char *command_choice(size_t i)
{
    if (i >= COMMAND_COUNT)
        return NULL;
    return commands[i].name ? commands[i].name : "";
}
