/* `mortem show FILE WHAT`: one table of a snapshot, for people and programs.
 */
#ifndef MORTEM_CLI_COMMAND_SHOW_H
#define MORTEM_CLI_COMMAND_SHOW_H

struct settings;

int command_show(const struct settings *s);

#endif
