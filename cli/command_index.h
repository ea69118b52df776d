/* `mortem index FILE...`
 */
#ifndef MORTEM_CLI_COMMAND_INDEX_H
#define MORTEM_CLI_COMMAND_INDEX_H

struct settings;

int command_index(const struct settings *s);

#endif
