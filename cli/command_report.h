/* `mortem FILE...`: the post-mortem of all that is given.
 */
#ifndef MORTEM_CLI_COMMAND_REPORT_H
#define MORTEM_CLI_COMMAND_REPORT_H

struct settings;

int command_report(const struct settings *s);

#endif
