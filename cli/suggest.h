/* "Did you mean ...?": the nearest of the words that were possible.
 */
#ifndef MORTEM_CLI_SUGGEST_H
#define MORTEM_CLI_SUGGEST_H

#include <stddef.h>

/* `candidate` gives the words, "" for one to pass over, NULL behind the last. NULL if none is near:
 * a third of its letters may differ, neighbours swapped count once. */
const char *suggest(const char *word, const char *(*candidate)(size_t i));

#endif
