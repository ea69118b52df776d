/* `mortem explain RULE` and `mortem explain --list`: what the rules mean.
 */
#ifndef MORTEM_CLI_COMMAND_EXPLAIN_H
#define MORTEM_CLI_COMMAND_EXPLAIN_H

struct settings;

int command_explain(const struct settings *s);

#endif
