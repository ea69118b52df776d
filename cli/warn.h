/* What the program says on standard error: "mortem: sentence", safe for a terminal.
 */
#ifndef MORTEM_CLI_WARN_H
#define MORTEM_CLI_WARN_H

void warn(const char *sentence);

#endif
