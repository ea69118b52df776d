/* The table of commands: see commands.h. */
#include "cli/commands.h"

#include "cli/command_browse.h"
#include "cli/command_diff.h"
#include "cli/command_dump.h"
#include "cli/command_events.h"
#include "cli/command_explain.h"
#include "cli/command_index.h"
#include "cli/command_report.h"
#include "cli/command_show.h"

const struct command commands[COMMAND_COUNT] = {
    {CMD_REPORT, NULL, "FILE...", "file",
     "the post-mortem: what killed the process, what held the memory, what to change",
     command_report},
    {CMD_BROWSE, "browse", "FILE...", "file",
     "look through the same and the heap itself in the terminal", command_browse},
    {CMD_SHOW, "show", "FILE WHAT [NAME|@ID]", "file",
     "a table of one snapshot: 'mortem show FILE' lists what there is", command_show},
    {CMD_DUMP, "dump", "FILE nodes|classes|stats|diff [OLD]", "file",
     "a whole table as tab-separated values, equal to DevTools' to the byte", command_dump},
    {CMD_DIFF, "diff", "OLD NEW [NEWER]...", "file",
     "what grew between snapshots: by the variable that holds it, and by class", command_diff},
    {CMD_INDEX, "index", "FILE...", "file",
     "keep the answers about snapshots in FILE.mortem, so that they are there at once later",
     command_index},
    {CMD_EXPLAIN, "explain", "RULE|--list", "rule",
     "what a rule means, how it decides, what fools it, and what to change", command_explain},
    {CMD_EVENTS, "events", "FILE...|--list", "file",
     "the events of all logs in order of time, as lines of text or JSON", command_events},
};

const char *command_choice(size_t i)
{
    if (i >= COMMAND_COUNT)
        return NULL;
    return commands[i].name ? commands[i].name : "";
}
