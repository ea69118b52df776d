/* `mortem browse FILE...`: the same analysis, in the terminal's browser.
 */
#ifndef MORTEM_CLI_COMMAND_BROWSE_H
#define MORTEM_CLI_COMMAND_BROWSE_H

struct settings;

int command_browse(const struct settings *s);

#endif
