/* What the terminal behind a descriptor can do.
 */
#ifndef MORTEM_CLI_TERMINAL_H
#define MORTEM_CLI_TERMINAL_H

#include "base/base.h"

/* Columns, 0 if it is no terminal or does not say. */
unsigned terminal_width(int fd);

/* A terminal that knows escape sequences: not TERM=dumb. */
bool terminal_is_capable(int fd);

/* Colour without being asked: a capable terminal and no NO_COLOR in the environment. */
bool terminal_wants_color(int fd);

#endif
