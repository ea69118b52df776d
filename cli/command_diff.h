/* `mortem diff OLD NEW [NEWER...]`: what grew between snapshots.
 */
#ifndef MORTEM_CLI_COMMAND_DIFF_H
#define MORTEM_CLI_COMMAND_DIFF_H

struct settings;

int command_diff(const struct settings *s);

#endif
