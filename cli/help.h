/* --help and the man page, drawn from the tables of commands and options.
 */
#ifndef MORTEM_CLI_HELP_H
#define MORTEM_CLI_HELP_H

#include "base/buf.h"

/* The lines of "Usage:", one a command. */
void help_usage(struct buf *b);
void help_text(struct buf *b);
/* docs/mortem.1, in man(7). */
void help_man(struct buf *b);

#endif
