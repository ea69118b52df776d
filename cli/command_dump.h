/* `mortem dump FILE nodes|classes|stats|diff [OLD]`: whole tables for machines.
 */
#ifndef MORTEM_CLI_COMMAND_DUMP_H
#define MORTEM_CLI_COMMAND_DUMP_H

struct settings;

int command_dump(const struct settings *s);

#endif
